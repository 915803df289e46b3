"""Durable before the 2xx: nobody is answered before the commit; what cannot be kept is not acknowledged."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, event

from ml_connector.records.database import is_postgresql
from tests.specs.databases import EmptyDatabase, commits_to_disk, refused
from tests.specs.hook_place import HookPlace, a_hook_place, order

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, empty: EmptyDatabase) -> Iterator[HookPlace]:
    with a_hook_place(tmp_path_factory.mktemp("hooks"), empty) as made:
        yield made


@pytest.fixture
def place(service: HookPlace) -> Iterator[HookPlace]:
    yield service
    service.clear()


def keep_busy(connection: Connection) -> None:
    """Let nobody store a delivery before this transaction ends: on SQLite, any transaction does."""
    if is_postgresql(connection):
        connection.exec_driver_sql("LOCK TABLE deliveries IN SHARE MODE")


def test_nobody_is_answered_before_a_synchronous_commit_and_one_commit_serves_many(place: HookPlace) -> None:
    """The database is kept busy while sixteen senders deliver: all wait, and then few commits hold them all.

    Each commit is looked at in the writer's own thread and on its own connection.
    """
    name = place.endpoint()
    commits: list[bool] = []

    def committing(connection: Connection) -> None:
        if threading.current_thread().name == "inbox":
            commits.append(commits_to_disk(connection))

    def send(body: bytes) -> int:
        return place.deliver(name, body)

    event.listen(place.ledger.engine, "commit", committing)
    try:
        with ThreadPoolExecutor(16) as senders:
            with place.ledger.engine.begin() as connection:
                keep_busy(connection)
                answers = [senders.submit(send, order()) for _ in range(16)]
                time.sleep(0.4)
                assert not any(answer.done() for answer in answers)
            assert [answer.result() for answer in answers] == [200] * 16
    finally:
        event.remove(place.ledger.engine, "commit", committing)
    assert len(place.stored(name)) == 16
    assert set(commits) == {True}
    assert len(commits) <= 4


def test_what_cannot_be_stored_is_to_be_sent_again(place: HookPlace) -> None:
    """As on a full disk: 503, by which a sender comes back; and the service goes on."""
    name = place.endpoint()
    with refused(place.ledger.engine, "INSERT", "deliveries", "disk full"):
        assert place.deliver(name, order()) == 503
    assert place.deliver(name, order()) == 200
    assert place.counts(name) == {"not-stored": 1, "accepted": 1}
    assert len(place.stored(name)) == 1


def test_when_the_writer_has_ended_nothing_is_taken(tmp_path_factory: pytest.TempPathFactory) -> None:
    with a_hook_place(tmp_path_factory.mktemp("ended")) as place:
        name = place.endpoint()
        place.hooks.stop()
        assert place.deliver(name, order()) == 503
        assert place.stored(name) == []


def test_no_secret_and_no_body_stands_in_the_database(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("canary")
    with a_hook_place(folder) as place:
        name = place.endpoint(secrets=["canary-secret-of-the-hook"])
        body = json.dumps({"event": "order", "entity_id": 46, "email": "canary-person@example.com"}).encode()
        assert place.deliver(name, body, b"canary-secret-of-the-hook") == 200
        assert place.stored(name) == ["orders:46"]
    kept = b"".join(path.read_bytes() for path in folder.iterdir())
    assert b"canary" not in kept
