"""`ml-connector chart …`: a chart is proposed, checked, shown, compared and accepted, as a file of TOML."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from ml_connector.clock import Clock
from ml_connector.cloud.chart_book import accept_read, faults, named_ledger, version_of
from ml_connector.cloud.chart_toml import chart_toml
from ml_connector.cloud.proposed_file import proposed_toml
from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.posting.chart import Chart
from ml_connector.posting.chart_diff import differences
from ml_connector.posting.chart_text import ChartRead, chart_from_toml
from ml_connector.settings import CloudSettings


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a command works: whose records, and where it prints."""

    settings: CloudSettings
    clock: Clock
    console: Console


def print_proposal(desk: Desk, connection_id: str, file: Path | None) -> None:
    """Write a proposed chart into a new file, or print it. Raises as `proposing.propose_chart` does, and
    `NeedsPerson` when the file is there already."""
    with named_ledger(desk.settings, desk.clock, connection_id) as ledger:
        text = proposed_toml(ledger, desk.clock.now().date())
    if file is None:
        _print(desk.console, text)
        return
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(text)
    except FileExistsError:
        why = "It is there already, and may hold somebody's work."
        raise _file_finding(file, why, "Name another file.") from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise _file_finding(file, f"It cannot be written: {why}.", "Name another file.") from None
    _print(desk.console, f"The proposal is in {file}. Read it, answer its questions, and check it.\n")


def print_check(desk: Desk, connection_id: str, file: Path | None) -> int:
    """Print everything that is wrong with a file, or with the accepted chart, for the live company; returns
    the exit status."""
    with named_ledger(desk.settings, desk.clock, connection_id) as ledger:
        read = _read(file) if file else ChartRead(chart=version_of(ledger).chart, findings=())
        wrong = faults(ledger, read)
    _print_wrong(desk.console, wrong)
    return 1 if wrong else 0


def print_chart(desk: Desk, connection_id: str, version: int | None) -> None:
    """Print the accepted chart, or an earlier version, under who accepted it and when."""
    with named_ledger(desk.settings, desk.clock, connection_id) as ledger:
        found = version_of(ledger, version)
    when = f"{found.accepted_at:%d/%m/%Y %H:%M} UTC"
    head = f"Chart version {found.version} of {connection_id}, accepted by {found.accepted_by} on {when}."
    _print(desk.console, chart_toml(found.chart, [" ".join(head.split()), ""]))


def print_differences(
    desk: Desk, connection_id: str, first: int | None, second: int | None, file: Path | None
) -> None:
    """Print what differs between two versions, or between the newest (or `first`) and a file."""
    with named_ledger(desk.settings, desk.clock, connection_id) as ledger:
        newest = version_of(ledger, second)
        if file is not None:
            before = newest if first is None else version_of(ledger, first)
            after, name = _readable(_read(file)), str(file)
        else:
            before = version_of(ledger, newest.version - 1 if first is None else first)
            after, name = newest.chart, f"version {newest.version}"
    changes = differences(before.chart, after)
    _print(desk.console, f"From version {before.version} to {name}:\n" if changes else "No choice differs.\n")
    for change in changes:
        _print(desk.console, f"  {change}\n")


def print_acceptance(desk: Desk, connection_id: str, file: Path, by: str, why: str) -> int:
    """Accept a file as the next version, and print what is different now; returns the exit status."""
    read = _read(file)
    with named_ledger(desk.settings, desk.clock, connection_id) as ledger:
        wrong = faults(ledger, read)
        if wrong:
            _print_wrong(desk.console, wrong)
            _print(desk.console, "It was not accepted.\n")
            return 1
        version, changes = accept_read(ledger, read, by, why)
    if not changes:
        _print(desk.console, f"No choice differs from version {version}, so no new version was made.\n")
        return 0
    for change in changes:
        _print(desk.console, f"  {change}\n")
    _print(
        desk.console,
        f"Version {version} holds from now on. What is not at Sage yet is decided again by it; a service that"
        " is running does so by itself.\n",
    )
    return 0


def _print_wrong(console: Console, wrong: tuple[Finding, ...]) -> None:
    for finding in wrong:
        _print(console, f"{finding.what} {finding.fix} [{finding.code}]\n")
    _print(console, f"{len(wrong)} findings.\n" if wrong else "The chart may be used.\n")


def _read(file: Path) -> ChartRead:
    try:
        return chart_from_toml(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise _file_finding(file, f"It cannot be read: {why}.", "Check the file's name.") from None
    except UnicodeDecodeError:
        raise _file_finding(file, "It is not UTF-8 text.", "Save it as UTF-8.") from None


def _readable(read: ChartRead) -> Chart:
    if read.chart is None:
        said = " ".join(finding.what for finding in read.findings)
        finding = Finding(
            code=Code.CHART_INVALID,
            what="The file cannot be compared.",
            why=said,
            fix="Correct it; ml-connector chart check says how.",
        )
        raise NeedsPerson(finding)
    return read.chart


def _file_finding(file: Path, why: str, fix: str) -> NeedsPerson:
    return NeedsPerson(
        Finding(code=Code.SETTINGS_INVALID, what=f"The file {file} was not used.", why=why, fix=fix)
    )


def _print(console: Console, text: str) -> None:
    """As it stands, whatever is in it."""
    console.print(text, end="", markup=False, highlight=False, soft_wrap=True, emoji=False)
