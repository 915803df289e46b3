"""A page of payloads is stored by a few statements, with the same outcome as one payload after another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ml_connector.clock import ManualClock
from ml_connector.records.ledger import Ledger
from ml_connector.sync.passage import State
from ml_connector.sync.ports import Payload
from tests.specs.databases import EmptyDatabase


def order(number: int, body: str = "{}", *, kind: str = "orders") -> Payload:
    return Payload(kind=kind, entity_id=number, order_id=0, updated_at="2026-11-01 10:00:00", body=body)


@pytest.fixture
def ledger(empty: EmptyDatabase, tmp_path: Path) -> Iterator[Ledger]:
    """A store without anything in it, on each database."""
    engine = empty(tmp_path / "records.sqlite3")
    yield Ledger(engine, ManualClock(), "shop-1")
    engine.dispose()


def test_only_what_is_new_or_changed_comes_back_and_in_the_order_of_the_page(ledger: Ledger) -> None:
    with ledger.begin() as tx:
        assert tx.save_payloads([order(3), order(1), order(2)]) == (order(3), order(1), order(2))
    changed = order(1, '{"a": 1}')
    with ledger.begin() as tx:
        assert tx.save_payloads([order(3), order(4), changed]) == (order(4), changed)
        assert [tx.payload("orders", each) for each in (1, 2, 3, 4)] == ['{"a": 1}', "{}", "{}", "{}"]


def test_a_payload_that_stands_twice_in_a_page_is_stored_as_it_came_last(ledger: Ledger) -> None:
    first, last = order(1, '{"a": 1}'), order(1, '{"a": 2}')
    with ledger.begin() as tx:
        assert tx.save_payloads([first, first, last]) == (first, last)
        assert tx.payload("orders", 1) == last.body
        assert tx.save_payloads([last]) == ()


def test_kinds_and_connections_with_the_same_number_are_kept_apart(ledger: Ledger) -> None:
    other = replace(ledger, connection_id="shop-2")
    with ledger.begin() as tx:
        assert len(tx.save_payloads([order(1), order(1, kind="products")])) == 2
    with other.begin() as tx:
        assert tx.payload("orders", 1) is None
        assert tx.save_payloads([order(1)]) == (order(1),)


def test_an_empty_page_is_none(ledger: Ledger) -> None:
    with ledger.begin() as tx:
        assert tx.save_payloads([]) == ()
        tx.mark_orders_due([])
        assert tx.records(states=(State.NOTICED,)) == ()
