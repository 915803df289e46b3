"""The company's file: every table in one SQLite database in ACCDATA, which outlives the process.

One write call of a client is one transaction, so that a killed process leaves all of it or nothing. There is
no fsync: the file survives the death of a process, which is what tests do, not the loss of power.

Promises rows as plain dicts (`values.Row`) and knows nothing of what they mean.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import cast

from .tables.documents import INVOICE, INVOICE_ITEM, STOCK_TRAN
from .tables.ledger import HEADER, SPLIT, USAGE
from .tables.records import BANK, NOMINAL, SALES, STOCK
from .tables.settings import CONTROL, CURRENCY, DEPARTMENT, SETUP
from .tables.table import Table
from .values import Row, Stored, VarType

DATA_FILE = "SANDBOX.SQLITE"
SETUP_FILE = "SETUP.DTA"
"""Exists in every valid ACCDATA (§1.5); empty here."""

_RECORDS = (SALES, STOCK, NOMINAL, BANK, INVOICE, INVOICE_ITEM, STOCK_TRAN)
_LEDGER = (HEADER, SPLIT, USAGE)
_SETTINGS = (SETUP, CONTROL, CURRENCY, DEPARTMENT)

_SQL_TYPES = {VarType.sdoVarChar: "TEXT", VarType.sdoDate: "TEXT", VarType.sdoTimeStamp: "TEXT"}
_SQL_TYPES[VarType.sdoDouble] = "REAL"

_OWN_TABLES = """
CREATE TABLE OPTION (NAME TEXT PRIMARY KEY, VALUE TEXT NOT NULL);
CREATE TABLE USER (NAME TEXT PRIMARY KEY, PASSWORD TEXT NOT NULL, MAY_OVERRIDE_LOCK_DATE INTEGER NOT NULL);
CREATE TABLE QUEUE (
    USER_NAME TEXT PRIMARY KEY, MACHINE TEXT NOT NULL, TOKEN TEXT NOT NULL, PROGRAM TEXT NOT NULL,
    SINCE TEXT NOT NULL
);
CREATE TABLE CLEARED (USER_NAME TEXT NOT NULL, MACHINE TEXT NOT NULL, CLEARED_AT TEXT NOT NULL);
CREATE TABLE WRITES (USER_NAME TEXT, OPERATION TEXT, CALLS INTEGER, PRIMARY KEY (USER_NAME, OPERATION));
"""


class CompanyFile:
    """An open company file. Close it; a file that was only dropped is closed without a word."""

    __slots__ = ("_database", "accdata")

    def __init__(self, accdata: Path) -> None:
        self.accdata = accdata
        self._database = sqlite3.connect(accdata / DATA_FILE, isolation_level=None, timeout=10)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=OFF")

    def close(self) -> None:
        self._database.close()

    def __del__(self) -> None:
        # A client that crashed, or forgot to disconnect, is no reason for a warning in somebody else's test.
        with contextlib.suppress(AttributeError, sqlite3.ProgrammingError):
            self._database.close()

    @contextlib.contextmanager
    def transaction(self) -> Generator[None]:
        """All of the block or nothing."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Stored, ...]]:
        """Any statement, for the few tables that are the engine's own."""
        return cast("list[tuple[Stored, ...]]", self._database.execute(sql, parameters).fetchall())

    def insert(self, table: Table, row: Mapping[str, Stored]) -> int:
        """Add a row; its record number, one more than the highest."""
        names = list(row)
        columns, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
        cursor = self._database.execute(
            f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks})', [_to_sql(row[name]) for name in names]
        )
        return cursor.lastrowid or 0

    def update(self, table: Table, recno: int, changes: Mapping[str, Stored]) -> None:
        columns = ", ".join(f'"{name}" = ?' for name in changes)
        self._database.execute(
            f'UPDATE "{table.name}" SET {columns} WHERE RECNO = ?', [*map(_to_sql, changes.values()), recno]
        )

    def delete(self, table: Table, recno: int) -> None:
        self._database.execute(f'DELETE FROM "{table.name}" WHERE RECNO = ?', (recno,))

    def first(self, table: Table, where: str, *parameters: Stored) -> tuple[int, Row] | None:
        """The first row (record number, fields) that the condition, with its ORDER BY, finds."""
        found = self._database.execute(
            f"{_select(table)} {where} LIMIT 1", [_to_sql(value) for value in parameters]
        ).fetchone()
        return None if found is None else _from_sql(table, found)

    def rows(self, table: Table, where: str = "ORDER BY RECNO", *parameters: Stored) -> Iterator[Row]:
        """Every row that the condition finds."""
        found = self._database.execute(
            f"{_select(table)} {where}", [_to_sql(value) for value in parameters]
        ).fetchall()
        return (_from_sql(table, values)[1] for values in found)

    def count(self, table: Table, where: str = "", *parameters: Stored) -> int:
        found = self._database.execute(f'SELECT COUNT(*) FROM "{table.name}" {where}', parameters).fetchone()
        return cast("int", found[0])

    def highest(self, table: Table, column: str = "RECNO") -> int:
        """The highest number in a column; 0 in an empty table."""
        found = self._database.execute(f'SELECT MAX("{column}") FROM "{table.name}"').fetchone()
        return cast("int | None", found[0]) or 0

    def option(self, name: str) -> str:
        """One of the company's settings that no field shows."""
        found = self.execute("SELECT VALUE FROM OPTION WHERE NAME = ?", (name,))
        return str(found[0][0]) if found else ""

    def set_option(self, name: str, value: str) -> None:
        self.execute("INSERT OR REPLACE INTO OPTION VALUES (?, ?)", (name, value))


