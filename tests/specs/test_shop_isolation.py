"""A document that the shop fails on: found by its number, handed on as such, and everything else is read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml_connector.adobe.feed import changes
from ml_connector.adobe.isolate import FAILING_MAX
from ml_connector.adobe.lists import Lists
from ml_connector.adobe.lookup import by_id, count, ids, of_orders
from ml_connector.adobe.trouble import ServerFault
from ml_connector.errors import TryAgain
from ml_connector.sync.ports import Flow, Payload
from ml_connector.sync.reading import Extent
from tests.specs.shop_in_tables import (
    FAULT,
    REPORT,
    TablesShop,
    filled,
    shop_document,
    shop_order,
    shop_transaction,
)
from tests.specs.shop_tables import CALLS_MAX, MIDDAY, second

NOW = MIDDAY + timedelta(days=1)


def swept(
    lists: Lists, flow: Flow, cursor: str = "", known: tuple[int, ...] = ()
) -> tuple[list[Payload], str]:
    """A sweep by somebody who leaves out what the shop was seen to fail on."""
    payloads: list[Payload] = []
    for _ in range(CALLS_MAX):
        failing = tuple(sorted(each.entity_id for each in payloads if each.failure))
        page = changes(lists, flow, cursor, NOW, Extent(without=(*known, *failing)))
        payloads += page.payloads
        cursor = page.cursor
        if not page.more:
            return payloads, cursor
    raise AssertionError("this sweep never ends")


def served(payloads: list[Payload]) -> list[int]:
    return sorted(each.entity_id for each in payloads if not each.failure)


def failing(payloads: list[Payload] | tuple[Payload, ...]) -> list[int]:
    return [each.entity_id for each in payloads if each.failure]


@pytest.mark.parametrize("entity_id", [1, 2, 99, 100, 101, 229, 230])
def test_one_document_that_cannot_be_served_does_not_hold_up_the_others(entity_id: int) -> None:
    """Wherever it stands: first and last of all, and at either side of a page's end."""
    shop = filled(230)
    shop.fails.add(("invoices", entity_id))
    payloads, _ = swept(Lists(shop), Flow.INVOICES)
    assert failing(payloads) == [entity_id]
    assert served(payloads) == [each for each in range(1, 231) if each != entity_id]


def test_it_is_told_with_the_shop_s_own_report() -> None:
    shop = filled(30)
    shop.fails.add(("invoices", 7))
    payloads, _ = swept(Lists(shop), Flow.INVOICES)
    (failed,) = [each for each in payloads if each.failure]
    assert (failed.kind, failed.body, failed.failure) == ("invoices", "", REPORT)


def test_a_shop_that_can_name_it_is_not_searched() -> None:
    """Where the fault lies in what else the document holds, its id is asked for alone."""
    asked: list[int] = []
    for named in (False, True):
        shop = TablesShop(
            invoices=[shop_document(each, second(each)) for each in (1, 2, 3_000_000, 3_000_001)]
        )
        shop.fails.add(("invoices", 3_000_000))
        if named:
            shop.named.add(("invoices", 3_000_000))
        payloads, _ = swept(Lists(shop), Flow.INVOICES)
        assert (failing(payloads), served(payloads)) == ([3_000_000], [1, 2, 3_000_001])
        asked.append(len(shop.asked))
    assert asked[1] < 25 < asked[0] < 75


def test_finding_it_costs_requests_for_single_rows_only() -> None:
    shop = filled(100)
    shop.fails.add(("invoices", 60))
    lists = Lists(shop)
    swept(lists, Flow.INVOICES)
    assert len(shop.asked) < 60


def any_may_fail(fails: set[int], seconds: list[int]) -> None:
    """As long as the shop serves its oldest or its newest."""
    last = len(seconds)
    shop = TablesShop(invoices=[shop_document(each + 1, second(at)) for each, at in enumerate(seconds)])
    shop.fails = {("invoices", each) for each in fails - {last}}
    payloads, _ = swept(Lists(shop), Flow.INVOICES)
    assert sorted(failing(payloads)) == sorted(fails - {last})
    assert served(payloads) == sorted(set(range(1, last + 1)) - (fails - {last}))


@settings(max_examples=10, deadline=None)
@given(
    st.sets(st.integers(1, 20), min_size=1, max_size=4),
    st.lists(st.integers(0, 3), min_size=20, max_size=20),
)
def test_any_documents_may_fail_many_of_them_in_one_second(fails: set[int], seconds: list[int]) -> None:
    any_may_fail(fails, seconds)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(
    st.sets(st.integers(1, 60), min_size=1, max_size=12),
    st.lists(st.integers(0, 5), min_size=60, max_size=60),
)
def test_any_of_many_documents_may_fail(fails: set[int], seconds: list[int]) -> None:
    any_may_fail(fails, seconds)


