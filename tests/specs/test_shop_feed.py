"""The feed: everything that changed is noticed, whatever the shop does meanwhile, and reading always ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml_connector.adobe.feed import changes
from ml_connector.adobe.lists import Lists
from ml_connector.adobe.sandbox.jsontext import Document
from ml_connector.adobe.shop import ShopGet
from ml_connector.errors import Code, Defect, TryAgain
from ml_connector.sync.ports import Flow, Payload
from tests.specs.shop_tables import CALLS_MAX, MIDDAY, SaysShop, TableShop, document, second

LATER = MIDDAY + timedelta(days=1)
Seen = tuple[int, str]


def swept(
    shop: ShopGet, flow: Flow, cursor: str = "", *, now: Callable[[], datetime] = lambda: LATER
) -> tuple[list[Payload], str]:
    """One sweep to its end: the payloads of all pages, and the cursor behind them."""
    payloads: list[Payload] = []
    lists = Lists(shop)
    for _ in range(CALLS_MAX):
        page = changes(lists, flow, cursor, now())
        payloads += page.payloads
        cursor = page.cursor
        if not page.more:
            return payloads, cursor
    raise AssertionError("this sweep never ends")


def seen(payloads: list[Payload]) -> list[Seen]:
    return [(payload.entity_id, payload.updated_at) for payload in payloads]


def documents_of(bursts: list[tuple[int, int]], chance: Random) -> list[Document]:
    """So many documents in each of these seconds, with ids that say nothing about the order in time."""
    seconds = [at for at, number in bursts for _ in range(number)]
    ids = list(range(1, len(seconds) + 1))
    chance.shuffle(ids)
    return [document(entity_id, second(at)) for entity_id, at in zip(ids, seconds, strict=True)]


def as_seen(documents: list[Document]) -> list[Seen]:
    return [(int(str(each["entity_id"])), str(each["updated_at"])) for each in documents]


BURSTS = st.lists(st.tuples(st.integers(0, 20), st.integers(1, 130)), max_size=4)


@settings(max_examples=40, deadline=None)
@given(bursts=BURSTS.filter(bool), chance=st.randoms(use_true_random=False), flow=st.sampled_from(Flow))
def test_in_a_quiet_shop_every_document_is_noticed_exactly_once(
    bursts: list[tuple[int, int]], chance: Random, flow: Flow
) -> None:
    """Bursts of more than a page in one second included; and no more requests than pages and bursts need."""
    documents = documents_of(bursts, chance)
    if flow is Flow.CUSTOMERS:
        documents = [{"id": each["entity_id"], "updated_at": each["updated_at"]} for each in documents]
        expected = sorted((int(str(each["id"])), str(each["updated_at"])) for each in documents)
    else:
        expected = sorted(as_seen(documents))
    shop = TableShop(flow.value, documents)
    payloads, _ = swept(shop, flow)
    assert sorted(seen(payloads)) == expected
    assert len(shop.asked) <= len(documents) / 50 + 2 * len(bursts) + 2


@settings(max_examples=20, deadline=None)
@given(bursts=BURSTS.filter(bool), chance=st.randoms(use_true_random=False), cap=st.integers(1, 60))
def test_a_shop_that_sends_fewer_rows_than_it_was_asked_for_loses_none(
    bursts: list[tuple[int, int]], chance: Random, cap: int
) -> None:
    """An extension or a limit may cap the page; what counts is how many rows match."""
    documents = documents_of([(at, min(number, 4 * cap)) for at, number in bursts], chance)
    payloads, _ = swept(TableShop("orders", documents, cap=cap), Flow.ORDERS)
    assert sorted(seen(payloads)) == sorted(as_seen(documents))


Act = tuple[str, int, int]
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["insert", "touch", "late", "wait"]),
        st.integers(1, 70),
        st.integers(0, 15 * 60),
    ),
    max_size=25,
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(bursts=BURSTS, acts=ACTS, chance=st.randoms(use_true_random=False), stop_after=st.integers(1, 6))
def test_in_a_busy_shop_every_document_is_noticed_as_it_last_was(
    bursts: list[tuple[int, int]], acts: list[Act], chance: Random, stop_after: int
) -> None:
    """While pages are read, documents appear and change, and some are committed late: stamped up to a
    quarter of an hour ago. The reader is killed and goes on from the cursor that it saved. Sweep after
    sweep, long ones too, nothing is missed."""
    shop = TableShop("invoices", documents_of([(0, 1), *bursts], chance))
    at = [MIDDAY + timedelta(seconds=30)]
    ids = count(len(shop.table.rows) + 1)
    left = list(acts)

    def meanwhile() -> None:
        if not left:
            return
        what, number, ago = left.pop()
        at[0] += timedelta(seconds=ago)
        stamp = second(int((at[0] - MIDDAY).total_seconds()) - (ago if what == "late" else 0))
        if what in ("insert", "late"):
            shop.write(document(next(ids), stamp) for _ in range(number))
        elif what == "touch":
            known = [row.document for row in shop.table.rows]
            touched = chance.sample(known, min(number, len(known)))
            shop.write({**each, "updated_at": stamp} for each in touched)

    shop.before = meanwhile
    noticed: set[Seen] = set()
    cursor = ""
    lists = Lists(shop)
    for _ in range(CALLS_MAX):
        page = changes(lists, Flow.INVOICES, cursor, at[0])
        if len(shop.asked) % stop_after == 0 and left:
            continue  # killed before the page and its cursor were saved
        noticed |= set(seen(list(page.payloads)))
        cursor = page.cursor
        if not page.more and not left:
            break
    payloads, _ = swept(shop, Flow.INVOICES, cursor, now=lambda: at[0])
    noticed |= set(seen(payloads))
    assert set(as_seen([row.document for row in shop.table.rows])) <= noticed


def test_the_next_sweep_reads_the_last_minutes_again_and_nothing_older() -> None:
    minutes = [document(number + 1, second(60 * number)) for number in range(60)]
    shop = TableShop("invoices", minutes)
    _, cursor = swept(shop, Flow.INVOICES)
    again, cursor = swept(shop, Flow.INVOICES, cursor)
    assert [payload.entity_id for payload in again] == list(range(60 - 15, 61))
    assert swept(shop, Flow.INVOICES, cursor)[0] == again


def test_a_document_that_was_committed_a_quarter_of_an_hour_late_is_noticed() -> None:
    shop = TableShop("invoices", [document(1, second(0)), document(2, second(5000))])
    _, cursor = swept(shop, Flow.INVOICES)
    shop.write([document(3, second(5000 - 15 * 60))])
    payloads, _ = swept(shop, Flow.INVOICES, cursor)
    assert (3, second(5000 - 15 * 60)) in seen(payloads)


def test_a_document_that_was_committed_behind_the_back_of_a_long_sweep_is_noticed() -> None:
    """A back-fill takes hours; what is written meanwhile is read, but must not become its watermark."""
    shop = TableShop("invoices", documents_of([(number, 1) for number in range(150)], Random(1)))
    now = MIDDAY + timedelta(seconds=150)
    page = changes(Lists(shop), Flow.INVOICES, "", now)
    shop.write([document(1000, second(20)), document(1001, second(7200))])
    payloads, cursor = swept(shop, Flow.INVOICES, page.cursor, now=lambda: now + timedelta(hours=3))
    assert (1001, second(7200)) in seen(payloads)
    assert (1000, second(20)) not in seen(payloads)
    payloads, _ = swept(shop, Flow.INVOICES, cursor, now=lambda: now + timedelta(hours=4))
    assert (1000, second(20)) in seen(payloads)


def test_the_watermark_does_not_go_back_when_nothing_is_left_of_the_last_minutes() -> None:
    """Else each sweep would begin an overlap earlier than the one before it."""
    shop = TableShop("invoices", [document(1, second(0)), document(2, second(7200))])
    _, cursor = swept(shop, Flow.INVOICES)
    shop.table = TableShop("invoices", [document(1, second(0))]).table
    for _ in range(20):
        payloads, cursor = swept(shop, Flow.INVOICES, cursor)
        assert payloads == []


def test_a_document_dated_next_year_hides_nothing_that_comes_before_it() -> None:
    shop = TableShop("invoices", [document(1, second(0)), document(2, "2027-11-20 12:00:00")])
    now = MIDDAY + timedelta(minutes=5)
    _, cursor = swept(shop, Flow.INVOICES, now=lambda: now)
    shop.write([document(3, second(600))])
    payloads, _ = swept(shop, Flow.INVOICES, cursor, now=lambda: now + timedelta(minutes=10))
    assert (3, second(600)) in seen(payloads)


def test_a_shop_without_documents_is_swept_again_from_the_beginning() -> None:
    payloads, cursor = swept(SaysShop('{"items":[],"search_criteria":{},"total_count":0}'), Flow.INVOICES)
    assert payloads == []
    payloads, _ = swept(TableShop("invoices", [document(1, second(0))]), Flow.INVOICES, cursor)
    assert seen(payloads) == [(1, second(0))]


def test_an_order_belongs_to_no_other_and_a_document_to_its_order() -> None:
    orders = TableShop("orders", [{"entity_id": 7, "updated_at": second(0)}])
    invoices = TableShop("invoices", [document(3, second(0), order_id=7)])
    assert [payload.order_id for payload in swept(orders, Flow.ORDERS)[0]] == [0]
    assert [payload.order_id for payload in swept(invoices, Flow.INVOICES)[0]] == [7]


def page_text(*items: Document, total_count: int | None = None) -> str:
    return json.dumps({"items": items, "total_count": len(items) if total_count is None else total_count})


def test_a_shop_that_repeats_its_last_page_for_ever_ends_in_an_error_and_not_in_a_loop() -> None:
    """As 2.3 does past the end, and as a cache does that ignores the query."""
    shop = SaysShop(page_text(document(1, second(0)), document(2, second(1)), total_count=300))
    with pytest.raises(TryAgain) as caught:
        swept(shop, Flow.INVOICES)
    assert caught.value.finding.code is Code.SHOP_ANSWER_UNREADABLE


ROW = document(1, second(0))
UNFIT = {
    "rows that it counts and does not send": page_text(total_count=3),
    "no count": '{"items":[]}',
    "a count that is no number": '{"items":[],"total_count":"3"}',
    "no list": '{"items":null,"total_count":0}',
    "a projection that found nothing": '{"items":[[]],"total_count":1}',
    "an error with 200": '{"message":"Internal Error"}',
    "something else": '["items"]',
    "two answers": page_text(ROW) + page_text(ROW),
    "an answer that is cut off": page_text(ROW)[:-9],
    "a warning in front of the answer": "<br />Warning: " + page_text(ROW),
    "rows in another order": page_text(document(1, second(9)), document(2, second(3))),
    "a row twice, and not the same": page_text(ROW, ROW | {"order_id": 9}),
    "a date that is none": page_text(document(1, "0000-00-00 00:00:00")),
    "a date in another form": page_text(document(1, "2026-11-20T12:00:00Z")),
    "an id that is text": page_text({"entity_id": "1", "updated_at": second(0)}),
    "an id that is a truth": page_text({"entity_id": True, "updated_at": second(0)}),
    "a number that is none": '{"items":[],"total_count":NaN}',
    "brackets without end": "[" * 100_000,
}


@pytest.mark.parametrize("text", UNFIT.values(), ids=UNFIT.keys())
def test_an_answer_that_does_not_fit_the_question_is_not_used(text: str) -> None:
    with pytest.raises(TryAgain) as caught:
        changes(Lists(SaysShop(text)), Flow.INVOICES, "", LATER)
    assert caught.value.finding.code is Code.SHOP_ANSWER_UNREADABLE
    assert "V1/invoices" in caught.value.finding.what


def test_rows_from_before_the_cursor_are_refused() -> None:
    """A shop that takes our date for garbage answers with everything it has, and no error."""
    _, cursor = swept(TableShop("invoices", [document(1, second(36_000))]), Flow.INVOICES)
    with pytest.raises(TryAgain):
        changes(Lists(SaysShop(page_text(document(1, second(0))))), Flow.INVOICES, cursor, LATER)


@pytest.mark.parametrize(
    "cursor",
    [
        "garbage",
        "{}",
        "[]",
        '{"version":2,"flow":"invoices","step":"from","began":"2026-11-20 12:00:00"}',
        '{"version":1,"flow":"orders","step":"from","began":"2026-11-20 12:00:00"}',
        '{"version":1,"flow":"invoices","step":"from","began":"2026-11-20 12:00:00","at":"yesterday"}',
        '{"version":1,"flow":"invoices","step":"from","began":"now"}',
        '{"version":1,"flow":"invoices","step":"onwards","began":"2026-11-20 12:00:00"}',
    ],
)
def test_a_cursor_that_is_not_ours_is_our_defect_and_asks_the_shop_nothing(cursor: str) -> None:
    shop = TableShop("invoices", [ROW])
    with pytest.raises(Defect):
        changes(Lists(shop), Flow.INVOICES, cursor, LATER)
    assert shop.asked == []
