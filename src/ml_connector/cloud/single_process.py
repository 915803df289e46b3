"""One process serves: whoever comes second is told so instead of corrupting the schedule.

A data folder is held by a lock file. A PostgreSQL database can be reached from other folders and machines,
so there the place is held in the database too, for as long as its session lasts: when the server is started
anew, this process goes on without it.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.records import postgresql
from ml_connector.records.database import is_postgresql

try:
    import fcntl
except ImportError:  # Windows opens a file for writing exclusively by itself
    fcntl = None


@contextmanager
def sole_process(data_dir: Path) -> Generator[None]:
    """Hold the lock of a data folder; raises `NeedsPerson` when another process holds it."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (data_dir / "serve.lock").open("a") as lock:
        if fcntl is not None:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise _second(
                    f"Another ml-connector already works in {data_dir}.",
                    "Stop it first, or give this one a data_dir of its own.",
                ) from None
        yield


@contextmanager
def sole_process_on(engine: Engine) -> Generator[None]:
    """Hold the place in a database that several machines can reach; raises `NeedsPerson` when it is taken."""
    if not is_postgresql(engine):
        yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()  # so that it is closed at the end, and with it the place is free
        if not postgresql.hold_alone(connection):
            raise _second(
                "Another ml-connector already works on this database.",
                "Stop it first, or give this one a database of its own.",
            )
        yield


def _second(why: str, fix: str) -> NeedsPerson:
    return NeedsPerson(
        Finding(code=Code.SETTINGS_INVALID, what="The service was not started.", why=why, fix=fix)
    )
