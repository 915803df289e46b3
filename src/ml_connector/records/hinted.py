"""The hints of a connection in its own transaction: made of deliveries, followed, postponed.

It implements what `sync.hints.HintedTransaction` adds to a transaction; `LedgerTransaction` is made of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, select, text, update

from ml_connector.records import inbox, tables
from ml_connector.records.many import run_many
from ml_connector.records.readings import Readings
from ml_connector.sync.hints import DueHint, Hint, wait_of
from ml_connector.sync.ports import Flow

# Due at the earlier of both times; what came before is counted with it. One statement for SQLite and for
# PostgreSQL, and for many hints at once: while it runs, no delivery can be stored.
_HINT = text("""
    INSERT INTO hints (connection_id, flow, entity_id, arrivals, tries, due_at)
    VALUES (:connection_id, :flow, :entity_id, :arrivals, 0, :due_at)
    ON CONFLICT (connection_id, flow, entity_id) DO UPDATE
    SET arrivals = hints.arrivals + excluded.arrivals, tries = 0,
        due_at = CASE WHEN hints.due_at < excluded.due_at THEN hints.due_at ELSE excluded.due_at END
""")


@dataclass(frozen=True, slots=True)
class Hinted(Readings):
    """Deliveries and hints of one connection."""

    def take_deliveries(self, most: int) -> int:
        now = self.clock.now()
        taken, counted = inbox.take(self.connection, self.connection_id, most, now)
        rows = [
            {
                "connection_id": self.connection_id,
                "flow": hint.flow.value,
                "entity_id": hint.entity_id,
                "arrivals": arrivals,
                "due_at": (now + wait_of(hint)).isoformat(),
            }
            for hint, arrivals in counted.items()
        ]
        run_many(self.connection, _HINT, rows)
        return taken

    def due_hints(self, most: int) -> tuple[DueHint, ...]:
        table = tables.hints.c
        rows = self.connection.execute(
            select(tables.hints)
            .where(table.connection_id == self.connection_id, table.due_at <= self.clock.now().isoformat())
            .order_by(table.due_at, table.flow, table.entity_id)
            .limit(most)
        )
        return tuple(
            DueHint(hint=Hint(Flow(row.flow), row.entity_id), arrivals=row.arrivals, tries=row.tries)
            for row in rows
        )

    def followed(self, due: DueHint) -> None:
        self.connection.execute(delete(tables.hints).where(self._as_seen(due)))

    def postpone(self, due: DueHint, until: datetime) -> None:
        values = {"tries": due.tries + 1, "due_at": until.isoformat()}
        self.connection.execute(update(tables.hints).where(self._as_seen(due)).values(**values))

    def _as_seen(self, due: DueHint) -> ColumnElement[bool]:
        return and_(self._is_hint(due.hint), tables.hints.c.arrivals == due.arrivals)

    def _is_hint(self, hint: Hint) -> ColumnElement[bool]:
        table = tables.hints.c
        return and_(
            table.connection_id == self.connection_id,
            table.flow == hint.flow.value,
            table.entity_id == hint.entity_id,
        )
