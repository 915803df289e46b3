"""A ping as a person reads it: a mark and a sentence for each step, and what to do where one is wrong."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from sqlalchemy import Engine, select

from ml_connector.adobe.steps import Step, StepState
from ml_connector.clock import Clock
from ml_connector.cloud.connections import unknown_connection
from ml_connector.cloud.data_folder import existing_records
from ml_connector.cloud.ping import Ping, ping
from ml_connector.cloud.vault_key import existing_vault
from ml_connector.records import tables
from ml_connector.records.ledger import Ledger
from ml_connector.settings import CloudSettings

_MARKS = {
    StepState.OK: ("✓", "ok  ", "green"),
    StepState.WARNING: ("!", "!   ", "yellow"),
    StepState.FAILED: ("✗", "FAIL", "bold red"),
    StepState.NOT_TRIED: ("·", "-   ", "dim"),
}


def print_ping(settings: CloudSettings, clock: Clock, console: Console, connection_id: str | None) -> int:
    """Ping one connection, or all of them; returns the exit status, 1 when a step failed.

    Raises `NeedsPerson` when there are no records, no vault key, or no such connection.
    """
    with existing_records(settings) as engine:
        vault = existing_vault(settings.vault_key, clock)
        pings: list[Ping] = []
        for name in _names(engine, connection_id):
            pings.append(ping(Ledger(engine, clock, name), vault))
            _print_one(pings[-1], console)
    if not pings:
        _say(console, "There is no connection yet.")
    return 1 if any(each.failed for each in pings) else 0


def _names(engine: Engine, wanted: str | None) -> list[str]:
    with engine.begin() as connection:
        rows = connection.execute(select(tables.connections.c.connection_id))
        names = sorted(row.connection_id for row in rows)
    if wanted is None:
        return names
    if wanted not in names:
        raise unknown_connection(wanted)
    return [wanted]


def _print_one(made: Ping, console: Console) -> None:
    for title, steps in (("the shop", made.shop), ("the books", made.books)):
        _say(console, f"[bold]{escape(made.connection_id)}, {title}[/]")
        print_steps(steps, console)
    failed, all_steps = len(made.failed), len(made.shop) + len(made.books)
    _say(console, f"{failed} of {all_steps} steps failed." if failed else "Nothing failed.")


def print_steps(steps: Sequence[Step], console: Console) -> None:
    """A line for each step, and what to do where one is wrong."""
    # An old Windows console has no such marks, and printing one would end the command.
    fancy = console.encoding.lower().startswith("utf")
    for step in steps:
        mark, plain, style = _MARKS[step.state]
        code = f" \\[{step.code}]" if step.code else ""
        _say(console, f"  [{style}]{mark if fancy else plain}[/] {escape(step.what)}{code}")
        if step.why:
            _say(console, f"      why: {escape(step.why)}")
        if step.fix:
            _say(console, f"      do:  {escape(step.fix)}")


def _say(console: Console, line: str) -> None:
    """One line, however long: whoever reads it in a file or a pipe finds each sentence whole."""
    console.print(line, soft_wrap=True, highlight=False)
