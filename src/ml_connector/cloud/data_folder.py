"""The database of a service, for commands that look at what a service wrote down, or act on it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.records.database import open_database
from ml_connector.settings import CloudSettings


@contextmanager
def existing_records(settings: CloudSettings) -> Generator[Engine]:
    """The records of these settings, closed at the end of the block; raises `NeedsPerson` without any."""
    if isinstance(settings.database, Path) and not settings.database.exists():
        raise NeedsPerson(
            Finding(
                code=Code.SETTINGS_INVALID,
                what="There is nothing to show.",
                why=f"{settings.database} does not exist.",
                fix="Check `data_dir` and `database` in the settings file, or start the service first.",
            )
        )
    engine = open_database(settings.database)
    try:
        yield engine
    finally:
        engine.dispose()
