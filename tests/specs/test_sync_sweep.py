"""The sweep: stored as received, page and cursor together, nothing twice, and nothing held up by another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest

from ml_connector.documents.identity import Kind
from ml_connector.errors import Code, TryAgain
from ml_connector.records.ledger import Ledger
from ml_connector.sync.passage import State
from ml_connector.sync.ports import Flow, Transaction
from ml_connector.sync.sweep import sweep
from tests.specs.sync_kit import SHOP, invoice, memo, of_kind
from tests.specs.sync_place import HOW_FAR, Place, a_place


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with a_place(tmp_path) as made:
        yield made


def cursor(place: Place, flow: Flow = Flow.INVOICES) -> str:
    with place.ledger.begin() as tx:
        return tx.cursor(flow)


def stored(place: Place, kind: str, entity: int) -> str | None:
    with place.ledger.begin() as tx:
        return tx.payload(kind, entity)


# What is stored


def test_a_payload_is_stored_byte_for_byte_as_the_shop_sent_it(place: Place) -> None:
    odd = replace(invoice(1), body=invoice(1).body.replace(": ", " :\t") + " \n")
    place.shop.page(odd)
    place.sweep()
    assert stored(place, "invoices", 1) == odd.body


def test_a_document_is_noticed_with_what_the_shop_says_of_it(place: Place) -> None:
    place.shop.page(invoice(7, "12.50", order=3, currency="EUR"))
    place.sweep()
    seen = place.record(7)
    assert (seen.state, seen.due, seen.captured) == (State.NOTICED, True, True)
    assert (seen.number, seen.order_id, seen.reference) == ("000000007", 3, "K7-I7")
    assert (seen.shop_currency, seen.shop_total) == ("EUR", Decimal("12.50"))


def test_a_credit_memo_counts_minus(place: Place) -> None:
    place.shop.page(memo(2, "5.00"))
    place.sweep()
    assert place.memo(2).shop_total == Decimal("-5.00")


def test_a_document_comes_with_its_order_its_transactions_and_its_products(place: Place) -> None:
    place.shop.page(invoice(1, order=9, products=[4, 5]))
    for belonging in (of_kind("transactions", 30, order=9), of_kind("products", 4), of_kind("products", 5)):
        place.shop.add(belonging)
    place.sweep()
    assert [stored(place, *what) for what in (("orders", 9), ("transactions", 30))] == ["{}", "{}"]
    assert [stored(place, "products", each) for each in (4, 5)] == ["{}", "{}"]


def test_orders_and_products_that_are_stored_are_not_read_again(place: Place) -> None:
    place.shop.add(of_kind("products", 4))
    place.shop.page(invoice(1, order=9, products=[4]))
    place.sweep()
    place.shop.asked.clear()
    place.shop.page(invoice(2, order=9, products=[4]))
    place.sweep()
    assert not [call for call in place.shop.asked if call.startswith("by_id")]


def test_the_number_of_new_and_changed_payloads_is_told(place: Place) -> None:
    place.shop.page(invoice(1), invoice(2))
    assert place.sweep() == 2
    place.shop.page(invoice(1), invoice(2, "13.00"))
    assert place.sweep() == 1


# A page and its cursor


@pytest.mark.parametrize(
    "call", ["changes invoices 1", "by_id orders", "of_orders transactions", "by_id products"]
)
def test_a_page_and_its_cursor_stand_together_or_not_at_all(place: Place, call: str) -> None:
    """The shop fails at some call for the second page: of that page nothing is kept."""
    place.shop.page(invoice(1, products=[4]))
    place.shop.add(of_kind("products", 4))
    place.sweep()
    before = place.everything(but=HOW_FAR)
    place.shop.page(invoice(2, products=[5]), invoice(1, "99.00", products=[4]))
    place.shop.broken.add(call)
    with pytest.raises(TryAgain):
        place.sweep()
    assert place.everything(but=HOW_FAR) == before
    assert cursor(place) == "1"

    place.shop.broken.clear()
    place.sweep()
    assert cursor(place) == "2"
    assert place.record(2).state is State.NOTICED
    assert place.record(1).shop_total == Decimal("99.00")


@dataclass
class MortalStore:
    """The records of a process that is killed when it begins its `left`th transaction."""

    ledger: Ledger
    left: int

    def begin(self) -> AbstractContextManager[Transaction]:
        if self.left == 0:
            raise Killed
        self.left -= 1
        return self.ledger.begin()


class Killed(BaseException):
    """The end of a process: nothing that handles errors handles it."""


@pytest.mark.parametrize("left", range(6))
def test_a_process_killed_between_two_transactions_leaves_page_and_cursor_together(
    place: Place, left: int
) -> None:
    place.shop.page(invoice(1, products=[4]))
    place.shop.add(of_kind("products", 4))
    mortal = MortalStore(place.ledger, left)
    with suppress(Killed):
        sweep(mortal, place.shop, place.teller, SHOP, Flow.INVOICES, place.clock.now())
    assert (stored(place, "invoices", 1) is not None) == (cursor(place) == "1") == bool(place.records())


def test_pages_before_the_one_that_failed_are_kept(place: Place) -> None:
    place.shop.page(invoice(1))
    place.shop.page(invoice(2))
    place.shop.broken.add("changes invoices 1")
    with pytest.raises(TryAgain):
        place.sweep()
    assert cursor(place) == "1"
    assert [record.key.entity for record in place.records()] == ["1"]


def test_a_sweep_reads_on_until_there_is_no_more(place: Place) -> None:
    for entity in range(1, 6):
        place.shop.page(invoice(entity))
    place.sweep()
    assert len(place.records()) == 5
    assert cursor(place) == "5"


# Twice


def test_the_same_page_twice_changes_nothing(place: Place) -> None:
    place.shop.page(invoice(1), invoice(2))
    place.shop.page(memo(3, order=1))
    place.post_everything()
    with place.ledger.begin() as tx:
        for flow in Flow:
            tx.save_cursor(flow, "")
    before = place.everything(but=HOW_FAR)
    assert place.sweep() == 0
    assert place.settle() == 0
    assert place.everything(but=HOW_FAR) == before


def test_a_document_that_changed_is_due_again_with_its_new_total(place: Place) -> None:
    place.shop.page(invoice(1, "12.00"))
    place.post_everything()
    place.shop.page(invoice(2, "1.00"), invoice(1, "13.00"))
    place.sweep()
    assert (place.record(1).due, place.record(1).shop_total) == (True, Decimal("13.00"))
    assert place.actions(place.record(1))[-1] == "changed in the shop after posting"


def test_a_document_that_changed_before_posting_is_told_so_in_the_trail(place: Place) -> None:
    place.shop.page(invoice(1))
    place.sweep()
    place.shop.page(invoice(1, "13.00"))
    place.sweep()
    assert place.actions(place.record(1)) == ["noticed", "changed in the shop"]


# Who is looked at again


def test_an_order_that_changed_makes_its_undecided_documents_due(place: Place) -> None:
    place.shop.page(invoice(1, order=5), invoice(2, order=6))
    place.sweep()
    place.settle()
    place.shop.page(of_kind("orders", 5, body='{"state": "complete"}'))
    place.sweep()
    assert (place.record(1).due, place.record(2).due) == (True, False)


def test_an_order_that_changed_leaves_what_is_posted_alone(place: Place) -> None:
    place.shop.page(invoice(1, order=5))
    place.post_everything()
    place.shop.page(of_kind("orders", 5, body='{"state": "complete"}'))
    place.sweep()
    assert not place.record(1).due


def test_a_document_of_the_same_order_makes_the_others_due(place: Place) -> None:
    """A credit memo may open the gate for an invoice that waits."""
    place.shop.page(invoice(1, order=5))
    place.sweep()
    place.settle()
    assert not place.record(1).due
    place.shop.page(memo(2, order=5))
    place.sweep()
    assert place.record(1).due


def test_a_transaction_that_comes_later_makes_its_order_s_documents_due(place: Place) -> None:
    place.shop.page(invoice(1, order=5))
    place.sweep()
    place.settle()
    place.shop.add(of_kind("transactions", 30, order=5))
    place.shop.page(invoice(1, order=5))
    place.sweep()
    assert place.record(1).due


# What cannot be read


def test_a_document_that_cannot_be_read_is_held_alone(place: Place) -> None:
    """One poisoned payload must not keep a whole shop from being swept."""
    place.shop.page(invoice(1), replace(invoice(2), body='{"nonsense": 1}'), invoice(3))
    place.post_everything()
    held = place.record(2)
    assert (held.state, held.code) == (State.HELD, Code.DOCUMENT_UNREADABLE)
    assert [place.record(each).state for each in (1, 3)] == [State.PROVED, State.PROVED]
    assert cursor(place) == "1"


def test_a_document_that_cannot_be_read_is_counted_until_its_facts_say_otherwise(place: Place) -> None:
    place.shop.page(replace(memo(2), body='{"nonsense": 1}'))
    place.sweep()
    assert (place.memo(2).captured, place.memo(2).order_id) == (True, 2)


def test_a_document_that_can_be_read_later_has_its_facts_and_is_planned(place: Place) -> None:
    """A better reader reads the same bytes again."""
    nonsense = replace(invoice(2), body='{"nonsense": 1}')
    place.shop.page(nonsense)
    place.post_everything()
    place.teller.reads[nonsense.body] = invoice(2).body
    with place.ledger.begin() as tx:
        tx.mark_due()
    place.settle()
    seen = place.record(2)
    assert (seen.state, seen.code) == (State.WAITING, Code.CUSTOMER_NOT_READY)
    assert (seen.number, seen.shop_total) == ("000000002", Decimal("12.00"))


def test_a_posted_document_that_cannot_be_read_any_more_is_disputed_alone(
    place: Place,
) -> None:
    place.shop.page(invoice(1))
    place.post_everything()
    place.shop.page(replace(invoice(1), body='{"nonsense": 1}'), invoice(2))
    place.post_everything()
    assert (place.record(1).state, place.record(1).code) == (State.DISPUTED, Code.DOCUMENT_UNREADABLE)
    assert place.record(1).shop_total == Decimal("12.00")
    assert place.record(2).state is State.PROVED


def test_a_customer_is_no_flow_of_the_sweep(place: Place) -> None:
    place.shop.page(invoice(1))
    place.sweep()
    assert not [call for call in place.shop.asked if "customers" in call]
    assert not [record for record in place.records() if record.key.kind is Kind.CUSTOMER]
