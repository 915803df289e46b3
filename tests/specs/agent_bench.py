"""An agent on the bench: its journal, a pretend cloud, a company in memory, and what may come between."""

from __future__ import annotations

from pathlib import Path

from ml_connector.agent.journal import Journal
from ml_connector.agent.session import Around
from ml_connector.agent.work import AgentWork, Waits
from ml_connector.clock import ManualClock
from ml_connector.errors import Code, Finding, TryAgain
from ml_connector.sage.memory import MemoryDoor
from tests.specs.agent_cloud import PretendCloud
from tests.specs.agent_kit import company

POLL_S, SAGE_S = 60.0, 30.0


class Agent:
    """An agent with its journal, a pretend cloud and a company in memory."""

    def __init__(self, folder: Path) -> None:
        self.path, self.clock = folder / "journal.sqlite", ManualClock()
        self.company, self.cloud = company(), PretendCloud()
        self.said: list[str] = []
        self.stop = False
        self.start()

    def start(self) -> None:
        """A new start of the program on the same journal."""
        self.journal = Journal(self.path, self.clock)
        around = Around(
            cloud=self.cloud,
            journal=self.journal,
            clock=self.clock,
            say=self.said.append,
            stopping=lambda: self.stop,
        )
        self.work = AgentWork(around, MemoryDoor(self.company), Waits(poll_s=POLL_S, sage_s=SAGE_S))

    def die(self) -> None:
        """The program is gone; only what is on the disk and in Sage is left."""
        self.journal.close()
        self.start()

    def step(self) -> float:
        """One step; gives the seconds until the next."""
        now = self.clock.now()
        return (self.work.step(now) - now).total_seconds()

    @property
    def trouble(self) -> Code | None:
        return self.work.trouble.finding.code if self.work.trouble else None


def unreachable() -> TryAgain:
    return TryAgain(Finding(code=Code.CLOUD_UNREACHABLE, what="No answer.", why="Cable.", fix="Plug it in."))


def raise_now(error: Exception) -> None:
    raise error


def once(message: str, error: Exception) -> Once:
    return Once(message, [error])


class Once:
    """Raises at the first message of that name, then never again."""

    def __init__(self, message: str, errors: list[Exception]) -> None:
        self._message, self._errors = message, errors

    def __call__(self, heard: str) -> None:
        if heard == self._message and self._errors:
            raise self._errors.pop()
