"""The one writer of the inbox: a thread that commits whatever waits, all of it at once.

A shell. While one commit is on its way to the disk, the next deliveries gather; so a sync is shared by all
that came in the meantime, and nobody is answered before the commit that holds their delivery has ended
(reference: stack.md §3). Under load it waits a little more, for a commit costs several times what a row does.
What cannot be committed is told to whoever waits, and the thread goes on.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from itertools import count

from sqlalchemy import Connection, Engine

from ml_connector.clock import Clock
from ml_connector.records import inbox
from ml_connector.records.inbox import Arrival

WAITING_MAX = 20_000
"""Deliveries that may wait for a commit; whoever comes then is to come again later."""

GATHERING_S = 0.003
"""The pause after a commit, if somebody waits already. A delivery that comes alone is not kept waiting."""

log = logging.getLogger(__name__)


class NotStored(Exception):
    """The delivery was not committed, for no fault of its own."""


class InboxWriter:
    """Commits deliveries in groups, in one thread with one connection of its own."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        # Tokens are unique in this process by the count, and beyond it by what stands before it.
        self._origin, self._count = clock.new_id(), count()
        self._waiting: list[_Waiting] = []
        self._wake = threading.Condition()
        self._stopped, self._ending = False, threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="inbox", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Commit what still waits, and end."""
        self._ending.set()
        with self._wake:
            self._stopped = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join()

    async def write(self, arrivals: Sequence[Arrival]) -> int:
        """Return once these are durable; how many of them were there already. Raises `NotStored`."""
        waiting = _Waiting(arrivals, asyncio.get_running_loop())
        for each in arrivals:
            each["token"] = f"{self._origin}-{next(self._count)}"
        with self._wake:
            if self._stopped or self._thread is None or len(self._waiting) >= WAITING_MAX:
                raise NotStored
            self._waiting.append(waiting)
            if len(self._waiting) == 1:
                self._wake.notify()
        return await waiting.answered

    def _run(self) -> None:
        with self._engine.connect() as connection:
            while True:
                with self._wake:
                    while not self._waiting and not self._stopped:
                        self._wake.wait()
                    group, self._waiting = self._waiting, []
                if not group:
                    return
                self._commit(connection, group)
                if self._waiting:
                    self._ending.wait(GATHERING_S)

    def _commit(self, connection: Connection, group: Sequence[_Waiting]) -> None:
        arrivals = [each for waiting in group for each in waiting.arrivals]
        try:
            with connection.begin():
                known = inbox.store(connection, arrivals)
        except Exception:
            log.exception(
                "%d deliveries could not be stored; their senders are to send them again", len(group)
            )
            _tell(group, None)
        else:
            _tell(group, known)


class _Waiting:
    """Deliveries of one request, and the promise that its answer waits for."""

    __slots__ = ("answered", "arrivals", "loop")

    def __init__(self, arrivals: Sequence[Arrival], loop: asyncio.AbstractEventLoop) -> None:
        self.arrivals, self.loop = arrivals, loop
        self.answered: asyncio.Future[int] = loop.create_future()


def _tell(group: Sequence[_Waiting], known: frozenset[str] | None) -> None:
    """Wake the waiting requests, those of one event loop together: each call into a loop costs a wake-up."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Waiting]] = defaultdict(list)
    for waiting in group:
        by_loop[waiting.loop].append(waiting)
    for loop, theirs in by_loop.items():
        with suppress(RuntimeError):  # the loop has ended, and with it whoever waited
            loop.call_soon_threadsafe(_answer, theirs, known)


def _answer(group: Sequence[_Waiting], known: frozenset[str] | None) -> None:
    for waiting in group:
        if waiting.answered.done():  # its request was given up meanwhile
            continue
        if known is None:
            waiting.answered.set_exception(NotStored())
        else:
            waiting.answered.set_result(sum(each["token"] in known for each in waiting.arrivals))
