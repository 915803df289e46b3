"""Hints: what a delivery names is read at once by the sweep's own path; nothing is lost, nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from ml_connector.errors import TryAgain
from ml_connector.records import inbox
from ml_connector.sync.follow import BACK_OFF, HINTS_AT_ONCE
from ml_connector.sync.hints import EVERYTHING, GATHERED, Hint
from ml_connector.sync.passage import State
from ml_connector.sync.ports import Flow, Payload
from tests.specs.sync_kit import SHOP, ListedShop, invoice, memo, of_kind
from tests.specs.sync_place import Place, a_place

ORDER, INVOICE, MEMO = Flow.ORDERS, Flow.INVOICES, Flow.CREDIT_MEMOS


@dataclass
class TalkativeShop(ListedShop):
    """A shop during whose reads something can happen."""

    while_read: Callable[[], None] | None = field(default=None)

    def by_id(self, kind: str, ids: Sequence[int]) -> tuple[Payload, ...]:
        found = super().by_id(kind, ids)
        happens, self.while_read = self.while_read, None
        if happens:
            happens()
        return found


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with a_place(tmp_path) as made:
        made.shop = TalkativeShop()
        yield made


def deliver(place: Place, *hints: Hint, event: str = "") -> None:
    """A delivery as the web's side stores it; each is an event of its own unless it has a name."""
    place.clock.at += timedelta(seconds=1)
    name = event or place.clock.new_id()
    with place.ledger.engine.begin() as connection:
        inbox.store(connection, [inbox.arrival(SHOP, "hook", name, "", hints, place.clock.now())])


def follow(place: Place) -> bool:
    place.clock.at += timedelta(seconds=1)
    return place.conductor.follow_hints()


def has(place: Place, *payloads: Payload) -> None:
    """Documents that the shop has, with their orders, and that no sweep has read."""
    for payload in payloads:
        place.shop.add(payload)
        place.shop.add(of_kind(ORDER, payload.order_id))


def waiting(place: Place) -> int:
    """How many hints wait, due or not."""
    with place.ledger.begin() as tx:
        place_in_time, place.clock.at = place.clock.at, place.clock.at + timedelta(days=1)
        due = tx.due_hints(1000)
        place.clock.at = place_in_time
    return len(due)


def reads(place: Place, call: str = "by_id orders") -> int:
    return place.shop.asked.count(call)


# What is read


def test_an_invoice_that_is_hinted_at_is_noticed_before_any_sweep(place: Place) -> None:
    has(place, invoice(7, "12.50", order=3))
    deliver(place, Hint(INVOICE, 7))
    assert follow(place)
    assert (place.record(7).state, place.record(7).order_id) == (State.NOTICED, 3)
    assert "changes" not in " ".join(place.shop.asked)
    assert waiting(place) == 0


def test_an_order_is_read_with_its_invoices_and_credit_memos(place: Place) -> None:
    has(place, invoice(1, order=9), invoice(2, order=9), memo(3, order=9), invoice(4, order=8))
    deliver(place, Hint(ORDER, 9))
    follow(place)
    assert {(record.key.kind.value, record.key.entity) for record in place.records()} == {
        ("invoice", "1"),
        ("invoice", "2"),
        ("creditmemo", "3"),
    }


def test_a_document_is_read_with_its_order_even_when_that_is_stored(place: Place) -> None:
    """The order may have changed too: its gate may be open now."""
    place.shop.page(invoice(1, order=9))
    place.sweep()
    place.settle()
    place.shop.add(of_kind(ORDER, 9, body='{"state": "complete"}'))
    deliver(place, Hint(INVOICE, 1))
    follow(place)
    with place.ledger.begin() as tx:
        assert tx.payload(ORDER, 9) == '{"state": "complete"}'
    assert place.record(1).due


def test_a_hint_about_everything_sweeps_its_flow_and_no_other(place: Place) -> None:
    place.shop.page(invoice(1))
    place.shop.page(memo(2))
    deliver(place, Hint(INVOICE, EVERYTHING))
    follow(place)
    place.clock.at += GATHERED
    follow(place)
    assert [record.key.entity for record in place.records()] == ["1"]
    assert waiting(place) == 0


def test_a_sender_that_never_names_anything_does_not_keep_the_shop_busy(
    place: Place,
) -> None:
    for _ in range(20):
        deliver(place, Hint(INVOICE, EVERYTHING))
        follow(place)
    swept = sum(call.startswith("changes") for call in place.shop.asked)
    assert 1 <= swept <= 40 / GATHERED.total_seconds()


def test_what_a_hint_brought_is_planned_and_posted_like_anything_else(place: Place) -> None:
    has(place, invoice(7))
    deliver(place, Hint(INVOICE, 7))
    follow(place)
    place.post_everything()
    assert place.record(7).state is State.PROVED


# Nothing twice


def test_the_sweep_that_comes_after_a_hint_changes_nothing(place: Place) -> None:
    has(place, invoice(7))
    deliver(place, Hint(INVOICE, 7))
    follow(place)
    place.post_everything()
    before = len(place.trail())
    place.shop.page(invoice(7))
    assert place.sweep() == 0
    assert (place.settle(), len(place.trail())) == (0, before)


