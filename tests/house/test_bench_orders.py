"""The shop of the bench gives both readers what they ask for, and refuses what it would have to guess."""

from __future__ import annotations

import json
from typing import cast

import pytest

from bench.recorded_orders import TEMPLATES, NotAskedLikeThis, Orders, time_of
from ml_connector.adobe.criteria import Condition, Filter, query
from ml_connector.adobe.sandbox.data import ShopData

ORDERS = Orders.of(230)
KEYSET = ("updated_at", "entity_id")


def ids(asked: str) -> list[int]:
    """The orders in the answer, and as the last one how many there are in all."""
    answer = cast(dict[str, object], json.loads(ORDERS.page(asked)))
    items = cast(list[dict[str, int]], answer["items"])
    return [*(item["entity_id"] for item in items), cast(int, answer["total_count"])]


def behind(condition: Condition, number: int) -> list[Filter]:
    return [Filter("updated_at", condition, time_of(number))]


def test_pages_by_number_hold_every_order_once_and_end_in_an_empty_one() -> None:
    pages = [ids(query([], sort=("entity_id",), page_size=100, page=page)) for page in (1, 2, 3, 4)]
    assert [page[-1] for page in pages] == [230] * 4
    assert [one for page in pages for one in page[:-1]] == list(range(1, 231))
    assert pages[3] == [230]


def test_pages_behind_a_position_begin_there() -> None:
    assert ids(query([], sort=KEYSET, page_size=3)) == [1, 2, 3, 230]
    assert ids(query(behind(Condition.GT, 100), sort=KEYSET, page_size=3)) == [101, 102, 103, 130]
    assert ids(query(behind(Condition.GTEQ, 100), sort=KEYSET, page_size=3)) == [100, 101, 102, 131]
    assert ids(query(behind(Condition.GT, 228), sort=KEYSET, page_size=3)) == [229, 230, 2]
    assert ids(query(behind(Condition.GT, 230), sort=KEYSET, page_size=3)) == [0]
    within = [*behind(Condition.EQ, 7), Filter("entity_id", Condition.GT, "7")]
    assert ids(query(within, sort=("entity_id",), page_size=3)) == [0]


def test_an_order_is_a_recorded_one_but_for_what_has_to_differ() -> None:
    recorded = {row.columns["entity_id"]: row.text for row in ShopData.recorded().table("orders").rows}
    for number in (1, 2, 3, 4, 5):
        made = cast(dict[str, object], json.loads(ORDERS.text(number)))
        original = cast(dict[str, object], json.loads(recorded[TEMPLATES[number % len(TEMPLATES)]]))
        assert made["increment_id"] == f"{number:09}"
        assert made["updated_at"] == time_of(number)
        assert made.keys() == original.keys()
        assert made["grand_total"] == original["grand_total"]
        assert 5_000 < len(ORDERS.text(number)) < 6_500


@pytest.mark.parametrize(
    "asked",
    [
        query([Filter("status", Condition.EQ, "complete")], sort=KEYSET, page_size=3),
        query([Filter("entity_id", Condition.IN, "1,2")], sort=KEYSET, page_size=3),
        query([], sort=("created_at",), page_size=3),
        query([], sort=KEYSET, page_size=3, descending=True),
        "searchCriteria[currentPage]=1",
    ],
)
def test_whatever_it_was_not_made_for_is_an_error(asked: str) -> None:
    with pytest.raises(NotAskedLikeThis):
        ORDERS.page(asked)
