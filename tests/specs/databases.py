"""Empty databases for tests: the migrations run once, and each test gets a copy of what they made."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import Engine

from ml_connector.records.database import open_database


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
