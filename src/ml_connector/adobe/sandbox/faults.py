"""What can go wrong with a shop, as switches: which requests meet a fault, and for how long.

A fault is a value. It says which requests it concerns, how many of them it leaves alone first and how many it
spoils, and it belongs to one of the places below where it steps in; each kind of fault is a class in
`fault_answers.py` (another answer), `fault_wire.py` (on the way), `fault_lists.py` (wrong lists),
`fault_access.py` (permissions, clock) or `arrivals.py` (documents that appear meanwhile).

    with shop.faults.on(TooManyRequests(retry_after="17", times=3)):
        ...

In another process they are set through `control.py`. What a fault does to one request is in `turn.py`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import TypeAlias

from ml_connector.adobe.sandbox.criteria import Criteria
from ml_connector.adobe.sandbox.data import ShopData
from ml_connector.adobe.sandbox.server import Answer, Request
from ml_connector.adobe.sandbox.table import Row, Table

Matches: TypeAlias = tuple[list[Row], int]
"""The rows of a page, and how many match in all."""
Search: TypeAlias = Callable[[Criteria], Matches]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong, and when.

    matching: text that stands in the path and query of the requests it concerns, as sent; all when empty.
    after: how many of those it leaves alone first.
    times: how many of those it then spoils; None until it is switched off.
    """

    matching: str = ""
    after: int = 0
    times: int | None = None

    def concerns(self, request: Request) -> bool:
        """Whether this request is one of those."""
        return self.matching in request.target


@dataclass(frozen=True, slots=True, kw_only=True)
class Instead(Fault, ABC):
    """Something else answers, and the shop never sees the request. One of these is met at a time, the one
    that was switched on first."""

    @abstractmethod
    def answer(self, request: Request) -> Answer:
        """The answer in the shop's place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Afterwards(Fault, ABC):
    """The shop's answer does not arrive as it was made."""

    @abstractmethod
    def bent(self, answer: Answer) -> Answer:
        """What becomes of the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InSearch(Fault, ABC):
    """A list is searched wrongly. May raise Refusal or Interrupted."""

    @abstractmethod
    def searched(self, search: Search, criteria: Criteria) -> Matches:
        """What the shop finds; `search` is how it would have been found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InDocument(Fault, ABC):
    """A document is shown wrongly, in a list or alone. May raise Refusal."""

    @abstractmethod
    def shown(self, table: Table, row: Row) -> Row:
        """The document as the shop shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InAccess(Fault, ABC):
    """Somebody is not let in who was."""

    @abstractmethod
    def check(self, resource: str) -> None:
        """Raises Refusal when reading this ACL resource is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening(Fault, ABC):
    """Nothing wrong at all: the shop changes just before it answers."""

    times: int | None = 1

    @abstractmethod
    def happen(self, data: ShopData) -> None:
        """Change the shop."""


class Interrupted(Exception):
    """The shop did not get to the end of this answer: another one is sent in its place."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


@dataclass(slots=True)
class _Standing:
    fault: Fault
    waits: int
    left: int | None


class Faults:
    """The faults that are switched on in one shop. Several threads may use it."""

    def __init__(self) -> None:
        self._standing: list[_Standing] = []
        self._lock = Lock()

    def switch_on(self, *faults: Fault) -> None:
        """Switch these on beside whatever is on."""
        with self._lock:
            self._standing += [_Standing(fault, fault.after, fault.times) for fault in faults]

    def switch_off(self, what: Fault | type[Fault] = Fault) -> None:
        """Switch off this fault, every fault of this kind, or all of them."""
        with self._lock:
            self._standing = [each for each in self._standing if not _is(each.fault, what)]

    @contextmanager
    def on(self, *faults: Fault) -> Generator[None]:
        """Switch these on until the block ends."""
        self.switch_on(*faults)
        try:
            yield
        finally:
            for fault in faults:
                self.switch_off(fault)

    @property
    def standing(self) -> tuple[Fault, ...]:
        """The faults that are on, oldest first; those that are used up are gone."""
        with self._lock:
            return tuple(each.fault for each in self._standing)

    def met_by(self, request: Request) -> tuple[Fault, ...]:
        """The faults that this request meets, counted."""
        with self._lock:
            ready: list[_Standing] = []
            for each in self._standing:
                if each.fault.concerns(request):
                    if each.waits:
                        each.waits -= 1
                    else:
                        ready.append(each)
            met = _together(ready)
            for each in met:
                each.left = None if each.left is None else each.left - 1
            self._standing = [each for each in self._standing if each.left is None or each.left > 0]
            return tuple(each.fault for each in met)


def _together(ready: list[_Standing]) -> list[_Standing]:
    """What happens anyhow, and then the one that answers in the shop's place, or all that bend its answer."""
    happening = [each for each in ready if isinstance(each.fault, Happening)]
    instead = [each for each in ready if isinstance(each.fault, Instead)]
    return happening + (instead[:1] or [each for each in ready if not isinstance(each.fault, Happening)])


def _is(fault: Fault, what: Fault | type[Fault]) -> bool:
    return isinstance(fault, what) if isinstance(what, type) else fault == what
