"""The order of the questions: state, website, zero, doubled, gate, findings, customer, invoices, plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ml_connector.documents.identity import Kind
from ml_connector.documents.money import ZERO
from ml_connector.documents.sales import DocumentState, SalesDocument
from ml_connector.errors import Code
from ml_connector.posting.chart import Gate
from ml_connector.posting.decide import Sibling, decide
from ml_connector.posting.plan import Decision, Skipped, Waiting, plan_hash
from tests.specs.posting_company import CATALOGUE, CHART
from tests.specs.posting_examples import CARRIAGE, book, codes, memo, planned, row, sale, situation
from tests.specs.tender_examples import paid_with

D = Decimal
COMPLETE = replace(CHART, gate=Gate.COMPLETE)


def waits(decision: Decision) -> Waiting:
    assert isinstance(decision, Waiting), decision
    return decision


def skipped(decision: Decision) -> Code:
    assert isinstance(decision, Skipped), decision
    return decision.code


def on_its_way(document: SalesDocument) -> SalesDocument:
    """The same document while its order has something left to ship."""
    return replace(document, order=replace(document.order, state="processing", finished=False, to_ship=True))


def invoice_sibling(document: SalesDocument, state: str) -> Sibling:
    plan = planned(decide(document, situation()))
    return Sibling(
        kind=Kind.INVOICE,
        entity_id=document.entity_id,
        number=document.number,
        state=state,
        created_at=document.created_at,
        plan=plan if state in ("proved", "planned") else None,
    )


class TestTheShopsState:
    def test_an_open_invoice_waits_for_its_money(self) -> None:
        found = waits(decide(replace(sale(row()), state=DocumentState.OPEN), situation()))
        assert found.code is Code.NOT_CAPTURED

    def test_a_cancelled_invoice_is_left_out(self) -> None:
        cancelled = replace(sale(row()), state=DocumentState.CANCELLED)
        assert skipped(decide(cancelled, situation())) is Code.DOCUMENT_CANCELLED


class TestWhereItBelongs:
    def test_another_base_currency_is_held_and_nothing_else_is_said(self) -> None:
        irish = replace(sale(row(sku="MUG-NEW")), base_currency="EUR", website="3")
        assert codes(decide(irish, situation())) == ["other-base-currency"]

    def test_a_website_that_nobody_covered_is_held(self) -> None:
        assert codes(decide(replace(sale(row()), website="2"), situation())) == ["website-not-covered"]


class TestZeroDocuments:
    FREE = row("3.96", "0", sku="PENNY-STD", quantity="4", discount="3.96")

    def test_a_document_that_comes_to_nothing_is_left_out(self) -> None:
        assert skipped(decide(sale(self.FREE), situation())) is Code.ZERO_DOCUMENT

    def test_without_a_choice_it_is_held(self) -> None:
        unset = situation(chart=replace(CHART, lines=replace(CHART.lines, zero_documents=None)))
        assert codes(decide(sale(self.FREE), unset)) == ["zero-document"]

    def test_one_that_was_paid_by_a_gift_card_is_no_zero_document(self) -> None:
        assert codes(decide(paid_with(sale(row()), "35.96"), situation())) == ["tender-unset"]


class TestTheGate:
    def test_an_invoice_waits_while_its_order_has_something_to_ship(self) -> None:
        found = waits(decide(on_its_way(sale(row())), situation(chart=COMPLETE)))
        assert (found.code, found.on) == (Code.ORDER_NOT_COMPLETE, ("000000005",))

    def test_with_the_gate_invoiced_it_does_not(self) -> None:
        planned(decide(on_its_way(sale(row())), situation()))

    def test_nothing_left_to_ship_opens_the_gate(self) -> None:
        document = on_its_way(sale(row()))
        shipped = replace(document, order=replace(document.order, to_ship=False))
        planned(decide(shipped, situation(chart=COMPLETE)))

    def test_a_credit_memo_opens_the_gate_for_its_order(self) -> None:
        invoice = on_its_way(sale(row()))
        refunded = replace(invoice, relatives=memo(row(), of=invoice).relatives)
        planned(decide(refunded, situation(chart=COMPLETE)))

    def test_what_waits_is_not_yet_looked_into(self) -> None:
        """A missing product is said when the document is about to be posted, not weeks before."""
        found = waits(decide(on_its_way(sale(row(sku="MUG-NEW"))), situation(chart=COMPLETE)))
        assert found.code is Code.ORDER_NOT_COMPLETE


class TestFindings:
    def test_findings_of_all_kinds_are_shown_together(self) -> None:
        document = sale(row(sku="MUG-NEW"), row("29.97", "0", percent="0", item_id=2), grand_total="99.00")
        assert codes(decide(document, situation())) == [
            "unexplained-gap",
            "stock-code-missing",
            "vat-missing",
        ]

    def test_a_document_that_is_held_makes_no_customer(self) -> None:
        assert codes(decide(sale(row(sku="MUG-NEW")), situation(accounts={}))) == ["stock-code-missing"]

    def test_a_document_without_an_email_is_held(self) -> None:
        document = sale(row())
        nameless = replace(document, order=replace(document.order, email=" "))
        assert codes(decide(nameless, situation())) == ["customer-without-email"]

    def test_a_document_in_a_locked_period_is_held(self) -> None:
        locked = replace(CATALOGUE, lock_date=date(2026, 4, 6))
        assert codes(decide(sale(row()), situation(catalogue=locked))) == ["before-lock-date"]
        planned(decide(sale(row()), situation(catalogue=replace(CATALOGUE, lock_date=date(2026, 4, 5)))))

    def test_a_document_below_zero_is_held(self) -> None:
        invoice = sale(row())
        fee = memo(book("1.00"), of=invoice, fee_kept="3.00")
        found = codes(decide(fee, situation(siblings=(invoice_sibling(invoice, "proved"),))))
        assert found == ["document-negative"]


class TestCustomers:
    def test_a_document_waits_for_its_customers_account(self) -> None:
        found = waits(decide(sale(row()), situation(accounts={})))
        assert (found.code, found.on) == (Code.CUSTOMER_NOT_READY, ("shop/customer/ann@example.co.uk|GBP",))

    def test_an_account_that_went_on_hold_since_holds(self) -> None:
        held = tuple(replace(account, on_hold=True) for account in CATALOGUE.accounts)
        stopped = situation(catalogue=replace(CATALOGUE, accounts=held))
        assert codes(decide(sale(row()), stopped)) == ["customer-on-hold"]


class TestCreditMemos:
    INVOICE = sale(row(), carriage=CARRIAGE)

    @pytest.mark.parametrize("state", ["proved", "skipped"])
    def test_it_goes_once_its_orders_invoices_are_dealt_with(self, state: str) -> None:
        siblings = (invoice_sibling(self.INVOICE, state),)
        planned(decide(memo(row(), of=self.INVOICE), situation(siblings=siblings)))

    @pytest.mark.parametrize("state", ["noticed", "planned", "sent", "posted", "disputed", "waiting"])
    def test_until_then_it_waits(self, state: str) -> None:
        found = decide(
            memo(row(), of=self.INVOICE), situation(siblings=(invoice_sibling(self.INVOICE, state),))
        )
        assert (waits(found).code, waits(found).on) == (Code.INVOICE_NOT_READY, ("shop/invoice/7",))

    def test_an_invoice_that_is_held_is_said_to_be(self) -> None:
        found = decide(
            memo(row(), of=self.INVOICE), situation(siblings=(invoice_sibling(self.INVOICE, "held"),))
        )
        assert waits(found).code is Code.WAITS_FOR_INVOICE_HELD

    def test_an_invoice_that_was_never_noticed_is_waited_for(self) -> None:
        assert waits(decide(memo(row(), of=self.INVOICE), situation())).code is Code.INVOICE_NOT_READY

    def test_an_open_invoice_of_the_order_is_not_waited_for(self) -> None:
        refund = memo(row(), of=self.INVOICE)
        still_open = replace(self.INVOICE.relatives[0], entity_id=8, state=DocumentState.OPEN)
        siblings = (invoice_sibling(self.INVOICE, "proved"),)
        with_both = replace(refund, relatives=(still_open, *refund.relatives))
        planned(decide(with_both, situation(siblings=siblings)))

    def test_it_goes_to_the_account_of_its_invoice_even_if_the_shopper_changed_the_email(self) -> None:
        """A changed e-mail rewrites the order (reference: adobe_commerce.md §10.1)."""
        refund = memo(row(), of=self.INVOICE)
        moved = replace(refund, order=replace(refund.order, email="ann.new@example.co.uk"))
        siblings = (invoice_sibling(self.INVOICE, "proved"),)
        assert planned(decide(moved, situation(siblings=siblings))).account_ref == "PENRO001"

    def test_refunds_beyond_what_was_invoiced_are_held(self) -> None:
        twice = memo(row("59.94", "11.98", quantity="6"), of=self.INVOICE)
        found = decide(twice, situation(siblings=(invoice_sibling(self.INVOICE, "proved"),)))
        assert codes(found) == ["refunds-exceed-invoiced"]

    def test_pennies_of_an_unrounded_memo_are_no_excess(self) -> None:
        invoice = sale(row())
        whole = memo(row(), of=invoice, grand_total="35.9999")
        planned(decide(whole, situation(siblings=(invoice_sibling(invoice, "proved"),))))


class TestThePlan:
    def test_it_names_the_document_the_chart_and_the_day_in_the_shop(self) -> None:
        plan = planned(decide(sale(row(), carriage=CARRIAGE), situation()))
        assert (plan.key, plan.reference, plan.chart_version) == ("shop/invoice/7", "K7-I7", 4)
        assert (plan.date, plan.gross, plan.account_ref) == (date(2026, 4, 6), 4190, "PENRO001")

    def test_the_same_document_gives_the_same_plan(self) -> None:
        first, second = (planned(decide(sale(row()), situation())) for _ in range(2))
        assert plan_hash(first) == plan_hash(second)

    def test_a_document_in_another_currency_posts_base_figures_and_says_so(self) -> None:
        line, euros = row(), row("35.17", "7.03")
        document = replace(
            sale(replace(line, order=euros.order)), order_currency="EUR", order_totals=sale(euros).base
        )
        plan = planned(decide(document, situation()))
        assert plan.document is not None
        assert (plan.currency, plan.gross) == ("GBP", 3596)
        assert "Shop's total: €42.20" in plan.document.notes

    def test_a_header_rounded_by_the_shop_decides_the_total(self) -> None:
        plan = planned(decide(sale(row(), grand_total="35.9751"), situation()))
        assert plan.gross == 3598
        assert plan.document is not None
        assert [(line.rule, line.sign * line.net) for line in plan.document.lines][1:] == [
            ("header-rounding", 2)
        ]

    def test_a_document_of_carriage_alone_has_a_line_for_it(self) -> None:
        invoice = sale(row(), carriage=CARRIAGE)
        refund = memo(of=invoice, carriage=CARRIAGE)
        plan = planned(decide(refund, situation(siblings=(invoice_sibling(invoice, "proved"),))))
        assert plan.document is not None
        assert [line.stock_code for line in plan.document.lines] == ["S3"]
        assert plan.document.carriage is None

    def test_nothing_is_left_of_a_memo_of_nothing(self) -> None:
        invoice = sale(row())
        nothing = memo(of=invoice)
        assert nothing.base.grand_total == ZERO
        assert skipped(decide(nothing, situation())) is Code.ZERO_DOCUMENT
