"""The one door to the records: state, mapping and trail change in one transaction, or not at all.

It implements `sync.ports.Store` on SQLAlchemy Core. Every change of a record writes one trail entry; a change
of state is asked of the passage table first, here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Engine, Row, and_, bindparam, case, func, insert, select, update

from ml_connector.clock import Clock
from ml_connector.codec import from_json, loads
from ml_connector.documents.identity import Key, Kind
from ml_connector.errors import Defect, Finding
from ml_connector.records import tables, trail
from ml_connector.records.checked import Checked
from ml_connector.records.database import lock
from ml_connector.records.hinted import Hinted
from ml_connector.records.look_alikes import LookAlikes
from ml_connector.records.rows import command_row, json_text, read_command, read_record, record_row
from ml_connector.records.shoppers import Shoppers
from ml_connector.sync.passage import Because, State, move
from ml_connector.sync.ports import Controls, OpenCommand
from ml_connector.sync.record import Record

UNDECIDED = (State.NOTICED, State.WAITING, State.PLANNED, State.HELD, State.QUEUED)
SPOKEN_FOR = (State.QUEUED, State.SENT, State.POSTED, State.PROVED, State.DISPUTED)

# Run for every page that is read, and made once: to make a statement costs more than to run it.
_CONNECTION = select(tables.connections).where(
    tables.connections.c.connection_id == bindparam("connection_id")
)
_ORDERS_DUE = (
    update(tables.records)
    .where(
        tables.records.c.connection_id == bindparam("of_connection"),
        tables.records.c.order_id.in_(bindparam("of_orders", expanding=True)),
        tables.records.c.state.in_([state.value for state in UNDECIDED]),
        tables.records.c.kind != Kind.CUSTOMER.value,
    )
    .values(due=True)
)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The store of one connection."""

    engine: Engine
    clock: Clock
    connection_id: str

    @contextmanager
    def begin(self) -> Generator[LedgerTransaction]:
        """A writing transaction, the only one of this connection as long as it lasts: committed when the
        block ends, rolled back when it raises. What it reads is what it changes; no update can be lost."""
        with self.engine.begin() as connection:
            lock(connection, self.connection_id)
            yield LedgerTransaction(connection, self.clock, self.connection_id)

    @contextmanager
    def look(self) -> Generator[LedgerTransaction]:
        """A transaction that is rolled back at its end, for who only looks: whatever happens in it, nothing
        of it stays."""
        with self.engine.connect() as connection:
            yield LedgerTransaction(connection, self.clock, self.connection_id)


