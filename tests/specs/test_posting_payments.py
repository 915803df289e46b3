"""Receipts and refund payments need evidence; allocations never give more than is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from ml_connector.documents.identity import Kind
from ml_connector.documents.sales import SalesDocument
from ml_connector.posting.allocation import Open, allocations, outstanding
from ml_connector.posting.choices.payments import BankRow, Evidence, PaymentChoices
from ml_connector.posting.decide import Sibling, decide
from ml_connector.posting.plan import Allocation, Plan, Receipt, RefundPayment
from tests.specs.posting_company import CHART
from tests.specs.posting_examples import CARRIAGE, SOLD_AT, book, codes, memo, planned, row, sale, situation

D = Decimal
DAY = date(2026, 4, 6)


def captured(document: SalesDocument, paid: str | None, *, own: str = "CAP-1") -> SalesDocument:
    """The same document, whose gateway captured `paid` under the ids CAP-1 and CAP-2."""
    order = replace(
        document.order, captures=("CAP-1", "CAP-2"), paid_online=None if paid is None else D(paid)
    )
    relatives = tuple(replace(each, transaction=own) for each in document.relatives)
    return replace(document, order=order, transaction=own, relatives=relatives)


def receipt_of(plan: Plan) -> Receipt | None:
    return next((effect for effect in plan.effects if isinstance(effect, Receipt)), None)


def allocated(plan: Plan) -> list[tuple[str, int, str, int, int]]:
    """Each allocation as credit, its split, debit, its split, amount."""
    return [
        (
            effect.credit.reference,
            effect.credit.position,
            effect.debit.reference,
            effect.debit.position,
            effect.amount,
        )
        for effect in plan.effects
        if isinstance(effect, Allocation)
    ]


def standing(plan: Plan, state: str = "proved", *, minutes: int = 0) -> Sibling:
    """A sibling with this plan."""
    return Sibling(
        kind=plan.kind,
        entity_id=int(plan.key.rpartition("/")[2]),
        number=plan.reference,
        state=state,
        created_at=SOLD_AT + timedelta(minutes=minutes),
        plan=plan,
    )


class TestReceipts:
    INVOICE = sale(row(), book(), carriage=CARRIAGE)

    def test_a_captured_invoice_is_received_and_allocated_split_by_split(self) -> None:
        plan = planned(decide(captured(self.INVOICE, "56.89"), situation()))
        made = receipt_of(plan)
        assert made == Receipt(
            id="R1",
            reference="K7-I7.R1",
            bank="1200",
            amount=5689,
            date=DAY,
            details="card CAP-1",
        )
        assert allocated(plan) == [
            ("K7-I7.R1", 0, "K7-I7", 0, 3596),
            ("K7-I7.R1", 0, "K7-I7", 1, 1499),
            ("K7-I7.R1", 0, "K7-I7", 2, 594),
        ]

    def test_without_a_capture_it_stays_unpaid(self) -> None:
        assert receipt_of(planned(decide(self.INVOICE, situation()))) is None

    def test_a_method_without_a_bank_stays_unpaid_even_if_captured(self) -> None:
        chart = replace(CHART, payments=PaymentChoices(banks=()))
        plan = planned(decide(captured(self.INVOICE, "56.89"), situation(chart=chart)))
        assert receipt_of(plan) is None

    def test_another_documents_capture_is_no_evidence(self) -> None:
        other = captured(self.INVOICE, "56.89", own="CAP-9")
        assert receipt_of(planned(decide(other, situation()))) is None

    def test_the_orders_only_invoice_may_leave_its_transaction_unnamed(self) -> None:
        unnamed = captured(self.INVOICE, "56.89", own="")
        assert receipt_of(planned(decide(unnamed, situation()))) is not None

    def test_with_several_invoices_an_unnamed_transaction_proves_nothing(self) -> None:
        second = replace(self.INVOICE.relatives[0], entity_id=8)
        unnamed = captured(replace(self.INVOICE, relatives=(*self.INVOICE.relatives, second)), "99", own="")
        assert receipt_of(planned(decide(unnamed, situation()))) is None

    def test_a_gateway_that_says_no_amount_captured_what_the_invoice_says(self) -> None:
        made = receipt_of(planned(decide(captured(self.INVOICE, None), situation())))
        assert made is not None
        assert made.amount == 5689

    def test_a_part_capture_is_a_part_receipt_allocated_as_far_as_it_goes(self) -> None:
        plan = planned(decide(captured(self.INVOICE, "40.00"), situation()))
        assert [amount for *_, amount in allocated(plan)] == [3596, 404]

    def test_what_earlier_invoices_took_is_not_received_twice(self) -> None:
        first = replace(self.INVOICE.relatives[0], entity_id=6, transaction="CAP-2", base_total=D("50.00"))
        document = captured(self.INVOICE, "80.00")
        both = replace(document, relatives=(first, *document.relatives))
        made = receipt_of(planned(decide(both, situation())))
        assert made is not None
        assert made.amount == 3000

    def test_nothing_left_is_no_receipt(self) -> None:
        first = replace(self.INVOICE.relatives[0], entity_id=6, transaction="CAP-2", base_total=D("80.00"))
        document = captured(self.INVOICE, "80.00")
        both = replace(document, relatives=(first, *document.relatives))
        assert receipt_of(planned(decide(both, situation()))) is None

    def test_a_negative_split_is_never_allocated(self) -> None:
        less = sale(row(), grand_total="35.92")
        plan = planned(decide(captured(less, "35.92"), situation()))
        assert allocated(plan) == [("K7-I7.R1", 0, "K7-I7", 0, 3592)]

    def test_a_bank_that_is_none_holds(self) -> None:
        chart = replace(CHART, payments=PaymentChoices(banks=(BankRow(method="card", bank="4000"),)))
        held = decide(captured(self.INVOICE, "56.89"), situation(chart=chart))
        assert codes(held) == ["bank-not-a-bank"]


class TestRefunds:
    INVOICE = captured(sale(row(), carriage=CARRIAGE), "41.90")
    BOOKED = planned(decide(INVOICE, situation()))

    def test_a_refund_made_online_is_paid_back_and_met_by_the_credit(self) -> None:
        refund = replace(memo(row(), of=self.INVOICE), transaction="REF-1")
        plan = planned(decide(refund, situation(siblings=(standing(self.BOOKED),))))
        made = [effect for effect in plan.effects if isinstance(effect, RefundPayment)]
        assert [(pay.reference, pay.bank, pay.amount) for pay in made] == [("K7-C3.P1", "1200", 3596)]
        assert allocated(plan) == [("K7-C3", 0, "K7-C3.P1", 0, 3596)]

    def test_an_offline_refund_of_a_paid_invoice_stays_on_account(self) -> None:
        refund = memo(row(), of=self.INVOICE)
        plan = planned(decide(refund, situation(siblings=(standing(self.BOOKED),))))
        assert allocated(plan) == []

    def test_a_refund_online_by_a_method_without_a_bank_is_not_paid_back(self) -> None:
        refund = replace(memo(row(), of=self.INVOICE), transaction="REF-1")
        bare = situation(
            chart=replace(CHART, payments=PaymentChoices(banks=())), siblings=(standing(self.BOOKED),)
        )
        assert allocated(planned(decide(refund, bare))) == []


class TestCredits:
    INVOICE = sale(row(), book(), carriage=CARRIAGE)
    BOOKED = planned(decide(INVOICE, situation()))

    def credit(self, *siblings: Sibling, entity_id: int = 3) -> Plan:
        refund = memo(row("39.96", "7.99", quantity="4"), of=self.INVOICE, entity_id=entity_id)
        return planned(decide(refund, situation(siblings=siblings)))

    def test_a_credit_is_set_against_the_invoices_open_splits_in_order(self) -> None:
        assert allocated(self.credit(standing(self.BOOKED))) == [
            ("K7-C3", 0, "K7-I7", 0, 3596),
            ("K7-C3", 0, "K7-I7", 1, 1199),
        ]

    def test_a_second_credit_takes_what_the_first_left_and_the_rest_stays_on_account(self) -> None:
        first = self.credit(standing(self.BOOKED))
        second = self.credit(standing(self.BOOKED), standing(first, "planned"), entity_id=9)
        assert allocated(second) == [
            ("K7-C9", 0, "K7-I7", 1, 300),
            ("K7-C9", 0, "K7-I7", 2, 594),
        ]

    @pytest.mark.parametrize("state", ["held", "waiting", "skipped"])
    def test_a_credit_that_is_not_going_takes_nothing(self, state: str) -> None:
        first = self.credit(standing(self.BOOKED))
        second = self.credit(standing(self.BOOKED), standing(first, state), entity_id=9)
        assert allocated(second) == [("K7-C9", 0, "K7-I7", 0, 3596), ("K7-C9", 0, "K7-I7", 1, 1199)]

    def test_the_oldest_invoice_comes_first(self) -> None:
        later = planned(decide(sale(row(), entity_id=6), situation()))
        refund = memo(row("39.96", "7.99", quantity="4"), of=self.INVOICE)
        siblings = (standing(later, minutes=5), standing(self.BOOKED))
        plan = planned(decide(refund, situation(siblings=siblings)))
        assert [debit for _, _, debit, _, _ in allocated(plan)] == ["K7-I7", "K7-I7"]

    def test_an_invoice_on_another_account_is_left_alone(self) -> None:
        elsewhere = replace(self.BOOKED, account_ref="OTHER001")
        own = planned(decide(sale(row(), entity_id=6), situation()))
        refund = memo(row(), of=self.INVOICE)
        siblings = (standing(own), standing(elsewhere, minutes=1))
        plan = planned(decide(refund, situation(siblings=siblings)))
        assert [debit for _, _, debit, _, _ in allocated(plan)] == ["K7-I6"]

    def test_a_fee_kept_lessens_what_is_allocated(self) -> None:
        refund = memo(row(), of=self.INVOICE, fee_kept="2.50")
        plan = planned(decide(refund, situation(siblings=(standing(self.BOOKED),))))
        assert sum(amount for *_, amount in allocated(plan)) == plan.gross == 3346


class TestArithmetic:
    def side(self, left: int, position: int = 0) -> Open:
        return Open(reference="X", position=position, gross=left, left=left)

    def test_neither_side_nor_the_budget_is_exceeded(self) -> None:
        made = allocations((self.side(50), self.side(70, 1)), (self.side(40), self.side(90, 1)), 100, DAY)
        assert [(one.credit.position, one.debit.position, one.amount) for one in made] == [
            (0, 0, 40),
            (1, 0, 10),
            (1, 1, 50),
        ]
        assert [one.id for one in made] == ["A1", "A2", "A3"]

    def test_what_is_fully_taken_is_not_outstanding(self) -> None:
        invoice = planned(decide(captured(sale(row()), "35.96"), situation()))
        assert outstanding((invoice,)) == ()

    def test_only_invoices_leave_something_open(self) -> None:
        invoice = planned(decide(sale(row()), situation()))
        assert [(split.reference, split.left) for split in outstanding((invoice,))] == [("K7-I7", 3596)]
        credit = planned(decide(memo(row(), of=sale(row())), situation(siblings=(standing(invoice),))))
        assert outstanding((credit,)) == ()
        assert credit.kind is Kind.CREDIT_MEMO


class TestMethods:
    def test_a_method_whose_invoices_are_booked_by_hand_counts_as_unpaid(self) -> None:
        row_of_chart = BankRow(method="card", bank="1200", invoices=Evidence.NEVER)
        choices = PaymentChoices(banks=(row_of_chart,))
        assert (choices.bank_of("card"), choices.row_of("card")) == ("", row_of_chart)

    def test_a_capture_that_covers_less_is_believed_before_the_chart(self) -> None:
        """“Invoices by this method are paid”, and the gateway itself says that 20.00 came in."""
        always = BankRow(method="card", bank="1200", invoices=Evidence.ALWAYS)
        chart = replace(CHART, payments=PaymentChoices(banks=(always,)))
        made = receipt_of(planned(decide(captured(sale(row()), "20.00"), situation(chart=chart))))
        assert made is not None
        assert made.amount == 2000

    def test_what_an_invoice_has_open_is_never_more_than_its_total(self) -> None:
        """Its negative line leaves more open on the others; a credit must not be set against that."""
        less = sale(row(), grand_total="35.92")
        paid = planned(decide(captured(less, "35.92"), situation()))
        assert outstanding((paid,)) == ()
        unpaid = planned(decide(less, situation()))
        assert [split.left for split in outstanding((unpaid,))] == [3592]