def test_a_shop_that_fails_on_everything_is_told_as_such_and_nobody_is_blamed() -> None:
    shop = filled(30)
    shop.fails = {("invoices", each) for each in range(1, 31)}
    lists = Lists(shop)
    with pytest.raises(ServerFault):
        changes(lists, Flow.INVOICES, "", NOW)
    with pytest.raises(ServerFault):
        by_id(lists, "invoices", [3])
    assert len(shop.asked) < 20


def test_a_shop_that_fails_on_more_than_a_hundred_is_left_to_a_person() -> None:
    shop = filled(300)
    shop.fails = {("invoices", each) for each in range(2, 250)}
    known = tuple(range(2, 2 + FAILING_MAX))
    with pytest.raises(ServerFault):
        swept(Lists(shop), Flow.INVOICES, known=known)
    assert len(shop.asked) < 20


def test_a_fault_that_passes_meanwhile_blames_nobody() -> None:
    """The shop serves the very document when it is asked for by its number: it is read again, that is all."""
    shop = filled(30)
    shop.fails.add(("invoices", 9))
    lists = Lists(shop)

    def mend(_: str) -> None:
        if shop.asked and "lteq" in shop.asked[-1][1]:
            shop.fails.clear()

    shop.before = mend
    with pytest.raises(TryAgain):
        swept(lists, Flow.INVOICES)
    payloads, _ = swept(lists, Flow.INVOICES)
    assert (failing(payloads), served(payloads)) == ([], [*range(1, 31)])


def test_a_fault_that_comes_while_it_is_looked_for_is_asked_again() -> None:
    """Every look is a request like any other."""
    shop = filled(30)
    shop.fails.add(("invoices", 9))
    lists = Lists(shop)

    def overloaded(_: str) -> None:
        if len(shop.asked) == 12:
            shop.asked.append(("", ""))
            raise TryAgain(FAULT)

    shop.before = overloaded
    with pytest.raises(TryAgain):
        swept(lists, Flow.INVOICES)
    assert failing(swept(lists, Flow.INVOICES)[0]) == [9]


# By id, of an order, in a list of ids


@pytest.mark.parametrize("fails", [{1}, {25}, {50}, {60}, {1, 2, 3}, {7, 33, 51, 60}])
def test_entities_by_id_come_without_the_one_that_fails(fails: set[int]) -> None:
    shop = filled(61)
    shop.fails = {("orders", each) for each in fails}
    rows = by_id(Lists(shop), "orders", range(1, 61))
    assert [row.entity_id for row in rows] == list(range(1, 61))
    assert set(failing(rows)) == fails


def test_asking_for_one_that_fails_costs_a_handful_of_requests() -> None:
    shop = filled(61)
    shop.fails.add(("orders", 40))
    lists = Lists(shop)
    assert failing(by_id(lists, "orders", [40])) == [40]
    assert len(shop.asked) <= 4
    shop.asked.clear()
    by_id(lists, "orders", range(1, 31))
    assert len(shop.asked) == 1, "whole pages all the same"


@pytest.mark.parametrize("fails", [1, 31, 60])
def test_what_fails_of_an_order_s_is_told_with_its_order(fails: int) -> None:
    shop = TablesShop(
        orders=[shop_order(each, second(each)) for each in range(1, 61)],
        transactions=[shop_transaction(1000 + each, each) for each in range(1, 61)],
    )
    shop.fails.add(("transactions", 1000 + fails))
    rows = of_orders(Lists(shop), "transactions", range(1, 61))
    assert [row.entity_id for row in rows] == list(range(1001, 1061))
    assert [(row.entity_id, row.order_id) for row in rows if row.failure] == [(1000 + fails, fails)]


def test_ids_are_read_past_the_one_that_fails() -> None:
    shop = filled(130)
    shop.fails.add(("invoices", 90))
    lists = Lists(shop)
    found: dict[int, str] = {}
    told: list[int] = []
    after = 0
    for _ in range(20):
        page = ids(lists, Flow.INVOICES, Extent(after=after, without=tuple(told)))
        found |= page.found
        told += failing(page.failing)
        after = max([*found, *told])
        if not page.more:
            break
    assert (sorted(found), told) == ([each for each in range(1, 131) if each != 90], [90])
    assert found[130] == second(130)


def test_a_count_loads_no_document_and_fails_on_none() -> None:
    shop = filled(130)
    shop.fails = {("invoices", each) for each in range(1, 131)}
    assert count(Lists(shop), Flow.INVOICES, Extent(after=10, up_to=30)) == 20
    assert count(Lists(shop), Flow.INVOICES, Extent(without=(1, 2))) == 128
