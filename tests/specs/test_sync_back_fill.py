"""The first reading of a shop: page by page, with progress, going on after a kill, in flat memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from ml_connector.adobe.reads import AdobeReads
from ml_connector.adobe.sandbox.criteria import criteria_in
from ml_connector.adobe.sandbox.query import parse
from ml_connector.adobe.shop import ShopGet
from ml_connector.adobe.trouble import PageTooLarge
from ml_connector.errors import TryAgain
from ml_connector.sync.completeness import ask_for_check, check_on
from ml_connector.sync.ports import Flow
from ml_connector.sync.reading import Progress
from ml_connector.sync.sweep import sweep
from tests.specs.running_shop import RunningShop
from tests.specs.shop_in_tables import FAULT, TablesShop, shop_order
from tests.specs.shop_tables import second
from tests.specs.sync_kit import SHOP, finding
from tests.specs.sync_place import Place, a_place

PAGE = 10


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with a_place(tmp_path) as made:
        yield made


def filled_by_minutes(number: int) -> TablesShop:
    """So many orders, one a minute."""
    return TablesShop(orders=[shop_order(each, second(60 * each)) for each in range(1, number + 1)])


def read(place: Place, shop: ShopGet, flow: Flow = Flow.INVOICES) -> int:
    reads = AdobeReads(shop, place.clock)
    return sweep(place.ledger, reads, place.teller, SHOP, flow, place.clock.now())


def progress(place: Place, flow: Flow = Flow.INVOICES) -> Progress:
    with place.ledger.begin() as tx:
        return tx.progress(flow)


class MortalShop(RunningShop):
    """Brings ten rows at once, and does not answer any more after so many pages of documents."""

    left: int = 0

    def get(self, path: str, query: str = "") -> str:
        if (criteria_in(parse(query)).page_size or 0) > PAGE:
            raise PageTooLarge(FAULT, PAGE)
        if path == "invoices":
            if self.left == 0:
                raise TryAgain(finding())
            self.left -= 1
        return super().get(path, query)


def test_it_tells_how_many_of_how_many_it_has_read(place: Place) -> None:
    shop = MortalShop(25)
    shop.left = 2
    with pytest.raises(TryAgain):
        read(place, shop)
    seen = progress(place)
    assert 0 < seen.read <= 2 * PAGE
    assert (seen.read + seen.left, seen.under_way, seen.ended_at) == (25, True, None)
    shop.left = 100
    read(place, shop)
    seen = progress(place)
    assert (seen.read, seen.left, seen.under_way, seen.ended_at) == (25, 0, False, place.clock.now())


def test_after_a_kill_it_goes_on_where_it_was(place: Place) -> None:
    """Seven are made in a second, so a page of ten holds one whole second."""
    shop = MortalShop(25)
    asked: list[int] = []
    for _ in range(10):
        shop.left = 1
        shop.asked.clear()
        try:
            read(place, shop)
        except TryAgain:
            asked.append(len([path for path, _ in shop.asked if path == "invoices"]))
        else:
            break
    assert set(asked) == {1}
    assert 2 <= len(asked) <= 4
    assert len(place.records()) == 25
    assert progress(place).read == 25


def test_the_next_sweep_counts_anew(place: Place) -> None:
    """It reads the last quarter of an hour again, and that is all it has to read."""
    shop = filled_by_minutes(40)
    read(place, shop, Flow.ORDERS)
    assert (progress(place, Flow.ORDERS).read, progress(place, Flow.ORDERS).left) == (40, 0)
    read(place, shop, Flow.ORDERS)
    assert progress(place, Flow.ORDERS).read == 15 + 1


def test_a_full_sweep_that_is_asked_for_counts_from_the_beginning(place: Place) -> None:
    shop = filled_by_minutes(40)
    read(place, shop, Flow.ORDERS)
    with place.ledger.begin() as tx:
        tx.save_cursor(Flow.ORDERS, "")
    read(place, shop, Flow.ORDERS)
    assert progress(place, Flow.ORDERS).read == 40


@pytest.mark.slow
def test_memory_is_flat_from_two_hundred_documents_to_a_thousand(tmp_path: Path) -> None:
    """And that of the completeness check too. The shop makes its documents when they are asked for."""
    place = Place.made(tmp_path)
    peaks: list[int] = []
    for number in (200, 1_000):
        reads = AdobeReads(RunningShop(number), place.clock)
        tracemalloc.start()
        sweep(place.ledger, reads, place.teller, SHOP, Flow.INVOICES, place.clock.now())
        with place.ledger.begin() as tx:
            ask_for_check(tx)
        while check_on(place.ledger, reads, lambda: place.teller, SHOP, place.clock.now()):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    with place.ledger.begin() as tx:
        assert tx.count_stored(Flow.INVOICES, 0, 10_000, None) == 1_000
        assert tx.count_stored(Flow.ORDERS, 0, 10_000, None) == 1_000
    place.ledger.engine.dispose()
    assert peaks[1] < peaks[0] * 1.3


class AskedAnew(RunningShop):
    """While its second page is read, a person asks for everything from the beginning."""

    pages: int = 0
    place: Place

    def get(self, path: str, query: str = "") -> str:
        if path == "orders":
            self.pages += 1
            if self.pages == 2:
                with self.place.ledger.begin() as tx:
                    tx.save_cursor(Flow.ORDERS, "")
        return super().get(path, query)


def test_a_full_sweep_that_is_asked_for_while_one_is_under_way_is_not_lost(place: Place) -> None:
    shop = AskedAnew(250, per_second=1)
    shop.place = place
    read(place, shop, Flow.ORDERS)
    assert shop.pages == 2 + 3, "two pages, and then all three from the first"
    assert (progress(place, Flow.ORDERS).read, progress(place, Flow.ORDERS).left) == (250, 0)
