"""What the command line tells of a data folder: status, records, and whether the trail holds together."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import cast

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy import select

from ml_connector.clock import Clock
from ml_connector.cloud.data_folder import existing_records
from ml_connector.cloud.overview import overview
from ml_connector.documents.money import pounds, to_minor
from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.records import tables, trail
from ml_connector.records.ledger import Ledger
from ml_connector.records.verify import verify
from ml_connector.settings import CloudSettings
from ml_connector.sync.passage import State
from ml_connector.sync.record import Record


def print_status(settings: CloudSettings, clock: Clock, console: Console) -> None:
    """One block per connection: counts by state, what a person has allowed, what stands in the way."""
    with _ledgers(settings, clock) as ledgers:
        for ledger in ledgers:
            _print_one(overview(ledger, None), console)


def _print_one(shown: dict[str, object], console: Console) -> None:
    console.print(f"[bold]{shown['connection_id']}[/] (references {shown['tag']}-…)")
    for kind, counts in cast(dict[str, dict[str, int]], shown["counts"]).items():
        console.print(f"  {kind}: " + ", ".join(f"{count} {state}" for state, count in counts.items()))
    if shown["breaker"]:
        console.print(f"  [red]stopped:[/] {escape(str(shown['breaker']))}")
    if shown["paused"]:
        console.print("  paused by a person")
    console.print(f"  trail head {shown['trail_head']}")


def print_records(settings: CloudSettings, clock: Clock, console: Console, state: str | None) -> None:
    """A line per record, with the reason for where it stands."""
    wanted = (_state(state),) if state else ()
    table = Table("kind", "number", "date", "total", "state", "A/C", "reference", "why")
    with _ledgers(settings, clock) as ledgers:
        for ledger in ledgers:
            with ledger.begin() as tx:
                for record in tx.records(states=wanted):
                    # What the shop wrote is text, also where it looks like a style: “[SKU]”.
                    table.add_row(*(escape(cell) for cell in _row(record)))
    console.print(table)


def _row(record: Record) -> tuple[str, ...]:
    finding = record.findings[0] if record.findings else None
    return (
        record.key.kind.value,
        record.number or record.key.entity,
        f"{record.document_at:%d/%m/%Y}",
        pounds(to_minor(record.shop_total), record.shop_currency) if record.shop_currency else "",
        record.state.value,
        record.account_ref,
        record.reference,
        f"{finding.code}: {finding.why or finding.what}" if finding else "",
    )


def print_verification(settings: CloudSettings, clock: Clock, console: Console) -> int:
    """Check every chain; returns the exit status."""
    broken = 0
    with _ledgers(settings, clock) as ledgers:
        for ledger in ledgers:
            with ledger.begin() as tx:
                entries = list(trail.entries(tx.connection, ledger.connection_id))
                breaks = verify(entries, trail.head(tx.connection, ledger.connection_id))
            console.print(f"{ledger.connection_id}: {len(entries)} entries, {len(breaks)} breaks")
            for one in breaks:
                console.print(f"  [red]{escape(one.what)}[/]")
            broken += len(breaks)
    return 1 if broken else 0


@contextmanager
def _ledgers(settings: CloudSettings, clock: Clock) -> Generator[list[Ledger]]:
    """The records of every connection in this data folder; raises `NeedsPerson` when there is none."""
    with existing_records(settings) as engine:
        with engine.begin() as connection:
            rows = connection.execute(select(tables.connections.c.connection_id)).all()
        yield [Ledger(engine, clock, row.connection_id) for row in rows]


def _state(word: str) -> State:
    try:
        return State(word)
    except ValueError:
        raise NeedsPerson(
            Finding(
                code=Code.SETTINGS_INVALID,
                what=f"“{word}” is no state of a record.",
                why=f"The states are {', '.join(State)}.",
                fix="Give one of them.",
            )
        ) from None
