"""Waiting for the demo's processes, with a line of progress whenever something moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from rich.console import Console

from ml_connector.clock import Clock
from ml_connector.demo.operator import Answer, Operator
from ml_connector.demo.processes import Processes
from ml_connector.errors import Code, Finding, NeedsPerson

LIMIT_S = 900
PAUSE_S = 0.25
NAMES = ("shop", "cloud", "agent")
MOVING = ("noticed", "planned", "queued", "sent", "posted")


@dataclass(slots=True)
class Settling:
    """Watches one connection until there is nothing left to do by itself."""

    operator: Operator
    processes: Processes
    clock: Clock
    console: Console
    _last: str = ""

    def until_read(self) -> None:
        """Until shop and company were read for the first time, so that a chart can be proposed."""
        self._until("reading", lambda seen: bool(seen["catalogue_read"]) and not seen["sweeping"])

    def until_settled(self, label: str) -> None:
        """Until every document is proved, held, waits, is skipped or disputed; the first run is approved."""
        self._until(label, self._settled)

    def until_ledger_read(self) -> None:
        """Until the agent has read Sage's ledger anew."""
        self.operator.ask_for_ledger()
        self._until("reading Sage's ledger", lambda seen: bool(seen["ledger_read"]))

    def _settled(self, seen: Answer) -> bool:
        counts = cast(dict[str, dict[str, int]], seen["counts"])
        moving = sum(counts.get(kind, {}).get(state, 0) for kind in counts for state in MOVING)
        if moving or seen["due"] or seen["sweeping"]:
            return bool(seen["breaker"]) and not seen["sweeping"]
        if not seen["first_run_approved"]:
            self.operator.act("approve-first-run", "the first documents were compared in Sage")
            return False
        return True

    def _until(self, label: str, done: Callable[[Answer], bool]) -> None:
        until = self.clock.monotonic() + LIMIT_S
        while self.clock.monotonic() < until:
            self.processes.watch(*NAMES)
            seen = self.operator.overview()
            self._tell(label, seen)
            if done(seen):
                return
            self.clock.sleep(PAUSE_S)
        raise NeedsPerson(
            Finding(
                code=Code.DEFECT,
                what=f"The demo did not come to an end ({label}).",
                why=f"Nothing more happened within {LIMIT_S // 60} minutes: {self._last}",
                fix="Look into the logs of its processes.",
            )
        )

    def _tell(self, label: str, seen: Answer) -> None:
        counts = cast(dict[str, dict[str, int]], seen["counts"])
        parts = [
            f"{kind}: " + " ".join(f"{count} {state}" for state, count in sorted(states.items()))
            for kind, states in sorted(counts.items())
        ]
        troubles = [seen["shop_trouble"], seen["breaker"]]
        troubles += [agent["finding"] for agent in cast(list[Answer], seen["agents"])]
        words = [str(cast(Answer, trouble)["what"]) for trouble in troubles if trouble]
        line = f"  {label}: " + "; ".join(parts + words)
        if line != self._last:
            self._last = line
            self.console.print(line, highlight=False, soft_wrap=True)
