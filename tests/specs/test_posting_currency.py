"""A sale is posted in base currency, or by the chart in the order's: each from the shop's own figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_connector.documents.identity import Key, Kind
from ml_connector.documents.money import pounds, to_minor
from ml_connector.documents.posted_in import in_order_currency
from ml_connector.documents.sales import NamedAmount, SalesDocument
from ml_connector.documents.tender import Tender
from ml_connector.errors import Code
from ml_connector.posting.chart import check
from ml_connector.posting.choices.currencies import CurrencyChoices, InOrderCurrency
from ml_connector.posting.choices.customers import CustomerChoices, WebSalesRow
from ml_connector.posting.choices.extras import ExtraChoices, ExtraRow
from ml_connector.posting.choices.payments import PaymentChoices
from ml_connector.posting.choices.tender import TenderChoices, TenderRow
from ml_connector.posting.company import Account
from ml_connector.posting.currency import as_posted
from ml_connector.posting.customers.shopper import shopper_of
from ml_connector.posting.decide import decide
from ml_connector.posting.plan import Allocation, Decision, Planned, Receipt, Skipped, Waiting
from ml_connector.posting.show import show
from ml_connector.sync.passage import State
from ml_connector.sync.reconcile import reconcile
from ml_connector.sync.record import Record
from tests.specs.currency_examples import BY_CARD, COMPANY, EUROS, IN_EUROS, charged_in_euros, in_euros
from tests.specs.posting_company import CHART, EMAIL, YES
from tests.specs.posting_examples import CARRIAGE, book, codes, memo, planned, row, sale, situation
from tests.specs.tender_examples import paid_with
from tests.specs.test_posting_payments import captured, standing
from tests.specs.worked_tables import Row, cases, held

D = Decimal
WHEN = datetime(2026, 4, 6, tzinfo=UTC)
SALE = charged_in_euros(sale(row()))


def chosen(text: str) -> CurrencyChoices:
    """The chart's rows as the table writes them: “EUR on website 1, store view 3”."""
    if text == "nothing":
        return CurrencyChoices()
    currency, _, where = text.partition(" on website ")
    website, _, view = where.partition(", store view ")
    made = InOrderCurrency(currency=currency, website=website, store_view=view, accepted=YES)
    return CurrencyChoices(in_order_currency=(made,))


def received(decision: Decision) -> str:
    plan = planned(decision)
    made = [effect for effect in plan.effects if isinstance(effect, Receipt)]
    return ", ".join(f"{pounds(each.amount, plan.currency)} on {each.bank}" for each in made) or "none"


@cases("currency.md", "Chart posts in order currency", "Charged in", "Website", "Store view", "Sales invoice")
def test_the_currency_of_a_sale(case: Row) -> None:
    document = SALE if case["Charged in"] == "EUR" else sale(row())
    assert (document.website, document.store_view) == (case["Website"], case["Store view"])
    chart = replace(IN_EUROS, currencies=chosen(case["Chart posts in order currency"]))
    plan = planned(decide(document, in_euros(chart=chart)))
    assert pounds(plan.gross, plan.currency) == case["Sales invoice"]


@cases("currency.md", "Banks of the method", "Captured in base currency", "Posted in", "Received")
def test_the_bank_of_a_currency(case: Row) -> None:
    banks = tuple(
        replace(BY_CARD, bank=bank.split()[0], currency="EUR" if "EUR" in bank else "")
        for bank in case["Banks of the method"].split(", ")
    )
    chart = replace(IN_EUROS, payments=PaymentChoices(banks=banks))
    if case["Posted in"] == "GBP":
        chart = replace(chart, currencies=CurrencyChoices())
    paid = case["Captured in base currency"]
    document = SALE if paid == "nothing" else captured(SALE, paid)
    decision = decide(document, in_euros(chart=chart))
    assert (received(decision) if isinstance(decision, Planned) else held(decision)) == case["Received"]


@cases("currency.md", "Document", "Shop's base figure", "Sage's base value", "Exchange")
def test_the_exchange_difference(case: Row) -> None:
    kind, sign = (Kind.INVOICE, 1) if case["Document"] == "Invoice" else (Kind.CREDIT_MEMO, -1)
    record = Record(
        key=Key("shop", kind, "1"),
        document_at=WHEN,
        since=WHEN,
        captured=True,
        state=State.PROVED,
        shop_currency="EUR",
        shop_total=sign * D("42.20"),
        shop_base_currency="GBP",
        shop_base_total=sign * D(case["Shop's base figure"]),
        sage={"LED": {"header": 1, "base_gross": int(D(case["Sage's base value"]) * 100)}},
    )
    (exchange,) = reconcile([record], []).exchange
    assert f"{D(exchange.difference) / 100:.2f}" == case["Exchange"]


