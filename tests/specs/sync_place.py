"""Where the tests of `sync` take place: conductor, records, an agent's hands, and what must always hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Self

from sqlalchemy import insert, select

from ml_connector.clock import ManualClock
from ml_connector.documents.identity import Key, Kind
from ml_connector.errors import Finding
from ml_connector.posting.plan import plan_hash
from ml_connector.records import tables, trail
from ml_connector.records.chain import Sealed, subject
from ml_connector.records.ledger import Ledger
from ml_connector.records.verify import verify
from ml_connector.sync.engine import Conductor
from ml_connector.sync.leasing import lease
from ml_connector.sync.passage import NOTHING_WRITTEN, Because, State, allowed
from ml_connector.sync.protocol import Command, CommandReceipt, EffectReceipt, Outcome
from ml_connector.sync.receipts import take_receipt
from ml_connector.sync.record import Record
from tests.specs.databases import EmptyDatabase, empty_database
from tests.specs.sync_kit import SHOP, ListedShop, Teller
from tests.specs.sync_plans import TAG

AGENT = "agent-1"
INCARNATION = "inc-1"
STEPS_MAX = 200
HOW_FAR = ("cursors", "standings")
"""The tables that tell how far reading has come."""


@dataclass
class Place:
    """One connection on its own database, with a person's yes to everything unless a test takes it back."""

    ledger: Ledger
    clock: ManualClock
    shop: ListedShop = field(default_factory=ListedShop)
    teller: Teller = field(default_factory=Teller)

    @classmethod
    def made(cls, folder: Path, empty: EmptyDatabase = empty_database) -> Self:
        clock = ManualClock()
        engine = empty(folder / "records.sqlite3")
        with engine.begin() as connection:
            connection.execute(
                insert(tables.connections).values(
                    connection_id=SHOP,
                    name="Shop",
                    tag=TAG,
                    shop_url="https://shop.example.com",
                    incarnation=INCARNATION,
                    created_at=clock.now().isoformat(),
                    paused=False,
                    first_run_approved=True,
                    road_approved=True,
                    breaker="",
                    company="",
                    watermark="",
                    ledger_wanted=False,
                    cut_over="",
                )
            )
        return cls(ledger=Ledger(engine, clock, SHOP), clock=clock)

    @property
    def conductor(self) -> Conductor:
        return Conductor(
            connection_id=SHOP,
            store=self.ledger,
            shop=self.shop,
            decider=lambda: self.teller,
            clock=self.clock,
        )

    # ---------------------------------------------------------------- the conductor's hands

    def sweep(self) -> int:
        self.clock.at += timedelta(seconds=1)
        return self.conductor.sweep()

    def settle(self) -> int:
        """Step until there is nothing to do; returns how many steps did something."""
        for done in range(STEPS_MAX):
            self.clock.at += timedelta(seconds=1)
            if not self.conductor.step():
                return done
        raise AssertionError("the conductor does not come to rest")

    def allow(self, **values: bool | str) -> None:
        with self.ledger.begin() as tx:
            tx.set_controls(**values)

    # ---------------------------------------------------------------- the agent's hands

    def lease(self, most: int = 50, agent_id: str = AGENT) -> tuple[Command, ...]:
        self.clock.at += timedelta(seconds=1)
        with self.ledger.begin() as tx:
            return tuple(lease(tx, agent_id, most, self.teller.chart_version, self.clock))

    def give(self, *receipts: CommandReceipt, agent_id: str = AGENT) -> None:
        self.clock.at += timedelta(seconds=1)
        with self.ledger.begin() as tx:
            for receipt in receipts:
                take_receipt(tx, agent_id, receipt, self.clock.now())

    def prove(self, commands: Sequence[Command]) -> None:
        """The agent has written all of these, and read them back."""
        self.give(*(receipt(command) for command in commands))

    def post_everything(self) -> None:
        """Sweep, decide, lease and prove until nothing moves."""
        self.sweep()
        for _ in range(STEPS_MAX):
            self.settle()
            commands = self.lease()
            if not commands:
                return
            self.prove(commands)
        raise AssertionError("there is always more to post")

    # ---------------------------------------------------------------- what stands

    def record(self, entity: int | str, kind: Kind = Kind.INVOICE) -> Record:
        with self.ledger.begin() as tx:
            found = tx.record(Key(SHOP, kind, str(entity)))
        assert found is not None, f"there is no {kind} {entity}"
        return found

    def memo(self, entity: int) -> Record:
        return self.record(entity, Kind.CREDIT_MEMO)

    def customer(self, entity: str) -> Record:
        return self.record(entity, Kind.CUSTOMER)

    def records(self, *states: State) -> tuple[Record, ...]:
        with self.ledger.begin() as tx:
            return tx.records(states=states)

    def states(self) -> Counter[str]:
        """How many documents (customers not counted) are in each state."""
        documents = [record for record in self.records() if record.key.kind is not Kind.CUSTOMER]
        return Counter(record.state.value for record in documents)

    def breaker(self) -> Finding | None:
        with self.ledger.begin() as tx:
            return tx.controls().breaker

    def trail(self) -> list[Sealed]:
        with self.ledger.begin() as tx:
            return list(trail.entries(tx.connection, SHOP))

    def actions(self, record: Record) -> list[str]:
        """What the trail says of one record, in order."""
        return [
            sealed.entry.action
            for sealed in self.trail()
            if sealed.salt and subject(record.key, sealed.salt) == sealed.entry.key
        ]

    def everything(self, *, but: Sequence[str] = ()) -> dict[str, list[tuple[object, ...]]]:
        """All rows of all tables but these, to see that something changed nothing."""
        wanted = [table for table in tables.metadata.sorted_tables if table.name not in but]
        with self.ledger.engine.begin() as connection:
            queries = {table.name: select(table).order_by(*table.primary_key) for table in wanted}
            return {
                name: [tuple(row) for row in connection.execute(query)] for name, query in queries.items()
            }


