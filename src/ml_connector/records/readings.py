"""What was read of the shop and of Sage, as received: payloads, cursors, and the latest whole readings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, Table, and_, insert, select, update

from ml_connector.clock import Clock
from ml_connector.records import tables
from ml_connector.sync.ports import Flow, Payload


@dataclass(frozen=True, slots=True)
class Readings:
    """The reading half of a transaction on one connection; `LedgerTransaction` adds the records."""

    connection: Connection
    clock: Clock
    connection_id: str

    def cursor(self, flow: Flow) -> str:
        found = self.connection.execute(
            select(tables.cursors.c.cursor).where(
                tables.cursors.c.connection_id == self.connection_id, tables.cursors.c.flow == flow.value
            )
        ).scalar()
        return str(found or "")

    def save_cursor(self, flow: Flow, cursor: str) -> None:
        self.put(
            tables.cursors,
            {"connection_id": self.connection_id, "flow": flow.value},
            {"cursor": cursor, "saved_at": self.clock.now().isoformat()},
        )

    def save_payload(self, payload: Payload) -> bool:
        where = {
            "connection_id": self.connection_id,
            "kind": payload.kind,
            "entity_id": payload.entity_id,
        }
        hashed = sha256(payload.body.encode()).hexdigest()
        if self._get(tables.payloads, where, "hash") == hashed:
            return False
        self.put(
            tables.payloads,
            where,
            {
                "order_id": payload.order_id,
                "updated_at": payload.updated_at,
                "hash": hashed,
                "read_at": self.clock.now().isoformat(),
                "body": payload.body,
            },
        )
        return True

    def payload(self, kind: str, entity_id: int) -> str | None:
        found = self._get(
            tables.payloads,
            {"connection_id": self.connection_id, "kind": kind, "entity_id": entity_id},
            "body",
        )
        return None if found is None else str(found)

    def payloads_of_order(self, kind: str, order_id: int) -> tuple[str, ...]:
        table = tables.payloads.c
        rows = self.connection.execute(
            select(table.body)
            .where(table.connection_id == self.connection_id, table.order_id == order_id, table.kind == kind)
            .order_by(table.entity_id)
        )
        return tuple(row.body for row in rows)

    def missing(self, kind: str, ids: Sequence[int]) -> tuple[int, ...]:
        return tuple(
            one
            for one in ids
            if self._get(
                tables.payloads,
                {"connection_id": self.connection_id, "kind": kind, "entity_id": one},
                "entity_id",
            )
            is None
        )

    def fact(self, name: str) -> tuple[str, str] | None:
        row = self.connection.execute(
            select(tables.facts.c.hash, tables.facts.c.body).where(
                tables.facts.c.connection_id == self.connection_id, tables.facts.c.name == name
            )
        ).first()
        return (row.hash, row.body) if row else None

    def read_at(self, name: str) -> datetime | None:
        """When this reading was last taken, UTC; None when it never was."""
        where = {"connection_id": self.connection_id, "name": name}
        found = self._get(tables.facts, where, "read_at")
        return None if found is None else datetime.fromisoformat(str(found))

    def save_fact(self, name: str, hash: str, body: str) -> None:
        self.put(
            tables.facts,
            {"connection_id": self.connection_id, "name": name},
            {"hash": hash, "read_at": self.clock.now().isoformat(), "body": body},
        )

    def _get(self, table: Table, where: Mapping[str, object], column: str) -> object:
        condition = and_(*(table.c[name] == value for name, value in where.items()))
        return self.connection.execute(select(table.c[column]).where(condition)).scalar()

    def put(self, table: Table, where: Mapping[str, object], values: Mapping[str, object]) -> None:
        """Update the row that `where` names, or insert it."""
        condition = and_(*(table.c[name] == value for name, value in where.items()))
        if self.connection.execute(update(table).where(condition).values(**values)).rowcount == 0:
            self.connection.execute(insert(table).values(**where, **values))
