"""The database: SQLite by default, in one process, with nothing lost once a transaction has ended.

WAL, `synchronous=FULL`, and every transaction begins with BEGIN IMMEDIATE, so that two of them wait for
each other instead of failing half-way (design: “Records”). Alembic brings a database up to this program's
schema; a database that is newer than the program is refused.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from ml_connector.errors import Code, Finding, NeedsPerson

BUSY_TIMEOUT_MS = 30_000
MIGRATIONS = Path(__file__).with_name("migrations")


def open_database(path: Path) -> Engine:
    """Open (or make) the SQLite database at `path`, at this program's schema."""
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}", pool_size=8, max_overflow=8)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin_immediate)
    _upgrade(engine, path)
    return engine


def _prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def config() -> Config:
    """Alembic's configuration, without a file: the migrations travel with the package."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return made


def _upgrade(engine: Engine, path: Path) -> None:
    known = {revision.revision for revision in ScriptDirectory.from_config(config()).walk_revisions()}
    with engine.begin() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
        if present is not None and present not in known:
            raise NeedsPerson(
                Finding(
                    code=Code.SETTINGS_INVALID,
                    what=f"The database {path.name} was not opened.",
                    why="It was written by a newer ml-connector than this one.",
                    fix="Install the newer version again, or restore a backup that fits this one.",
                )
            )
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, "head")


@contextmanager
def reading(engine: Engine) -> Generator[Connection]:
    """A connection for one consistent read; nothing of it is kept."""
    with engine.connect() as connection:
        yield connection
        connection.rollback()
