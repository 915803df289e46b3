"""Shoppers of a connection in its own transaction: their accounts, their other names, what a person answered.

It implements the part of `sync.ports.Transaction` that is about customers; `LedgerTransaction` is made of it.
A look costs one row: a shop may have a hundred thousand shoppers, and a document has one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, select, update

from ml_connector.documents.identity import Key, Kind
from ml_connector.records import tables
from ml_connector.records.readings import Readings
from ml_connector.records.rows import read_record
from ml_connector.sync.customers import UPDATE
from ml_connector.sync.passage import NOTHING_WRITTEN, State
from ml_connector.sync.record import Record

_PAST_UPDATES = UPDATE[:-1] + chr(ord(UPDATE[-1]) + 1)
"""The first text behind all that begins with `UPDATE`."""


@dataclass(frozen=True, slots=True, eq=False)
class _Looked(Mapping[str, str]):
    """A mapping that asks the database for each key; equal to any other of the same content."""

    one: Callable[[str], str | None]
    keys_of: Callable[[], Iterator[str]]
    count: Callable[[], int]

    def __getitem__(self, key: str) -> str:
        found = self.one(key)
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[str]:
        return self.keys_of()

    def __len__(self) -> int:
        return self.count()


@dataclass(frozen=True, slots=True)
class Shoppers(Readings):
    """The customers' half of a transaction."""

    def accounts(self) -> Mapping[str, str]:
        table = tables.records.c
        proved = select(table.entity).where(
            table.connection_id == self.connection_id,
            table.kind == Kind.CUSTOMER.value,
            table.state == State.PROVED.value,
            table.account_ref != "",
        )
        return _Looked(self._account, self._keys(proved), self._count(proved))

    def taken_refs(self) -> frozenset[str]:
        table = tables.records.c
        rows = self.connection.execute(
            select(table.account_ref)
            .distinct()
            .where(table.connection_id == self.connection_id, table.kind == Kind.CUSTOMER.value)
        )
        return frozenset(row.account_ref for row in rows if row.account_ref)

    def shopper_names(self) -> Mapping[str, str]:
        table = tables.customer_names.c
        every = select(table.name.label("entity")).where(table.connection_id == self.connection_id)
        return _Looked(self._named, self._keys(every), self._count(every))

    def name_shopper(self, name: str, entity: str) -> None:
        where = {"connection_id": self.connection_id, "name": name}
        self.put(tables.customer_names, where, {"entity": entity})

    def customer_answer(self, entity: str) -> str | None:
        where = {"connection_id": self.connection_id, "entity": entity}
        found = self._get(tables.customer_answers, where, "account_ref")
        return None if found is None else str(found)

    def answer_customer(self, entity: str, account_ref: str, by: str, why: str) -> None:
        """Keep a person's answer: the shopper's A/C, “” for a new one. The caller notes it in the trail."""
        self.put(
            tables.customer_answers,
            {"connection_id": self.connection_id, "entity": entity},
            {
                "account_ref": account_ref,
                "answered_by": by,
                "why": why,
                "answered_at": self.clock.now().isoformat(),
            },
        )

    def mark_customer_due(self, key: Key) -> None:
        """Ask for a new decision on a shopper of whom nothing is at Sage yet, in whatever state."""
        table = tables.records.c
        states = [state.value for state in NOTHING_WRITTEN]
        self.connection.execute(
            update(tables.records)
            .where(
                table.connection_id == self.connection_id,
                table.kind == key.kind.value,
                table.entity == key.entity,
                table.state.in_(states),
            )
            .values(due=True)
        )

    def records_of_customer(self, entity: str) -> tuple[Record, ...]:
        table = tables.records.c
        customer = and_(table.connection_id == self.connection_id, table.kind == Kind.CUSTOMER.value)
        own = table.entity == entity
        updates = and_(table.entity >= f"{entity}{UPDATE}", table.entity < f"{entity}{_PAST_UPDATES}")
        rows = self.connection.execute(
            select(tables.records).where(customer, own | updates).order_by(table.document_at, table.entity)
        )
        return tuple(read_record(row) for row in rows)

    def _account(self, entity: str) -> str | None:
        """The account of a shopper whose record is proved; a person's link goes before it."""
        table = tables.records.c
        found = self.connection.execute(
            select(table.account_ref).where(
                table.connection_id == self.connection_id,
                table.kind == Kind.CUSTOMER.value,
                table.entity == entity,
                table.state == State.PROVED.value,
            )
        ).scalar()
        return (self.customer_answer(entity) or str(found)) if found else None

    def _named(self, name: str) -> str | None:
        where = {"connection_id": self.connection_id, "name": name}
        found = self._get(tables.customer_names, where, "entity")
        return None if found is None else str(found)

    def _keys(self, chosen: Select[tuple[str]]) -> Callable[[], Iterator[str]]:
        return lambda: (row.entity for row in self.connection.execute(chosen))

    def _count(self, chosen: Select[tuple[str]]) -> Callable[[], int]:
        counted = select(func.count()).select_from(chosen.subquery())
        return lambda: int(self.connection.execute(counted).scalar_one())
