"""A website belongs to at most one connection, so that nothing of it is posted twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ml_connector.adobe.auth import OAuth1Credentials
from ml_connector.clock import ManualClock
from ml_connector.cloud import connections
from ml_connector.cloud.connections import newest_chart
from ml_connector.documents.identity import Key, Kind
from ml_connector.errors import Code, NeedsPerson
from ml_connector.records.ledger import Ledger
from ml_connector.records.vault import Vault
from ml_connector.sync.passage import State
from ml_connector.sync.record import Record
from tests.specs.databases import empty_database
from tests.specs.posting_company import CHART

KEYS = OAuth1Credentials(
    consumer_key="key", consumer_secret="secret", access_token="token", access_token_secret="hidden"
)
SHOP_URL = "https://shop.example.com/"
POSTED_AT = datetime(2026, 4, 6, 12, tzinfo=UTC)


class Desk:
    """Connections on one database."""

    def __init__(self, folder: Path) -> None:
        self.engine: Engine = empty_database(folder / "records.sqlite3")
        self.clock = ManualClock()
        self.vault = Vault.open(folder / "vault.key", self.clock)

    def connect(self, name: str, tag: str, url: str = SHOP_URL, cut_over: date | None = None) -> Ledger:
        new = connections.NewConnection(
            connection_id=name, name=name, tag=tag, shop_url=url, credentials=KEYS, cut_over=cut_over
        )
        connections.create(self.engine, self.clock, self.vault, new, "ann")
        return Ledger(self.engine, self.clock, name)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.engine.dispose()


def accept(ledger: Ledger, *websites: str) -> int:
    return connections.accept_chart(ledger, replace(CHART, websites=websites), "ann", "for a test")


def refused(ledger: Ledger, *websites: str) -> NeedsPerson:
    with ledger.begin() as tx:
        before = newest_chart(tx)[0]
    with pytest.raises(NeedsPerson) as caught:
        accept(ledger, *websites)
    with ledger.begin() as tx:
        assert newest_chart(tx)[0] == before
    assert caught.value.finding.code is Code.WEBSITE_TAKEN
    return caught.value


def written(ledger: Ledger, state: State) -> None:
    """One document of the connection that stands here."""
    record = Record(key=Key(ledger.connection_id, Kind.INVOICE, "7"), document_at=POSTED_AT, since=POSTED_AT)
    way = (State.PLANNED, State.QUEUED, State.SENT, State.POSTED, State.PROVED)
    with ledger.begin() as tx:
        tx.create(record, actor="test", action="noticed", payload={})
        for each in way[: way.index(state) + 1]:
            tx.save(record, replace(record, state=each), actor="test", action=each.value, payload={})
            record = replace(record, state=each)


def test_two_connections_share_a_shop_each_with_its_own_websites(desk: Desk) -> None:
    uk, eu = desk.connect("uk", "K7"), desk.connect("eu", "E7")
    assert accept(uk, "1", "2") == 1
    assert accept(eu, "3") == 1
    assert accept(uk, "1", "2") == 2


def test_a_website_of_another_connection_is_refused(desk: Desk) -> None:
    uk, eu = desk.connect("uk", "K7"), desk.connect("eu", "E7", url="https://SHOP.example.com")
    accept(uk, "1", "2")
    error = refused(eu, "3", "2")
    assert "website 2 is posted by connection “uk”" in error.finding.what


def test_another_shops_website_of_the_same_id_is_another_one(desk: Desk) -> None:
    uk, other = desk.connect("uk", "K7"), desk.connect("other", "O7", url="https://other.example.com/")
    accept(uk, "1")
    assert accept(other, "1") == 1


def test_a_website_may_move_while_nothing_was_written(desk: Desk) -> None:
    uk, eu = desk.connect("uk", "K7"), desk.connect("eu", "E7")
    accept(uk, "1", "2")
    written(uk, State.QUEUED)
    accept(uk, "1")
    assert accept(eu, "2") == 1


@pytest.mark.parametrize("state", [State.SENT, State.POSTED, State.PROVED])
def test_what_the_other_one_has_posted_is_not_posted_again(desk: Desk, state: State) -> None:
    uk, eu = desk.connect("uk", "K7"), desk.connect("eu", "E7")
    accept(uk, "1", "2")
    written(uk, state)
    accept(uk, "1")
    assert "06/04/2026" in refused(eu, "2").finding.why


def test_behind_a_cut_over_date_a_website_may_move(desk: Desk) -> None:
    """A day is kept between, for the shop's own time zone."""
    uk = desk.connect("uk", "K7")
    too_early = desk.connect("early", "E7", cut_over=date(2026, 4, 7))
    late_enough = desk.connect("late", "L7", cut_over=date(2026, 4, 8))
    accept(uk, "1", "2")
    written(uk, State.PROVED)
    accept(uk, "1")
    refused(too_early, "2")
    assert accept(late_enough, "2") == 1
