"""PostgreSQL: what is not entrusted to it, who waits for whom, and a password that is never shown."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg import sql
from sqlalchemy import Engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from ml_connector.clock import ManualClock
from ml_connector.cloud.single_process import sole_process_on
from ml_connector.cloud.vault_rotation import rotate
from ml_connector.errors import Code, Finding, NeedsPerson, TryAgain
from ml_connector.records.database import is_locked_out, lock, lock_all, open_database
from ml_connector.records.ledger import Ledger
from ml_connector.records.vault import Vault
from tests.postgresql_server import PASSWORD, PostgresServer, a_server
from tests.specs.databases import opened_again

pytestmark = pytest.mark.slow


@pytest.fixture
def engine(postgresql_server: PostgresServer) -> Iterator[Engine]:
    made = open_database(postgresql_server.migrated())
    yield made
    made.dispose()


def refused(address: str) -> Finding:
    with pytest.raises(NeedsPerson) as raised:
        open_database(address)
    assert PASSWORD not in str(raised.value)
    assert raised.value.__cause__ is None, "what is chained to it may hold the address"
    return raised.value.finding


# What is refused


def test_a_wrong_password_is_told_without_it(postgresql_server: PostgresServer) -> None:
    wrong = postgresql_server.url("postgres").replace(PASSWORD, f"{PASSWORD}-wrong")
    finding = refused(wrong)
    assert finding.code is Code.DATABASE_UNREACHABLE
    assert "password authentication failed" in finding.why


def test_a_server_that_does_not_answer_is_told(tmp_path: Path) -> None:
    finding = refused(f"postgresql://books:{PASSWORD}@/books?host={tmp_path}")
    assert finding.code is Code.DATABASE_UNREACHABLE
    assert "No such file" in finding.why


@pytest.mark.parametrize(
    "address", ["postgresql://", "postgresql://a:b:c@d:e/f", f"postgresql://x:{PASSWORD}@h:port/x"]
)
def test_an_address_that_is_none_is_told_and_not_repeated(address: str) -> None:
    finding = refused(address)
    assert finding.code in (Code.SETTINGS_INVALID, Code.DATABASE_UNREACHABLE)


def test_a_database_that_lacks_letters_is_refused(postgresql_server: PostgresServer) -> None:
    statement = "CREATE DATABASE narrow ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"
    postgresql_server.execute(sql.SQL(statement))
    finding = refused(postgresql_server.url("narrow"))
    assert finding.code is Code.SETTINGS_INVALID
    assert "LATIN1" in finding.why


def test_a_server_that_would_lose_what_it_acknowledged_is_refused() -> None:
    with a_server() as server:
        server.execute(sql.SQL("ALTER SYSTEM SET fsync = off"))
        server.stop()
        server.start()
        assert "fsync off" in refused(server.url("postgres")).why


def test_without_the_driver_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert "ml-connector[postgresql]" in refused("postgresql://books@127.0.0.1/books").fix


# What its sessions are like, whatever the server has set for them


def test_a_session_is_durable_and_reads_what_was_committed(postgresql_server: PostgresServer) -> None:
    name = postgresql_server.empty()
    for setting in (
        "synchronous_commit = off",
        "default_transaction_isolation = 'serializable'",
        "lock_timeout = 0",
    ):
        statement = sql.SQL("ALTER DATABASE {} SET " + setting)
        postgresql_server.execute(statement.format(sql.Identifier(name)))
    engine = open_database(postgresql_server.url(name))
    names = ("synchronous_commit", "transaction_isolation", "lock_timeout", "client_encoding")
    with engine.begin() as connection:
        found = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in names]
    engine.dispose()
    assert found == ["on", "read committed", "30s", "UTF8"]


def test_an_error_of_a_statement_does_not_tell_what_was_stored(engine: Engine) -> None:
    statement = text("INSERT INTO cursors VALUES ('c', 'f', :secret, '')")
    with engine.connect() as connection:
        connection.execute(statement, {"secret": "canary"})
        with pytest.raises(IntegrityError, match="cursors") as raised:
            connection.execute(statement, {"secret": "canary"})
    assert "canary" not in str(raised.value)


# Who waits for whom


def impatient(engine: Engine) -> Engine:
    """The same database for somebody who waits a twentieth of a second."""
    again = opened_again(engine)
    again.dispose()

    def prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute("SET lock_timeout = 50")
        connection.commit()

    event.listen(again, "connect", prepare)
    return again


@pytest.mark.parametrize(
    ("first", "second", "waits"),
    [("one", "one", True), ("one", "two", False), ("one", "", True), ("", "one", True), ("", "", True)],
)
def test_who_writes_for_a_connection_waits_for_it_and_for_all(
    engine: Engine, first: str, second: str, waits: bool
) -> None:
    """“” stands for whoever writes for all connections at once."""
    other, held_up = impatient(engine), False
    with engine.begin() as holder:
        lock(holder, first) if first else lock_all(holder)
        try:
            with other.begin() as comer:
                lock(comer, second) if second else lock_all(comer)
        except OperationalError as error:
            held_up = is_locked_out(error)
    other.dispose()
    assert held_up is waits


def test_the_vault_is_not_rotated_while_a_connection_is_written(engine: Engine, tmp_path: Path) -> None:
    clock, key_file, other = ManualClock(), tmp_path / "vault.key", impatient(engine)
    Vault.open(key_file, clock)
    before = key_file.read_bytes()
    with Ledger(engine, clock, "one").begin(), pytest.raises(TryAgain):
        rotate(other, clock, key_file)
    other.dispose()
    assert key_file.read_bytes() == before


def test_one_process_serves_and_a_second_is_told(engine: Engine) -> None:
    other = opened_again(engine)
    with sole_process_on(engine), pytest.raises(NeedsPerson) as told, sole_process_on(other):
        pass
    assert "already works on this database" in told.value.finding.why
    with sole_process_on(other):
        pass
    other.dispose()
