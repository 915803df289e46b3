"""Lists that go wrong, and documents that appear while they are read: nothing is missed, nothing doubled.

What a list cannot be trusted in, the feed does not use: it says so, stays where it is, and goes on once the
shop is well again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from ml_connector.adobe.reads import AdobeReads
from ml_connector.adobe.sandbox import Document, PretendShop
from ml_connector.adobe.sandbox.arrivals import Arrival, copies
from ml_connector.adobe.sandbox.fault_lists import (
    BoundaryRepeated,
    CountLies,
    LastPageRepeated,
    PagesShifted,
    Poison,
    RowTwice,
    TooMuch,
)
from ml_connector.adobe.sandbox.faults import Fault
from ml_connector.clock import ManualClock
from ml_connector.errors import Code, NeedsPerson, TryAgain
from ml_connector.sync.ports import Flow
from tests.recorded.faulty_shops import Read, fresh_shop, in_the_shop, read_on, said
from tests.recorded.shop_clients import client

pytestmark = pytest.mark.slow

# Just after the recording; the newest invoice is of 13:41:10.
NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
UNREADABLE = Code.SHOP_ANSWER_UNREADABLE

# What is wrong, and what the feed says of it; each spoils the second page and every attempt at it.
SPOILT: dict[str, tuple[Fault, type[TryAgain | NeedsPerson], Code, str]] = {
    "a count too high": (CountLies(by=40), TryAgain, UNREADABLE, "It counts 40 rows and holds none."),
    "a row read before": (BoundaryRepeated(), TryAgain, UNREADABLE, "holds rows that were not asked for"),
    "a page too large": (TooMuch(rows=20), TryAgain, Code.SHOP_UNREACHABLE, "504 to V1/invoices"),
}


@pytest.fixture
def shop() -> PretendShop:
    return fresh_shop()


@pytest.fixture
def reads(shop: PretendShop) -> Iterator[AdobeReads]:
    with shop.running() as url, client(url) as shop_client:
        yield AdobeReads(shop_client, clock_at(timedelta()))


def clock_at(later: timedelta) -> ManualClock:
    """A clock that stands; its nonces are its own."""
    return ManualClock(at=NOW + later, seed=int(later.total_seconds()))


def stamped(shop: PretendShop, *, at: str, count: int, first_id: int) -> tuple[Document, ...]:
    """New invoices that were all written in one second."""
    return copies(shop.document("invoices", 1), count, first_id=first_id, created_at=at, updated_at=at)


def times(read: Read) -> Counter[int]:
    return Counter(read.ids)


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_list_stops_its_flow_with_a_sentence_and_costs_no_document(
    shop: PretendShop, reads: AdobeReads, name: str
) -> None:
    fault, kind, code, words = SPOILT[name]
    shop.faults.switch_on(replace(fault, after=1, times=3))
    read = read_on(reads, Flow.INVOICES)
    assert read.errors
    for error in read.errors:
        told = said(error)
        assert told[:2] == (kind, code)
        assert words in told[2]
    assert shop.faults.standing == ()
    assert read.ids == in_the_shop(shop, Flow.INVOICES)


def test_a_poison_document_spoils_itself_and_no_other(shop: PretendShop, reads: AdobeReads) -> None:
    """It comes as its number, with the shop's report for whoever has to mend it."""
    shop.faults.switch_on(Poison(kind="invoices", entity_id=120))
    assert [row.entity_id for row in reads.by_id("invoices", [119, 121])] == [119, 121]
    for ids in ([120], [119, 120, 121]):
        rows = reads.by_id("invoices", ids)
        assert [row.entity_id for row in rows] == ids
        assert [row.entity_id for row in rows if "Report ID: webapi-" in row.failure] == [120]
    assert read_on(reads, Flow.CREDIT_MEMOS).ids == in_the_shop(shop, Flow.CREDIT_MEMOS)


def test_a_row_that_comes_twice_counts_once(shop: PretendShop, reads: AdobeReads) -> None:
    shop.faults.switch_on(RowTwice(entity_id=120))
    read = read_on(reads, Flow.INVOICES)
    assert (read.ids, read.errors) == (in_the_shop(shop, Flow.INVOICES), [])


@pytest.mark.parametrize("by", [1, 40, -1, -100])
def test_a_count_that_always_lies_costs_no_document_and_no_end(
    shop: PretendShop, reads: AdobeReads, by: int
) -> None:
    """What the shop counts and does not show is asked for twice, and then believed not to be shown."""
    shop.faults.switch_on(CountLies(by=by))
    read = read_on(reads, Flow.INVOICES)
    assert read.ids == in_the_shop(shop, Flow.INVOICES)
    assert len(read.errors) <= 2, "once within a second that many share, once at the end"