def test_a_hint_about_something_that_was_swept_changes_nothing(place: Place) -> None:
    place.shop.page(invoice(7))
    place.post_everything()
    before = len(place.trail())
    deliver(place, Hint(INVOICE, 7), Hint(ORDER, 7))
    follow(place)
    place.settle()
    assert len(place.trail()) == before


def test_many_hints_about_one_order_are_one_read(place: Place) -> None:
    """The shop saves an order many times over (adobe_commerce.md §3.2)."""
    has(place, invoice(1, order=9))
    for _ in range(30):
        deliver(place, Hint(ORDER, 9))
    follow(place)
    assert not follow(place)
    assert reads(place) == 1


def test_many_hints_are_read_in_few_requests(place: Place) -> None:
    has(place, *(invoice(number) for number in range(1, HINTS_AT_ONCE + 11)))
    for number in range(1, HINTS_AT_ONCE + 11):
        deliver(place, Hint(ORDER, number))
    while follow(place):
        pass
    assert len(place.records()) == HINTS_AT_ONCE + 10
    assert reads(place) == 2


# Nothing lost


def test_a_hint_that_comes_while_its_document_is_read_is_read_again(place: Place) -> None:
    """The answer under way may be older than what the second hint is about."""
    has(place, invoice(7, "12.00"))

    def changes() -> None:
        has(place, invoice(7, "13.00"))
        deliver(place, Hint(INVOICE, 7))

    assert isinstance(place.shop, TalkativeShop)
    place.shop.while_read = changes
    deliver(place, Hint(INVOICE, 7))
    follow(place)
    assert str(place.record(7).shop_total) == "12.00"
    follow(place)
    assert str(place.record(7).shop_total) == "13.00"
    assert waiting(place) == 0
    assert not follow(place)


def test_a_hint_that_was_made_ready_while_its_document_is_read_is_kept(place: Place) -> None:
    """Another worker may have taken the second delivery out already."""
    has(place, invoice(7))

    def made_ready() -> None:
        deliver(place, Hint(INVOICE, 7))
        with place.ledger.begin() as tx:
            assert tx.take_deliveries(10) == 1

    assert isinstance(place.shop, TalkativeShop)
    place.shop.while_read = made_ready
    deliver(place, Hint(INVOICE, 7))
    follow(place)
    assert waiting(place) == 1
    asked = reads(place, "by_id invoices")
    follow(place)
    assert reads(place, "by_id invoices") == asked + 1
    assert waiting(place) == 0


@pytest.mark.parametrize("call", ["by_id invoices", "by_id orders", "of_orders transactions"])
def test_while_the_shop_cannot_be_read_every_hint_is_kept(place: Place, call: str) -> None:
    has(place, invoice(7))
    deliver(place, Hint(INVOICE, 7))
    place.shop.broken.add(call)
    for _ in range(3):
        with pytest.raises(TryAgain):
            follow(place)
    assert (waiting(place), place.records()) == (1, ())
    place.shop.broken.clear()
    follow(place)
    assert place.record(7).state is State.NOTICED
    assert waiting(place) == 0


# Not there yet


def test_a_document_that_is_not_there_yet_is_asked_for_again_with_growing_waits(place: Place) -> None:
    """The event was sent before the shop's own transaction was committed."""
    deliver(place, Hint(INVOICE, 7))
    follow(place)
    assert not follow(place)
    place.clock.at += BACK_OFF[0]
    assert follow(place)
    place.clock.at += BACK_OFF[0]
    assert not follow(place)
    has(place, invoice(7))
    place.clock.at += BACK_OFF[1]
    follow(place)
    assert place.record(7).state is State.NOTICED
    assert waiting(place) == 0


def test_after_a_few_times_it_is_left_to_the_sweep(place: Place) -> None:
    deliver(place, Hint(INVOICE, 7), Hint(ORDER, 8))
    for wait in BACK_OFF:
        follow(place)
        assert waiting(place) == 2
        place.clock.at += wait
    follow(place)
    assert waiting(place) == 0
    assert reads(place, "by_id invoices") == len(BACK_OFF) + 1


def test_a_new_hint_about_it_begins_anew(place: Place) -> None:
    deliver(place, Hint(INVOICE, 7))
    follow(place)
    has(place, invoice(7))
    deliver(place, Hint(INVOICE, 7))
    follow(place)
    assert place.record(7).state is State.NOTICED
    assert waiting(place) == 0


def test_one_that_is_not_there_does_not_hold_up_the_others(place: Place) -> None:
    has(place, invoice(7))
    deliver(place, Hint(INVOICE, 6), Hint(INVOICE, 7), Hint(ORDER, 5))
    follow(place)
    assert [record.key.entity for record in place.records()] == ["7"]
    assert waiting(place) == 2


def test_a_document_that_cannot_be_read_is_noticed_and_its_hint_done(place: Place) -> None:
    has(place, Payload(kind=INVOICE, entity_id=7, order_id=7, updated_at="", body='{"nonsense": 1}'))
    deliver(place, Hint(INVOICE, 7))
    follow(place)
    assert place.record(7).captured
    assert waiting(place) == 0
