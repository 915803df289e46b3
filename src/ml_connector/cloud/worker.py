"""The worker: one thread that sweeps the shops on a schedule, reads at once what hints name, pulls journals,
and decides while there is something due.

It is a shell: below it everything is `step`s. What it meets is kept as a sentence per connection, to be
shown; an error that nobody foresaw stops that connection's round, not the worker. A shop that cannot be read
is asked again after `AGAIN_S`; one that named a time is asked nothing before it, however long that is, unless
a person asks for a sweep. Credentials that were replaced are used from the next step on.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Engine

from ml_connector.clock import Clock
from ml_connector.cloud.journals import Journals
from ml_connector.cloud.rounds import Entry, Round, entries, opened
from ml_connector.cloud.shop_settings import keep as keep_settings
from ml_connector.cloud.standings import SHOP, save_standing, shop_standing
from ml_connector.errors import Code, ConnectorError, Finding, NeedsPerson, TryAgain
from ml_connector.records import inbox
from ml_connector.records.ledger import Ledger
from ml_connector.records.vault import Vault

IDLE_S = 0.2
AGAIN_S = 30.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Shut:
    """A connection that could not be opened by this entry, and when that is tried again."""

    entry: Entry
    until: datetime


@dataclass(slots=True)
class Worker:
    """All connections of this service, one after another, in one thread."""

    engine: Engine
    clock: Clock
    vault: Vault
    sweep_every_s: int
    _rounds: dict[str, Round] = field(default_factory=dict[str, Round])
    _shut: dict[str, _Shut] = field(default_factory=dict[str, _Shut])
    _asked: set[str] = field(default_factory=set[str])
    _wake: threading.Event = field(default_factory=threading.Event)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    journals: Journals = field(init=False)

    def __post_init__(self) -> None:
        self.journals = Journals(self.engine, self.clock, self.vault, threading.Lock, self._sweep_soon)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        for one in self._rounds.values():
            one.shop.close()
        self.journals.close()

    def sweep_now(self, connection_id: str) -> None:
        """A person asked: read this shop at once, also when it asked for a pause."""
        one = self._rounds.get(connection_id)
        if one is not None:
            one.rests_until = None
        self._sweep_soon(connection_id)

    def _sweep_soon(self, connection_id: str) -> None:
        """Read this shop as soon as it may be read, instead of at its next time."""
        self._asked.add(connection_id)
        if connection_id in self._rounds:
            self._rounds[connection_id].sweeping = True
        self._wake.set()

    def check_now(self, connection_id: str) -> None:
        """Somebody asked for the completeness check: look at once whether it is to begin."""
        if connection_id in self._rounds:
            self._rounds[connection_id].check_at = self.clock.now()
        self._wake.set()

    def wake(self) -> None:
        """Something changed: look now."""
        self._wake.set()

    def state_of(self, connection_id: str) -> Round | None:
        """How this connection's last round went; None before its first."""
        return self._rounds.get(connection_id)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                busy = self._step()
            except Exception:
                log.exception("the worker's round stopped in an unforeseen error; the next one follows")
                busy = False
            if not busy:
                self._wake.wait(IDLE_S)

    def _step(self) -> bool:
        busy = False
        for connection_id, entry in entries(self.engine).items():
            one = self._current(connection_id, entry)
            if one is None:
                continue
            if not self._rests(one):
                self._guard(one, lambda one=one: self._sweep_if_due(one))
            busy = self._guard(one, lambda one=one: self.journals.pull(one.ledger)) or busy
            if not self._rests(one):
                busy = self._guard(one, lambda one=one: self._follow_hints(one)) or busy
            busy = self._guard(one, one.conductor.step) or busy
            if not self._rests(one):
                busy = self._guard(one, lambda one=one: self._check(one)) or busy
            self._note(one)
        return busy

    def _guard(self, one: Round, act: Callable[[], bool]) -> bool:
        try:
            return act()
        except (TryAgain, NeedsPerson) as error:
            one.trouble = error.finding
        except ConnectorError:
            log.exception("connection %s stopped in a defect", one.ledger.connection_id)
        except Exception:
            log.exception("connection %s stopped in an unforeseen error", one.ledger.connection_id)
        return False

    def _rests(self, one: Round) -> bool:
        """Whether the shop asked for a pause that is not over; its end is the end of every wait."""
        if one.rests_until is None:
            return False
        if self.clock.now() < one.rests_until:
            return True
        one.rests_until = None
        return False

    def _rest(self, one: Round, error: TryAgain) -> None:
        """Leave the shop alone for as long as it asked, if it did (`adobe/answers.py` bounds that)."""
        if error.after_s is not None:
            one.rests_until = self.clock.now() + timedelta(seconds=error.after_s)

    def _sweep_if_due(self, one: Round) -> bool:
        now = self.clock.now()
        if now < one.next_at and one.ledger.connection_id not in self._asked:
            return False
        self._asked.discard(one.ledger.connection_id)
        one.sweeping, one.next_at = True, now + timedelta(seconds=self.sweep_every_s)
        with one.ledger.begin() as tx:
            inbox.forget(tx.connection, one.ledger.connection_id, now)
        try:
            missing = self._read_settings(one)
            one.changed = one.conductor.sweep()
            one.swept_at, one.trouble = now, missing
        except TryAgain as error:
            self._rest(one, error)
            again = now + timedelta(seconds=min(AGAIN_S, self.sweep_every_s))
            one.next_at = again if one.rests_until is None else one.rests_until
            raise
        finally:
            # Somebody may have asked for the next one meanwhile.
            one.sweeping = one.ledger.connection_id in self._asked
        return True

    def _follow_hints(self, one: Round) -> bool:
        """Read what hints name; a shop that cannot be read is left alone for as long as by a sweep."""
        now = self.clock.now()
        if now < one.follow_at:
            return False
        one.follow_at = now + timedelta(seconds=AGAIN_S)
        try:
            busy = one.conductor.follow_hints()
        except TryAgain as error:
            self._rest(one, error)
            raise
        one.follow_at = now
        return busy

    def _check(self, one: Round) -> bool:
        """Carry on with the daily completeness check, a page at a time between everything else."""
        now = self.clock.now()
        if now < one.check_at:
            return False
        one.check_at = now + timedelta(seconds=AGAIN_S)
        try:
            busy = one.conductor.check()
        except TryAgain as error:
            self._rest(one, error)
            raise
        if busy:
            one.check_at = now
        return busy

    def _read_settings(self, one: Round) -> Finding | None:
        """Store what may be read of them; gives what to tell a person when a list may not."""
        read = one.reads.settings_by_list()
        with one.ledger.begin() as tx:
            return keep_settings(tx, read, self.clock.now()).finding

    def _current(self, connection_id: str, entry: Entry) -> Round | None:
        """The connection, opened anew when its credentials are others than those that it was opened with."""
        one = self._rounds.get(connection_id)
        if one is not None and one.entry == entry:
            return one
        if one is not None:
            del self._rounds[connection_id]
            one.shop.close()
        shut = self._shut.get(connection_id)
        if shut is not None and shut.entry == entry and self.clock.now() < shut.until:
            return None
        ledger = Ledger(self.engine, self.clock, connection_id)
        try:
            self._rounds[connection_id] = opened(ledger, self.vault, entry, threading.Lock())
        except NeedsPerson as error:
            log.error("connection %s cannot be opened: %s", connection_id, error)
            self._shut_out(ledger, entry, error.finding)
        except Exception:
            log.exception("connection %s cannot be opened", connection_id)
            self._shut_out(ledger, entry, _CANNOT_BE_OPENED)
        return self._rounds.get(connection_id)

    def _shut_out(self, ledger: Ledger, entry: Entry, finding: Finding) -> None:
        self._shut[ledger.connection_id] = _Shut(entry, self.clock.now() + timedelta(seconds=AGAIN_S))
        with ledger.begin() as tx:
            shown = replace(shop_standing(tx), opened=False, trouble=finding)
            if shown != shop_standing(tx):
                save_standing(tx, SHOP, shown)

    def _note(self, one: Round) -> None:
        """Let the records say how this shop stands."""
        if one.standing != one.noted:
            with one.ledger.begin() as tx:
                save_standing(tx, SHOP, one.standing)
            one.noted = one.standing


_CANNOT_BE_OPENED = Finding(
    code=Code.DEFECT,
    what="The connection cannot be opened.",
    why="An error that nobody foresaw stopped it; the service's log says which.",
    fix="It is tried again. If it stays, report it with the log.",
)
