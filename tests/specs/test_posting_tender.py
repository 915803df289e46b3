"""Gift cards, store credit and points are money: the sale stays whole, and each is a payment of its own."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_connector.documents.checks import gaps
from ml_connector.documents.identity import Kind
from ml_connector.documents.tender import Shortfall, Tender, Tendered, credit_of, points_of
from ml_connector.posting.chart import check
from ml_connector.posting.choices.tender import TenderChoices, TenderRow
from ml_connector.posting.decide import decide
from ml_connector.posting.plan import Allocation, Plan, Receipt, RefundPayment
from tests.specs.posting_company import CHART, YES
from tests.specs.posting_examples import CARRIAGE, codes, memo, planned, row, sale, situation
from tests.specs.tender_examples import TENDERED, WITH_CLEARING, paid_with
from tests.specs.test_posting_payments import allocated, captured, standing

D = Decimal
SITUATION = situation(chart=TENDERED, catalogue=WITH_CLEARING)
INVOICE = sale(row(), carriage=CARRIAGE)


def money(plan: Plan) -> list[tuple[str, str, int, str]]:
    """Each receipt and refund payment: reference, bank, pence, details."""
    return [
        (effect.reference, effect.bank, effect.amount, effect.details)
        for effect in plan.effects
        if isinstance(effect, Receipt | RefundPayment)
    ]


class TestInvoices:
    def test_the_sale_is_whole_and_the_gift_card_is_a_receipt_of_its_own(self) -> None:
        plan = planned(decide(paid_with(INVOICE, "10.00"), SITUATION))
        assert plan.gross == 4190
        assert money(plan) == [("K7-I7.R1", "1255", 1000, "Gift card, order 000000005")]
        assert allocated(plan) == [("K7-I7.R1", 0, "K7-I7", 0, 1000)]

    def test_what_is_left_is_received_by_the_payment_method(self) -> None:
        """Partly by card, partly by tender: two receipts, together the whole invoice, split by split."""
        plan = planned(decide(captured(paid_with(INVOICE, "10.00"), "31.90"), SITUATION))
        assert [(bank, amount) for _, bank, amount, _ in money(plan)] == [("1200", 3190), ("1255", 1000)]
        assert allocated(plan) == [
            ("K7-I7.R1", 0, "K7-I7", 0, 3190),
            ("K7-I7.R2", 0, "K7-I7", 0, 406),
            ("K7-I7.R2", 0, "K7-I7", 1, 594),
        ]

    def test_paid_wholly_by_gift_card_it_is_a_sale_all_the_same(self) -> None:
        """The shop's grand total is then 0.00, and its payment method “free”."""
        plan = planned(decide(paid_with(INVOICE, "41.90"), SITUATION))
        assert plan.gross == 4190
        assert [(bank, amount) for _, bank, amount, _ in money(plan)] == [("1255", 4190)]

    def test_each_tender_is_a_receipt(self) -> None:
        both = paid_with(paid_with(INVOICE, "10.00"), "5.50", Tender.POINTS)
        plan = planned(decide(paid_with(both, "1.25", Tender.STORE_CREDIT), SITUATION))
        assert [(amount, details.partition(",")[0]) for _, _, amount, details in money(plan)] == [
            (1000, "Gift card"),
            (550, "Reward points"),
            (125, "Store credit"),
        ]

    def test_fractions_of_two_tenders_are_not_received_beyond_the_document(self) -> None:
        """2.35 m of fabric paid by two halves of 8.405: together 16.81, each rounded alone 16.82."""
        fabric = sale(row("16.81", "0", percent="0", tax_class="6"))
        plan = planned(decide(paid_with(paid_with(fabric, "8.405"), "8.405", Tender.POINTS), SITUATION))
        assert [amount for _, _, amount, _ in money(plan)] == [841, 840]
        assert plan.gross == 1681

    @pytest.mark.parametrize("tender", list(Tender))
    def test_without_a_clearing_account_it_is_held(self, tender: Tender) -> None:
        assert codes(decide(paid_with(INVOICE, "10.00", tender), situation())) == ["tender-unset"]

    def test_a_clearing_account_that_sage_says_is_no_bank_is_refused(self) -> None:
        row_to_sales = TenderRow(tender=Tender.GIFT_CARD, clearing="4000", accepted=YES)
        chart = replace(CHART, tender=TenderChoices(rows=(row_to_sales,)))
        assert [finding.code for finding in check(chart, WITH_CLEARING)] == ["bank-not-a-bank"]
        held = decide(paid_with(INVOICE, "10.00"), situation(chart=chart, catalogue=WITH_CLEARING))
        assert codes(held) == ["bank-not-a-bank"]

    def test_two_clearing_accounts_for_one_tender_are_refused(self) -> None:
        twice = replace(TENDERED, tender=TenderChoices(rows=TENDERED.tender.rows * 2))
        assert {finding.code for finding in check(twice, WITH_CLEARING)} == {"chart-invalid"}

    def test_a_tender_that_the_total_does_not_show_is_a_gap(self) -> None:
        stated = paid_with(INVOICE, "10.00")
        wrong = replace(stated, base=replace(stated.base, grand_total=D("41.90")))
        assert [gap.amount for gap in gaps(wrong)] == [D("10.00")]
        assert codes(decide(wrong, SITUATION)) == ["unexplained-gap"]

    def test_points_that_the_documents_do_not_add_up_to_hold(self) -> None:
        points = Tendered(tender=Tender.POINTS, base=D("5.00"), order=D("5.00"))
        assert codes(decide(replace(INVOICE, unplaced=(points,)), SITUATION)) == ["points-unplaced"]


