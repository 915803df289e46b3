"""Sales that share an account, where the chart says so; and those that never do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ml_connector.documents.sales import SalesDocument
from ml_connector.posting.chart import Chart, check
from ml_connector.posting.choices.customers import CustomerChoices, WebSalesRow
from ml_connector.posting.company import Account
from ml_connector.posting.decide import decide
from ml_connector.posting.plan import Waiting
from tests.specs.customer_examples import chart_with, living_at
from tests.specs.posting_company import CATALOGUE, YES
from tests.specs.posting_examples import codes, planned, row, sale, situation

WEB = Account(ref="WEBGBP", name="Web sales", emails=(), currency="GBP")
TRADE = Account(ref="WEBTRADE", name="Web sales, trade", emails=(), currency="GBP")
COMPANY = replace(CATALOGUE, accounts=(WEB, TRADE))
ALL = WebSalesRow(account_ref="WEBGBP", accepted=YES)
GROUP = WebSalesRow(account_ref="WEBTRADE", customer_group="3", accepted=YES)


def charted(*rows: WebSalesRow) -> Chart:
    return chart_with(CustomerChoices(web_sales=rows))


def account_of(document: SalesDocument, *rows: WebSalesRow) -> str:
    """The account that the sale is posted to, or “own” when it waits for one of its shopper's."""
    decision = decide(document, situation(chart=charted(*rows), catalogue=COMPANY, accounts={}))
    return "own" if isinstance(decision, Waiting) else planned(decision).account_ref


def ordered(**changes: object) -> SalesDocument:
    document = sale(row())
    return replace(document, order=replace(document.order, **changes))


def test_without_a_row_every_shopper_has_an_account() -> None:
    assert account_of(sale(row())) == "own"


def test_a_row_without_conditions_takes_every_sale() -> None:
    assert account_of(sale(row()), ALL) == "WEBGBP"


def test_the_narrowest_row_wins_whatever_their_order() -> None:
    assert account_of(ordered(customer_group="3"), ALL, GROUP) == "WEBTRADE"
    assert account_of(ordered(customer_group="3"), GROUP, ALL) == "WEBTRADE"
    assert account_of(ordered(customer_group="0"), GROUP, ALL) == "WEBGBP"


@pytest.mark.parametrize(
    "condition",
    [{"website": "1"}, {"store_view": "1"}, {"currency": "GBP"}, {"customer_group": "0"}],
)
def test_each_condition_has_to_fit(condition: dict[str, str]) -> None:
    fits = replace(ALL, **condition)
    other = replace(ALL, **dict.fromkeys(condition, "9"))
    assert account_of(sale(row()), fits) == "WEBGBP"
    assert account_of(sale(row()), other) == "own"


@pytest.mark.parametrize(
    "document",
    [
        replace(sale(row()), bill_to=living_at(vat_number="GB123456789")),
        ordered(vat_number="GB123456789"),
        replace(sale(row()), bill_to=living_at(company="Wool & Mills Ltd")),
        ordered(company_id="7", company_name="Wool & Mills Ltd"),
        ordered(method="purchaseorder"),
        replace(sale(row()), order_currency="EUR"),
    ],
    ids=["VAT number", "VAT number of the order", "company", "company account", "unpaid", "foreign currency"],
)
def test_who_may_want_an_account_of_their_own_never_shares_one(document: SalesDocument) -> None:
    assert account_of(document, ALL) == "own"


def test_a_sale_without_an_e_mail_needs_none_there() -> None:
    assert account_of(ordered(email=""), ALL) == "WEBGBP"
    decision = decide(ordered(email=""), situation(chart=charted(GROUP), catalogue=COMPANY, accounts={}))
    assert codes(decision) == ["customer-without-email"]


def test_a_web_sales_account_on_hold_holds_the_sale() -> None:
    held = replace(COMPANY, accounts=(replace(WEB, on_hold=True),))
    decision = decide(sale(row()), situation(chart=charted(ALL), catalogue=held, accounts={}))
    assert codes(decision) == ["customer-on-hold"]


def test_a_web_sales_account_that_was_deleted_holds_the_sale() -> None:
    gone = replace(COMPANY, accounts=())
    decision = decide(sale(row()), situation(chart=charted(ALL), catalogue=gone, accounts={}))
    assert codes(decision) == ["web-sales-account-missing"]


class TestTheChart:
    def wrong(self, *rows: WebSalesRow) -> list[str]:
        return [finding.what for finding in check(charted(*rows), COMPANY)]

    def test_rows_that_are_clear_may_be_used(self) -> None:
        assert self.wrong(ALL, GROUP) == []

    def test_an_account_that_is_not_there_is_refused(self) -> None:
        (what,) = self.wrong(WebSalesRow(account_ref="WEBEUR"))
        assert "WEBEUR" in what

    def test_an_account_of_another_currency_is_refused(self) -> None:
        (what,) = self.wrong(replace(ALL, currency="EUR"))
        assert "GBP" in what

    def test_two_rows_that_a_sale_can_both_fit_are_refused(self) -> None:
        (what,) = self.wrong(GROUP, replace(ALL, website="1"))
        assert "WEBTRADE" in what
        assert "WEBGBP" in what

    def test_a_third_row_for_what_fits_both_settles_it(self) -> None:
        both = WebSalesRow(account_ref="WEBGBP", website="1", customer_group="3")
        assert self.wrong(GROUP, replace(ALL, website="1"), both) == []

    def test_two_rows_of_the_same_conditions_are_refused(self) -> None:
        assert len(self.wrong(ALL, replace(GROUP, customer_group=""))) == 1

    def test_rows_that_no_sale_can_both_fit_are_clear(self) -> None:
        assert self.wrong(GROUP, replace(ALL, customer_group="4")) == []
