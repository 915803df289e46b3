"""The database, SQLite or PostgreSQL: its schema, and one writer of a connection after another."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.exc import DatabaseError

from ml_connector.clock import ManualClock
from ml_connector.documents.identity import Key, Kind
from ml_connector.errors import Code, NeedsPerson
from ml_connector.records import tables, trail
from ml_connector.records.database import is_postgresql, open_database
from ml_connector.records.ledger import Ledger, LedgerTransaction
from ml_connector.records.verify import verify
from ml_connector.sync.ports import Flow
from tests.postgresql_server import PostgresServer
from tests.specs.databases import EmptyDatabase, commits_to_disk, opened_again
from tests.specs.sync_kit import SHOP, invoice
from tests.specs.sync_place import Place, a_place

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """A database that nobody has opened yet."""
    if request.param == "sqlite":
        return tmp_path / "records.sqlite3"
    server: PostgresServer = request.getfixturevalue("postgresql_server")
    return server.url(server.empty())


@pytest.fixture
def engine(where: Path | str) -> Iterator[Engine]:
    made = open_database(where)
    yield made
    made.dispose()


# How it is opened


def test_a_commit_of_every_connection_is_on_disk_when_it_returns(engine: Engine) -> None:
    """Two connections at once, so that the second is a new one."""
    with engine.begin() as first:
        assert commits_to_disk(first)
        first.rollback()
        with engine.connect() as second:
            assert commits_to_disk(second)
            second.rollback()


def test_on_sqlite_readers_do_not_stop_a_writer_and_a_writer_is_waited_for(tmp_path: Path) -> None:
    engine = open_database(tmp_path / "records.sqlite3")
    pragmas = {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 30_000}
    with engine.begin() as connection:
        assert {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas} == pragmas
    engine.dispose()


def test_the_migrations_make_exactly_the_tables_of_this_program(engine: Engine) -> None:
    """What `alembic check` asks: autogenerate finds nothing to add, change or drop."""
    with engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []


def test_every_primary_key_begins_with_the_connection() -> None:
    for table in tables.metadata.sorted_tables:
        assert next(iter(table.primary_key)).name == "connection_id", table.name


def test_opening_it_again_changes_nothing(where: Path | str) -> None:
    engine = open_database(where)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO cursors VALUES ('c', 'orders', '7', '')"))
    engine.dispose()
    engine = open_database(where)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT cursor FROM cursors")).scalars().all() == ["7"]
    engine.dispose()


def test_opened_by_several_at_once_it_is_made_once(where: Path | str) -> None:
    troubles: list[Exception] = []

    def open_it() -> None:
        try:
            open_database(where).dispose()
        except Exception as error:
            troubles.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []


def test_a_database_newer_than_the_program_is_refused_with_what_to_do(where: Path | str) -> None:
    engine = open_database(where)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(NeedsPerson) as refused:
        open_database(where)
    finding = refused.value.finding
    assert finding.code is Code.SETTINGS_INVALID
    assert f"The database {Path(engine.url.database or '').name} was not opened" in finding.what
    assert "newer" in finding.why
    assert "Install the newer version" in finding.fix


def test_a_schema_change_that_fails_half_way_leaves_nothing_behind(where: Path | str) -> None:
    """A table of somebody else's is in the way of the last that is to be made."""
    address = f"sqlite:///{where}" if isinstance(where, Path) else where.replace("://", "+psycopg://", 1)
    stranger = create_engine(address)
    with stranger.begin() as connection:
        connection.execute(text("CREATE TABLE trail_heads (mine INTEGER)"))
    with pytest.raises(DatabaseError, match="already exists"):
        open_database(where)
    assert inspect(stranger).get_table_names() == ["trail_heads"]
    stranger.dispose()


def test_text_is_in_the_order_of_its_bytes_and_ids_are_as_large_as_a_shop_s(engine: Engine) -> None:
    """As times are compared: “…00+00:00” is before “…00.5+00:00”. MySQL counts to 4,294,967,295."""
    texts = ["2026-11-23T12:00:00+00:00", "2026-11-23T12:00:00.5+00:00", "B", "a", "é"]
    with engine.begin() as connection:
        for entity_id, each in enumerate(reversed(texts), start=2**32 - len(texts)):
            values = {"connection_id": "c", "flow": "orders", "entity_id": entity_id, "due_at": each}
            connection.execute(tables.hints.insert().values(**values, arrivals=1, tries=0))
        found = connection.execute(tables.hints.select().order_by(tables.hints.c.due_at)).all()
    assert [row.due_at for row in found] == texts
    assert max(row.entity_id for row in found) == 2**32 - 1


