"""One request's turn: how the shop works while it answers it.

Joins what the shop is set to with the faults that this one request meets, and has a method for each place of
`shop.py` and `routes.py` where either makes a difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from ml_connector.adobe.sandbox.configuration import Configuration
from ml_connector.adobe.sandbox.criteria import Criteria
from ml_connector.adobe.sandbox.data import ShopData
from ml_connector.adobe.sandbox.fault_access import ClockAhead
from ml_connector.adobe.sandbox.faults import (
    Afterwards,
    Fault,
    Happening,
    InAccess,
    InDocument,
    InSearch,
    Instead,
    Matches,
    Search,
)
from ml_connector.adobe.sandbox.server import Answer, Request
from ml_connector.adobe.sandbox.table import Row, Table

_F = TypeVar("_F", bound=Fault)


@dataclass(frozen=True, slots=True)
class Turn:
    """The configuration, and the faults that were met."""

    configuration: Configuration
    faults: tuple[Fault, ...] = ()

    def happen(self, data: ShopData) -> None:
        """Let happen what happens before the answer."""
        for fault in self._of(Happening):
            fault.happen(data)

    def instead(self, request: Request) -> Answer | None:
        """The answer of whatever stands in the shop's place, if something does."""
        return next((fault.answer(request) for fault in self._of(Instead)), None)

    @property
    def clock_ahead_s(self) -> float:
        """How far the shop's clock is ahead of the true time, in seconds."""
        return sum(fault.seconds for fault in self._of(ClockAhead))

    def check(self, resource: str) -> None:
        """Raises Refusal when a resource that was granted cannot be read all the same."""
        for fault in self._of(InAccess):
            fault.check(resource)

    def searched(self, table: Table, criteria: Criteria) -> Matches:
        """The page that the shop finds; raises Refusal or Interrupted."""
        search: Search = table.search
        for fault in self._of(InSearch):
            search = partial(fault.searched, search)
        rows, total_count = search(criteria)
        return [self.shown(table, row) for row in rows], total_count

    def shown(self, table: Table, row: Row) -> Row:
        """A document as the shop shows it; raises Refusal."""
        for fault in self._of(InDocument):
            row = fault.shown(table, row)
        return row

    def afterwards(self, answer: Answer) -> Answer:
        """What becomes of an answer on its way."""
        for fault in self._of(Afterwards):
            answer = fault.bent(answer)
        return answer

    def _of(self, kind: type[_F]) -> Iterator[_F]:
        return (fault for fault in self.faults if isinstance(fault, kind))
