"""The journal's file while it is open: its transactions, and the single facts that it keeps beside commands.

One transaction at a time, each on the disk when it ends; what SQLite raises leaves as `JournalTrouble`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Self

from ml_connector.agent.journal_schema import open_database, unreadable
from ml_connector.clock import Clock


class Fact(StrEnum):
    """The single facts that the journal keeps beside commands."""

    INSTANCE_ID = "instance_id"
    AGENT_ID = "agent_id"
    CONNECTION_ID = "connection_id"
    CLOUD_URL = "cloud_url"
    CREDENTIAL_REF = "credential_ref"
    INCARNATION = "incarnation"
    TRAIL_HEAD = "trail_head"
    CATALOGUE_HASH = "catalogue_hash"
    COMPANY = "company"
    COMPANY_WATERMARK = "company_watermark"
    SAGE_OPEN_SINCE = "sage_open_since"
    TROUBLE = "trouble"
    LAST_CONTACT = "last_contact"


class JournalFile:
    """One open file. Raises `JournalTrouble` from every method when it cannot be used."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path, self._clock = path, clock
        self._db = open_database(path)
        if self.get(Fact.INSTANCE_ID) is None:
            self.put({Fact.INSTANCE_ID: clock.new_id()})

    def close(self) -> None:
        """Give the file back. Closing twice is no fault."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # single facts

    def get(self, fact: Fact) -> str | None:
        """A fact's value, or None while it is not known."""
        rows = self._rows("SELECT value FROM facts WHERE name = ?", fact)
        return str(rows[0][0]) if rows else None

    def put(self, facts: dict[Fact, str | None]) -> None:
        """Keep these facts together; None forgets one."""
        with self._changing() as db:
            for fact, value in facts.items():
                db.execute("DELETE FROM facts WHERE name = ?", (fact,))
                if value is not None:
                    db.execute("INSERT INTO facts (name, value) VALUES (?, ?)", (fact, value))

    @property
    def instance_id(self) -> str:
        """This journal's own name, drawn when it was made."""
        return self.get(Fact.INSTANCE_ID) or ""

    # the file

    def durability(self) -> tuple[str, str]:
        """SQLite's journal mode and synchronous level of this connection, in words."""
        (mode,), (level,) = self._rows("PRAGMA journal_mode") + self._rows("PRAGMA synchronous")
        return str(mode), ("off", "normal", "full", "extra")[int(level or 0)]

    @contextmanager
    def _changing(self) -> Generator[sqlite3.Connection]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise unreadable(self._path, error) from None

    def _rows(self, sql: str, *values: str | int | None) -> list[tuple[str | int | None, ...]]:
        try:
            with closing(self._db.execute(sql, values)) as cursor:
                return cursor.fetchall()
        except sqlite3.Error as error:
            raise unreadable(self._path, error) from None

    def _now(self) -> str:
        return self._clock.now().isoformat()
