"""Look-ups by id, what belongs to an order, and the shop's settings."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from urllib.parse import unquote

import pytest

from ml_connector.adobe.lists import Lists
from ml_connector.adobe.lookup import by_id, of_orders
from ml_connector.adobe.sandbox.jsontext import Document
from ml_connector.adobe.settings import settings
from ml_connector.errors import Code, Defect, TryAgain
from tests.specs.shop_tables import SaysShop, TableShop, document, second


def ids_asked(shop: TableShop) -> list[int]:
    """How many ids each request named."""
    lists = [re.search(r"\[value\]=([0-9,]+)&", unquote(asked)) for asked in shop.asked]
    return [len(found[1].split(",")) for found in lists if found]


def test_entities_are_asked_for_fifty_at_a_time_and_each_once() -> None:
    shop = TableShop("orders", [{"entity_id": number, "updated_at": second(0)} for number in range(1, 131)])
    found = by_id(Lists(shop), "orders", [*range(130, 0, -1), 7, 7])
    assert [payload.entity_id for payload in found] == list(range(1, 131))
    assert ids_asked(shop) == [50, 50, 30]


def test_nothing_is_asked_for_no_ids() -> None:
    shop = TableShop("orders", [])
    assert by_id(Lists(shop), "orders", []) == ()
    assert of_orders(Lists(shop), "invoices", []) == ()
    assert shop.asked == []


def test_an_entity_that_the_shop_does_not_have_is_left_out() -> None:
    shop = TableShop("invoices", [document(1, second(0)), document(3, second(0))])
    assert [payload.entity_id for payload in by_id(Lists(shop), "invoices", [1, 2, 3])] == [1, 3]


@pytest.mark.parametrize("kind", ["products", "customers"])
def test_products_and_customers_are_found_by_their_own_ids(kind: str) -> None:
    shop = TableShop(kind, [{"id": 4, "updated_at": second(0)}, {"id": 5, "updated_at": second(0)}])
    (found,) = by_id(Lists(shop), kind, [5])
    assert (found.kind, found.entity_id, found.order_id) == (kind, 5, 0)


def test_a_row_that_was_not_asked_for_is_dropped() -> None:
    """The shop compares loosely; what it returns is compared again."""
    says = SaysShop(json.dumps({"items": [document(1, second(0)), document(2, second(0))], "total_count": 2}))
    assert [payload.entity_id for payload in by_id(Lists(says), "invoices", [2])] == [2]
    assert [payload.order_id for payload in of_orders(Lists(says), "invoices", [1])] == [1]


def test_all_documents_of_an_order_are_read_even_when_they_fill_pages() -> None:
    documents = [document(number, second(0), order_id=1 + number % 2) for number in range(1, 501)]
    shop = TableShop("creditmemos", documents)
    found = of_orders(Lists(shop), "creditmemos", [2])
    assert [payload.entity_id for payload in found] == list(range(1, 501, 2))
    assert {payload.order_id for payload in found} == {2}
    assert len(shop.asked) == 3


def test_a_transaction_has_an_id_of_its_own_and_no_time_of_change() -> None:
    rows: list[Document] = [{"transaction_id": 9, "order_id": 3, "txn_type": "capture"}]
    (found,) = of_orders(Lists(TableShop("transactions", rows)), "transactions", [3])
    assert (found.entity_id, found.order_id, found.updated_at) == (9, 3, "")
    assert json.loads(found.body) == rows[0]


def test_a_shop_that_sends_fewer_rows_than_asked_loses_none() -> None:
    shop = TableShop("invoices", [document(number, second(0)) for number in range(1, 41)], cap=7)
    assert len(by_id(Lists(shop), "invoices", range(1, 41))) == 40


def test_a_shop_that_repeats_its_rows_for_ever_ends_in_an_error_and_not_in_a_loop() -> None:
    says = SaysShop(json.dumps({"items": [document(1, second(0))], "total_count": 3}))
    with pytest.raises(TryAgain) as caught:
        by_id(Lists(says), "invoices", [1, 2, 3])
    assert caught.value.finding.code is Code.SHOP_ANSWER_UNREADABLE


@pytest.mark.parametrize(("kind", "ids"), [("invoices", [0]), ("invoices", [-1, 4]), ("carts", [1])])
def test_an_id_or_kind_that_the_shop_cannot_have_is_our_defect(kind: str, ids: list[int]) -> None:
    with pytest.raises(Defect):
        by_id(Lists(SaysShop("{}")), kind, ids)


@pytest.mark.parametrize("kind", ["orders", "products"])
def test_only_documents_and_transactions_are_asked_for_by_order(kind: str) -> None:
    with pytest.raises(Defect):
        of_orders(Lists(SaysShop("{}")), kind, [1])


class SetUpShop:
    """The settings of a shop: the arrays and searches that it is given, empty otherwise."""

    def __init__(self, searches: Mapping[str, list[object]], *, grows: bool = False) -> None:
        self._searches = searches
        self._grows = grows
        self.asked = 0

    def get(self, path: str, query: str = "") -> str:
        self.asked += 1
        if path.startswith("store/"):
            return f'[{{"of":"{path}","rate":1.10}}]'
        rows = self._searches.get(path, [])
        page = int(query.rpartition("=")[2])
        size = 100
        items = rows[(page - 1) * size : page * size]
        return json.dumps({"items": items, "total_count": len(rows) + (page if self._grows else 0)})


def test_the_settings_are_one_object_with_every_list_whole() -> None:
    rates: list[object] = [{"id": number, "rate": 20} for number in range(250)]
    shop = SetUpShop({"taxRates/search": rates})
    read = settings(Lists(shop))
    assert set(read) == {
        *("websites", "store_groups", "store_views", "store_configs"),
        *("customer_groups", "tax_classes", "tax_rates", "tax_rules"),
    }
    assert read["tax_rates"] == rates
    assert read["tax_rules"] == []
    assert read["websites"] == [{"of": "store/websites", "rate": Decimal("1.10")}]
    assert shop.asked == 10


@pytest.mark.parametrize(
    "shop",
    [
        SetUpShop({"taxRates/search": [{"id": number} for number in range(150)]}, grows=True),
        SetUpShop({"taxClasses/search": [{"id": number % 149} for number in range(150)]}),
        SaysShop("{}"),
        SaysShop("[]"),
        SaysShop("[{]"),
    ],
    ids=["it grows meanwhile", "a row comes twice", "no list", "no search", "no JSON"],
)
def test_settings_that_are_not_whole_are_read_again(shop: SetUpShop | SaysShop) -> None:
    with pytest.raises(TryAgain) as caught:
        settings(Lists(shop))
    assert caught.value.finding.code is Code.SHOP_ANSWER_UNREADABLE