@dataclass(frozen=True, slots=True)
class LedgerTransaction(Hinted, Checked, Shoppers, LookAlikes):
    """`sync.ports.Transaction` on one database connection."""

    # ---------------------------------------------------------------- what a person allowed

    def controls(self) -> Controls:
        row = self._connection_row()
        return Controls(
            incarnation=row.incarnation,
            tag=row.tag,
            paused=bool(row.paused),
            first_run_approved=bool(row.first_run_approved),
            road_approved=bool(row.road_approved),
            breaker=from_json(Finding, loads(row.breaker)) if row.breaker else None,
            cut_over=date.fromisoformat(row.cut_over) if row.cut_over else None,
        )

    def set_controls(self, **values: bool | str) -> None:
        """Change what a person allowed or what is known of the company; the caller notes who and why."""
        self.connection.execute(
            update(tables.connections)
            .where(tables.connections.c.connection_id == self.connection_id)
            .values(**values)
        )

    def trip_breaker(self, finding: Finding) -> None:
        if not self._connection_row().breaker:
            self.set_controls(breaker=json_text(finding))
            self.note(actor="breaker", action="stopped", key=None, payload=finding)

    def _connection_row(self) -> Row[tuple[object, ...]]:
        row = self.connection.execute(_CONNECTION, {"connection_id": self.connection_id}).first()
        if row is None:
            raise Defect(f"connection {self.connection_id} does not exist")
        return row

    # ---------------------------------------------------------------- records

    def record(self, key: Key) -> Record | None:
        row = self.connection.execute(select(tables.records).where(self._is(key))).first()
        return read_record(row) if row else None

    def records(
        self, *, states: Sequence[State] = (), due: bool | None = None, limit: int = 1_000_000
    ) -> tuple[Record, ...]:
        table = tables.records.c
        query = select(tables.records).where(table.connection_id == self.connection_id)
        if states:
            query = query.where(table.state.in_([state.value for state in states]))
        if due is not None:
            query = query.where(table.due == due)
        customers_first = case((table.kind == Kind.CUSTOMER.value, 0), else_=1)
        query = query.order_by(customers_first, table.document_at, table.kind.desc(), table.entity).limit(
            limit
        )
        return tuple(read_record(row) for row in self.connection.execute(query))

    def records_of_order(self, order_id: int) -> tuple[Record, ...]:
        table = tables.records.c
        rows = self.connection.execute(
            select(tables.records)
            .where(table.connection_id == self.connection_id, table.order_id == order_id)
            .order_by(table.document_at, table.entity)
        )
        return tuple(read_record(row) for row in rows)

    def create(self, record: Record, *, actor: str, action: str, payload: object) -> None:
        self.connection.execute(insert(tables.records).values(**record_row(record)))
        self._trail(record.key, actor, action, payload, to_state=record.state.value)

    def save(
        self,
        old: Record,
        new: Record,
        *,
        actor: str,
        action: str,
        payload: object,
        because: Because | None = None,
    ) -> None:
        if old.key != new.key:
            raise Defect("a record cannot become another")
        if old.state is not new.state:
            move(old.state, new.state, because)
        done = self.connection.execute(
            update(tables.records)
            .where(self._is(old.key), tables.records.c.state == old.state.value)
            .values(**record_row(new))
        )
        if done.rowcount != 1:
            raise Defect(f"{old.key} was moved by somebody else in between")
        self._trail(old.key, actor, action, payload, from_state=old.state.value, to_state=new.state.value)

    def mark_due(self, *, order_id: int = 0, waits_on: str = "", states: Sequence[State] = ()) -> None:
        table = tables.records.c
        chosen = [state.value for state in (states or UNDECIDED)]
        condition = and_(table.connection_id == self.connection_id, table.state.in_(chosen))
        if order_id:
            condition = and_(condition, table.order_id == order_id, table.kind != Kind.CUSTOMER.value)
        if waits_on:
            condition = and_(condition, table.waits_on.contains(json_text(waits_on), autoescape=True))
        self.connection.execute(update(tables.records).where(condition).values(due=True))

    def mark_orders_due(self, order_ids: Sequence[int]) -> None:
        if order_ids:
            values = {"of_connection": self.connection_id, "of_orders": order_ids}
            self.connection.execute(_ORDERS_DUE, values)

    def settle(self, record: Record) -> None:
        self.connection.execute(update(tables.records).where(self._is(record.key)).values(due=False))

    # ---------------------------------------------------------------- commands and trail

    def spoken_for(self) -> int:
        table = tables.records.c
        return int(
            self.connection.execute(
                select(func.count())
                .select_from(tables.records)
                .where(
                    table.connection_id == self.connection_id,
                    table.kind != Kind.CUSTOMER.value,
                    table.state.in_([state.value for state in SPOKEN_FOR]),
                )
            ).scalar_one()
        )

    def open_commands(self, agent_id: str) -> tuple[OpenCommand, ...]:
        table = tables.commands.c
        rows = self.connection.execute(
            select(tables.commands)
            .where(
                table.connection_id == self.connection_id,
                table.agent_id == agent_id,
                table.outcome.in_(("", "posted")),
            )
            .order_by(table.leased_at, table.command_id)
        )
        return tuple(read_command(row) for row in rows)

    def command(self, command_id: str) -> OpenCommand | None:
        table = tables.commands.c
        row = self.connection.execute(
            select(tables.commands).where(
                table.connection_id == self.connection_id, table.command_id == command_id
            )
        ).first()
        return read_command(row) if row else None

    def save_command(self, command: OpenCommand) -> None:
        row = command_row(command)
        where = {"connection_id": self.connection_id, "command_id": command.command_id}
        values = {name: value for name, value in row.items() if name not in where}
        if self.command(command.command_id) is None:
            values["leased_at"] = self.clock.now().isoformat()
        self.put(tables.commands, where, values)

    def note(self, *, actor: str, action: str, key: Key | None, payload: object) -> None:
        self._trail(key, actor, action, payload)

    def trail_head(self) -> str:
        return str(trail.head(self.connection, self.connection_id))

    # ---------------------------------------------------------------- small change

    def _trail(
        self,
        key: Key | None,
        actor: str,
        action: str,
        payload: object,
        from_state: str = "",
        to_state: str = "",
    ) -> None:
        trail.append(
            self.connection,
            self.clock,
            self.connection_id,
            actor=actor,
            action=action,
            key=key,
            payload=payload,
            from_state=from_state,
            to_state=to_state,
        )

    def _is(self, key: Key) -> ColumnElement[bool]:
        table = tables.records.c
        return and_(
            table.connection_id == key.connection_id,
            table.kind == key.kind.value,
            table.entity == key.entity,
        )
