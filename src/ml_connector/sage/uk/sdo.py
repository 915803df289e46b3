"""Sage Data Objects as late-bound objects: their shapes, and the few ways in which we touch their fields.

Members are named as in the v32 type library (reference: sage50_uk_sdo.md §2). Nothing here says where the
objects come from: on Windows from pywin32's dynamic dispatch, elsewhere from the pretend engine.

Values cross this border as SDO wants them (§2.1, §2.4): money as a double, made at the last moment from whole
pence; dates as a datetime at midnight without a zone; text in code page 1252 and no longer than its field.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Protocol

from ml_connector.documents.money import from_minor, to_minor

Dispatch = Callable[[str], object]
"""Makes an object by its ProgID, as `win32com.client.dynamic.Dispatch` does."""

NO_DATE_BEFORE = 1970
"""An empty date may read as nothing or as 30/12/1899 (§9 point 16); no Sage date is that old."""


class Field(Protocol):
    Value: object

    @property
    def Length(self) -> int: ...


class Fields(Protocol):
    def Item(self, Index: str, /) -> Field: ...


class HasFields(Protocol):
    @property
    def Fields(self) -> Fields: ...


class Walkable(HasFields, Protocol):
    def MoveFirst(self) -> bool: ...
    def MoveLast(self) -> bool: ...
    def MoveNext(self) -> bool: ...
    def MovePrev(self) -> bool: ...


class LinkedFile(Walkable, Protocol):
    """HeaderData, SplitData, InvoiceItem: Link is an object only on the first."""

    @property
    def Link(self) -> LinkedFile: ...
    def Read(self, lRecNo: int, /) -> bool: ...
    def FindFirst(self, varField: str, varSearch: object, /) -> bool: ...


class Record(Walkable, Protocol):
    """SalesRecord, StockRecord, NominalRecord, BankRecord, InvoiceRecord."""

    @property
    def Link(self) -> LinkedFile: ...
    @property
    def Count(self) -> int: ...
    def Find(self, Partial: bool, /) -> bool: ...
    def AddNew(self) -> bool: ...
    def Edit(self) -> bool: ...
    def Update(self) -> bool: ...


class NominalRecord(Record, Protocol):
    @property
    def MajorControl(self) -> bool: ...


class PlainFile(HasFields, Protocol):
    """SetupData, ControlData, CurrencyData."""

    def Open(self, OpenMode: int, /) -> bool: ...
    def Read(self, lRecNo: int, /) -> bool: ...


class SetupFile(PlainFile, Protocol):
    def IsDateUserValidForLockDate(self, dDate: datetime, UserName: str, /) -> int: ...


class Items(Protocol):
    def Add(self) -> HasFields: ...


class Post(Protocol):
    @property
    def Header(self) -> HasFields: ...
    @property
    def Items(self) -> Items: ...
    def Update(self) -> bool: ...


class InvoicePost(Post, Protocol):
    Type: int


class TransactionPost(Post, Protocol):
    def AllocatePayment(self, nInvoice: int, nCredit: int, dfAmount: float, dDate: datetime, /) -> bool: ...


class SdoError(Protocol):
    @property
    def Code(self) -> int: ...
    @property
    def Text(self) -> str: ...


class Company(Protocol):
    @property
    def Path(self) -> str: ...
    @property
    def UniqueRegID(self) -> str: ...


class Companies(Protocol):
    def MoveFirst(self) -> Company | None: ...
    def MoveNext(self) -> Company | None: ...


class Workspace(Protocol):
    UI: bool

    @property
    def Version(self) -> str: ...
    def Connect(self, Path: str, Usr: str, Psw: str, Unique: str, /) -> bool: ...
    def CreateObject(self, Name: str, /) -> object: ...
    def Disconnect(self) -> None: ...


class Workspaces(Protocol):
    def Add(self, Name: str, /) -> Workspace: ...


class Engine(Protocol):
    @property
    def Workspaces(self) -> Workspaces: ...
    @property
    def LastError(self) -> SdoError: ...
    def GetCompanies(self, BasePath: str, /) -> Companies: ...


def text(fields: Fields, name: str) -> str:
    """A text field without the blanks around it."""
    value = fields.Item(name).Value
    return "" if value is None else str(value).strip()


def whole(fields: Fields, name: str) -> int:
    """A flag, code or number; an empty one is 0."""
    value = fields.Item(name).Value
    return int(value) if isinstance(value, int | float | str) and value != "" else 0


def exact(fields: Fields, name: str) -> Decimal:
    """A double as the decimal that was meant by it: 0.1 is a tenth."""
    value = fields.Item(name).Value
    return Decimal(repr(value)) if isinstance(value, int | float) else Decimal(0)


def pence(fields: Fields, name: str) -> int:
    """A money field in whole minor units."""
    return to_minor(exact(fields, name))


def day(fields: Fields, name: str) -> date | None:
    """A date field; None when it is empty, however this Sage says so."""
    value = fields.Item(name).Value
    if not isinstance(value, datetime) or value.year < NO_DATE_BEFORE:
        return None
    return date(value.year, value.month, value.day)


def money(minor: int) -> float:
    """Whole minor units as the double that SDO takes; the only place where money becomes one."""
    return float(from_minor(minor))


def moment(on: date) -> datetime:
    """A date as the value that becomes a VT_DATE."""
    return datetime.combine(on, time())


WITHOUT_STROKE = str.maketrans("ŁłĐđĦħŦŧı", "LlDdHhTti")
"""Letters that no decomposition makes plain; common in names that a UK shop meets."""


def plain(value: str) -> str:
    """Text that survives in Sage's single-byte files (§6): what page 1252 lacks becomes plain, or “?”."""
    if value.isascii():
        return value
    kept: list[str] = []
    for character in unicodedata.normalize("NFC", value).translate(WITHOUT_STROKE):
        if _is_1252(character):
            kept.append(character)
        else:
            simple = "".join(each for each in unicodedata.normalize("NFKD", character) if _is_1252(each))
            kept.append(simple or "?")
    return "".join(kept)


def _is_1252(character: str) -> bool:
    try:
        character.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True
