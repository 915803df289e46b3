"""Books in plain memory: the pretend edition that tests of the engine and the agent run against.

`MemoryCompany` is the company and outlives every session; `MemoryDoor` opens sessions on it. It answers as
every driver must (`conformance.py`), and it can be told to go wrong on cue:

    company.lose_reply_after = 2     the second write from now is made, and its reply is lost
    company.die_after = 1            the next write is made, then the program dies (`Died`)
    company.die_before = 1           the program dies instead of the next write
    company.spoil_after = 1          the next document is saved with a penny too much VAT
    company.refuse_next = finding    the next write is refused with this finding; nothing is written
    company.busy = 3                 the next three openings meet a busy Sage
    company.in_use = True            the Sage user name is logged on elsewhere, until this is False

Each of them switches itself off when it has happened, `in_use` excepted. What a person does by hand in Sage
is done to `documents`, `entries` and `accounts` directly.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from ml_connector.errors import NeedsPerson, TryAgain
from ml_connector.sage import findings
from ml_connector.sage.books import Books, IndexState, LookIndex
from ml_connector.sage.memory_books import MemoryBooks
from ml_connector.sage.memory_company import Died, MemoryCompany

__all__ = ["Died", "MemoryCompany", "MemoryDoor", "MemoryIndex"]


class MemoryDoor:
    """Opens sessions on a company in memory, one at a time.

    `company_id` is the company that is expected, “” for any.
    """

    def __init__(self, company: MemoryCompany, *, user: str = "MLCONNECT", company_id: str = "") -> None:
        self.company = company
        self.user = user
        self._company_id = company_id

    @contextmanager
    def open(self, index: LookIndex) -> Generator[Books]:
        """One session. Raises `TryAgain` when the name is in use or Sage is busy."""
        company = self.company
        if company.in_use or company.session_open:
            raise TryAgain(findings.sage_in_use(self.user))
        if company.busy:
            company.busy -= 1
            raise TryAgain(findings.sage_busy("logging on"))
        if self._company_id not in ("", company.identity.company_id):
            raise NeedsPerson(findings.company_changed(company.identity.name))
        company.sessions += 1
        company.session_open = True
        books = MemoryBooks(company, self.user, index)
        try:
            yield books
        finally:
            company.session_open = False
            books.remember()


class MemoryIndex:
    """`LookIndex` in memory, for tests."""

    def __init__(self) -> None:
        self.states: dict[str, IndexState] = {}

    def load(self, company_id: str) -> IndexState | None:
        return self.states.get(company_id)

    def save(self, company_id: str, state: IndexState) -> None:
        self.states[company_id] = state