class TestInOrderCurrency:
    def test_every_line_is_the_shops_own_figure_in_that_currency(self) -> None:
        document = charged_in_euros(sale(row(), book(), carriage=CARRIAGE))
        plan = planned(decide(captured(document, "56.89"), in_euros()))
        assert (plan.currency, plan.account_ref) == ("EUR", "PENRO002")
        assert plan.document is not None
        assert [(line.net, line.tax) for line in plan.document.lines] == [(3517, 703), (1759, 0)]
        assert plan.document.carriage is not None
        assert (plan.document.carriage.net, plan.document.carriage.tax) == (581, 116)
        assert sum(each.amount for each in plan.effects if isinstance(each, Allocation)) == plan.gross

    def test_a_total_off_in_the_posted_currency_alone_is_still_a_gap(self) -> None:
        off = replace(SALE.order_totals, grand_total=SALE.order_totals.grand_total + D("5.33"))
        decision = decide(replace(SALE, order_totals=off), in_euros())
        assert codes(decision) == ["unexplained-gap"]
        assert "5.33 EUR" in str(decision)

    def test_a_total_off_in_the_other_currency_is_a_gap_too(self) -> None:
        off = replace(SALE.base, grand_total=SALE.base.grand_total + D("5.33"))
        assert codes(decide(replace(SALE, base=off), in_euros())) == ["unexplained-gap"]

    def test_an_extensions_amount_is_booked_in_the_posted_currency(self) -> None:
        fee = NamedAmount(field="fee", base=D("2.00"), order=D("2.35"))
        document = replace(
            SALE,
            extras=(fee,),
            base=replace(SALE.base, grand_total=SALE.base.grand_total + fee.base),
            order_totals=replace(SALE.order_totals, grand_total=SALE.order_totals.grand_total + fee.order),
        )
        extras = ExtraChoices(rows=(ExtraRow(name="fee", nominal="4905", accepted=YES),))
        plan = planned(decide(document, in_euros(chart=replace(IN_EUROS, extras=extras))))
        assert plan.document is not None
        assert plan.document.lines[-1].net == 235

    def test_a_gift_card_needs_a_clearing_account_of_that_currency(self) -> None:
        clearing = replace(EUROS, code="1256", name="Gift Card Clearing (EUR)")
        company = replace(COMPANY, nominals=(*COMPANY.nominals, clearing))
        document = paid_with(SALE, "10.00")
        pounds_only = TenderRow(tender=Tender.GIFT_CARD, clearing="1200", accepted=YES)
        euros = replace(pounds_only, clearing="1256", currency="EUR")
        chart = replace(IN_EUROS, tender=TenderChoices(rows=(pounds_only,)))
        assert codes(decide(document, in_euros(chart=chart, catalogue=company))) == ["tender-unset"]
        chart = replace(IN_EUROS, tender=TenderChoices(rows=(pounds_only, euros)))
        assert received(decide(document, in_euros(chart=chart, catalogue=company))) == "€10.00 on 1256"

    def test_only_invoices_captured_whole_are_received(self) -> None:
        """Two part invoices; the gateway captured the first whole and of the second a part."""
        first = captured(SALE, "50.00")
        second = replace(first.relatives[0], entity_id=8, number="000000008", transaction="CAP-2")
        both = (*first.relatives, second)
        assert received(decide(replace(first, relatives=both), in_euros())) == "€42.20 on 1220"
        later = replace(first, entity_id=8, transaction="CAP-2", relatives=both)
        assert received(decide(later, in_euros())) == "none"

    def test_the_shopper_has_an_account_in_that_currency(self) -> None:
        waits = decide(SALE, in_euros(accounts={f"{EMAIL}|GBP": "PENRO001"}))
        assert isinstance(waits, Waiting)
        assert waits.on == (f"shop/customer/{EMAIL}|EUR",)
        assert shopper_of(SALE, IN_EUROS).currency == "EUR"
        assert shopper_of(SALE, CHART).currency == "GBP"

    def test_an_account_in_another_currency_is_not_used(self) -> None:
        decision = decide(SALE, in_euros(accounts={f"{EMAIL}|EUR": "PENRO001"}))
        assert codes(decision) == ["customer-other-currency"]

    def test_a_web_sales_account_of_the_currency_may_take_it(self) -> None:
        web = Account(ref="WEBEUR", name="Web Sales EUR", emails=(), currency="EUR")
        company = replace(COMPANY, accounts=(*COMPANY.accounts, web))
        rows = (WebSalesRow(account_ref="WEBEUR", currency="EUR", accepted=YES),)
        chart = replace(IN_EUROS, customers=CustomerChoices(web_sales=rows))
        assert check(chart, company) == ()
        place = in_euros(chart=chart, catalogue=company, index=situation(catalogue=company).index)
        assert planned(decide(SALE, place)).account_ref == "WEBEUR"

    def test_a_credit_meets_invoices_of_its_own_currency(self) -> None:
        credit = charged_in_euros(memo(row(), of=SALE))
        credit = replace(credit, relatives=(*SALE.relatives, credit.relatives[-1]))
        invoice = planned(decide(SALE, in_euros()))
        plan = planned(decide(credit, in_euros(siblings=(standing(invoice),))))
        (allocated,) = [each for each in plan.effects if isinstance(each, Allocation)]
        assert (plan.currency, plan.account_ref, allocated.amount) == ("EUR", "PENRO002", 4220)

    def test_a_credit_is_held_when_its_invoice_was_booked_in_the_other_currency(self) -> None:
        credit = charged_in_euros(memo(row(), of=SALE))
        in_pounds = planned(decide(SALE, situation()))
        decision = decide(credit, in_euros(siblings=(standing(in_pounds),)))
        assert codes(decision) == ["invoices-in-other-currency"]

    def test_a_later_invoice_does_not_take_the_account_of_one_in_the_other_currency(self) -> None:
        in_pounds = planned(decide(replace(SALE, entity_id=6), situation()))
        assert planned(decide(SALE, in_euros(siblings=(standing(in_pounds),)))).account_ref == "PENRO002"

    def test_it_is_shown_in_its_own_currency(self) -> None:
        assert "€42.20" in show(SALE, decide(SALE, in_euros())).splitlines()[0]
        assert "£35.96" in show(SALE, decide(SALE, situation())).splitlines()[0]


