"""SQLite as the records need it: WAL, `synchronous=FULL`, and one writer in the whole database at a time.

Every transaction begins with BEGIN IMMEDIATE, so that two of them wait for each other instead of failing
half-way (design: “Records”). That is the writing lock of every connection at once; `records/postgresql.py`
has a finer one. SQLite itself lets whoever waits try again after ever longer pauses, and whoever comes at the
right moment is first: beside a worker that writes without a break, a delivery would wait for a tenth of a
second. Therefore the transactions of a service take turns, in the order in which they came.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_TIMEOUT_MS = 30_000
CHECKPOINT_PAGES = 4000
"""How large the log grows before a commit brings it into the database file, 16 MB: that commit takes as long
as writing all pages that were changed since the last time, and one that was changed often is written once."""


class Turns(Protocol):
    """A lock that goes to whoever has waited longest."""

    def take(self, seconds: float) -> bool:
        """Wait for one's turn; False when it did not come in that time."""
        ...

    def give(self) -> None:
        """Hand it on."""
        ...


class _InTurn(sqlite3.Connection):
    """A connection that holds the turn, if there are any, from the beginning of a transaction to its end."""

    turns: Turns | None = None
    holds = False

    def wait_for_turn(self) -> None:
        """After half a minute go on without it: SQLite then says that the database is locked, if it is."""
        if self.turns is not None:
            self.holds = self.turns.take(BUSY_TIMEOUT_MS / 1000)

    def commit(self) -> None:
        super().commit()
        self.end_turn()

    def rollback(self) -> None:
        super().rollback()
        self.end_turn()

    def close(self) -> None:
        super().close()
        self.end_turn()

    def end_turn(self) -> None:
        if self.holds and self.turns is not None:
            self.holds = False
            self.turns.give()


def sqlite_engine(path: Path, turns: Turns | None) -> Engine:
    """The engine of the file at `path`, which is made with its folder when it is first connected to. A
    program of one thread needs no turns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        f"sqlite:///{path}", pool_size=8, max_overflow=8, connect_args={"factory": _InTurn}
    )

    def prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        _prepare(connection, turns)

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _prepare(connection: DBAPIConnection, turns: Turns | None) -> None:
    if isinstance(connection, _InTurn):
        connection.isolation_level = None
        connection.turns = turns
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    own = connection.connection.dbapi_connection
    assert isinstance(own, _InTurn)
    own.wait_for_turn()
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except BaseException:
        own.end_turn()
        raise
