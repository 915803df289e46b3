"""The conformance bench for Sage 50 UK: the real driver over the pretend engine."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from ml_connector.sage.books import BooksDoor
from ml_connector.sage.conformance.bench import (
    ACCOUNT,
    EMAIL,
    EURO_ACCOUNT,
    ON_HOLD,
    PRODUCTS,
    SALES,
    STANDARD,
)
from ml_connector.sage.memory import MemoryIndex
from ml_connector.sage.uk.customer import FIELDS
from ml_connector.sage.uk.door import SageUkDoor
from ml_connector.sage.uk.sandbox import manager
from ml_connector.sage.uk.sandbox.company import CONNECTOR_PASSWORD, CONNECTOR_USER, create_company
from ml_connector.sage.uk.sandbox.specs import CustomerSpec, StockSpec
from ml_connector.sage.uk.sandbox.switches import Switches
from ml_connector.sage.uk.session import Logon
from tests.conformance.sdo_wire import Wire

STOCK = tuple(StockSpec(code=code, quantity=Decimal(100)) for code in PRODUCTS)
CUSTOMERS = (
    CustomerSpec(account_ref=ACCOUNT, name="Sam Shopper", email=EMAIL),
    CustomerSpec(account_ref=ON_HOLD, name="Holly Held", email="held@example.com", on_hold=True),
    CustomerSpec(account_ref=EURO_ACCOUNT, name="Sam in Euros", email="sam@example.eu", currency="EUR"),
)


def make_template(folder: Path) -> Path:
    """A company to copy: making one takes longer than copying it."""
    return create_company(folder, stock=STOCK, customers=CUSTOMERS)


class UkBench:
    """A company folder of its own; people's acts are MANAGER's."""

    def __init__(self, template: Path, folder: Path, switches: Switches | None = None) -> None:
        self.accdata = folder / "ACCDATA"
        shutil.copytree(template, self.accdata)
        self.wire = Wire(switches)
        self.index = MemoryIndex()
        self._folder = folder

    @property
    def logon(self) -> Logon:
        return Logon(
            progid="SDOEngine.32", path=str(self.accdata), user=CONNECTOR_USER, password=CONNECTOR_PASSWORD
        )

    @property
    def door(self) -> BooksDoor:
        return SageUkDoor(self.wire.dispatch, self.logon)

    def writes(self) -> int:
        return manager.writes(self.accdata, CONNECTOR_USER)

    def lose_next_reply(self) -> None:
        self.wire.lose_next = True

    def backup(self) -> Callable[[], None]:
        kept = self._folder / "BACKUP"
        shutil.copytree(self.accdata, kept)

        def restore() -> None:
            shutil.rmtree(self.accdata)
            shutil.copytree(kept, self.accdata)

        return restore

    @contextmanager
    def other_company(self) -> Generator[BooksDoor]:
        yield SageUkDoor(self.wire.dispatch, self.logon, company_id="another-company")

    def duplicate(self, number: int) -> None:
        with manager.logged_on(self.accdata) as workspace:
            document = self._document(workspace, number)
            post = workspace.CreateObject("InvoicePost")
            post.Type = 261
            for name in ("ACCOUNT_REF", "INVOICE_DATE", "INVOICE_TYPE_CODE", "CUST_ORDER_NUMBER"):
                post.Header.Fields.Item(name).Value = document.Fields.Item(name).Value
            lines, going = document.Link, document.Link.MoveFirst()
            lines.MoveFirst()
            while going:
                item = post.Items.Add()
                for name in (
                    "STOCK_CODE",
                    "QTY_ORDER",
                    "UNIT_PRICE",
                    "NET_AMOUNT",
                    "TAX_CODE",
                    "NOMINAL_CODE",
                ):
                    item.Fields.Item(name).Value = lines.Fields.Item(name).Value
                going = lines.MoveNext()
            post.Update()

    def move_date(self, number: int, day: date) -> None:
        with manager.logged_on(self.accdata) as workspace:
            document = self._document(workspace, number)
            document.Edit()
            document.Fields.Item("INVOICE_DATE").Value = _at(day)
            document.Update()

    def delete_document(self, number: int) -> None:
        manager.delete_document(self.accdata, number)

    def update_ledgers(self, number: int) -> None:
        manager.update_ledgers(self.accdata, number)

    def pay_by_hand(self, split: int, account_ref: str, amount: int) -> None:
        with manager.logged_on(self.accdata) as workspace:
            receipt = workspace.CreateObject("TransactionPost")
            header: dict[str, object] = {
                "TYPE": 4,
                "ACCOUNT_REF": account_ref,
                "BANK_CODE": "1200",
                "DATE": _at(date(2026, 3, 20)),
                "INV_REF": "CHEQUE 12",
            }
            for name, value in header.items():
                receipt.Header.Fields.Item(name).Value = value
            item = receipt.Items.Add()
            for name, value in {"NOMINAL_CODE": "1200", "TAX_CODE": 9, "NET_AMOUNT": amount / 100}.items():
                item.Fields.Item(name).Value = value
            receipt.Update()
            credit = receipt.Header.Fields.Item("FIRST_SPLIT").Value
            allocation = workspace.CreateObject("TransactionPost")
            allocation.AllocatePayment(split, credit, amount / 100, _at(date(2026, 3, 20)))

    def enter_by_hand(
        self, account_ref: str, day: date, reference: str, details: str, net: int, tax: int, *, credit: bool
    ) -> None:
        with manager.logged_on(self.accdata) as workspace:
            entered = workspace.CreateObject("TransactionPost")
            kind = 2 if credit else 1
            header: dict[str, object] = {
                "TYPE": kind,
                "ACCOUNT_REF": account_ref,
                "DATE": _at(day),
                "INV_REF": reference,
            }
            for name, value in header.items():
                entered.Header.Fields.Item(name).Value = value
            item = entered.Items.Add()
            split: dict[str, object] = {
                "TYPE": kind,
                "NOMINAL_CODE": SALES,
                "TAX_CODE": STANDARD,
                "NET_AMOUNT": net / 100,
                "TAX_AMOUNT": tax / 100,
                "DETAILS": details,
                "DATE": _at(day),
            }
            for name, value in split.items():
                item.Fields.Item(name).Value = value
            assert entered.Update()

    def type_into_account(self, account_ref: str, field: str, value: str) -> None:
        with manager.logged_on(self.accdata) as workspace:
            account = workspace.CreateObject("SalesRecord")
            account.Fields.Item("ACCOUNT_REF").Value = account_ref
            assert account.Find(False)
            assert account.Edit()
            account.Fields.Item(FIELDS[field]).Value = value
            assert account.Update()

    def lock_until(self, day: date) -> None:
        manager.set_lock_date(self.accdata, day)

    def _document(self, workspace: Any, number: int) -> Any:
        record = workspace.CreateObject("InvoiceRecord")
        record.Fields.Item("INVOICE_NUMBER").Value = number
        assert record.Find(False)
        return record


def _at(day: date) -> datetime:
    return datetime.combine(day, time())
