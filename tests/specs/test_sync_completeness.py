"""The daily check: what no sweep could see is found by its id, and what the shop has no more is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from ml_connector.errors import Code, TryAgain
from ml_connector.sync.passage import State
from ml_connector.sync.ports import Flow
from tests.specs.reading_place import ReadingPlace, a_reading_place
from tests.specs.shop_in_tables import filled, shop_document, shop_order
from tests.specs.shop_tables import second
from tests.specs.sync_kit import finding, held, waiting

pytestmark = pytest.mark.slow

LONG_AGO = "2026-03-01 09:00:00"
GONE = Code.GONE_FROM_SHOP.value
NUMBER = 7


@pytest.fixture
def reading(tmp_path: Path) -> Iterator[ReadingPlace]:
    """Seven orders with an invoice each, and order 3 with a credit memo, all swept."""
    shop = filled(NUMBER)
    shop.write("creditmemos", shop_document(1, second(100), order=3, total="5.00"))
    with a_reading_place(tmp_path, shop) as made:
        made.sweep()
        yield made


def late(reading: ReadingPlace, *entities: int) -> None:
    """Documents that are committed now, with a stamp of long ago."""
    for entity in entities:
        reading.shop.write("orders", shop_order(entity, LONG_AGO))
        reading.shop.write("invoices", shop_document(entity, LONG_AGO))


# What is missing


def test_a_document_that_was_committed_far_too_late_is_found(reading: ReadingPlace) -> None:
    """Behind every overlap: no sweep would ever see it."""
    late(reading, 40, 41)
    reading.sweep()
    assert reading.noticed() == [*range(1, NUMBER + 1)]
    compared = reading.check().compared
    assert reading.noticed() == [*range(1, NUMBER + 1), 40, 41]
    assert (compared["invoices"].read, compared["invoices"].shown, compared["invoices"].counted) == (
        2,
        NUMBER + 2,
        NUMBER + 2,
    )
    reading.post_everything()
    assert reading.states() == {"proved": NUMBER + 3}


def test_a_change_that_moved_its_stamp_into_the_past_is_found(reading: ReadingPlace) -> None:
    reading.shop.write("invoices", shop_document(4, LONG_AGO, total="99.00"))
    reading.sweep()
    reading.check()
    assert str(reading.place.record(4).shop_total) == "99.00"


def test_where_nothing_is_missing_nothing_is_changed(reading: ReadingPlace) -> None:
    reading.post_everything()
    before = reading.place.everything(but=("standings", "trail", "trail_heads"))
    compared = reading.check().compared
    assert reading.place.everything(but=("standings", "trail", "trail_heads")) == before
    assert {(each.read, each.gone) for each in compared.values()} == {(0, 0)}
    assert reading.notes()[-1] == "compared with the shop"


def test_an_order_that_is_missing_is_read_too(reading: ReadingPlace) -> None:
    reading.shop.write("orders", shop_order(77, LONG_AGO))
    reading.check()
    with reading.place.ledger.begin() as tx:
        assert tx.payload("orders", 77) is not None


# What is gone


def test_a_document_that_was_deleted_in_the_shop_is_held_as_long_as_nothing_was_written(
    reading: ReadingPlace,
) -> None:
    reading.shop.delete("invoices", 4)
    reading.check()
    reading.post_everything()
    assert (reading.gone("invoices"), reading.held()) == ([4], {"4": GONE})
    assert "gone from the shop" in reading.place.actions(reading.place.record(4))


def test_a_document_that_is_back_goes_on(reading: ReadingPlace) -> None:
    """As after somebody restored a backup of the shop."""
    document = reading.shop.documents("invoices")[4]
    reading.shop.delete("invoices", 4)
    reading.check()
    reading.post_everything()
    reading.shop.write("invoices", document)
    reading.check()
    reading.post_everything()
    assert (reading.gone("invoices"), reading.held()) == ([], {})
    assert reading.place.record(4).state is State.PROVED


def test_as_many_missing_as_gone_deceives_nobody(reading: ReadingPlace) -> None:
    """The counts are equal; the ids are not."""
    reading.shop.delete("invoices", 4, 5)
    late(reading, 40, 41)
    reading.check()
    assert reading.gone("invoices") == [4, 5]
    assert {40, 41} <= set(reading.noticed())


def test_a_list_that_hides_a_document_does_not_make_it_gone(reading: ReadingPlace) -> None:
    """It is asked for by its id before anything is said of it."""
    document = reading.shop.documents("invoices")[NUMBER]

    def hide(path: str) -> None:
        if path == "invoices":
            lists = "fields" not in (reading.shop.asked[-1][1] if reading.shop.asked else "")
            reading.shop.delete("invoices", NUMBER) if lists else reading.shop.write("invoices", document)

    reading.shop.before = hide
    reading.check()
    assert reading.gone("invoices") == []


def test_an_order_that_was_deleted_holds_what_waits_for_it(reading: ReadingPlace) -> None:
    reading.shop.delete("orders", 3)
    reading.check()
    reading.post_everything()
    assert reading.gone("orders") == [3]
    assert reading.held() == {"3": GONE, "1": GONE}


# What the shop fails on


def test_one_that_fails_is_stepped_over_and_held(reading: ReadingPlace) -> None:
    late(reading, 40, 41, 42)
    reading.shop.fails.add(("invoices", 41))
    reading.check()
    reading.post_everything()
    assert {40, 41, 42} <= set(reading.noticed())
    assert reading.held() == {"41": Code.SHOP_CANNOT_SERVE.value}
    assert reading.gone("invoices") == []


# Cut off anywhere, and once a day


@pytest.mark.parametrize("after", range(1, 22, 2))
def test_a_check_that_is_cut_off_goes_on_where_it_was(reading: ReadingPlace, after: int) -> None:
    late(reading, 40)
    reading.shop.delete("creditmemos", 1)
    left = [after]

    def killed(_: str) -> None:
        left[0] -= 1
        if not left[0]:
            raise TryAgain(finding(Code.SHOP_UNREACHABLE))

    reading.shop.before = killed
    reading.ask_for_check()
    with suppress(TryAgain):
        while reading.conductor.check():
            pass
    reading.restart()
    while reading.conductor.check():
        pass
    assert (reading.checked().stage, 40 in reading.noticed()) == ("", True)
    assert reading.gone("creditmemos") == [1]
    assert reading.notes().count("compared with the shop") == 1


def test_it_is_due_once_a_day_and_not_before_the_first_day_is_over(reading: ReadingPlace) -> None:
    began: list[object] = []
    for _ in range(72):
        while reading.conductor.check():
            pass
        began += [at for at in [reading.checked().began_at] if at not in (None, *began[-1:])]
        reading.wait(hours=1)
    assert len(began) == 2
    reading.ask_for_check()
    assert reading.conductor.check()


def test_a_check_that_is_asked_for_during_another_follows_it(reading: ReadingPlace) -> None:
    reading.ask_for_check()
    assert reading.conductor.check()
    first = reading.checked().began_at
    reading.wait(seconds=1)
    reading.ask_for_check()
    while reading.conductor.check():
        reading.wait(seconds=1)
    assert reading.checked().began_at != first
    assert reading.notes().count("compared with the shop") == 2


# What waits


def test_the_order_of_what_waits_is_read_again_though_no_stamp_moved(reading: ReadingPlace) -> None:
    """A partial shipment: the gate may have opened, and nothing in the shop's lists shows it."""
    reading.shop.write("orders", shop_order(50, second(5000)))
    reading.sweep()
    reading.place.teller.says["4"] = waiting()
    reading.post_everything()
    assert reading.place.record(4).state is State.WAITING
    reading.shop.write("orders", shop_order(4, second(4), shipped=1))
    reading.sweep()
    assert not reading.place.record(4).due

    del reading.place.teller.says["4"]
    reading.check()
    assert reading.place.record(4).due
    reading.post_everything()
    assert reading.place.record(4).state is State.PROVED


