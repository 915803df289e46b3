"""The database: a SQLite file by default, a PostgreSQL database by its address; the statements are the same.

What differs between them is here and in `records/sqlite.py` and `records/postgresql.py`: how a commit gets to
the disk before it returns, and who may write at the same time. Alembic brings a database up to this program's
schema; a database that is newer than the program is refused.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.records import postgresql
from ml_connector.records.sqlite import Turns, sqlite_engine

MIGRATIONS = Path(__file__).with_name("migrations")


def open_database(where: Path | str, turns: Turns | None = None) -> Engine:
    """Open a database at this program's schema: the SQLite file at a path, which is made if there is none, or
    the PostgreSQL database that a `postgresql://` address names. `turns` are those of a service at a file.

    Raises `NeedsPerson` for a database that is newer than this program, and as `postgresql_engine` does.
    """
    engine = sqlite_engine(where, turns) if isinstance(where, Path) else postgresql.postgresql_engine(where)
    try:
        _upgrade(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def is_postgresql(of: Engine | Connection) -> bool:
    """Whether this is PostgreSQL; it is SQLite otherwise."""
    return of.dialect.name == "postgresql"


def lock(connection: Connection, connection_id: str) -> None:
    """Be the only transaction that writes for this connection of ours, until the end of it.

    Belongs before the first read on which a change rests. On SQLite the transaction itself has seen to it.
    """
    if is_postgresql(connection):
        postgresql.lock(connection, connection_id)


def lock_all(connection: Connection) -> None:
    """As `lock`, for all connections of ours at once."""
    if is_postgresql(connection):
        postgresql.lock_all(connection)


def is_locked_out(error: OperationalError) -> bool:
    """Whether a transaction failed because another one was writing for half a minute."""
    said = str(error.orig)
    return "database is locked" in said or "lock timeout" in said


def config() -> Config:
    """Alembic's configuration, without a file: the migrations travel with the package."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return made


def _upgrade(engine: Engine) -> None:
    scripts = ScriptDirectory.from_config(config())
    known = {revision.revision for revision in scripts.walk_revisions()}
    with engine.begin() as connection:
        present = _revision(connection)
        if present == scripts.get_current_head():
            return
        lock_all(connection)
        present = _revision(connection)  # again: somebody else may have done it meanwhile
        if present is not None and present not in known:
            raise NeedsPerson(
                Finding(
                    code=Code.SETTINGS_INVALID,
                    what=f"The database {_name(engine)} was not opened.",
                    why="It was written by a newer ml-connector than this one.",
                    fix="Install the newer version again, or restore a backup that fits this one.",
                )
            )
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, "head")


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _name(engine: Engine) -> str:
    """What people call it: the file's or the database's name; an address may hold a password."""
    return Path(engine.url.database or "").name
