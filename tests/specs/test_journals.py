"""The journal as the worker pulls it: into the inbox, never past what was stored; swept when it expired."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from ml_connector.adobe.notices import notices
from ml_connector.adobe.sandbox.io_events import JOURNAL_PATH, RETRY_AFTER_S
from ml_connector.cloud import journals
from ml_connector.cloud.journals import Journals, JournalSettings
from ml_connector.errors import TryAgain
from ml_connector.records import inbox, tables
from ml_connector.records.vault import Vault
from ml_connector.sync.ports import Flow
from tests.specs.pretend_journal import SAVED, Adobe, running
from tests.specs.sync_kit import SHOP
from tests.specs.sync_place import Place, a_place

pytestmark = pytest.mark.slow


@dataclass
class Puller:
    """A connection with a journal, and what the worker has of it."""

    place: Place
    adobe: Adobe
    journals: Journals
    swept: list[str]

    def pull(self) -> bool:
        self.place.clock.at += timedelta(seconds=1)
        return self.journals.pull(self.place.ledger)

    def drain(self) -> None:
        while self.pull():
            pass

    def position(self) -> str:
        cursors = tables.cursors.c
        with self.place.ledger.engine.begin() as connection:
            found = connection.execute(select(cursors.cursor).where(cursors.flow == journals.JOURNAL))
            return str(found.scalar())

    def hints(self) -> list[str]:
        with self.place.ledger.engine.begin() as connection:
            return sorted(connection.execute(select(tables.deliveries.c.hints)).scalars())


@pytest.fixture
def adobe() -> Iterator[Adobe]:
    with running() as made:
        yield made


@pytest.fixture
def puller(tmp_path: Path, adobe: Adobe) -> Iterator[Puller]:
    with a_place(tmp_path) as place:
        vault = Vault.open(tmp_path / "vault.key", place.clock)
        settings = JournalSettings(address=f"{adobe.origin}{JOURNAL_PATH}", credentials=adobe.credentials)
        journals.keep(place.ledger, vault, settings, "ann", "nobody can call us")
        swept: list[str] = []
        made = Journals(place.ledger.engine, place.clock, vault, threading.Lock, swept.append)
        yield Puller(place, adobe, made, swept)
        made.close()


def test_events_of_the_journal_come_into_the_inbox_each_once(puller: Puller) -> None:
    puller.adobe.orders(*range(1, 251))
    assert [puller.pull() for _ in range(4)] == [True, True, True, False]
    assert len(puller.hints()) == 250
    puller.drain()
    assert len(puller.hints()) == 250


def test_at_its_end_adobe_is_left_alone_for_a_while(puller: Puller) -> None:
    puller.drain()
    asked = len(puller.adobe.pulls)
    puller.drain()
    assert len(puller.adobe.pulls) == asked
    puller.adobe.orders(1)
    puller.place.clock.at += timedelta(seconds=RETRY_AFTER_S)
    puller.drain()
    assert puller.hints() == ["orders:1"]


def test_while_adobe_is_away_nothing_moves(puller: Puller) -> None:
    puller.adobe.orders(1)
    puller.drain()
    before = puller.position()
    puller.adobe.events.down = True
    puller.place.clock.at += timedelta(minutes=1)
    with pytest.raises(TryAgain):
        puller.pull()
    assert not puller.pull()
    assert puller.position() == before
    puller.adobe.events.down = False
    puller.adobe.orders(2)
    puller.place.clock.at += journals.AGAIN
    puller.drain()
    assert puller.hints() == ["orders:1", "orders:2"]


def test_a_page_that_could_not_be_stored_is_pulled_again(puller: Puller) -> None:
    """As on a full disk: neither the events are there nor the position behind them."""
    puller.adobe.orders(1)
    full = "CREATE TRIGGER full BEFORE INSERT ON deliveries BEGIN SELECT RAISE(ABORT, 'disk full'); END"
    with puller.place.ledger.engine.begin() as connection:
        connection.execute(text(full))
    with pytest.raises(IntegrityError):
        puller.pull()
    assert puller.position() == ""
    with puller.place.ledger.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER full"))
    puller.drain()
    assert puller.hints() == ["orders:1"]


def test_when_events_have_expired_the_whole_shop_is_swept(puller: Puller) -> None:
    puller.adobe.orders(1)
    puller.drain()
    with puller.place.ledger.begin() as tx:
        tx.save_cursor(Flow.INVOICES, "7")
    puller.adobe.orders(2, 3)
    puller.adobe.events.expire(2)
    puller.place.clock.at += timedelta(days=8)
    puller.drain()
    assert puller.swept == [SHOP]
    with puller.place.ledger.begin() as tx:
        assert tx.cursor(Flow.INVOICES) == ""
    assert puller.hints() == ["orders:1", "orders:3"]
    assert puller.place.trail()[-1].entry.action == "journal began anew"


def test_an_event_that_was_pushed_and_pulled_is_one(puller: Puller) -> None:
    event = puller.adobe.events.event(SAVED, {"entity_id": "46"})
    (notice,) = notices(event, None)
    with puller.place.ledger.engine.begin() as connection:
        pushed = inbox.arrival(SHOP, "hook", notice.event_id, "", notice.hints, puller.place.clock.now())
        inbox.store(connection, [pushed])
    puller.adobe.events.publish(event)
    puller.drain()
    assert puller.hints() == ["orders:46"]


def test_a_connection_without_a_journal_asks_nobody(puller: Puller) -> None:
    journals.remove(puller.place.ledger, "ann", "we are called now")
    puller.journals.changed(SHOP)
    puller.adobe.orders(1)
    puller.drain()
    assert (puller.adobe.pulls, puller.hints()) == ([], [])


def test_the_credential_is_sealed_and_in_no_trail(puller: Puller, tmp_path: Path) -> None:
    secret = puller.adobe.credentials.client_secret
    assert secret not in " ".join(str(each.payload) for each in puller.place.trail())
    with puller.place.ledger.engine.begin() as connection:
        sealed = connection.execute(select(tables.secrets.c.sealed)).scalar_one()
    assert secret.encode() not in sealed
    assert all(secret.encode() not in path.read_bytes() for path in tmp_path.glob("records*"))
