"""Edited orders in the records: what the replaced order has in the books, and who is asked again for it."""

from __future__ import annotations

from ml_connector.sync.passage import State
from ml_connector.sync.ports import Decider, Transaction
from ml_connector.sync.record import Record


def of_replaced(tx: Transaction, decider: Decider, order: str) -> tuple[Record, ...]:
    """The records of the order that this one replaces, by its JSON text."""
    replaced = decider.edited(order).replaces
    return tx.records_of_order(replaced) if replaced else ()


def wake_replacement(tx: Transaction, decider: Decider, order: str) -> None:
    """What is held of the order that replaces this one is asked again: it may be billed twice no more."""
    following = decider.edited(order).replaced_by
    if following:
        tx.mark_due(order_id=following, states=(State.HELD,))
