"""What the command line tells of a data folder: status, records, and whether the trail holds together."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from typing import cast

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text
from sqlalchemy import select

from ml_connector.clock import Clock
from ml_connector.cloud.data_folder import existing_records
from ml_connector.cloud.overview import overview
from ml_connector.cloud.shop_settings import Gap
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
    with every_ledger(settings, clock) as ledgers:
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
    print_shop(shown, console)
    console.print(f"  trail head {shown['trail_head']}")


def print_shop(shown: dict[str, object], console: Console) -> None:
    """What the service last noted of the shop: what is wrong, what to do, and a pause that it asked for."""
    trouble = cast(Finding | None, shown["shop_trouble"])
    if trouble is not None:
        what = "shop" if shown["opened"] else "cannot be opened"
        console.print(f"  [red]{what}:[/] {escape(str(trouble))}", soft_wrap=True)
    rests_until = cast(datetime | None, shown["shop_rests_until"])
    if rests_until is not None:
        console.print(f"  the shop asked for a pause until {rests_until:%d/%m/%Y %H:%M} UTC")
    for name, gap in cast(dict[str, Gap], shown["settings_missing"]).items():
        console.print(f"  {name.replace('_', ' ')} not read since {gap.since:%d/%m/%Y %H:%M} UTC")


def print_records(settings: CloudSettings, clock: Clock, console: Console, state: str | None) -> None:
    """Each record in a few lines: what it is, where it stands, and why; as wide as the terminal is."""
    wanted = (_state(state),) if state else ()
    with every_ledger(settings, clock) as ledgers:
        for ledger in ledgers:
            with ledger.begin() as tx:
                for record in tx.records(states=wanted):
                    _print_record(record, console)


def _print_record(record: Record, console: Console) -> None:
    total = pounds(to_minor(record.shop_total), record.shop_currency) if record.shop_currency else ""
    name = f"{record.key.kind.value} {record.number or record.key.entity}"
    stands = f"[bold]{record.state.value}[/]"
    # What the shop wrote is text, also where it looks like a style: “[SKU]”.
    told = (escape(name), f"{record.document_at:%d/%m/%Y}", total, stands)
    console.print("  ".join(filter(None, told)))
    in_sage = " as ".join(dict.fromkeys(filter(None, (record.account_ref, record.reference))))
    if in_sage:
        _indented(f"A/C {in_sage}" if record.account_ref else f"as {in_sage}", console)
    for finding in record.findings:
        _indented(f"{finding.code}: {finding.what} {finding.why}", console)


def _indented(text: str, console: Console) -> None:
    console.print(Padding(Text(text), (0, 0, 0, 4)))


def print_verification(settings: CloudSettings, clock: Clock, console: Console) -> int:
    """Check every chain; returns the exit status."""
    broken = 0
    with every_ledger(settings, clock) as ledgers:
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
def every_ledger(settings: CloudSettings, clock: Clock) -> Generator[list[Ledger]]:
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
