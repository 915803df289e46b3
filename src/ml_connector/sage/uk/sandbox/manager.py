"""What Sage's manager does by hand, as acts with names: tests and the demo do them, the connector never does.

Each takes the company's ACCDATA folder. A cleared session is recorded in the company, so that a test can
count it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from . import lock_date, queue
from .engine import SDOEngine, create_engine
from .stock import StockTransType, move_stock
from .storage import CompanyFile
from .switches import load_switches

MANAGER_USER, MANAGER_PASSWORD = "MANAGER", "manager"


@contextlib.contextmanager
def logged_on(accdata: Path, engine: SDOEngine | None = None) -> Generator[Any]:
    """A workspace in which MANAGER is logged on, for the length of the block. Any: late-bound.

    A person in Sage can always update ledgers, so without an `engine` of the caller's `Post` is there.
    """
    if engine is None:
        switches = replace(load_switches(accdata), ledger_post="default_dispatch", failure="raises")
        engine = create_engine(data_version(accdata), switches)
    workspace = engine.Workspaces.Add("manager")
    workspace.Connect(str(accdata), MANAGER_USER, MANAGER_PASSWORD, "manager")
    try:
        yield workspace
    finally:
        workspace.Disconnect()


def clear_session(accdata: Path, user: str) -> bool:
    """Remove the session of a user whose program has died; False when there was none.

    In Sage: log on as that user and answer Yes to “remove”, or as MANAGER (reference sage50_uk_sdo.md §1.6).
    """
    with _opened(accdata) as file:
        return queue.clear(file, user.upper(), datetime.now(UTC))


def cleared_sessions(accdata: Path) -> tuple[str, ...]:
    """The user of each session that was ever cleared, in order."""
    with _opened(accdata) as file:
        return tuple(str(row[0]) for row in file.execute("SELECT USER_NAME FROM CLEARED ORDER BY ROWID"))


def users_logged_on(accdata: Path) -> tuple[str, ...]:
    """Who is logged on, in order of name; a session whose program has died counts."""
    with _opened(accdata) as file:
        return tuple(str(row[0]) for row in file.execute("SELECT USER_NAME FROM QUEUE ORDER BY USER_NAME"))


def writes(accdata: Path, user: str = "") -> int:
    """How many calls have changed this company since it was made, by everybody or by one user.

    The engine itself counts each successful Update, Post, AllocatePayment and Remove.
    """
    return sum(writes_by_operation(accdata, user).values())


def writes_by_operation(accdata: Path, user: str = "") -> Mapping[str, int]:
    """The same, apart for “InvoicePost.Update”, “TransactionPost.AllocatePayment” and so on."""
    with _opened(accdata) as file:
        sql = "SELECT OPERATION, SUM(CALLS) FROM WRITES WHERE ? IN ('', USER_NAME) GROUP BY OPERATION"
        return {str(operation): int(str(calls)) for operation, calls in file.execute(sql, (user.upper(),))}


def data_version(accdata: Path) -> int:
    """The Sage version that this company's data is of: the engine's major version has to be the same."""
    with _opened(accdata) as file:
        return int(file.option("DATA_VERSION"))


def set_lock_date(accdata: Path, day: date | None) -> None:
    """Lock everything up to and including this day; None takes the lock away."""
    with _opened(accdata) as file:
        file.set_option(lock_date.OPTION, "" if day is None else day.isoformat())


def adjust_stock_in(accdata: Path, quantities: Mapping[str, Decimal], day: date) -> None:
    """Stock adjustments in (AI): code → quantity."""
    with _opened(accdata) as file, file.transaction():
        now = datetime.combine(day, time(9))
        for code, quantity in quantities.items():
            move_stock(file, code, StockTransType.AI, quantity, day, now=now, reference="O/BAL")


def update_ledgers(accdata: Path, number: int) -> None:
    """Post one saved document to the ledger, as a person does with Update Ledgers."""
    with logged_on(accdata) as workspace:
        _document(workspace, number).Post()


def delete_document(accdata: Path, number: int) -> None:
    """Delete a document from Invoices & credits; what it left in the ledger stays."""
    with logged_on(accdata) as workspace:
        _document(workspace, number).Remove()


def _document(workspace: Any, number: int) -> Any:
    record = workspace.CreateObject("InvoiceRecord")
    record.Fields.Item("INVOICE_NUMBER").Value = number
    if not record.Find(False):
        raise LookupError(f"there is no document {number}")
    return record


@contextlib.contextmanager
def _opened(accdata: Path) -> Generator[CompanyFile]:
    file = CompanyFile(accdata)
    try:
        yield file
    finally:
        file.close()
