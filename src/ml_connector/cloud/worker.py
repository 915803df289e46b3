"""The worker: one thread that sweeps the shops on a schedule, reads at once what hints name, pulls journals,
and decides while there is something due.

It is a shell: below it everything is `step`s. What it meets is kept as a sentence per connection, to be
shown; an error that nobody foresaw stops that connection's round, not the worker. A shop that cannot be read
is asked again after `AGAIN_S`, or after the time that it named.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine, select

from ml_connector.adobe.connect import open_shop
from ml_connector.adobe.reads import AdobeReads
from ml_connector.adobe.shop import ShopClient
from ml_connector.clock import Clock
from ml_connector.cloud.connections import credentials
from ml_connector.cloud.deciding import SHOP_SETTINGS, RulesKeeper
from ml_connector.cloud.journals import Journals
from ml_connector.codec import canonical, digest
from ml_connector.errors import ConnectorError, Finding, NeedsPerson, TryAgain
from ml_connector.records import inbox, tables
from ml_connector.records.ledger import Ledger
from ml_connector.records.vault import Vault
from ml_connector.sync.engine import Conductor

IDLE_S = 0.2
AGAIN_S = 30.0

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Round:
    """One connection's conductor, and how its last sweep went.

    `swept_at` is when a sweep last came to its end; `next_at` is when the shop is to be read again,
    `follow_at` when it may be asked for what hints name, `check_at` when the completeness check may go on.
    """

    ledger: Ledger
    shop: ShopClient
    conductor: Conductor
    next_at: datetime
    follow_at: datetime
    check_at: datetime
    swept_at: datetime | None = None
    sweeping: bool = True
    changed: int = 0
    trouble: Finding | None = None


@dataclass(slots=True)
class Worker:
    """All connections of this service, one after another, in one thread."""

    engine: Engine
    clock: Clock
    vault: Vault
    sweep_every_s: int
    _rounds: dict[str, Round] = field(default_factory=dict[str, Round])
    _shut: dict[str, datetime] = field(default_factory=dict[str, datetime])
    _asked: set[str] = field(default_factory=set[str])
    _wake: threading.Event = field(default_factory=threading.Event)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    journals: Journals = field(init=False)

    def __post_init__(self) -> None:
        self.journals = Journals(self.engine, self.clock, self.vault, threading.Lock, self.sweep_now)

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
        """Read this shop at once instead of at its next time."""
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
        for connection_id in self._connection_ids():
            one = self._rounds.get(connection_id) or self._open(connection_id)
            if one is None:
                continue
            self._guard(one, lambda one=one: self._sweep_if_due(one))
            busy = self._guard(one, lambda one=one: self.journals.pull(one.ledger)) or busy
            busy = self._guard(one, lambda one=one: self._follow_hints(one)) or busy
            busy = self._guard(one, one.conductor.step) or busy
            busy = self._guard(one, lambda one=one: self._check(one)) or busy
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

    def _sweep_if_due(self, one: Round) -> bool:
        now = self.clock.now()
        if now < one.next_at and one.ledger.connection_id not in self._asked:
            return False
        self._asked.discard(one.ledger.connection_id)
        one.sweeping, one.next_at = True, now + timedelta(seconds=self.sweep_every_s)
        with one.ledger.begin() as tx:
            inbox.forget(tx.connection, one.ledger.connection_id, now)
        try:
            self._read_settings(one)
            one.changed = one.conductor.sweep()
            one.swept_at, one.trouble = now, None
        except TryAgain as error:
            wait = AGAIN_S if error.after_s is None else error.after_s
            one.next_at = now + timedelta(seconds=min(wait, self.sweep_every_s))
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
            if error.after_s is not None:
                one.follow_at = now + timedelta(seconds=error.after_s)
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
            if error.after_s is not None:
                one.check_at = now + timedelta(seconds=error.after_s)
            raise
        if busy:
            one.check_at = now
        return busy

    def _read_settings(self, one: Round) -> None:
        settings = one.conductor.shop.settings()
        with one.ledger.begin() as tx:
            known = tx.fact(SHOP_SETTINGS)
            if known is None or known[0] != digest(settings):
                tx.save_fact(SHOP_SETTINGS, digest(settings), canonical(settings).decode())
                tx.mark_due()

    def _open(self, connection_id: str) -> Round | None:
        now = self.clock.now()
        if now < self._shut.get(connection_id, now):
            return None
        try:
            self._rounds[connection_id] = self._opened(connection_id, now)
        except NeedsPerson as error:
            log.error("connection %s cannot be opened: %s", connection_id, error)
        except Exception:
            log.exception("connection %s cannot be opened", connection_id)
        self._shut[connection_id] = now + timedelta(seconds=AGAIN_S)
        return self._rounds.get(connection_id)

    def _opened(self, connection_id: str, now: datetime) -> Round:
        ledger = Ledger(self.engine, self.clock, connection_id)
        with self.engine.begin() as connection:
            url = connection.execute(
                select(tables.connections.c.shop_url).where(
                    tables.connections.c.connection_id == connection_id
                )
            ).scalar_one()
        keys = credentials(self.engine, self.vault, connection_id)
        shop = open_shop(url, keys, self.clock, threading.Lock())
        conductor = Conductor(
            connection_id=connection_id,
            store=ledger,
            shop=AdobeReads(shop, self.clock),
            decider=RulesKeeper(ledger),
            clock=self.clock,
        )
        return Round(ledger=ledger, shop=shop, conductor=conductor, next_at=now, follow_at=now, check_at=now)

    def _connection_ids(self) -> list[str]:
        with self.engine.begin() as connection:
            rows = connection.execute(select(tables.connections.c.connection_id))
            return [row.connection_id for row in rows]
