"""2.4.8 sends other row totals of orders than every version before it: the switch for it, and what we read.

The samples are orders of one shop, sent once with the 2.4.7 and once with the 2.4.8 code
(reference: adobe_commerce.md §5.2).
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import cast

import pytest

from ml_connector.adobe.reader import Bundle, read_bundle, shop_facts
from ml_connector.adobe.sandbox import Document, ShopData
from ml_connector.adobe.sandbox.entities import BY_KIND
from ml_connector.adobe.sandbox.fault_lists import RowTotalsOf248
from ml_connector.adobe.sandbox.table import Row, Table
from ml_connector.documents.identity import Kind
from tests.recorded.faulty_shops import fresh_shop
from tests.recorded.replay import HERE, Signing, ask

_LINES = lzma.decompress((HERE / "row_totals_of_248.jsonl.xz").read_bytes()).decode().splitlines()
SAMPLES = {
    str(sample["name"]): cast("dict[str, Document]", sample)
    for sample in (json.loads(line, parse_float=Decimal) for line in _LINES)
}


@pytest.mark.parametrize("name", SAMPLES)
def test_an_order_is_sent_as_248_sends_it(name: str) -> None:
    as_247 = Table.of(BY_KIND["orders"], [SAMPLES[name]["2.4.7"]])
    shown = RowTotalsOf248().shown(as_247, as_247.rows[0])
    assert shown.document == SAMPLES[name]["2.4.8"] != as_247.rows[0].document


def test_the_switch_bends_orders_in_lists_and_alone_and_nothing_else() -> None:
    paths = ("orders/5", "orders?searchCriteria%5BpageSize%5D=2", "invoices/5")
    shop = fresh_shop()
    with shop.running() as base_url:

        def asked() -> list[bytes]:
            return [ask(base_url, f"/rest/V1/{path}", signing=Signing()).body for path in paths]

        before = asked()
        with shop.faults.on(RowTotalsOf248()):
            during = asked()
        assert asked() == before
    assert [now == then for now, then in zip(during, before, strict=True)] == [False, False, True]


def test_every_document_reads_the_same_from_a_shop_of_either_version() -> None:
    """All invoices and credit memos of the recorded shop, each with its order as both versions send it."""
    data = fresh_shop().data
    orders = data.table("orders")
    facts = shop_facts(_settings(data))
    read = 0
    for kind, listing in ((Kind.INVOICE, "invoices"), (Kind.CREDIT_MEMO, "creditmemos")):
        for row in data.table(listing).rows:
            order = cast(Row, orders.row_of(cast(int, row.document["order_id"])))
            bundle = Bundle(
                kind=kind,
                document=row.text,
                order=order.text,
                invoices=(),
                memos=(),
                transactions=(),
                products=(),
            )
            otherwise = replace(bundle, order=RowTotalsOf248().shown(orders, order).text)
            assert read_bundle(bundle, facts) == read_bundle(otherwise, facts)
            read += 1
    assert read == 176 + 38


def _settings(data: ShopData) -> Mapping[str, object]:
    lists = ("customer_groups", "tax_classes", "tax_rates", "tax_rules")
    stores = ("websites", "store_views", "store_configs")
    return {
        **{name: [row.document for row in data.table(name).rows] for name in lists},
        **{name: data.setting(name) for name in stores},
    }
