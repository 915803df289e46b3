"""A cut-over date: what the shop made before it is no concern of these books, and is counted, not noticed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest

from ml_connector.errors import TryAgain
from ml_connector.sync.cut_over import Reading
from ml_connector.sync.cut_over_gate import save_reading
from ml_connector.sync.passage import State
from ml_connector.sync.ports import Flow
from ml_connector.sync.sweep import store_read
from tests.specs.reading_place import ReadingPlace, a_reading_place
from tests.specs.shop_in_tables import TablesShop, shop_document, shop_order
from tests.specs.sync_kit import SHOP, Teller, finding, invoice

OLD, NEW = "2026-03-31 10:00:00", "2026-04-01 10:00:00"


@pytest.fixture
def reading(tmp_path: Path) -> Iterator[ReadingPlace]:
    """Invoices 1 to 5 from March and 6 to 9 from April; the cut-over is the first of April."""
    stamps = {each: OLD if each < 6 else NEW for each in range(1, 10)}
    shop = TablesShop(
        orders=[shop_order(each, at) for each, at in stamps.items()],
        invoices=[shop_document(each, at) for each, at in stamps.items()],
    )
    with a_reading_place(tmp_path, shop) as made:
        made.place.allow(cut_over="2026-04-01")
        with made.place.ledger.begin() as tx:
            save_reading(tx, Reading(read_on=date(2026, 4, 2), entries=(), names={}))
        yield made


def stored(reading: ReadingPlace, kind: str, entity: int) -> bool:
    with reading.place.ledger.begin() as tx:
        return tx.payload(kind, entity) is not None


def test_documents_from_before_are_not_even_asked_for(reading: ReadingPlace) -> None:
    reading.sweep()
    assert reading.noticed() == [6, 7, 8, 9]
    assert not any(stored(reading, "invoices", each) for each in range(1, 6))
    lists = [unquote(query) for path, query in reading.shop.asked if path == "invoices"]
    assert any("[field]=created_at" in query and "2026-04-01 00:00:00" in query for query in lists)


def test_they_are_counted(reading: ReadingPlace) -> None:
    reading.sweep()
    with reading.place.ledger.begin() as tx:
        assert tx.progress(Flow.INVOICES).before_cut_over == 5
        assert tx.progress(Flow.CREDIT_MEMOS).before_cut_over == 0
    reading.shop.asked.clear()
    reading.sweep()
    assert not [query for _, query in reading.shop.asked if "1000000000" in query], "once is enough"


def test_it_is_the_day_on_which_it_was_made_that_counts_and_not_when_it_was_changed(
    reading: ReadingPlace,
) -> None:
    reading.shop.write("invoices", shop_document(3, "2026-05-20 10:00:00", created=OLD, total="77.00"))
    reading.sweep()
    assert 3 not in reading.noticed()


def test_an_old_order_that_is_invoiced_afterwards_is_read_with_its_invoice(reading: ReadingPlace) -> None:
    reading.shop.write("invoices", shop_document(20, NEW, order=2))
    reading.shop.write("orders", shop_order(2, OLD))
    reading.sweep()
    assert 20 in reading.noticed()
    assert stored(reading, "orders", 2)


def test_the_day_is_the_shop_s_own_and_decided_document_by_document(reading: ReadingPlace) -> None:
    """One website's day begins hours before another's: what is asked for is cut at the earlier."""

    class TwoZones(Teller):
        def day_begins(self, day: date) -> datetime:
            return super().day_begins(day) - timedelta(hours=20)

    reading.place.teller = TwoZones()
    reading.sweep()
    assert reading.noticed() == [6, 7, 8, 9]
    assert stored(reading, "invoices", 5), "asked for, and then seen to be of the day before"
    reading.check()
    assert (reading.noticed(), reading.gone("invoices")) == ([6, 7, 8, 9], [])


def test_a_hint_at_an_old_document_notices_nothing(reading: ReadingPlace) -> None:
    reading.sweep()
    read = reading.reads.by_id("invoices", [2, 7])
    store_read(
        reading.place.ledger,
        reading.reads,
        reading.place.teller,
        SHOP,
        Flow.INVOICES,
        read,
        reading.place.clock.now(),
        actor="hint",
    )
    assert reading.noticed() == [6, 7, 8, 9]


def test_a_credit_memo_for_an_old_invoice_does_not_wait_for_it(reading: ReadingPlace) -> None:
    """The invoice stands in the books already, entered by whoever kept them before."""
    reading.shop.write("creditmemos", shop_document(1, NEW, order=2, total="5.00"))
    reading.sweep()
    assert stored(reading, "invoices", 2), "a decision has to know of it"
    assert 2 not in reading.noticed()
    reading.post_everything()
    assert reading.place.memo(1).state is State.PROVED


def test_a_document_that_cannot_be_dated_is_noticed_rather_than_lost(reading: ReadingPlace) -> None:
    reading.shop.write("invoices", {**shop_document(30, NEW), "made": "sometime"})
    reading.sweep()
    assert 30 in reading.noticed()


def test_nothing_comes_in_while_nobody_knows_when_the_shop_s_days_begin(reading: ReadingPlace) -> None:
    """A hint may be followed before the shop's settings were ever read."""

    class Unknowing(Teller):
        def day_begins(self, day: date) -> datetime:
            del day
            raise TryAgain(finding())

    reading.place.teller = Unknowing()
    with pytest.raises(TryAgain):
        reading.sweep()
    with pytest.raises(TryAgain):
        store_read(
            reading.place.ledger,
            reading.reads,
            reading.place.teller,
            SHOP,
            Flow.INVOICES,
            [replace(invoice(2), updated_at=OLD)],
            reading.place.clock.now(),
            actor="hint",
        )
    assert reading.noticed() == []


def test_the_daily_check_looks_at_what_came_since_and_misses_nothing_of_it(reading: ReadingPlace) -> None:
    reading.sweep()
    reading.shop.write("orders", shop_order(50, NEW), shop_order(51, OLD))
    reading.shop.write("invoices", shop_document(50, NEW), shop_document(51, OLD))
    compared = reading.check().compared["invoices"]
    assert reading.noticed() == [6, 7, 8, 9, 50]
    assert (compared.counted, compared.shown, compared.read, compared.gone) == (5, 5, 1, 0)
