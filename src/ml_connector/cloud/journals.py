"""The journals of I/O Events: told by people, pulled by the worker, and poured into the same inbox.

A page and the position behind it are stored in one transaction, so a pull that is cut off begins again where
it was. When Adobe has dropped the events behind a position, reading begins at the oldest that is left, and
the whole shop is swept, since nobody can tell what was missed (reference: adobe_commerce.md §3.3).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, select

from ml_connector.adobe.ims import ImsAuth
from ml_connector.adobe.ims_token import ImsCredentials
from ml_connector.adobe.io_journal import Journal, JournalPage, journal_address
from ml_connector.clock import Clock
from ml_connector.cloud.connections import secret_row
from ml_connector.codec import canonical, from_json, loads
from ml_connector.errors import NeedsPerson, TryAgain
from ml_connector.records import inbox, tables
from ml_connector.records.inbox import arrival
from ml_connector.records.ledger import Ledger, LedgerTransaction
from ml_connector.records.vault import Vault
from ml_connector.sync.ports import Flow

JOURNAL = "journal"
"""The name of the secret, of the position among the cursors, and of the endpoint in the inbox."""
AGAIN = timedelta(seconds=30)
PERSON = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalSettings:
    """Where a connection's journal is, and the credential that may read it."""

    address: str
    credentials: ImsCredentials


def keep(ledger: Ledger, vault: Vault, settings: JournalSettings, by: str, why: str) -> None:
    """Pull this journal from now on, from its oldest event; raises `NeedsPerson` for no journal's address."""
    settings = replace(settings, address=journal_address(settings.address))
    with ledger.begin() as tx:
        row = secret_row(ledger.connection_id, JOURNAL)
        where = {"connection_id": ledger.connection_id, "name": JOURNAL}
        tx.put(tables.secrets, where, {"sealed": vault.seal(row, canonical(settings))})
        _save_position(tx, "")
        what = {"address": settings.address, "why": why}
        tx.note(actor=f"user {by}", action="journal set", key=None, payload=what)


def remove(ledger: Ledger, by: str, why: str) -> None:
    """Pull no journal any more."""
    with ledger.begin() as tx:
        secrets = tables.secrets.c
        tx.connection.execute(
            delete(tables.secrets).where(
                secrets.connection_id == ledger.connection_id, secrets.name == JOURNAL
            )
        )
        tx.note(actor=f"user {by}", action="journal removed", key=None, payload={"why": why})


def settings_of(engine: Engine, vault: Vault, connection_id: str) -> JournalSettings | None:
    """The journal of a connection, unsealed; None when it has none."""
    secrets = tables.secrets.c
    with engine.begin() as connection:
        sealed = connection.execute(
            select(secrets.sealed).where(secrets.connection_id == connection_id, secrets.name == JOURNAL)
        ).scalar()
    if sealed is None:
        return None
    return from_json(JournalSettings, loads(vault.unseal(secret_row(connection_id, JOURNAL), sealed)))


@dataclass(slots=True)
class _Feed:
    journal: Journal | None
    next_at: datetime


class Journals:
    """The journals of all connections. `new_lock` makes the lock of a token, `sweep` asks for a sweep."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        vault: Vault,
        new_lock: Callable[[], AbstractContextManager[object]],
        sweep: Callable[[str], None],
    ) -> None:
        self._engine, self._clock, self._vault = engine, clock, vault
        self._new_lock, self._sweep = new_lock, sweep
        self._feeds: dict[str, _Feed] = {}
        self._changed: set[str] = set()

    def changed(self, connection_id: str) -> None:
        """Its settings are others now."""
        self._changed.add(connection_id)

    def pull(self, ledger: Ledger) -> bool:
        """Take one page of a connection's journal; False when there is no more for now.

        Raises `TryAgain`, `NeedsPerson`; it is then tried again later.
        """
        feed, now = self._feed(ledger.connection_id), self._clock.now()
        if feed.journal is None or now < feed.next_at:
            return False
        try:
            page = feed.journal.pull(_position(ledger))
        except TryAgain as error:
            feed.next_at = now + (AGAIN if error.after_s is None else timedelta(seconds=error.after_s))
            raise
        except NeedsPerson:
            feed.next_at = now + PERSON
            raise
        _store(ledger, page, now)
        if page.expired:
            self._sweep(ledger.connection_id)
        feed.next_at = now + timedelta(seconds=page.wait_s)
        return page.wait_s == 0

    def close(self) -> None:
        """Give back the connections."""
        for feed in self._feeds.values():
            if feed.journal is not None:
                feed.journal.close()

    def _feed(self, connection_id: str) -> _Feed:
        feed = self._feeds.get(connection_id)
        if feed is None or connection_id in self._changed:
            self._changed.discard(connection_id)
            if feed is not None and feed.journal is not None:
                feed.journal.close()
            feed = self._feeds[connection_id] = _Feed(self._opened(connection_id), self._clock.now())
        return feed

    def _opened(self, connection_id: str) -> Journal | None:
        settings = settings_of(self._engine, self._vault, connection_id)
        if settings is None:
            return None
        auth = ImsAuth(settings.credentials, self._clock, self._new_lock())
        return Journal(settings.address, settings.credentials.organization_id, auth, self._clock)


def _store(ledger: Ledger, page: JournalPage, now: datetime) -> None:
    arrivals = [
        arrival(
            ledger.connection_id, JOURNAL, notice.event_id, f"{page.position}:{number}", notice.hints, now
        )
        for number, notice in enumerate(page.notices)
        if notice.hints
    ]
    with ledger.begin() as tx:
        if arrivals:
            inbox.store(tx.connection, arrivals)
        _save_position(tx, page.position)
        if page.expired:
            for flow in Flow:
                tx.save_cursor(flow, "")
            what = {"why": "its position has expired; the whole shop is swept"}
            tx.note(actor=JOURNAL, action="journal began anew", key=None, payload=what)


def _position(ledger: Ledger) -> str:
    cursors = tables.cursors.c
    with ledger.begin() as tx:
        found = tx.connection.execute(
            select(cursors.cursor).where(
                cursors.connection_id == ledger.connection_id, cursors.flow == JOURNAL
            )
        ).scalar()
    return str(found or "")


def _save_position(tx: LedgerTransaction, position: str) -> None:
    tx.put(
        tables.cursors,
        {"connection_id": tx.connection_id, "flow": JOURNAL},
        {"cursor": position, "saved_at": tx.clock.now().isoformat()},
    )
