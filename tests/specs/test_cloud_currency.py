"""In which currency a document counts is read off the shop's own payload and the chart, never off a plan."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest

from ml_connector.cloud.deciding import Rules
from ml_connector.cloud.overview import proof
from ml_connector.documents.identity import Kind
from ml_connector.documents.shop import ShopFacts
from ml_connector.errors import Code
from ml_connector.posting.chart import Chart
from ml_connector.posting.choices.currencies import CurrencyChoices, InOrderCurrency
from ml_connector.posting.plan import Held
from ml_connector.sync.passage import State
from ml_connector.sync.ports import Seen
from ml_connector.sync.protocol import CommandReceipt
from tests.specs.posting_company import CHART
from tests.specs.shop_payloads import FACTS as SHOP_FACTS
from tests.specs.shop_payloads import document
from tests.specs.sync_kit import Teller, finding, invoice, memo
from tests.specs.sync_place import Place, a_place, receipt

D = Decimal
EURO_VIEW = replace(next(view for view in SHOP_FACTS.store_views if view.website == "1"), id="3")
FACTS = replace(SHOP_FACTS, store_views=(*SHOP_FACTS.store_views, EURO_VIEW))
IN_EUROS = replace(
    CHART, currencies=CurrencyChoices(in_order_currency=(InOrderCurrency(currency="EUR", website="1"),))
)


def seen(chart: Chart | None, facts: ShopFacts | None = FACTS, **changes: object) -> Seen:
    usual = {"store_id": 3, "order_currency_code": "EUR", "grand_total": 49.16, "base_grand_total": 41.90}
    rules = Rules(
        connection_id="shop",
        tag="K7",
        chart_version=0,
        chart=chart,
        facts=facts,
        catalogue=None,
        index=None,
    )
    return rules.see(Kind.INVOICE, json.dumps(document(**usual | changes)))


def counts(found: Seen) -> tuple[str, Decimal, str, Decimal]:
    return found.currency, found.total, found.base_currency, found.base_total


IN_ITS_OWN = ("EUR", D("49.16"), "GBP", D("41.9"))
IN_BASE = ("GBP", D("41.9"), "", D(0))


def test_a_document_counts_in_base_currency_unless_the_chart_says_otherwise() -> None:
    assert counts(seen(CHART)) == IN_BASE
    assert counts(seen(IN_EUROS)) == IN_ITS_OWN


def test_before_there_is_a_chart_it_counts_in_base_currency() -> None:
    assert counts(seen(None)) == IN_BASE


def test_a_row_for_another_store_view_or_website_or_currency_says_nothing() -> None:
    rows = (
        InOrderCurrency(currency="EUR", website="1", store_view="4"),
        InOrderCurrency(currency="EUR", website="2"),
        InOrderCurrency(currency="USD"),
    )
    for row in rows:
        chart = replace(CHART, currencies=CurrencyChoices(in_order_currency=(row,)))
        assert counts(seen(chart)) == IN_BASE


def test_a_website_with_another_base_currency_counts_in_that() -> None:
    """It is held, so it counts as what it is."""
    found = seen(IN_EUROS, base_currency_code="USD")
    assert counts(found) == ("USD", D("41.9"), "", D(0))


@dataclass
class InEuros(Teller):
    """By the second chart every document counts in euros; its base figure is the shop's."""

    chart_version: int = 2

    def see(self, kind: Kind, body: str) -> Seen:
        seen = super().see(kind, body)
        both = {"EUR": 2 * seen.total, "GBP": seen.total}
        return replace(
            seen,
            currency="EUR",
            total=both["EUR"],
            base_currency="GBP",
            base_total=seen.total,
            totals=both,
        )


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with a_place(tmp_path) as made:
        yield made


def counted(place: Place, entity: int) -> tuple[str, Decimal, str, Decimal]:
    record = place.record(entity)
    return record.shop_currency, record.shop_total, record.shop_base_currency, record.shop_base_total


def new_chart(place: Place) -> None:
    """What a connection does when a chart is accepted."""
    place.teller = InEuros(says=place.teller.says)
    with place.ledger.begin() as tx:
        tx.mark_due()


def test_by_a_new_chart_what_was_not_written_counts_anew(place: Place) -> None:
    place.teller.says["1"] = Held(findings=(finding(Code.TENDER_UNSET),))
    place.shop.page(invoice(1, "12.00"))
    place.post_everything()
    assert counted(place, 1) == ("GBP", D("12.00"), "", D(0))
    new_chart(place)
    place.settle()
    assert place.record(1).state is State.HELD
    assert counted(place, 1) == ("EUR", D("24.00"), "GBP", D("12.00"))


def test_what_was_written_counts_as_it_was_posted(place: Place) -> None:
    """Even when its payload comes again after the chart was changed."""
    place.shop.page(invoice(1, "12.00"))
    place.post_everything()
    new_chart(place)
    place.settle()
    place.shop.page(invoice(1, "12.00", note="delivered to a neighbour"))
    place.post_everything()
    assert place.record(1).state is State.PROVED
    assert counted(place, 1) == ("GBP", D("12.00"), "", D(0))


def test_a_credit_memo_counts_minus_on_both_sides(place: Place) -> None:
    place.teller = InEuros()
    place.shop.page(invoice(1, "12.00", order=9))
    place.shop.page(memo(3, "5.00", order=9))
    place.sweep()
    record = place.memo(3)
    assert (record.shop_total, record.shop_base_total) == (D("-10.00"), D("-5.00"))


def test_what_sage_made_of_it_in_base_currency_is_told_beside_the_proof(place: Place) -> None:
    """The agent tells it with the ledger update; a sale in base currency tells none."""
    place.teller = InEuros()
    place.shop.page(invoice(1, "12.00"), invoice(2, "10.00"))
    place.sweep()
    place.settle()
    told_by_sage = {"K7-I1": 1234, "K7-I2": 985}
    while commands := place.lease():
        place.give(*(_with_base(receipt(each), told_by_sage.get(each.plan.reference)) for each in commands))
        place.settle()
    shown = proof(place.ledger)
    assert shown["exchange"] == [
        told_as("000000001", "K7-I1", posted="24.00", shop="12.00", sage="12.34", difference="0.34"),
        told_as("000000002", "K7-I2", posted="20.00", shop="10.00", sage="9.85", difference="-0.15"),
    ]
    assert shown["exchange_in_all"] == [
        {"currency": "EUR", "base_currency": "GBP", "difference": D("0.19")},
    ]


def _with_base(told: CommandReceipt, base_gross: int | None) -> CommandReceipt:
    if base_gross is None:
        return told
    numbers = {"header": 1, "base_gross": base_gross}
    return replace(told, effects=tuple(replace(each, numbers=numbers) for each in told.effects))


def told_as(
    number: str, reference: str, *, posted: str, shop: str, sage: str, difference: str
) -> dict[str, object]:
    return {
        "number": number,
        "reference": reference,
        "currency": "EUR",
        "posted": D(posted),
        "base_currency": "GBP",
        "shop_base": D(shop),
        "sage_base": D(sage),
        "difference": D(difference),
    }