class TestCreditMemos:
    BOOKED = standing(planned(decide(captured(INVOICE, "41.90"), SITUATION)))

    def test_what_goes_back_to_store_credit_is_paid_back_through_the_clearing_account(self) -> None:
        """The memo's own grand total is 0.00 then: nothing went back by card."""
        refund = paid_with(memo(row(), of=INVOICE), "35.96", Tender.STORE_CREDIT)
        plan = planned(decide(refund, replace(SITUATION, siblings=(self.BOOKED,))))
        assert plan.gross == 3596
        assert money(plan) == [("K7-C3.P1", "1255", 3596, "Store credit, order 000000005")]
        assert allocated(plan) == [("K7-C3", 0, "K7-C3.P1", 0, 3596)]

    def test_partly_by_card_and_partly_by_gift_card_it_is_paid_back_both_ways(self) -> None:
        refund = replace(paid_with(memo(row(), of=INVOICE), "10.00"), transaction="REF-1")
        plan = planned(decide(refund, replace(SITUATION, siblings=(self.BOOKED,))))
        assert [(bank, amount) for _, bank, amount, _ in money(plan)] == [("1200", 2596), ("1255", 1000)]
        assert [amount for *_, amount in allocated(plan)] == [2596, 1000]

    def test_what_was_not_paid_back_meets_what_the_invoices_leave_open(self) -> None:
        unpaid = standing(planned(decide(INVOICE, SITUATION)))
        refund = paid_with(memo(row(), of=INVOICE), "10.00")
        plan = planned(decide(refund, replace(SITUATION, siblings=(unpaid,))))
        assert allocated(plan) == [
            ("K7-C3", 0, "K7-C3.P1", 0, 1000),
            ("K7-C3", 0, "K7-I7", 0, 2596),
        ]

    def test_giving_back_more_than_the_sale_came_to_is_held_however_it_was_paid(self) -> None:
        sold = paid_with(INVOICE, "30.00")
        twice = paid_with(memo(row(), row(item_id=2), of=sold), "71.92")
        assert codes(decide(twice, SITUATION)) == ["refunds-exceed-invoiced"]