def receipt(
    command: Command,
    outcome: Outcome = Outcome.PROVED,
    *,
    finding: Finding | None = None,
    differences: tuple[str, ...] = (),
    header: int = 1,
) -> CommandReceipt:
    """What an agent answers to a command."""
    effects = () if outcome is Outcome.ABSENT else command.plan.effects
    return CommandReceipt(
        command_id=command.id,
        incarnation=command.incarnation,
        key=command.plan.key,
        generation=command.generation,
        plan_hash=command.plan_hash,
        outcome=outcome,
        effects=tuple(
            EffectReceipt(id=effect.id, state="written", numbers={"header": header}, differences=differences)
            for effect in effects
        ),
        finding=finding,
    )


# -------------------------------------------------------------------- what holds whatever happens


@contextmanager
def a_place(folder: Path, empty: EmptyDatabase = empty_database) -> Generator[Place]:
    """A place for one test, at the end of which everything must hold."""
    made = Place.made(folder, empty)
    try:
        yield made
        must_hold(made)
    finally:
        made.ledger.engine.dispose()


def must_hold(place: Place) -> None:
    """The chain verifies, each move is one entry that the passage allows, and commands and records agree."""
    with place.ledger.begin() as tx:
        head = trail.head(tx.connection, SHOP)
        commands = list(tx.connection.execute(select(tables.commands)))
    assert verify(place.trail(), head) == ()
    for record in place.records():
        _moves_hold(place, record)
        own = [
            row for row in commands if (row.kind, row.entity) == (record.key.kind.value, record.key.entity)
        ]
        still_open = [row for row in own if row.outcome in ("", "posted")]
        assert len(still_open) <= 1, f"{record.key} has two open commands"
        assert record.state in NOTHING_WRITTEN or own, f"{record.key} is {record.state} without a command"
        assert record.state is not State.SENT or still_open, f"{record.key} is sent, and nobody has it"
        assert record.plan is None or record.plan_hash == plan_hash(record.plan)


def _moves_hold(place: Place, record: Record) -> None:
    entries = [
        sealed.entry
        for sealed in place.trail()
        if sealed.salt and subject(record.key, sealed.salt) == sealed.entry.key
    ]
    moves = [(entry.from_state, entry.to_state) for entry in entries if entry.from_state != entry.to_state]
    assert moves[0] == ("", "noticed")
    assert [new for _, new in moves[:-1]] == [old for old, _ in moves[1:]], "a move is not in the trail"
    assert moves[-1][1] == record.state, f"{record.key} is {record.state}, the trail says {moves[-1][1]}"
    for old, new in moves[1:]:
        assert any(allowed(State(old), State(new), why) for why in (None, *Because)), f"{old} to {new}"
