"""The database: durable once a transaction has ended, one writer after another, and never a newer one's."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from ml_connector.documents.identity import Key, Kind
from ml_connector.errors import Code, NeedsPerson
from ml_connector.records import tables
from ml_connector.records.database import open_database
from ml_connector.records.ledger import LedgerTransaction
from tests.specs.sync_kit import SHOP, invoice
from tests.specs.sync_place import a_place

ROOT = Path(__file__).parents[2]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_database(tmp_path / "records.sqlite3")
    yield made
    made.dispose()


# How it is opened


def test_every_connection_is_durable_and_lets_readers_in(engine: Engine) -> None:
    """Two connections at once, so that the second is a new one: WAL, and FULL (2)."""
    with engine.connect() as first:
        pragmas = {name: first.exec_driver_sql(f"PRAGMA {name}").scalar() for name in PRAGMAS}
        first.rollback()
        with engine.connect() as second:
            again = {name: second.exec_driver_sql(f"PRAGMA {name}").scalar() for name in PRAGMAS}
            second.rollback()
    assert pragmas == again == PRAGMAS


PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def test_the_migrations_make_exactly_the_tables_of_this_program(engine: Engine) -> None:
    """What `alembic check` asks: autogenerate finds nothing to add, change or drop."""
    with engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []


def test_every_primary_key_begins_with_the_connection() -> None:
    for table in tables.metadata.sorted_tables:
        assert next(iter(table.primary_key)).name == "connection_id", table.name


def test_opening_it_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite3"
    engine = open_database(path)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO cursors VALUES ('c', 'orders', '7', '')"))
    engine.dispose()
    engine = open_database(path)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT cursor FROM cursors")).scalars().all() == ["7"]
    engine.dispose()


def test_a_database_newer_than_the_program_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite3"
    engine = open_database(path)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(NeedsPerson) as refused:
        open_database(path)
    finding = refused.value.finding
    assert finding.code is Code.SETTINGS_INVALID
    assert "records.sqlite3 was not opened" in finding.what
    assert "newer" in finding.why
    assert "Install the newer version" in finding.fix


def test_a_schema_change_that_fails_half_way_leaves_nothing_behind(tmp_path: Path) -> None:
    """A table of somebody else's is in the way of the last that is to be made."""
    path = tmp_path / "records.sqlite3"
    stranger = sqlite3.connect(path)
    stranger.execute("CREATE TABLE trail_heads (mine)")
    stranger.close()
    with pytest.raises(OperationalError, match="already exists"):
        open_database(path)
    looked = sqlite3.connect(path)
    assert looked.execute("SELECT name FROM sqlite_master").fetchall() == [("trail_heads",)]
    looked.close()


# Who writes when


def test_two_writers_wait_for_each_other_instead_of_failing(engine: Engine) -> None:
    """Each of two threads reads a number and writes the next; without the wait one would be lost."""
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO cursors VALUES ('c', 'orders', '0', '')"))
    troubles: list[Exception] = []

    def count() -> None:
        try:
            for _ in range(25):
                with engine.begin() as connection:
                    now = int(connection.execute(text("SELECT cursor FROM cursors")).scalar_one())
                    connection.execute(text("UPDATE cursors SET cursor = :next"), {"next": str(now + 1)})
        except Exception as error:
            troubles.append(error)

    threads = [threading.Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    with engine.begin() as connection:
        assert connection.execute(text("SELECT cursor FROM cursors")).scalar_one() == "50"


def test_a_transaction_that_raises_leaves_nothing(tmp_path: Path) -> None:
    with a_place(tmp_path) as place:
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
import os, sys, time
from pathlib import Path
from tests.specs.sync_place import Place
from tests.specs.sync_kit import invoice

place = Place.made(Path(sys.argv[1]))
place.shop.page(invoice(100))
place.post_everything()
place.shop.page(invoice(1))
place.sweep()
place.settle()
if sys.argv[2] == "after":
    place.lease()
with place.ledger.begin() as tx:
    record = tx.records()[-1]
    if sys.argv[2] == "within":
        from ml_connector.sync.leasing import lease
        assert len(list(lease(tx, "agent-1", 50, 1, place.clock))) == 1
    print("now", flush=True)
    time.sleep(60)
"""


@pytest.mark.slow
@pytest.mark.parametrize(("moment", "state"), [("within", "queued"), ("after", "sent")])
def test_a_killed_process_leaves_its_last_transaction_whole_or_not_at_all(
    tmp_path: Path, moment: str, state: str
) -> None:
    """SIGKILL while a lease is granted: before its commit nobody was given anything, afterwards it stands."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path), moment], stdout=subprocess.PIPE, env=environment
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"now\n"
        child.send_signal(signal.SIGKILL)
    engine = open_database(tmp_path / "records.sqlite3")
    with engine.begin() as connection:
        key = Key(SHOP, Kind.INVOICE, "1")
        found = connection.execute(
            text("SELECT state FROM records WHERE kind = :kind AND entity = :entity"),
            {"kind": key.kind.value, "entity": key.entity},
        ).scalar_one()
        commands = connection.execute(text("SELECT count(*) FROM commands WHERE entity = '1'")).scalar_one()
        intact = connection.execute(text("PRAGMA integrity_check")).scalar_one()
    engine.dispose()
    assert (found, commands, intact) == (state, 1 if state == "sent" else 0, "ok")
