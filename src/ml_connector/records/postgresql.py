"""PostgreSQL as the records need it: a commit is on the server's disk, and a connection has one writer.

SQLite lets one transaction write at a time. The counterpart here is an advisory lock for each connection of
ours, which a transaction takes before its first read and gives back with its end: transactions of one
connection follow each other, those of different connections do not meet. The isolation level is READ
COMMITTED *because* of it: there, each statement sees what was committed before it began, so the first one
behind the lock sees all that its predecessor wrote. Under REPEATABLE READ the view would be taken by the
statement that waits for the lock, before that predecessor has ended; what it wrote would then be overlooked,
or a change of it refused (docs/decisions/0004-one-writer-per-connection.md).

Both levels, and what a server may have set for its sessions, are set for each session here.
"""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from ml_connector.errors import Code, Finding, NeedsPerson

SCHEME = "postgresql://"
LOCK_TIMEOUT_MS = 30_000
CONNECT_TIMEOUT_S = 10

_SESSION = (
    "SET synchronous_commit = on",
    f"SET lock_timeout = {LOCK_TIMEOUT_MS}",
    "SET client_encoding = 'UTF8'",
)
_EVERYTHING = 0
"""The lock that every writer shares, and whoever changes rows of all connections holds alone."""
_SERVE = 1
"""The lock of the one process that serves."""


def postgresql_engine(url: str) -> Engine:
    """The engine of a database that exists; raises `NeedsPerson` for one that cannot be worked with.

    `settings-invalid` for an address that is none, a missing driver, and a server that would lose what it has
    acknowledged or cannot keep every character; `database-unreachable` when nobody answers or lets us in. The
    address may hold a password, so it stands in no message.
    """
    try:
        engine = create_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=8,
            max_overflow=8,
            pool_pre_ping=True,
            isolation_level="READ COMMITTED",
            hide_parameters=True,
            connect_args={"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "ml-connector"},
        )
    except ImportError:
        raise _unfit(
            "The driver of PostgreSQL is not installed.", "Run: pip install 'ml-connector[postgresql]'"
        ) from None
    except (ArgumentError, ValueError):
        raise _unfit(
            "Its address is not of the form postgresql://user@host:port/name.", "Correct `database`."
        ) from None
    event.listen(engine, "connect", _prepare)
    try:
        _look(engine)
    except NeedsPerson:
        engine.dispose()
        raise
    except OperationalError as error:
        engine.dispose()
        raise NeedsPerson(
            Finding(
                code=Code.DATABASE_UNREACHABLE,
                what="The database was not opened.",
                why=f"PostgreSQL did not let us in: {' '.join(str(error.orig).split())}",
                fix="See that the server runs, and that name, user and password in `database` are right.",
            )
        ) from None
    return engine


def _prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for statement in _SESSION:
        cursor.execute(statement)
    cursor.close()
    connection.commit()


def _look(engine: Engine) -> None:
    """Refuse a server on which our promises would not hold."""
    with engine.connect() as connection:
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
        fsync = connection.exec_driver_sql("SHOW fsync").scalar_one()
        connection.rollback()
    if encoding != "UTF8":
        raise _unfit(
            f"It keeps text in {encoding}, which lacks letters that names have.",
            "Make it with ENCODING 'UTF8'.",
        )
    if fsync != "on":
        raise _unfit(
            "Its server runs with fsync off: a power cut would take documents that were acknowledged.",
            "Set fsync = on in postgresql.conf.",
        )


def lock(connection: Connection, connection_id: str) -> None:
    """Wait until no other transaction writes for this connection of ours, or for all of them."""
    connection.exec_driver_sql(
        "SELECT pg_advisory_xact_lock_shared(%(all)s), pg_advisory_xact_lock(%(one)s)",
        {"all": _EVERYTHING, "one": _number(connection_id)},
    )


def lock_all(connection: Connection) -> None:
    """Wait until no other transaction writes for any connection, and keep all of them waiting."""
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%(all)s)", {"all": _EVERYTHING})


def hold_alone(connection: Connection) -> bool:
    """Take, for as long as this session lasts, the place of the one process that serves; False if taken."""
    taken = connection.exec_driver_sql("SELECT pg_try_advisory_lock(%(serve)s)", {"serve": _SERVE})
    return bool(taken.scalar_one())


def _number(connection_id: str) -> int:
    """The number of a connection's lock; should two ever share one, they only wait for each other."""
    return int.from_bytes(sha256(connection_id.encode()).digest()[:8], "big", signed=True)


def _unfit(why: str, fix: str) -> NeedsPerson:
    return NeedsPerson(
        Finding(code=Code.SETTINGS_INVALID, what="The database was not opened.", why=why, fix=fix)
    )
