"""A new key for the vault: every secret under it or none, beside a service that goes on working."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert
from sqlalchemy.exc import DBAPIError

from ml_connector.cloud import connections
from ml_connector.cloud.connections import secret_row
from ml_connector.cloud.vault_rotation import ACTOR, Rotated, rotate
from ml_connector.records import tables
from ml_connector.records.ledger import Ledger
from ml_connector.records.vault import Vault
from tests.specs.databases import EmptyDatabase, opened_again, refused
from tests.specs.rotation_place import CLOCK, HOOK, KEYS, Place, a_place, connect


@pytest.fixture
def place(tmp_path: Path, empty: EmptyDatabase) -> Iterator[Place]:
    with a_place(tmp_path, empty) as made:
        yield made


# What it does


def test_every_secret_is_sealed_anew_with_a_new_key_and_is_the_same_secret(place: Place) -> None:
    old_key, secrets = place.key_ids(), place.opened(place.service)
    done = place.rotate()
    assert place.key_ids() == {done.key_id}
    assert {done.key_id}.isdisjoint(old_key)
    assert (done.secrets, set(done.older)) == ({"first": 1, "second": 2}, old_key)
    assert place.opened(Vault.existing(place.key_file, CLOCK)) == secrets


def test_the_older_key_stays_so_that_a_backup_of_the_database_opens(place: Place) -> None:
    backup, secrets = place.rows(), place.opened(place.service)
    place.rotate()
    place.rotate()
    vault = Vault.existing(place.key_file, CLOCK)
    assert [vault.unseal(secret_row(*row), sealed) for row, sealed in sorted(backup.items())] == secrets
    assert len(vault.key_ids) == 3


def test_it_is_in_the_trail_of_each_connection_without_a_secret(place: Place) -> None:
    done = place.rotate()
    for name, number in (("first", 1), ("second", 2)):
        actor, action, payload = place.entries(name)[-1]
        assert (actor, action) == (ACTOR, "vault rotated")
        assert payload == {"key": done.key_id, "secrets": number}
        assert "canary" not in str(place.entries(name))


def test_a_folder_without_secrets_gets_a_new_key_all_the_same(tmp_path: Path, empty: EmptyDatabase) -> None:
    engine = empty(tmp_path / "records.sqlite3")
    before = Vault.open(tmp_path / "vault.key", CLOCK).key_ids
    done = rotate(engine, CLOCK, tmp_path / "vault.key")
    assert (done.secrets, done.older) == ({}, before)
    engine.dispose()


# Beside a service that runs


def test_a_service_that_runs_opens_what_was_sealed_anew(place: Place) -> None:
    """Its vault was opened before; it reads the key file again when it meets a key that it has not."""
    secrets = place.opened(place.service)
    for _ in range(3):
        place.rotate()
        assert place.opened(place.service) == secrets


def test_a_service_that_runs_seals_with_the_new_key_from_then_on(place: Place) -> None:
    done = place.rotate()
    connect(place.engine, place.service, "third")
    assert place.key_ids() == {done.key_id}
    assert connections.credentials(place.engine, Vault.existing(place.key_file, CLOCK), "third") == KEYS


def test_what_was_sealed_just_before_and_is_stored_just_after_still_opens_and_is_next(place: Place) -> None:
    row = secret_row("first", HOOK)
    sealed = place.service.seal(row, b"between")
    place.rotate()
    with place.engine.begin() as connection:
        connection.execute(insert(tables.secrets).values(connection_id="first", name=HOOK, sealed=sealed))
    assert place.service.unseal(row, sealed) == b"between"
    assert place.rotate().secrets == {"first": 2, "second": 2}
    assert len(place.key_ids()) == 1


def test_two_at_the_same_time_lose_no_key(place: Place) -> None:
    """The database's writing lock makes them one after the other; both keys stand in the key file."""
    secrets, count = place.opened(place.service), 4
    engines = [opened_again(place.engine) for _ in range(count)]
    barrier, done = threading.Barrier(count), list[Rotated]()

    def run(engine: Engine) -> None:
        barrier.wait()
        done.append(rotate(engine, CLOCK, place.key_file))

    threads = [threading.Thread(target=run, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for engine in engines:
        engine.dispose()
    vault = Vault.existing(place.key_file, CLOCK)
    assert {each.key_id for each in done} < set(vault.key_ids)
    assert len(vault.key_ids) == count + 1
    assert place.opened(vault) == secrets
    assert place.key_ids() == {vault.key_ids[0]}


def test_a_rotation_that_is_cut_off_behind_the_key_file_leaves_everything_open(place: Place) -> None:
    """The new key is on disk and no row is sealed with it; the next rotation finishes the work."""
    secrets, old_key = place.opened(place.service), place.key_ids()
    with refused(place.engine, "UPDATE", "secrets", "no power"), pytest.raises(DBAPIError, match="no power"):
        place.rotate()
    assert len(Vault.existing(place.key_file, CLOCK).key_ids) == 2
    assert place.key_ids() == old_key
    assert place.opened(place.service) == place.opened(Vault.existing(place.key_file, CLOCK)) == secrets
    assert place.rotate().secrets == {"first": 1, "second": 2}
    assert place.opened(place.service) == secrets


def test_the_trail_of_a_connection_goes_on_after_it(place: Place) -> None:
    place.rotate()
    with Ledger(place.engine, CLOCK, "first").begin() as tx:
        tx.note(actor="user ann", action="looked", key=None, payload={})
    actions = [action for _, action, _ in place.entries("first")]
    assert actions == ["connection made", "vault rotated", "looked"]