# Who writes when


def test_writers_of_one_connection_follow_each_other_so_that_no_update_is_lost(engine: Engine) -> None:
    """Each of four threads reads a number and writes the next, and puts an entry into the trail."""
    clock, times, writers = ManualClock(), 15, 4
    troubles: list[Exception] = []

    def count(own: Engine) -> None:
        try:
            for _ in range(times):
                with Ledger(own, clock, "c").begin() as tx:
                    now = int(tx.cursor(Flow.ORDERS) or 0)
                    tx.save_cursor(Flow.ORDERS, str(now + 1))
                    tx.note(actor="test", action="counted", key=None, payload={"now": now})
        except Exception as error:
            troubles.append(error)

    engines = [opened_again(engine) for _ in range(writers)]
    threads = [threading.Thread(target=count, args=(own,)) for own in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for own in engines:
        own.dispose()
    assert troubles == []
    with Ledger(engine, clock, "c").begin() as tx:
        assert tx.cursor(Flow.ORDERS) == str(writers * times)
        entries = list(trail.entries(tx.connection, "c"))
        assert len(entries) == writers * times
        assert verify(entries, trail.head(tx.connection, "c")) == ()


@pytest.mark.slow
def test_on_postgresql_writers_of_different_connections_do_not_wait(
    postgresql_server: PostgresServer,
) -> None:
    engine, clock = open_database(postgresql_server.migrated()), ManualClock()
    with Ledger(engine, clock, "one").begin() as one, Ledger(engine, clock, "two").begin() as two:
        one.save_cursor(Flow.ORDERS, "1")
        two.save_cursor(Flow.ORDERS, "2")
    with Ledger(engine, clock, "two").begin() as two:
        assert two.cursor(Flow.ORDERS) == "2"
    engine.dispose()


def test_a_transaction_that_raises_leaves_nothing(tmp_path: Path, empty: EmptyDatabase) -> None:
    with a_place(tmp_path, empty) as place:
        place.shop.page(invoice(1))
        place.sweep()
        before = place.everything()
        with pytest.raises(ZeroDivisionError), place.ledger.begin() as tx:
            _write_and_fail(tx)
        assert place.everything() == before


def _write_and_fail(tx: LedgerTransaction) -> None:
    tx.note(actor="test", action="looked", key=None, payload={})
    tx.mark_due()
    raise ZeroDivisionError


# A crash

CHILD = """
import sys, time
from pathlib import Path
from ml_connector.sync.leasing import lease
from tests.specs.databases import opened
from tests.specs.sync_place import Place
from tests.specs.sync_kit import invoice

place = Place.made(Path(), lambda _path: opened(sys.argv[1]))
place.shop.page(invoice(100))
place.post_everything()
place.shop.page(invoice(1))
place.sweep()
place.settle()
if sys.argv[2] == "after":
    place.lease()
with place.ledger.begin() as tx:
    if sys.argv[2] == "within":
        assert len(list(lease(tx, "agent-1", 50, 1, place.clock))) == 1
    print("now", flush=True)
    time.sleep(60)
"""


@pytest.mark.slow
@pytest.mark.parametrize(("moment", "state"), [("within", "queued"), ("after", "sent")])
def test_a_killed_process_leaves_its_last_transaction_whole_or_not_at_all(
    engine: Engine, moment: str, state: str
) -> None:
    """SIGKILL while a lease is granted: before its commit nobody was given anything, afterwards it stands."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    address = engine.url.render_as_string(hide_password=False)
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, address, moment], stdout=subprocess.PIPE, env=environment
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"now\n"
        child.send_signal(signal.SIGKILL)
    place = Place(ledger=Ledger(engine, ManualClock(), SHOP), clock=ManualClock())
    with place.ledger.begin() as tx:
        record = tx.record(Key(SHOP, Kind.INVOICE, "1"))
        commands = tx.connection.execute(
            text("SELECT count(*) FROM commands WHERE entity = '1'")
        ).scalar_one()
        assert is_postgresql(engine) or tx.connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    assert record is not None
    assert (record.state, commands) == (state, 1 if state == "sent" else 0)