def make_tables(accdata: Path) -> CompanyFile:
    """A new, empty company file, and the SETUP.DTA by which a folder is known as a company."""
    (accdata / SETUP_FILE).touch()
    file = CompanyFile(accdata)
    for table in (*_RECORDS, *_LEDGER, *_SETTINGS):
        columns = [f'"{spec.name}" {_SQL_TYPES.get(spec.type, "INTEGER")}' for spec in table.fields]
        columns += [f'"{name}" {declaration}' for name, declaration in table.hidden.items()]
        file.execute(f'CREATE TABLE "{table.name}" (RECNO INTEGER PRIMARY KEY, {", ".join(columns)})')
        if table.key:
            file.execute(f'CREATE UNIQUE INDEX "{table.name}_KEY" ON "{table.name}" ("{table.key}")')
        for name in table.indexed:
            file.execute(f'CREATE INDEX "{table.name}_{name}" ON "{table.name}" ("{name}")')
    for statement in _OWN_TABLES.strip().split(";\n"):
        file.execute(statement)
    return file


@cache
def _columns(table: Table) -> tuple[str, ...]:
    return (*table.by_name, *table.hidden)


@cache
def _select(table: Table) -> str:
    columns = ", ".join(f'"{name}"' for name in _columns(table))
    return f'SELECT RECNO, {columns} FROM "{table.name}"'


@cache
def _date_columns(table: Table) -> tuple[tuple[str, VarType], ...]:
    dated = (VarType.sdoDate, VarType.sdoTimeStamp)
    return tuple((spec.name, spec.type) for spec in table.fields if spec.type in dated)


def _from_sql(table: Table, values: tuple[Stored, ...]) -> tuple[int, Row]:
    row: Row = dict(zip(_columns(table), values[1:], strict=True))
    for name, kind in _date_columns(table):
        stored = row[name]
        if isinstance(stored, str):
            row[name] = (
                date.fromisoformat(stored) if kind is VarType.sdoDate else datetime.fromisoformat(stored)
            )
    return cast("int", values[0]), row


def _to_sql(value: Stored) -> str | int | float | None:
    return value.isoformat() if isinstance(value, date) else value
