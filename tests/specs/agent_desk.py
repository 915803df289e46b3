"""A desk for the poster's tests: a company, a journal's file, and sessions on both that may be cut off."""

from __future__ import annotations

from pathlib import Path

from ml_connector.agent.journal import Journal
from ml_connector.agent.poster import carry
from ml_connector.clock import ManualClock
from ml_connector.errors import Code, Finding, NeedsPerson, ReplyLost, TryAgain
from ml_connector.sage.memory import MemoryCompany, MemoryDoor
from ml_connector.sync.protocol import Command, CommandReceipt
from tests.specs.agent_deaths import Fate, MortalBooks, MortalJournal
from tests.specs.agent_kit import company


class Desk:
    """A company, a journal's file, and sessions on both."""

    def __init__(self, folder: Path) -> None:
        self.path, self.company = folder / "journal.sqlite", company()

    def carry(self, given: Command, fate: Fate | None = None) -> CommandReceipt:
        """One session: take the command in, and carry it out."""
        with self.session(fate) as (journal, books):
            journal.accept(given)
            return carry(given, books, journal)

    def session(self, fate: Fate | None = None) -> Session:
        return Session(self.path, self.company, fate or Fate())


class Session:
    """One opening of journal and books."""

    def __init__(self, path: Path, company: MemoryCompany, fate: Fate) -> None:
        self.journal = MortalJournal(path, ManualClock(), fate)
        self._door = MemoryDoor(company).open(self.journal.look_index)
        self._fate = fate

    def __enter__(self) -> tuple[Journal, MortalBooks]:
        return self.journal, MortalBooks(self._door.__enter__(), self._fate)

    def __exit__(self, *error: object) -> None:
        self._door.__exit__(None, None, None)
        self.journal.close()


def finding(code: Code = Code.SAGE_BUSY) -> Finding:
    return Finding(code=code, what="What.", why="Why.", fix="Fix.")


def ledger_of(company: MemoryCompany) -> list[tuple[str, str, tuple[tuple[int, int, int], ...]]]:
    return [
        (entry.type, entry.reference, tuple((split.net, split.tax, split.paid) for split in entry.splits))
        for entry in company.entries
    ]


def resume(desk: Desk, given: Command) -> CommandReceipt:
    """A new start after a death; the cloud, which has no receipt, leases the command again."""
    with desk.session() as (journal, books):
        journal.accept(given)
        for each in journal.open_commands():
            carry(each, books, journal)
        (receipt,) = journal.unsent()
        return receipt


def raise_one(errors: list[ReplyLost] | list[TryAgain] | list[NeedsPerson] | list[Exception]) -> None:
    """Raise what is left in the list, once."""
    if errors:
        raise errors.pop()
