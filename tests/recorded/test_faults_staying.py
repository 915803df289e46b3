"""What stays wrong with a shop, or is how it works: it is read all the same, nothing is missed or doubled.

Nobody mends anything here: each fault is on from the first request to the last. The conductor reads over
HTTP into records. What passes by itself is in `test_faults_passing.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest

from ml_connector.adobe.auth import OAuth1
from ml_connector.adobe.criteria import Condition, Filter, query
from ml_connector.adobe.reads import AdobeReads
from ml_connector.adobe.sandbox.configuration import Configuration
from ml_connector.adobe.sandbox.fault_lists import (
    CountLies,
    FewerRows,
    LastPageRepeated,
    PagesShifted,
    Poison,
    RowsHidden,
    RowTotalsOf248,
    RowTwice,
    TooHeavy,
    TooMuch,
)
from ml_connector.adobe.sandbox.faults import Fault
from ml_connector.adobe.shop import ShopClient
from ml_connector.clock import SystemClock
from ml_connector.errors import Code, NeedsPerson
from ml_connector.sync.passage import State
from ml_connector.sync.ports import Flow
from tests.recorded.kept_shop import INVOICES, ORDERS, KeptShop, a_kept_shop
from tests.recorded.shop_clients import client, credentials, needs_person, raised_by

pytestmark = pytest.mark.slow

CLOCK = SystemClock()

# What is wrong for good, and how many troubles it may make until everything is read.
STAYING: dict[str, tuple[Fault, int]] = {
    "past the end comes the last page again, as in 2.3": (LastPageRepeated(), 0),
    "fewer rows than asked for": (FewerRows(rows=2), 0),
    "one row a page, whatever is asked for": (FewerRows(rows=1), 0),
    "a row comes twice": (RowTwice(entity_id=45), 0),
    "an order comes twice": (RowTwice(entity_id=60), 0),
    "a count too low after a full page": (CountLies(by=-1), 0),
    "no count at all": (CountLies(by=-100), 0),
    "a count one too high": (CountLies(by=1), 4),
    "a count pages too high": (CountLies(by=9), 4),
    "a count a thousand pages too high": (CountLies(by=3000, matching="/V1/invoices"), 4),
    "pages that shift": (PagesShifted(by=1), 0),
    "rows of 2.4.8": (RowTotalsOf248(), 0),
    "two rows are too much": (TooMuch(rows=1), 12),
}

MANY_REQUESTS = {
    *("one row a page, whatever is asked for", "two rows are too much"),
    *("a count pages too high", "a count a thousand pages too high"),
}


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[KeptShop]:
    with a_kept_shop(tmp_path) as made:
        yield made


def sizes(kept: KeptShop, path: str) -> list[int]:
    """The page sizes that a list was asked for, in order."""
    asked = [unquote(each.target) for each in kept.shop.requests if f"/V1/{path}?" in each.target]
    return [int(found[1]) for each in asked if (found := re.search(r"\[pageSize\]=(\d+)", each))]


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] if name in MANY_REQUESTS else []) for name in STAYING],
)
def test_it_is_read_all_the_same_and_every_document_is_noticed_once(kept: KeptShop, name: str) -> None:
    fault, troubles_max = STAYING[name]
    # A shop of another version shows other orders than it has here; what it shows is kept as it shows it.
    but = [(Flow.ORDERS, each) for each in ORDERS] if isinstance(fault, RowTotalsOf248) else []
    with kept.shop.faults.on(fault):
        assert len(kept.sweep_until_read()) <= troubles_max
        kept.must_be_whole(but=but)
        kept.shop.data.write("invoices", *kept.burst(4, at="2026-11-23 13:59:59"))
        assert len(kept.sweep_until_read()) <= troubles_max
        kept.must_be_whole(but=but)
        kept.check()
        kept.must_be_whole(but=but)


def test_past_the_end_24_sends_nothing_and_is_not_asked_for_more(kept: KeptShop) -> None:
    """The feed asks for first pages only, so what a version does past the last one can make no difference."""
    kept.sweep_until_read()
    targets = [unquote(each.target) for each in kept.shop.requests]
    pages = {found[1] for each in targets if (found := re.search(r"\[currentPage\]=(\d+)", each))}
    assert pages == {"1"}
    kept.must_be_whole()


# Limits


@pytest.mark.parametrize("limit", [1, 50])
def test_a_limit_below_our_page_is_obeyed_from_the_first_refusal_on(kept: KeptShop, limit: int) -> None:
    kept.shop.configuration = Configuration(input_limit=limit, page_size_default=limit)
    assert kept.sweep_until_read() == []
    assert sizes(kept, "invoices")[0] <= 100
    assert max(sizes(kept, "creditmemos")) <= limit, "once told, told for every list"
    kept.must_be_whole()


def test_pages_halve_while_a_shop_struggles_and_grow_again_afterwards(kept: KeptShop) -> None:
    kept.shop.configuration = Configuration()
    with kept.shop.faults.on(TooMuch(rows=2)):
        kept.sweep_until_read()
    struggling = sizes(kept, "invoices")
    assert struggling[:3] == sorted(struggling[:3], reverse=True)
    assert min(struggling) <= 2 < 100 == struggling[0]
    kept.must_be_whole()
    kept.shop.data.write("invoices", *kept.burst(1, at="2026-11-23 13:59:59"))
    asked = len(sizes(kept, "invoices"))
    for _ in range(200):
        if sizes(kept, "invoices")[asked:][-1:] == [100]:
            break
        kept.reads.changes(Flow.INVOICES, "")
    grown = sizes(kept, "invoices")[asked:]
    assert grown == sorted(grown)
    assert grown[-1] == 100


# One document


@pytest.mark.parametrize("entity_id", [INVOICES[0], INVOICES[-1]])
def test_a_poison_document_is_held_by_its_number_told_and_holds_up_no_other(
    kept: KeptShop, entity_id: int
) -> None:
    with kept.shop.faults.on(Poison(kind="invoices", entity_id=entity_id)):
        assert kept.sweep_until_read() == []
        assert kept.failing(Flow.INVOICES) == (entity_id,)
        kept.must_be_whole(but=[(Flow.INVOICES, entity_id)])
        with kept.place.ledger.begin() as tx:
            unread = tx.unread("invoices", entity_id)
        assert unread is not None
        assert "Report ID: webapi-" in unread.told
    kept.wait(minutes=10)
    assert kept.sweep_until_read() == []
    assert kept.failing(Flow.INVOICES) == ()
    kept.must_be_whole()


@pytest.mark.parametrize("kind", ["orders", "invoices", "creditmemos"])
def test_a_document_that_the_shop_never_brings_to_its_end_is_held_like_a_poison_one(
    kept: KeptShop, kind: str
) -> None:
    """It runs out of time or memory over it, and only its front end answers: three times for one row alone,
    while it serves others, is no accident."""
    entity_id = {"orders": 60, "invoices": 58, "creditmemos": 7}[kind]
    with kept.shop.faults.on(TooHeavy(kind=kind, entity_id=entity_id)):
        met = kept.sweep_until_read()
        assert 0 < len(met) < 12
        assert {error.finding.code for error in met} == {Code.SHOP_UNREACHABLE}
        assert kept.failing(Flow(kind)) == (entity_id,)
        kept.must_be_whole(but=[(Flow(kind), entity_id)])
        met = kept.sweep_until_read()
        assert met == []
    kept.wait(days=2)
    kept.sweep_until_read()
    assert kept.failing(Flow(kind)) == ()
    kept.must_be_whole()


def test_what_is_held_because_the_shop_fails_on_it_is_told_in_words(kept: KeptShop) -> None:
    with kept.shop.faults.on(Poison(kind="invoices", entity_id=45)):
        kept.sweep_until_read()
        while kept.conductor.step():
            kept.wait(seconds=1)
    held = [each for each in kept.place.records(State.HELD) if each.code is Code.SHOP_CANNOT_SERVE]
    assert {str(each.key.entity) for each in held} == {"45", "1"}, "and the credit memo of its order"
    assert all("invoice with entity id 45" in each.findings[0].why for each in held)


# Rows that are counted and not shown


@pytest.mark.parametrize(("first_id", "last_id"), [(45, 45), (1, 59), (58, 60)])
def test_rows_that_an_extension_hides_hold_up_none_that_it_shows(
    kept: KeptShop, first_id: int, last_id: int
) -> None:
    """More of them than a page, too: the pages behind them are looked at."""
    hidden = range(first_id, last_id + 1)
    with kept.shop.faults.on(RowsHidden(first_id=first_id, last_id=last_id, matching="/V1/invoices")):
        assert len(kept.sweep_until_read()) <= 4
        assert {*kept.noticed()} >= {each for each in INVOICES if each not in hidden}
        met_before = len(kept.troubles)
        kept.sweep_until_read()
        kept.sweep_until_read()
        assert len(kept.troubles) == met_before, "it is believed by then"
        kept.shop.data.write("invoices", *kept.burst(4, at="2026-11-23 13:59:59"))
        kept.sweep_until_read()
        assert {9001, 9002, 9003, 9004} <= {*kept.noticed()}
    kept.check()
    kept.must_be_whole()


# Keys, addresses and columns: a person's matter


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("consumer_secret", "The signature is invalid"),
        ("access_token_secret", "The signature is invalid"),
        ("access_token", "Specified token does not exist"),
        ("consumer_key", "A consumer having the specified key does not exist"),
    ],
)
def test_a_bad_signature_or_an_unknown_token_stops_reading_until_it_is_mended(
    kept: KeptShop, value: str, words: str
) -> None:
    wrong = replace(credentials(), **{value: "x" * 32})
    with client(kept.address, wrong) as shop:
        reads, kept.reads = kept.reads, AdobeReads(shop, kept.place.clock)
        for _ in range(3):
            with pytest.raises(NeedsPerson) as caught:
                kept.sweep()
            assert caught.value.finding.code is Code.SHOP_CREDENTIALS
            assert words in str(caught.value)
    assert len(kept.shop.requests) == 3, "no flow is tried after the first was refused"
    kept.reads = reads
    assert kept.sweep_until_read() == []
    kept.must_be_whole()


def test_an_unknown_column_is_a_fault_for_good_and_is_told_with_its_report(kept: KeptShop) -> None:
    asked = query([Filter("no_such_column", Condition.EQ, "1")], sort=(), page_size=1)
    assert "Report ID: webapi-" in needs_person(raised_by(kept.client, asked=asked), Code.SHOP_REFUSED)


def test_a_wrong_address_is_told_by_the_shop_s_own_words_and_nothing_is_read(kept: KeptShop) -> None:
    with ShopClient(f"{kept.address}/rest/nosuchstore", OAuth1(credentials(), CLOCK), CLOCK) as shop:
        kept.reads = AdobeReads(shop, kept.place.clock)
        with pytest.raises(NeedsPerson) as caught:
            kept.sweep()
    assert caught.value.finding.code is Code.SHOP_REFUSED
    assert "cannot be processed" in str(caught.value)
    assert kept.noticed() == []


def test_a_look_up_takes_nothing_that_only_looks_like_what_was_asked_for(kept: KeptShop) -> None:
    """The shop's database forgives case, accents and letters behind a number: we ask by number only, and
    compare what comes."""
    assert [each.entity_id for each in kept.reads.by_id("orders", [1, 2, 3])] == [1]
    assert {each.order_id for each in kept.reads.of_orders("invoices", [49])} == {49}
    fields = {
        value
        for each in kept.shop.requests
        for value in re.findall(r"\[field\]=([a-z_]+)", unquote(each.target))
    }
    assert fields == {"entity_id", "order_id"}