def test_the_order_of_what_is_held_is_read_again(reading: ReadingPlace) -> None:
    """Somebody was told to correct an address in the shop, and that moves no stamp either."""
    reading.shop.write("orders", shop_order(50, second(5000)))
    reading.sweep()
    reading.place.teller.says["4"] = held()
    reading.post_everything()
    reading.shop.write("orders", shop_order(4, second(4), city="Leeds"))
    reading.sweep()
    assert not reading.place.record(4).due
    reading.check()
    assert reading.place.record(4).due


# Many years


def test_old_ids_are_compared_by_count_and_looked_into_only_where_the_counts_differ(
    reading: ReadingPlace,
) -> None:
    """Twenty thousand below the newest: a request for five thousand ids instead of fifty."""
    reading.shop.write("invoices", *(shop_document(each, second(each)) for each in (90_000, 90_001)))
    reading.shop.write("orders", *(shop_order(each, second(each)) for each in (90_000, 90_001)))
    reading.sweep()
    reading.shop.asked.clear()
    reading.check()
    usual = len(reading.shop.asked)
    assert usual < 2 * 70_000 / 5000 + 30
    reading.shop.write("invoices", shop_document(33_333, LONG_AGO))
    reading.shop.delete("invoices", 7)
    reading.shop.asked.clear()
    reading.check()
    assert 33_333 in reading.noticed()
    assert reading.gone("invoices") == [7]
    assert len(reading.shop.asked) < usual + 60


def test_old_ids_have_their_turn_to_be_compared_one_by_one(reading: ReadingPlace) -> None:
    """As many missing as gone in one window: equal counts deceive the check for a month at most."""
    reading.shop.write("invoices", shop_document(60_000, second(60)))
    reading.sweep()
    reading.shop.write("invoices", shop_document(15, LONG_AGO))
    reading.shop.delete("invoices", 7)
    days = 0
    while 15 not in reading.noticed():
        reading.place.clock.at += timedelta(days=1)
        reading.check()
        days += 1
        assert days <= 30
    assert reading.gone("invoices") == [7]


def test_a_count_that_lies_costs_requests_and_nothing_else(reading: ReadingPlace) -> None:
    reading.shop.write("invoices", shop_document(60_000, second(60)))
    reading.sweep()
    late(reading, 40)
    reading.shop.lies = 3
    for _ in range(3):
        with suppress(TryAgain):
            reading.check()
    assert 40 in reading.noticed()
    assert reading.gone(Flow.INVOICES) == []
    compared = reading.checked().compared["invoices"]
    assert compared.counted > NUMBER + 2