class TestTheTwoSides:
    @given(st.decimals(min_value="0.25", max_value="4", places=4))
    def test_whatever_the_shops_rate_each_side_comes_to_its_own_total(self, rate: Decimal) -> None:
        document = charged_in_euros(sale(row(), book(), carriage=CARRIAGE), str(rate))
        euros, base = planned(decide(document, in_euros())), planned(decide(document, situation()))
        assert (euros.currency, euros.gross) == ("EUR", to_minor(document.order_totals.worth))
        assert (base.currency, base.gross) == ("GBP", to_minor(document.base.worth))

    @pytest.mark.parametrize("document", [SALE, captured(SALE, "35.96")])
    def test_turned_twice_a_document_is_itself(self, document: SalesDocument) -> None:
        assert in_order_currency(in_order_currency(document)) == document

    def test_asking_twice_changes_nothing(self) -> None:
        posted = as_posted(SALE, IN_EUROS)
        assert posted.base_currency == "EUR"
        assert as_posted(posted, IN_EUROS) == posted


class TestChart:
    def test_what_is_right_is_accepted(self) -> None:
        assert check(IN_EUROS, COMPANY) == ()

    @pytest.mark.parametrize(
        ("rows", "says"),
        [
            ((InOrderCurrency(currency="GBP"),), "which is the company's"),
            ((InOrderCurrency(currency="euro"),), "“euro”"),
            ((InOrderCurrency(currency="EUR", store_view="3"),), "without its website"),
            ((InOrderCurrency(currency="EUR"), InOrderCurrency(currency="EUR")), "more than one row"),
        ],
    )
    def test_what_is_wrong_is_said(self, rows: tuple[InOrderCurrency, ...], says: str) -> None:
        chart = replace(IN_EUROS, currencies=CurrencyChoices(in_order_currency=rows))
        (finding,) = check(chart, COMPANY)
        assert finding.code is Code.CHART_INVALID
        assert says in finding.what

    def test_a_currency_that_sage_lacks_is_refused_as_far_as_its_list_is_known(self) -> None:
        chart = replace(IN_EUROS, payments=CHART.payments)
        (finding,) = check(chart, replace(COMPANY, currencies=("GBP", "USD")))
        assert "which this company lacks" in finding.what
        assert check(chart, replace(COMPANY, currencies=("GBP", "EUR"))) == ()

    def test_a_bank_in_another_currency_is_refused(self) -> None:
        banks = (BY_CARD, replace(BY_CARD, currency="EUR"))
        (finding,) = check(replace(IN_EUROS, payments=PaymentChoices(banks=banks)), COMPANY)
        assert finding.code is Code.BANK_OTHER_CURRENCY
        banks = (replace(BY_CARD, bank="1220"),)
        (finding,) = check(replace(IN_EUROS, payments=PaymentChoices(banks=banks)), COMPANY)
        assert finding.code is Code.BANK_OTHER_CURRENCY

    def test_a_row_for_the_companys_own_currency_names_none(self) -> None:
        banks = (replace(BY_CARD, currency="GBP"),)
        (finding,) = check(replace(IN_EUROS, payments=PaymentChoices(banks=banks)), COMPANY)
        assert "Leave its currency empty" in finding.fix

    def test_two_banks_in_one_currency_are_refused(self) -> None:
        euros = replace(BY_CARD, bank="1220", currency="EUR")
        (finding,) = check(replace(IN_EUROS, payments=PaymentChoices(banks=(euros, euros))), COMPANY)
        assert "more than one bank for EUR" in finding.what

    def test_a_website_is_posted_here_or_elsewhere(self) -> None:
        (finding,) = check(replace(IN_EUROS, elsewhere=("1",)), COMPANY)
        assert "by another connection" in finding.what


class TestWebsites:
    def test_what_another_connection_posts_is_left_out(self) -> None:
        """Whatever its base currency: it is not this connection's at all."""
        chart = replace(CHART, elsewhere=("5",))
        document = replace(sale(row()), website="5", base_currency="EUR", order_currency="EUR")
        decision = decide(document, situation(chart=chart))
        assert isinstance(decision, Skipped)
        assert decision.code is Code.WEBSITE_ELSEWHERE
        assert codes(decide(document, situation())) == ["other-base-currency"]
