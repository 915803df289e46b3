"""Short ways to use the pretend SDO engine in its specs: late-bound calls only, as a client makes them."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ml_connector.sage.uk.sandbox.com import ComError
from ml_connector.sage.uk.sandbox.company import CONNECTOR_PASSWORD, CONNECTOR_USER, create_company
from ml_connector.sage.uk.sandbox.engine import create_engine
from ml_connector.sage.uk.sandbox.specs import CustomerSpec, StockSpec
from ml_connector.sage.uk.sandbox.switches import Switches

STOCK = (
    StockSpec(code="MUG", description="Mug", price=Decimal("10.00"), quantity=Decimal(50)),
    StockSpec(code="GIFTWRAP", description="Gift wrap", kind="service"),
    StockSpec(code="PATTERN", description="Pattern, printed", kind="non-stock"),
)
CUSTOMERS = (
    CustomerSpec(account_ref="ALICE", name="Alice Ash", email="alice@shop.example"),
    CustomerSpec(account_ref="BERT", name="Bert Birch"),
    CustomerSpec(account_ref="EURO", name="Chez Elm", currency="EUR"),
)
DAY = date(2026, 3, 16)


def company(folder: Path, *, history: bool = False, foreign_trader: bool = True) -> Path:
    """A company with the stock and customers above; its ACCDATA folder."""
    customers = CUSTOMERS if foreign_trader else CUSTOMERS[:2]
    return create_company(
        folder, stock=STOCK, customers=customers, history=history, foreign_trader=foreign_trader
    )


@dataclass
class Desk:
    """A connected workspace and its engine."""

    engine: Any
    workspace: Any

    def make(self, name: str, **values: object) -> Any:
        made = self.workspace.CreateObject(name)
        put(made, **values)
        return made

    def refused(self) -> int:
        return self.engine.LastError.Code


@contextlib.contextmanager
def connected(accdata: Path, switches: Switches | None = None) -> Generator[Desk]:
    engine: Any = create_engine(32, switches)
    workspace: Any = engine.Workspaces.Add("specs")
    workspace.Connect(str(accdata), CONNECTOR_USER, CONNECTOR_PASSWORD, "specs")
    try:
        yield Desk(engine, workspace)
    finally:
        workspace.Disconnect()


def at(day: date) -> datetime:
    return datetime.combine(day, time())


def put(thing: Any, **values: object) -> None:
    """Assign fields by name."""
    for name, value in values.items():
        thing.Fields.Item(name).Value = value


def got(thing: Any, name: str) -> Any:
    return thing.Fields.Item(name).Value


def line(**values: object) -> dict[str, object]:
    """A line of one mug at £10 on T1."""
    mug: dict[str, object] = {"STOCK_CODE": "MUG", "DESCRIPTION": "Mug", "QTY_ORDER": 1.0, "UNIT_PRICE": 10.0}
    return mug | {"NET_AMOUNT": 10.0, "TAX_CODE": 1, "NOMINAL_CODE": "4000"} | values


_DOCUMENTS = {"invoice": (261, 0), "credit": (265, 3), "service": (264, 2), "service credit": (279, 4)}


def document(desk: Desk, *lines: dict[str, object], kind: str = "invoice", **header: object) -> Any:
    """An InvoicePost ready for Update."""
    post = desk.workspace.CreateObject("InvoicePost")
    post.Type, code = _DOCUMENTS[kind]
    values: dict[str, object] = {"ACCOUNT_REF": "ALICE", "INVOICE_DATE": at(DAY), "INVOICE_TYPE_CODE": code}
    put(post.Header, **(values | header))
    for each in lines:
        put(post.Items.Add(), **each)
    return post


def saved(desk: Desk, *lines: dict[str, object], kind: str = "invoice", **header: object) -> int:
    """A saved document's number."""
    post = document(desk, *lines, kind=kind, **header)
    assert post.Update()
    return got(post.Header, "INVOICE_NUMBER")


def record(desk: Desk, number: int) -> Any:
    found = desk.make("InvoiceRecord", INVOICE_NUMBER=number)
    assert found.Find(False)
    return found


def posted(desk: Desk, *lines: dict[str, object], kind: str = "invoice", **header: object) -> Any:
    """The ledger header of a document that was saved and posted."""
    assert record(desk, saved(desk, *lines, kind=kind, **header)).Post()
    ledger = desk.make("HeaderData")
    assert ledger.MoveLast()
    return ledger


def entry(desk: Desk, kind: int, net: float, *, bank: str = "1200", **header: object) -> Any:
    """A TransactionPost ready for Update: 1 SI, 2 SC, 4 SA, 24 SP."""
    post = desk.workspace.CreateObject("TransactionPost")
    money = kind in (4, 24)
    values: dict[str, object] = {"TYPE": kind, "ACCOUNT_REF": "ALICE", "DATE": at(DAY), "INV_REF": "K7-I1"}
    put(post.Header, **(values | ({"BANK_CODE": bank} if money else {}) | header))
    split = {"NOMINAL_CODE": bank, "TAX_CODE": 9} if money else {"NOMINAL_CODE": "4000", "TAX_CODE": 0}
    put(post.Items.Add(), NET_AMOUNT=net, **split)
    return post


def splits(ledger: Any) -> list[tuple[str, int, float, float]]:
    """(nominal, tax code, net, tax) of each split of the header on which `ledger` stands."""
    link, found = ledger.Link, list[tuple[str, int, float, float]]()
    going = link.MoveFirst()
    while going:
        net, tax = got(link, "NET_AMOUNT"), got(link, "TAX_AMOUNT")
        found.append((got(link, "NOMINAL_CODE"), got(link, "TAX_CODE"), net, tax))
        going = link.MoveNext()
    return found


def balance(desk: Desk, account: str = "ALICE") -> float:
    customer = desk.make("SalesRecord", ACCOUNT_REF=account)
    assert customer.Find(False)
    return got(customer, "BALANCE")


def in_stock(desk: Desk, code: str = "MUG") -> float:
    product = desk.make("StockRecord", STOCK_CODE=code)
    assert product.Find(False)
    return got(product, "QTY_IN_STOCK")


@contextlib.contextmanager
def refusal(desk: Desk, code: int) -> Generator[None]:
    """The block is refused with this LastError."""
    with pytest.raises(ComError):
        yield
    assert desk.refused() == code
