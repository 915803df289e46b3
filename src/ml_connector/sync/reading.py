"""How a flow of the shop is read: from when on, how far it has come, and what of it cannot be read at all.

An entity that cannot be read is held by its number. Either the shop fails on it (one document is enough to
spoil every page that holds it), and it is asked for again with a growing pause; or the shop had it and has it
no more. Both are kept until they are over, shown, and noted in the trail (`sync/unread.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from ml_connector.sync.passage import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """Which entities of a flow are meant; by default all of them.

    `since` and `before` are instants in UTC: for invoices and credit memos when they were made
    (`created_at`), for orders when they were last changed (`updated_at`), since an old order can still be
    invoiced. `after` and `up_to` (0: no end) bound the entity ids; `without` names ids that are left out.
    """

    since: datetime | None = None
    before: datetime | None = None
    after: int = 0
    up_to: int = 0
    without: tuple[int, ...] = ()


EVERYTHING = Extent()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far one reading of a flow has come, in entities.

    `under_way` is True from the first page of a reading to its last one; `read` and `left` are of the reading
    that is under way, or of the last one. `ended_at` is when a reading last came to its end, None before the
    first did, which is the back-fill. `before_cut_over` is how many of the flow the shop made before the
    cut-over date, None while nobody has counted.
    """

    read: int = 0
    left: int = 0
    under_way: bool = False
    ended_at: datetime | None = None
    before_cut_over: int | None = None


class Reason(StrEnum):
    """Why an entity cannot be read."""

    FAILS = "fails"
    """The shop has it, and fails on it."""
    GONE = "gone"
    """The shop had it, and has it no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """An entity that cannot be read.

    `kind` and `entity_id` are as in `Payload`; `order_id` is 0 where it is not known, or is none. `told` is
    the shop's own message with its report number, “” for what is gone. `tries` counts how often it was asked
    for again, `next_at` is when that is to be done once more.
    """

    kind: str
    entity_id: int
    order_id: int
    reason: Reason
    told: str
    since: datetime
    tries: int
    next_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What the completeness check found in one flow.

    `counted` is how many the shop says it has, `shown` how many it showed; they differ where something in
    the shop hides entities from its lists. `read` came late or had changed unseen, `gone` are those that the
    shop has no more, as far as that was news.
    """

    counted: int = 0
    shown: int = 0
    read: int = 0
    gone: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The completeness check that is under way, and the last one that ended.

    `stage` names what is compared now, “” while no check is under way; `after` is the id behind which it goes
    on, `window` how many ids are counted next, as long as counts are `trusted`. `compared` is of this check,
    by flow, and stays until the next one begins. `asked` is a person's wish to begin now.
    """

    asked: bool = False
    next_at: datetime | None = None
    began_at: datetime | None = None
    ended_at: datetime | None = None
    stage: str = ""
    after: int = 0
    window: int = 0
    trusted: bool = True
    compared: Mapping[str, Compared] = field(default_factory=dict[str, Compared])


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An entity as it was last stored; `noticed` is whether a record stands for it."""

    updated_at: str
    noticed: bool


class ReadingTransaction(Protocol):
    """What a transaction knows of reading; part of `ports.Transaction`."""

    def progress(self, flow: str) -> Progress: ...
    def save_progress(self, flow: str, progress: Progress) -> None:
        """Keep it beside the flow's cursor."""
        ...

    def unread(self, kind: str, entity_id: int) -> Unread | None: ...
    def unread_of_order(self, order_id: int) -> tuple[Unread, ...]:
        """The order itself and whatever is known to belong to it, as far as it cannot be read."""
        ...

    def any_unread(self) -> bool: ...
    def failing(self, kind: str) -> tuple[int, ...]:
        """Ids of the entities on which the shop fails, ascending."""
        ...

    def due_unread(self, now: datetime, most: int) -> tuple[Unread, ...]:
        """What is to be asked for once more, what waits longest first."""
        ...

    def save_unread(self, unread: Unread) -> None: ...
    def forget_unread(self, kind: str, entity_id: int) -> None: ...
    def orders_failing(self, kind: str, order_ids: Sequence[int]) -> frozenset[int]:
        """Those orders of which an entity of this kind fails."""
        ...

    def check(self) -> Check: ...
    def save_check(self, check: Check) -> None: ...
    def newest(self, kind: str) -> int:
        """The highest id of this kind that is stored; 0 without any."""
        ...

    def stored(self, kind: str, after: int, up_to: int, most: int) -> Mapping[int, Stored]:
        """What is stored of these ids, ascending, at most so many."""
        ...

    def count_stored(self, kind: str, after: int, up_to: int, since: datetime | None) -> int:
        """How many of these ids should be in the shop: stored, and neither gone nor failing; of orders those
        that were changed at `since` or later, of documents those with a record."""
        ...

    def unread_between(self, kind: str, after: int, up_to: int) -> Mapping[int, Reason]:
        """Which of these ids cannot be read, and why."""
        ...

    def orders_of(self, states: Sequence[State], after: int, most: int) -> tuple[int, ...]:
        """Orders with an id above `after` that have a document in one of these states, ascending."""
        ...
