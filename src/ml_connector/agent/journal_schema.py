"""The journal's file: its tables, how it is opened, and what is said when it cannot be.

One SQLite file per agent, WAL with synchronous FULL: what a transaction wrote is on the disk when it returns.
`PRAGMA user_version` is the schema's version. A journal written by a newer program is left untouched. Every
error of SQLite leaves here and `journal.py` as `JournalTrouble`, so that it is never taken for Sage's.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from ml_connector.errors import Code, Finding, NeedsPerson

SCHEMA_VERSION = 1

_TABLES = """
CREATE TABLE commands (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    key TEXT NOT NULL,
    generation INTEGER NOT NULL,
    body TEXT NOT NULL,
    accepted_at TEXT NOT NULL,
    closed_at TEXT
) STRICT;
CREATE INDEX commands_open ON commands (seq) WHERE closed_at IS NULL;
CREATE INDEX commands_of_record ON commands (key, generation);
CREATE TABLE effects (
    command_id TEXT NOT NULL REFERENCES commands (id) ON DELETE CASCADE,
    effect_id TEXT NOT NULL,
    state TEXT NOT NULL,
    before TEXT NOT NULL,
    receipt TEXT,
    PRIMARY KEY (command_id, effect_id)
) STRICT;
CREATE TABLE receipts (
    command_id TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    made_at TEXT NOT NULL,
    sent_at TEXT
) STRICT;
CREATE INDEX receipts_unsent ON receipts (made_at) WHERE sent_at IS NULL;
CREATE TABLE look_index (
    company_id TEXT PRIMARY KEY,
    document INTEGER NOT NULL,
    header INTEGER NOT NULL
) STRICT;
CREATE TABLE look_references (
    company_id TEXT NOT NULL REFERENCES look_index (company_id) ON DELETE CASCADE,
    file TEXT NOT NULL,
    reference TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (company_id, file, reference, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE facts (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""


class JournalTrouble(NeedsPerson):
    """The journal cannot be read or written: nothing may be written to Sage."""


def open_database(path: Path) -> sqlite3.Connection:
    """Open the journal, made if it is not there.

    Raises `JournalTrouble`: JOURNAL_TOO_NEW when a newer program wrote it, JOURNAL_UNREADABLE when it is
    damaged, is no journal, or its folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        database = sqlite3.connect(path, isolation_level=None, timeout=10)
    except (OSError, sqlite3.Error) as error:
        raise unreadable(path, error) from None
    try:
        _prepare(database, path)
    except sqlite3.Error as error:
        database.close()
        raise unreadable(path, error) from None
    except BaseException:
        database.close()
        raise
    return database


def unreadable(path: Path, error: Exception) -> JournalTrouble:
    """The sentence for a journal that SQLite or the disk refuses."""
    return JournalTrouble(
        Finding(
            code=Code.JOURNAL_UNREADABLE,
            what=f"The agent's journal {path.name} cannot be used.",
            why=f"The disk or SQLite answered: {error}. Without a journal nothing is written to Sage.",
            fix=(
                "Make room on the disk and see that the agent's Windows user may write to its data folder. "
                f"If the file is damaged, move {path.name} and the files beginning with that name elsewhere "
                "(do not delete them) and pair again with a new code: "
                "a full look through Sage will be made before anything is written."
            ),
        )
    )


def _prepare(database: sqlite3.Connection, path: Path) -> None:
    version = int(database.execute("PRAGMA user_version").fetchone()[0])
    if version > SCHEMA_VERSION:
        raise JournalTrouble(
            Finding(
                code=Code.JOURNAL_TOO_NEW,
                what=f"The agent's journal {path.name} was written by a newer ml-connector.",
                why=f"It has version {version}; this program knows versions up to {SCHEMA_VERSION}.",
                fix="Install the newer ml-connector-agent again. Nothing was changed.",
            )
        )
    check = str(database.execute("PRAGMA quick_check(1)").fetchone()[0])
    if check != "ok":
        raise sqlite3.DatabaseError(check)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("PRAGMA foreign_keys = ON")
    if version == 0:
        database.executescript(f"BEGIN IMMEDIATE;{_TABLES}PRAGMA user_version = {SCHEMA_VERSION};COMMIT;")
