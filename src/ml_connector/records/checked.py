"""How far reading has come, what cannot be read, and what is stored of a range of ids, for one connection.

It implements `sync.reading.ReadingTransaction`; `LedgerTransaction` is made of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Row,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    exists,
    func,
    or_,
    select,
)

from ml_connector.codec import from_json, loads
from ml_connector.documents.identity import Kind
from ml_connector.records import tables
from ml_connector.records.readings import Readings
from ml_connector.records.rows import json_text
from ml_connector.sync.passage import State
from ml_connector.sync.ports import Flow
from ml_connector.sync.reading import Check, Progress, Reason, Stored, Unread
from ml_connector.sync.sight import KIND_OF

_T = TypeVar("_T")

# Asked for with every page, and made once: to make a statement costs more than to run it.
_ANY_UNREAD = select(exists().where(tables.unread.c.connection_id == bindparam("connection_id")))
_FAILING = (
    select(tables.unread.c.entity_id)
    .where(
        tables.unread.c.connection_id == bindparam("of_connection"),
        tables.unread.c.kind == bindparam("of_kind"),
        tables.unread.c.reason == Reason.FAILS.value,
    )
    .order_by(tables.unread.c.entity_id)
)


@dataclass(frozen=True, slots=True)
class Checked(Readings):
    """The part of a transaction that knows of reading."""

    # ---------------------------------------------------------------- how far

    def progress(self, flow: str) -> Progress:
        return self._standing(f"progress/{flow}", Progress) or Progress()

    def save_progress(self, flow: str, progress: Progress) -> None:
        self._save_standing(f"progress/{flow}", progress)

    def check(self) -> Check:
        return self._standing("check", Check) or Check()

    def save_check(self, check: Check) -> None:
        self._save_standing("check", check)

    def _standing(self, name: str, kind: type[_T]) -> _T | None:
        where = {"connection_id": self.connection_id, "name": name}
        found = self._get(tables.standings, where, "body")
        return None if found is None else from_json(kind, loads(str(found)))

    def _save_standing(self, name: str, value: object) -> None:
        where = {"connection_id": self.connection_id, "name": name}
        self.put(tables.standings, where, {"body": json_text(value)})

    # ---------------------------------------------------------------- what cannot be read

    def any_unread(self) -> bool:
        return bool(self.connection.execute(_ANY_UNREAD, {"connection_id": self.connection_id}).scalar())

    def unread(self, kind: str, entity_id: int) -> Unread | None:
        table = tables.unread.c
        row = self.connection.execute(
            select(tables.unread).where(
                self._ours(tables.unread), table.kind == kind, table.entity_id == entity_id
            )
        ).first()
        return _unread(row) if row else None

    def unread_of_order(self, order_id: int) -> tuple[Unread, ...]:
        table = tables.unread.c
        itself = and_(table.kind == Flow.ORDERS.value, table.entity_id == order_id)
        rows = self.connection.execute(
            select(tables.unread)
            .where(self._ours(tables.unread), or_(itself, table.order_id == order_id))
            .order_by(table.kind, table.entity_id)
        )
        return tuple(_unread(row) for row in rows)

    def failing(self, kind: str) -> tuple[int, ...]:
        values = {"of_connection": self.connection_id, "of_kind": kind}
        return tuple(self.connection.execute(_FAILING, values).scalars())

    def orders_failing(self, kind: str, order_ids: Sequence[int]) -> frozenset[int]:
        table = tables.unread.c
        rows = self.connection.execute(
            select(table.order_id).where(
                self._ours(tables.unread),
                table.kind == kind,
                table.reason == Reason.FAILS.value,
                table.order_id.in_(order_ids),
            )
        )
        return frozenset(row.order_id for row in rows)

    def due_unread(self, now: datetime, most: int) -> tuple[Unread, ...]:
        table = tables.unread.c
        rows = self.connection.execute(
            select(tables.unread)
            .where(
                self._ours(tables.unread),
                table.reason == Reason.FAILS.value,
                table.next_at <= now.isoformat(),
            )
            .order_by(table.next_at, table.kind, table.entity_id)
            .limit(most)
        )
        return tuple(_unread(row) for row in rows)

    def unread_between(self, kind: str, after: int, up_to: int) -> Mapping[int, Reason]:
        table = tables.unread.c
        rows = self.connection.execute(
            select(table.entity_id, table.reason).where(
                self._ours(tables.unread),
                table.kind == kind,
                table.entity_id > after,
                table.entity_id <= up_to,
            )
        )
        return {row.entity_id: Reason(row.reason) for row in rows}

    def save_unread(self, unread: Unread) -> None:
        where = {
            "connection_id": self.connection_id,
            "kind": unread.kind,
            "entity_id": unread.entity_id,
        }
        values = {
            "order_id": unread.order_id,
            "reason": unread.reason.value,
            "told": unread.told,
            "since": unread.since.isoformat(),
            "tries": unread.tries,
            "next_at": unread.next_at.isoformat(),
        }
        self.put(tables.unread, where, values)

    def forget_unread(self, kind: str, entity_id: int) -> None:
        table = tables.unread.c
        self.connection.execute(
            delete(tables.unread).where(
                self._ours(tables.unread), table.kind == kind, table.entity_id == entity_id
            )
        )

    # ---------------------------------------------------------------- what is stored

    def newest(self, kind: str) -> int:
        table = tables.payloads.c
        found = self.connection.execute(
            select(func.max(table.entity_id)).where(self._ours(tables.payloads), table.kind == kind)
        ).scalar()
        return int(found or 0)

    def stored(self, kind: str, after: int, up_to: int, most: int) -> Mapping[int, Stored]:
        table = tables.payloads.c
        rows = self.connection.execute(
            select(table.entity_id, table.updated_at, self._has_record(kind).label("noticed"))
            .where(self._between(kind, after, up_to))
            .order_by(table.entity_id)
            .limit(most)
        )
        return {row.entity_id: Stored(updated_at=row.updated_at, noticed=bool(row.noticed)) for row in rows}

    def count_stored(self, kind: str, after: int, up_to: int, since: datetime | None) -> int:
        payloads, unread = tables.payloads.c, tables.unread.c
        told = exists().where(
            unread.connection_id == payloads.connection_id,
            unread.kind == payloads.kind,
            unread.entity_id == payloads.entity_id,
        )
        meant = [self._between(kind, after, up_to), ~told]
        if kind in KIND_OF:
            meant.append(self._has_record(kind))
        elif since is not None:
            meant.append(payloads.updated_at >= f"{since:%Y-%m-%d %H:%M:%S}")
        counted = select(func.count()).select_from(tables.payloads).where(*meant)
        return int(self.connection.execute(counted).scalar_one())

    def orders_of(self, states: Sequence[State], after: int, most: int) -> tuple[int, ...]:
        table = tables.records.c
        rows = self.connection.execute(
            select(table.order_id)
            .where(
                self._ours(tables.records),
                table.kind != Kind.CUSTOMER.value,
                table.state.in_([state.value for state in states]),
                table.order_id > after,
            )
            .distinct()
            .order_by(table.order_id)
            .limit(most)
        )
        return tuple(row.order_id for row in rows)

    def _between(self, kind: str, after: int, up_to: int) -> ColumnElement[bool]:
        table = tables.payloads.c
        return and_(
            self._ours(tables.payloads),
            table.kind == kind,
            table.entity_id > after,
            table.entity_id <= up_to,
        )

    def _has_record(self, kind: str) -> ColumnElement[bool]:
        payloads, records = tables.payloads.c, tables.records.c
        return exists().where(
            records.connection_id == payloads.connection_id,
            records.kind == (KIND_OF[Flow(kind)].value if kind in KIND_OF else kind),
            records.entity == cast(payloads.entity_id, Text),
        )

    def _ours(self, table: Table) -> ColumnElement[bool]:
        column: Column[str] = table.c.connection_id
        return column == self.connection_id


def _unread(row: Row[tuple[object, ...]]) -> Unread:
    of = row._mapping  # pyright: ignore[reportPrivateUsage]  (SQLAlchemy's documented accessor)
    return Unread(
        kind=of["kind"],
        entity_id=of["entity_id"],
        order_id=of["order_id"],
        reason=Reason(of["reason"]),
        told=of["told"],
        since=datetime.fromisoformat(of["since"]),
        tries=of["tries"],
        next_at=datetime.fromisoformat(of["next_at"]),
    )
