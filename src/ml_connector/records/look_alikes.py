"""Orders that look like one another, in a connection's own transaction: kept by their likeness, found by it.

It implements the part of `sync.ports.Transaction` that is about them; `LedgerTransaction` is made of it. Only
the likeness is kept (`documents.likeness`), no buyer's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, select, text

from ml_connector.documents.identity import Kind
from ml_connector.documents.likeness import WITHIN, LookAlike, OrderSeen
from ml_connector.records import tables
from ml_connector.records.many import are_close, run_many
from ml_connector.records.readings import Readings
from ml_connector.sync.passage import State

_IN_BOOKS = frozenset(state.value for state in (State.SENT, State.POSTED, State.PROVED, State.DISPUTED))
"""What is, or may be, in Sage."""

# One statement for a whole page, on SQLite and on PostgreSQL.
_STORE = text("""
    INSERT INTO orders_seen (connection_id, order_id, number, made_at, likeness)
    VALUES (:connection_id, :order_id, :number, :made_at, :likeness)
    ON CONFLICT (connection_id, order_id) DO UPDATE
    SET number = excluded.number, made_at = excluded.made_at, likeness = excluded.likeness
""")
_SOLD = (
    select(tables.records.c.order_id)
    .where(tables.records.c.connection_id == bindparam("of_connection"))
    .distinct()
    .order_by(tables.records.c.order_id)
)
_SOLD_OF = _SOLD.where(tables.records.c.order_id.in_(bindparam("of_orders", expanding=True)))
_SOLD_BETWEEN = _SOLD.where(
    tables.records.c.order_id >= bindparam("lowest"), tables.records.c.order_id <= bindparam("highest")
)
_SEEN = tables.orders_seen.c
_OWN = select(_SEEN.order_id, _SEEN.likeness, _SEEN.made_at).where(
    _SEEN.connection_id == bindparam("of_connection"),
    _SEEN.order_id.in_(bindparam("of_orders", expanding=True)),
    _SEEN.likeness != "",
)
_LIKE = (
    select(_SEEN.order_id, _SEEN.number, _SEEN.made_at)
    .where(
        _SEEN.connection_id == bindparam("of_connection"),
        _SEEN.likeness == bindparam("like"),
        _SEEN.made_at >= bindparam("earliest"),
        _SEEN.made_at <= bindparam("latest"),
        _SEEN.order_id != bindparam("but"),
    )
    .order_by(_SEEN.made_at, _SEEN.order_id)
)


@dataclass(frozen=True, slots=True)
class LookAlikes(Readings):
    """The look-alike orders' part of a transaction."""

    def save_orders_seen(self, orders: Iterable[OrderSeen]) -> None:
        rows: list[dict[str, str | int]] = [
            {
                "connection_id": self.connection_id,
                "order_id": order.order_id,
                "number": order.number,
                "made_at": order.made_at.isoformat(),
                "likeness": order.likeness,
            }
            for order in orders
        ]
        run_many(self.connection, _STORE, rows)

    def sold_orders(self, order_ids: Sequence[int]) -> tuple[int, ...]:
        if not order_ids:
            return ()
        where = {"of_connection": self.connection_id}
        if not are_close(order_ids):
            return tuple(self.connection.execute(_SOLD_OF, {**where, "of_orders": order_ids}).scalars())
        extent = {"lowest": min(order_ids), "highest": max(order_ids)}
        wanted = frozenset(order_ids)
        sold = self.connection.execute(_SOLD_BETWEEN, {**where, **extent}).scalars()
        return tuple(order_id for order_id in sold if order_id in wanted)

    def orders_like(self, order_ids: Sequence[int]) -> tuple[int, ...]:
        found = {each.order_id for each in self._like(order_ids)} if order_ids else set[int]()
        return tuple(sorted(found - set(order_ids)))

    def look_alikes(self, order_id: int) -> tuple[LookAlike, ...]:
        found = self._like((order_id,))
        states = self._states([each.order_id for each in found]) if found else {}
        return tuple(
            replace(each, in_books=bool(states[each.order_id] & _IN_BOOKS))
            for each in found
            if each.order_id in states
        )

    def _like(self, order_ids: Sequence[int]) -> list[LookAlike]:
        """Orders of the same likeness that were made at about the same time, oldest first."""
        own = self.connection.execute(_OWN, {"of_connection": self.connection_id, "of_orders": order_ids})
        return [one for order in own.all() for one in self._like_one(*order)]

    def _like_one(self, order_id: int, likeness: str, made: str) -> Iterator[LookAlike]:
        made_at = datetime.fromisoformat(made)
        values: dict[str, str | int] = {
            "of_connection": self.connection_id,
            "like": likeness,
            "earliest": (made_at - WITHIN).isoformat(),
            "latest": (made_at + WITHIN).isoformat(),
            "but": order_id,
        }
        for row in self.connection.execute(_LIKE, values):
            others = datetime.fromisoformat(row.made_at)
            yield LookAlike(
                order_id=row.order_id,
                number=row.number,
                made_at=others,
                apart=made_at - others,
                in_books=False,
            )

    def _states(self, order_ids: Sequence[int]) -> dict[int, set[str]]:
        """The states of the captured invoices of these orders that were not left out; orders without are not
        there."""
        table = tables.records.c
        rows = self.connection.execute(
            select(table.order_id, table.state).where(
                table.connection_id == self.connection_id,
                table.order_id.in_(order_ids),
                table.kind == Kind.INVOICE.value,
                table.captured.is_(True),
                table.state != State.SKIPPED.value,
            )
        )
        states: dict[int, set[str]] = {}
        for row in rows:
            states.setdefault(row.order_id, set()).add(row.state)
        return states