class TestPoints:
    POINTS = Tendered(tender=Tender.POINTS, base=D("10.00"), order=D("11.70"))

    def short(
        self, entity_id: int, base: str, order: str, kind: Kind = Kind.INVOICE, total: str = "1"
    ) -> Shortfall:
        return Shortfall(kind=kind, entity_id=entity_id, base=D(base), order=D(order), base_total=D(total))

    def test_invoices_that_fall_short_by_exactly_the_points_were_paid_with_them(self) -> None:
        both = (self.short(1, "7.50", "8.78"), self.short(2, "2.50", "2.92"))
        assert points_of(self.POINTS, both, Kind.INVOICE, 2) == replace(
            self.POINTS, base=D("2.50"), order=D("2.92")
        )

    @pytest.mark.parametrize(
        "shortfalls",
        [
            (("7.50", "8.78"),),
            (("10.01", "11.70"),),
            (("10.00", "11.00"),),
            (("12.50", "14.62"), ("-2.50", "-2.92")),
        ],
        ids=["not all of it yet", "a penny more", "off in one currency", "one of them the wrong way"],
    )
    def test_anything_else_places_no_points(self, shortfalls: tuple[tuple[str, str], ...]) -> None:
        each = tuple(self.short(n, *amounts) for n, amounts in enumerate(shortfalls))
        assert points_of(self.POINTS, each, Kind.INVOICE, 0) is None

    def test_a_memo_gives_points_back_before_money(self) -> None:
        invoice = self.short(1, "10.00", "11.70")
        all_points = self.short(3, "6.00", "7.02", Kind.CREDIT_MEMO, total="0")
        the_rest = self.short(4, "4.00", "4.68", Kind.CREDIT_MEMO, total="20.00")
        for own in (all_points, the_rest):
            found = points_of(self.POINTS, (invoice, all_points, the_rest), Kind.CREDIT_MEMO, own.entity_id)
            assert found is not None
            assert (found.base, found.order) == (own.base, own.order)

    def test_a_memo_with_money_beside_some_of_the_points_places_none(self) -> None:
        invoice = self.short(1, "10.00", "11.70")
        some = self.short(3, "6.00", "7.02", Kind.CREDIT_MEMO, total="5.00")
        assert points_of(self.POINTS, (invoice, some), Kind.CREDIT_MEMO, 3) is None

    def test_no_more_points_are_given_back_than_were_spent(self) -> None:
        invoice = self.short(1, "10.00", "11.70")
        beyond = self.short(3, "12.00", "14.04", Kind.CREDIT_MEMO, total="0")
        assert points_of(self.POINTS, (invoice, beyond), Kind.CREDIT_MEMO, 3) is None

    def test_store_credit_that_no_memo_states_is_placed_by_the_same_sum(self) -> None:
        given = Tendered(tender=Tender.STORE_CREDIT, base=D("6.00"), order=D("7.02"))
        back = self.short(3, "6.00", "7.02", Kind.CREDIT_MEMO, total="0")
        assert credit_of(given, (back,), 3) == given
        assert credit_of(given, (replace(back, base=D("5.00")),), 3) is None


@given(
    tenders=st.lists(
        st.tuples(st.sampled_from(list(Tender)), st.decimals(min_value=0, max_value=13, places=4)), max_size=3
    ),
    paid=st.decimals(min_value=0, max_value=50, places=2),
)
def test_no_invoice_is_ever_received_beyond_what_it_comes_to(
    tenders: list[tuple[Tender, Decimal]], paid: Decimal
) -> None:
    """Whatever was paid how: no split takes more than itself, and each receipt is allocated whole."""
    document = INVOICE
    for tender, amount in tenders:
        document = paid_with(document, str(amount), tender)
    plan = planned(decide(captured(document, str(paid)), SITUATION))
    received = sum(effect.amount for effect in plan.effects if isinstance(effect, Receipt))
    allocations = [effect for effect in plan.effects if isinstance(effect, Allocation)]
    assert received == sum(effect.amount for effect in allocations) <= plan.gross == 4190
    for position, split in enumerate(plan.ledger.splits if plan.ledger else ()):
        own = (effect.amount for effect in allocations if effect.debit.position == position)
        assert sum(own) <= split.gross