def test_a_burst_of_more_than_two_pages_in_one_second_is_read_whole(
    shop: PretendShop, reads: AdobeReads
) -> None:
    """It comes between the first page and the second."""
    burst = stamped(shop, at="2026-11-23 13:59:59", count=250, first_id=9001)
    shop.faults.switch_on(Arrival(kind="invoices", documents=burst, after=1))
    read = read_on(reads, Flow.INVOICES)
    assert len(read.ids) == 176 + 250
    assert (read.ids, read.errors) == (in_the_shop(shop, Flow.INVOICES), [])


def test_documents_that_commit_late_are_noticed_by_the_next_sweep(shop: PretendShop) -> None:
    """They appear behind the position that was read up to, one a quarter of an hour behind the newest. The
    next sweep reads those minutes again: what it brings a second time is known by id and time."""
    late = stamped(shop, at="2026-11-23 13:26:11", count=1, first_id=9001)
    later = stamped(shop, at="2026-11-23 13:35:00", count=2, first_id=9002)
    with shop.running() as url, client(url) as shop_client:
        first = read_on(AdobeReads(shop_client, clock_at(timedelta())), Flow.INVOICES)
        shop.faults.switch_on(Arrival(kind="invoices", documents=late + later))
        next_clock = clock_at(timedelta(minutes=5))
        second = read_on(AdobeReads(shop_client, next_clock), Flow.INVOICES, first.cursor)
    assert max(times(first).values()) == max(times(second).values()) == 1
    assert {9001, 9002, 9003} <= {*second.ids}
    assert sorted({*first.seen, *second.seen}) == sorted(
        (int(str(row.document["entity_id"])), str(row.document["updated_at"]))
        for row in shop.data.table("invoices").rows
    )


def test_edits_while_a_sweep_is_under_way_are_noticed_as_they_last_were(
    shop: PretendShop, reads: AdobeReads
) -> None:
    """A document that moves from the page that is read next to the end comes once, as it then is."""
    moved = {**shop.document("invoices", 170), "updated_at": "2026-11-23 13:59:00"}
    again = {**shop.document("invoices", 1), "updated_at": "2026-11-23 13:59:30"}
    shop.faults.switch_on(Arrival(kind="invoices", documents=(moved, again), after=1))
    read = read_on(reads, Flow.INVOICES)
    came = times(read)
    assert (came[170], came[1]) == (1, 2)
    assert read.seen[-2:] == [(170, "2026-11-23 13:59:00"), (1, "2026-11-23 13:59:30")]
    assert sorted({*read.ids}) == in_the_shop(shop, Flow.INVOICES)


def test_a_shop_of_23_that_repeats_its_last_page_is_read_like_any_other(
    shop: PretendShop, reads: AdobeReads
) -> None:
    shop.faults.switch_on(LastPageRepeated())
    for flow in Flow:
        read = read_on(reads, flow)
        assert (read.ids, read.errors) == (in_the_shop(shop, flow), [])


@pytest.mark.parametrize("fault", [PagesShifted(), CountLies(by=1), CountLies(by=-1)], ids=repr)
def test_settings_of_more_than_a_page_are_whole_or_not_used(
    shop: PretendShop, reads: AdobeReads, fault: Fault
) -> None:
    """The tax rates, read page by page: rows that shift, and counts that lie. Past the end the shop repeats
    its last page, as 2.3 does: that is no way to go on for ever either."""
    rates = copies(shop.document("tax_rates", 1), 200, first_id=1001)
    shop.faults.switch_on(Arrival(kind="tax_rates", documents=rates), LastPageRepeated())
    with shop.faults.on(replace(fault, matching="/taxRates/")), pytest.raises(TryAgain) as caught:
        reads.settings()
    assert said(caught.value)[1] is UNREADABLE
    read = cast(list[object], reads.settings()["tax_rates"])
    assert len(read) == 11 + 200


@pytest.mark.parametrize("by", [-1, 5])
def test_settings_on_one_page_are_believed_against_a_count_that_always_lies(
    shop: PretendShop, reads: AdobeReads, by: int
) -> None:
    """Nothing can shift on a single page, and without its settings a shop would never be read again."""
    shop.faults.switch_on(CountLies(by=by, matching="/taxRates/"))
    assert len(cast(list[object], reads.settings()["tax_rates"])) == 11


def test_a_full_page_of_settings_is_not_taken_for_all_of_them(shop: PretendShop, reads: AdobeReads) -> None:
    """The shop counts no more than the first page holds, and has more."""
    rates = copies(shop.document("tax_rates", 1), 200, first_id=1001)
    shop.faults.switch_on(
        Arrival(kind="tax_rates", documents=rates), CountLies(by=-111, matching="/taxRates/")
    )
    with pytest.raises(TryAgain) as caught:
        reads.settings()
    assert said(caught.value)[1] is UNREADABLE
