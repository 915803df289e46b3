"""What was read of the shop and of Sage, as received: payloads, cursors, and the latest whole readings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256

from sqlalchemy import Connection, Select, Table, Update, bindparam, insert, select, text, update

from ml_connector.clock import Clock
from ml_connector.records import tables
from ml_connector.records.many import are_close, run_many
from ml_connector.sync.ports import Flow, Payload

# Statements that run for every page are made once: to make one costs more than to run it.

# One statement for a whole page, on SQLite and on PostgreSQL.
_STORE = text("""
    INSERT INTO payloads (connection_id, kind, entity_id, order_id, updated_at, hash, read_at, body)
    VALUES (:connection_id, :kind, :entity_id, :order_id, :updated_at, :hash, :read_at, :body)
    ON CONFLICT (connection_id, kind, entity_id) DO UPDATE
    SET order_id = excluded.order_id, updated_at = excluded.updated_at, hash = excluded.hash,
        read_at = excluded.read_at, body = excluded.body
""")
_HASHES = select(tables.payloads.c.entity_id, tables.payloads.c.hash).where(
    tables.payloads.c.connection_id == bindparam("connection_id"),
    tables.payloads.c.kind == bindparam("kind"),
)
_HASHES_OF = _HASHES.where(tables.payloads.c.entity_id.in_(bindparam("ids", expanding=True)))
_HASHES_BETWEEN = _HASHES.where(
    tables.payloads.c.entity_id >= bindparam("lowest"), tables.payloads.c.entity_id <= bindparam("highest")
)


@dataclass(frozen=True, slots=True)
class Readings:
    """The reading half of a transaction on one connection; `LedgerTransaction` adds the records."""

    connection: Connection
    clock: Clock
    connection_id: str

    def cursor(self, flow: Flow) -> str:
        where = {"connection_id": self.connection_id, "flow": flow.value}
        return str(self._get(tables.cursors, where, "cursor") or "")

    def save_cursor(self, flow: Flow, cursor: str) -> None:
        self.put(
            tables.cursors,
            {"connection_id": self.connection_id, "flow": flow.value},
            {"cursor": cursor, "saved_at": self.clock.now().isoformat()},
        )

    def save_payloads(self, payloads: Sequence[Payload]) -> tuple[Payload, ...]:
        known = self._hashes(payloads)
        read_at = self.clock.now().isoformat()
        changed: list[Payload] = []
        rows: dict[tuple[str, int], dict[str, str | int]] = {}
        for payload in payloads:
            key, hashed = (payload.kind, payload.entity_id), sha256(payload.body.encode()).hexdigest()
            if known.get(key) == hashed:
                continue
            known[key] = hashed
            changed.append(payload)
            rows[key] = {
                "connection_id": self.connection_id,
                "kind": payload.kind,
                "entity_id": payload.entity_id,
                "order_id": payload.order_id,
                "updated_at": payload.updated_at,
                "hash": hashed,
                "read_at": read_at,
                "body": payload.body,
            }
        run_many(self.connection, _STORE, list(rows.values()))
        return tuple(changed)

    def _hashes(self, payloads: Sequence[Payload]) -> dict[tuple[str, int], str]:
        """What is stored of these, and perhaps of some beside them, as its hash."""
        ids: dict[str, list[int]] = {}
        for payload in payloads:
            ids.setdefault(payload.kind, []).append(payload.entity_id)
        return {
            (kind, entity_id): hashed
            for kind, several in ids.items()
            for entity_id, hashed in self._hashes_of(kind, several)
        }

    def _hashes_of(self, kind: str, ids: Sequence[int]) -> list[tuple[int, str]]:
        where = {"connection_id": self.connection_id, "kind": kind}
        if are_close(ids):
            extent = {"lowest": min(ids), "highest": max(ids)}
            rows = self.connection.execute(_HASHES_BETWEEN, {**where, **extent})
        else:
            rows = self.connection.execute(_HASHES_OF, {**where, "ids": ids})
        return [(entity_id, hashed) for entity_id, hashed in rows]

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
        return self.connection.execute(_getting(table, tuple(where), column), dict(where)).scalar()

    def put(self, table: Table, where: Mapping[str, object], values: Mapping[str, object]) -> None:
        """Update the row that `where` names, or insert it."""
        named = {f"where_{name}": value for name, value in where.items()}
        done = self.connection.execute(_updating(table, tuple(where), tuple(values)), {**values, **named})
        if done.rowcount == 0:
            self.connection.execute(insert(table).values(**where, **values))


@cache
def _getting(table: Table, where: tuple[str, ...], column: str) -> Select[object]:
    return select(table.c[column]).where(*(table.c[name] == bindparam(name) for name in where))


@cache
def _updating(table: Table, where: tuple[str, ...], values: tuple[str, ...]) -> Update:
    condition = (table.c[name] == bindparam(f"where_{name}") for name in where)
    return update(table).where(*condition).values({name: bindparam(name) for name in values})
