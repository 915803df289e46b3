"""A hint: somebody said that something in the shop may have changed. It is never believed, only looked at.

Webhooks and events are reduced to hints (`adobe/notices.py`), kept durably (`records/inbox.py`), and followed
by reading over REST what they name (`sync/follow.py`). No amount, state or date ever comes out of a delivery.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from ml_connector.sync.ports import Flow, Transaction

EVERYTHING = 0
"""The entity id of a hint that names no entity: whatever changed in its flow."""


@dataclass(frozen=True, slots=True, order=True)
class Hint:
    """Look at one order, invoice or credit memo; with `EVERYTHING` as its id, at all that changed."""

    flow: Flow
    entity_id: int = EVERYTHING

    def __str__(self) -> str:
        return f"{self.flow.value}:{self.entity_id}"

    @classmethod
    def parse(cls, text: str) -> Hint:
        """Read back what `str(hint)` gives."""
        flow, _, entity_id = text.partition(":")
        return cls(Flow(flow), int(entity_id))


GATHERED = timedelta(seconds=5)


def wait_of(hint: Hint) -> timedelta:
    """How long a hint waits for others like it: a sender whose every delivery names nothing would else have
    the shop swept without a pause."""
    return GATHERED if hint.entity_id == EVERYTHING else timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueHint:
    """A hint that waits to be followed. `arrivals` counts how often it was hinted at, so that one which comes
    while its entity is being read is noticed; `tries` is how often the shop had no such entity yet."""

    hint: Hint
    arrivals: int
    tries: int


class HintedTransaction(Transaction, Protocol):
    """A transaction that knows the deliveries and hints of its connection too."""

    def take_deliveries(self, most: int) -> int:
        """Turn up to `most` deliveries that came in into hints that are due now; returns how many it took."""
        ...

    def due_hints(self, most: int) -> tuple[DueHint, ...]:
        """Hints whose time has come, those that waited longest first."""
        ...

    def followed(self, due: DueHint) -> None:
        """Its entity was read: forget it, unless it was hinted at again since `due` was looked up."""
        ...

    def postpone(self, due: DueHint, until: datetime) -> None:
        """The shop had no such entity: try it once more at `until`, or at once if it was hinted at again."""
        ...


class HintStore(Protocol):
    """The records of one connection, with its hints."""

    def begin(self) -> AbstractContextManager[HintedTransaction]:
        """A writing transaction: committed when the block ends, rolled back when it raises."""
        ...
