"""Empty databases for tests: the migrations run once, and each test gets a copy of what they made.

What must hold on SQLite and on PostgreSQL alike takes the fixture `empty` (conftest.py), which is a function
as `empty_database` here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine

from ml_connector.records.database import is_postgresql, open_database

EmptyDatabase = Callable[[Path], Engine]
"""Opens a database with this program's schema and no rows; SQLite's file is at that path."""


def empty_database(path: Path) -> Engine:
    """Open a database at `path` that has this program's schema and no rows."""
    path.write_bytes(_migrated())
    return open_database(path)


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.sqlite3"
        open_database(path).dispose()
        return path.read_bytes()


def opened_again(engine: Engine) -> Engine:
    """The same database, as another process would open it."""
    return opened(engine.url.render_as_string(hide_password=False))


def opened(address: str) -> Engine:
    """The database that an engine's address names."""
    file = address.removeprefix("sqlite:///")
    return open_database(address if file == address else Path(file))


def commits_to_disk(connection: Connection) -> bool:
    """Whether a commit of this session returns only once it is on disk, asked of the database itself."""
    if is_postgresql(connection):
        settings = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in _ON]
        return settings == ["on"] * len(_ON)
    return connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


_ON = ("synchronous_commit", "fsync", "full_page_writes")


@contextmanager
def refused(engine: Engine, change: str, table: str, why: str) -> Generator[None]:
    """While it lasts, the database refuses this kind of change of a table, as it would on a full disk."""
    with engine.begin() as connection:
        if is_postgresql(connection):
            connection.exec_driver_sql(
                "CREATE FUNCTION refused() RETURNS trigger LANGUAGE plpgsql"
                f" AS $$ BEGIN RAISE EXCEPTION '{why}'; END $$"
            )
            does = "FOR EACH ROW EXECUTE FUNCTION refused()"
        else:
            does = f"BEGIN SELECT RAISE(ABORT, '{why}'); END"
        connection.exec_driver_sql(f"CREATE TRIGGER refused BEFORE {change} ON {table} {does}")
    yield
    with engine.begin() as connection:
        if is_postgresql(connection):
            connection.exec_driver_sql("DROP FUNCTION refused() CASCADE")
        else:
            connection.exec_driver_sql("DROP TRIGGER refused")
