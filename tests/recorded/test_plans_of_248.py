"""2.4.8's other row totals change no plan: neither of the sampled orders nor of any of the recorded shop's.

The samples are orders that a shop sent once with the code of 2.4.7 and once with that of 2.4.8, each with its
invoice (reference: adobe_commerce.md §5.2). The lines of invoices and credit memos are not touched by it, and
these alone are booked.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import cast

import pytest

from ml_connector.adobe.reader import Bundle, read_bundle
from ml_connector.adobe.sandbox import Document, ShopData
from ml_connector.adobe.sandbox.fault_lists import RowTotalsOf248
from ml_connector.adobe.sandbox.jsontext import write
from ml_connector.documents.identity import Kind
from ml_connector.documents.money import to_minor
from ml_connector.posting.chart import Gate
from ml_connector.posting.choices.stock import SpecialCode, StandIn
from ml_connector.posting.customers.shopper import shopper_of
from ml_connector.posting.decide import decide
from ml_connector.posting.plan import Decision, Planned
from tests.recorded.posted_shop import PostedShop
from tests.recorded.test_row_totals_of_248 import SAMPLES
from tests.specs.posting_company import CHART, YES
from tests.specs.posting_examples import situation
from tests.specs.shop_payloads import FACTS

ANY_PRODUCT = StandIn(code=SpecialCode.ITEM, accepted=YES)


def planned_from(sample: dict[str, Document], version: str) -> Decision:
    """The decision on the sample's invoice, with its order as this version sends it."""
    order, invoice = write(sample[version]), write(sample["invoice"])
    document = read_bundle(
        Bundle(kind=Kind.INVOICE, document=invoice, order=order, invoices=(invoice,)), FACTS
    )
    chart = replace(CHART, stock=replace(CHART.stock, missing=ANY_PRODUCT))
    shopper = shopper_of(document, chart)
    return decide(document, situation(chart=chart, accounts={shopper.entity: "LAB00001"}))


@pytest.mark.parametrize("name", SAMPLES)
def test_an_invoice_of_a_248_order_is_planned_as_its_247_twin(name: str) -> None:
    sample = SAMPLES[name]
    assert sample["2.4.7"]["items"] != sample["2.4.8"]["items"]
    decision = planned_from(sample, "2.4.8")
    assert decision == planned_from(sample, "2.4.7")
    assert isinstance(decision, Planned), decision
    total = cast(int | Decimal, sample["invoice"]["base_grand_total"])
    assert decision.plan.gross == to_minor(Decimal(total))


@pytest.mark.slow
def test_every_document_of_the_recorded_shop_is_decided_alike_for_either_version() -> None:
    shop = ShopData.recorded()
    orders = shop.table("orders")
    as_248 = [RowTotalsOf248().shown(orders, row).document for row in orders.rows]
    shop.write("orders", *as_248)
    assert [row.text for row in orders.rows] != [row.text for row in shop.table("orders").rows]
    usual = [posted.decision for posted in PostedShop(gate=Gate.INVOICED).decide_all()]
    assert [posted.decision for posted in PostedShop(gate=Gate.INVOICED, _shop=shop).decide_all()] == usual
