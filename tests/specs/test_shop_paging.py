"""How many rows are asked for at once: half after trouble, more again later, never above the shop's limit."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import unquote

import pytest

from ml_connector.adobe.feed import changes
from ml_connector.adobe.listing import RESOURCES
from ml_connector.adobe.lists import Lists
from ml_connector.adobe.lookup import by_id
from ml_connector.adobe.settings import settings
from ml_connector.adobe.trouble import Overloaded, PageTooLarge
from ml_connector.errors import Code, Finding, NeedsPerson, TryAgain
from ml_connector.sync.ports import Flow
from tests.specs.running_shop import RunningShop
from tests.specs.shop_tables import CALLS_MAX, MIDDAY, SaysShop

FINDING = Finding(code=Code.SHOP_UNREACHABLE, what="It did not come.", why="It was much.", fix="Ask again.")
NOW = MIDDAY + timedelta(days=1)


class WeakShop:
    """Brings pages of `brings` rows at most, and refuses to be asked for more than `limit`."""

    def __init__(self, number: int) -> None:
        self._shop = RunningShop(number, kinds=("invoices",))
        self.brings = self.limit = 1000
        self.sizes: list[int] = []

    def get(self, path: str, query: str = "") -> str:
        self.sizes.append(size_of(query))
        if self.sizes[-1] > self.limit:
            raise PageTooLarge(FINDING, self.limit)
        if self.sizes[-1] > self.brings:
            raise Overloaded(FINDING)
        return self._shop.get(path, query)


def size_of(query: str) -> int:
    found = re.search(r"\[pageSize\]=([0-9]+)", unquote(query))
    assert found
    return int(found[1])


def read_all(lists: Lists, troubled: Callable[[], None] = lambda: None) -> list[int]:
    """A sweep by somebody who asks again after every error."""
    seen: list[int] = []
    cursor = ""
    for _ in range(CALLS_MAX):
        try:
            page = changes(lists, Flow.INVOICES, cursor, NOW)
        except TryAgain:
            troubled()
            continue
        seen += [payload.entity_id for payload in page.payloads]
        cursor = page.cursor
        if not page.more:
            return seen
    raise AssertionError("this sweep never ends")


@pytest.mark.parametrize("brings", [1, 3, 12, 49, 99])
def test_a_shop_that_cannot_bring_a_page_is_asked_for_half_until_it_can(brings: int) -> None:
    """The cursor fits every page size: nothing is missed, and nothing comes twice."""
    shop = WeakShop(230)
    shop.brings = brings
    troubles: list[None] = []
    seen = read_all(Lists(shop), lambda: troubles.append(None))
    assert seen == list(range(1, 231))
    assert shop.sizes[:2] == [100, 50]
    assert len(troubles) <= 7 + 8, "the way down, and now and then a try whether it has recovered"


def test_each_error_halves_once_and_the_pause_is_the_caller_s() -> None:
    """When one row alone did not come for the third time, its oldest and newest are tried: the whole shop is
    in trouble, and no one document."""
    shop = WeakShop(10)
    shop.brings = 0
    lists = Lists(shop)
    for _ in range(10):
        with pytest.raises(TryAgain):
            changes(lists, Flow.INVOICES, "", NOW)
    assert shop.sizes == [100, 50, 25, 12, 6, 3, 1, 1, 1, 1, 1, 1]


def test_a_shop_that_has_recovered_is_asked_for_whole_pages_again() -> None:
    shop = WeakShop(2000)
    shop.brings = 10
    lists = Lists(shop)
    read_all(lists)
    shop.brings = 1000
    shop.sizes.clear()
    assert len(read_all(lists)) == 2000
    assert shop.sizes[-1] == 100
    assert shop.sizes == sorted(shop.sizes), "it only grows while all is well"


def test_a_shop_that_stays_weak_is_tried_less_and_less_often() -> None:
    shop = WeakShop(2000)
    shop.brings = 10
    read_all(Lists(shop))
    too_much = [number for number, size in enumerate(shop.sizes) if size > 10]
    later = [number for number in too_much if number > len(shop.sizes) / 2]
    assert 0 < len(later) < len(shop.sizes) / 80
    assert len(too_much) < len(shop.sizes) / 20


def test_the_trouble_of_one_list_leaves_the_others_alone() -> None:
    lists = Lists(WeakShop(10))
    lists.sizes.halve("orders", 50)
    changes(lists, Flow.INVOICES, "", NOW)
    assert (lists.sizes.of("orders", 50), lists.sizes.of("invoices", 100)) == (25, 100)


@pytest.mark.parametrize("limit", [1, 20, 50, 99])
def test_the_shop_s_own_limit_is_obeyed_at_once_and_for_good(limit: int) -> None:
    shop = WeakShop(130)
    shop.limit = limit
    assert read_all(Lists(shop)) == list(range(1, 131))
    assert shop.sizes[0] == 100
    assert set(shop.sizes[1:]) == {limit}


def test_a_limit_counts_for_every_list_of_the_shop() -> None:
    shop = WeakShop(130)
    shop.limit = 20
    lists = Lists(shop)
    read_all(lists)
    shop.sizes.clear()
    assert len(by_id(lists, "invoices", range(1, 51))) == 50
    assert set(shop.sizes) == {20}
    assert lists.sizes.of("products", 50) == 20


def test_a_limit_that_is_above_what_was_asked_is_a_person_s_matter() -> None:
    """It would be asked the same for ever."""

    class Odd(SaysShop):
        def get(self, path: str, query: str = "") -> str:
            del path, query
            raise PageTooLarge(FINDING, 300)

    with pytest.raises(NeedsPerson):
        changes(Lists(Odd("")), Flow.INVOICES, "", NOW)


def test_the_shop_s_settings_are_read_within_its_limit() -> None:
    asked: list[int] = []

    class Limited(SaysShop):
        def get(self, path: str, query: str = "") -> str:
            del path
            if not query:
                return "[]"
            asked.append(size_of(query))
            if asked[-1] > 20:
                raise PageTooLarge(FINDING, 20)
            return '{"items":[],"total_count":0}'

    assert settings(Lists(Limited("")))["tax_rates"] == []
    assert asked == [100, 20, 20, 20, 20]


def test_a_count_is_asked_without_any_row() -> None:
    """Behind the last page: no row has to be loaded for it, but by a shop of 2.3, which repeats its last."""
    shop = RunningShop(130)
    assert Lists(shop).count(RESOURCES["invoices"], []) == 130
    assert "[currentPage]=1000000000" in unquote(shop.asked[0][1])
