"""Ways to die for the agent's tests: a journal and books that are cut off at a chosen step.

Every transaction of the journal, every look and every write counts two steps: just before and just after it.
Once dead, nothing answers any more, so that no clean-up of ours can do what a real death would not.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ml_connector.agent.journal import Journal
from ml_connector.clock import Clock
from ml_connector.posting.company import Catalogue, CompanyIdentity, CustomerEntry, LedgerEntry, Watermark
from ml_connector.posting.plan import Effect, Plan
from ml_connector.sage.books import Before, Books, BooksDoor, Look, LookIndex


class Killed(BaseException):
    """The power goes; nothing of ours may catch it."""


@dataclass
class Fate:
    """Kills at step `at`; 0 never. `steps` counts them."""

    at: int = 0
    steps: int = 0

    def step(self) -> None:
        self.steps += 1
        if self.at and self.steps >= self.at:
            raise Killed


class MortalJournal(Journal):
    """A journal that may be cut off before and after each of its transactions."""

    def __init__(self, path: Path, clock: Clock, fate: Fate) -> None:
        self._fate = fate
        try:
            super().__init__(path, clock)
        except Killed:
            self.close()
            raise

    @contextmanager
    def _changing(self) -> Generator[sqlite3.Connection]:
        self._fate.step()
        with super()._changing() as database:
            yield database
        self._fate.step()


class MortalBooks:
    """Books that may be cut off before and after each look and write, and that do as they are told."""

    def __init__(self, books: Books, fate: Fate) -> None:
        self._books, self._fate = books, fate
        self.on_look: Callable[[Effect], Look | None] = lambda _: None
        self.on_write: Callable[[Effect], None] = lambda _: None
        self.after_write: Callable[[Effect], None] = lambda _: None

    def identity(self) -> CompanyIdentity:
        return self._books.identity()

    def watermark(self) -> Watermark:
        return self._books.watermark()

    def catalogue(self) -> Catalogue:
        return self._books.catalogue()

    def ledger(self) -> Iterator[LedgerEntry]:
        return self._books.ledger()

    def customer_entries(self, since: date) -> Iterator[CustomerEntry]:
        return self._books.customer_entries(since)

    def before(self, plan: Plan, effect: Effect) -> Before:
        return self._books.before(plan, effect)

    def look(self, plan: Plan, effect: Effect, before: Before) -> Look:
        self._fate.step()
        look = self.on_look(effect) or self._books.look(plan, effect, before)
        self._fate.step()
        return look

    def write(self, plan: Plan, effect: Effect) -> None:
        self._fate.step()
        self.on_write(effect)
        self._books.write(plan, effect)
        self._fate.step()
        self.after_write(effect)


class MortalDoor:
    """Opens mortal books; `told` may tell each of them what to do."""

    def __init__(self, door: BooksDoor, fate: Fate, told: Callable[[MortalBooks], None]) -> None:
        self._door, self._fate, self._told = door, fate, told

    @contextmanager
    def open(self, index: LookIndex) -> Generator[Books]:
        self._fate.step()
        with self._door.open(index) as books:
            mortal = MortalBooks(books, self._fate)
            self._told(mortal)
            yield mortal
