"""Data (file) objects: HeaderData, SplitData, InvoiceItem, UsageData, StockTran and their like, read only.

A file is walked by record number. Obtained through `Link` it shows only what belongs to the record that it
hangs on. On these linked kinds Count and RecordNumber are properties; on the plain files of
`settings_files.py` they are methods (reference sage50_uk_sdo.md §2.2).
"""

from __future__ import annotations

from typing import ClassVar, Literal

from .com import ErrorCode, Refusal
from .fields import Buffer, Fields
from .session import Session
from .tables.documents import INVOICE_ITEM, STOCK_TRAN
from .tables.ledger import HEADER, SPLIT, USAGE
from .tables.table import Table
from .values import Stored, VarType, take, text, whole

_SD_READ = 0


class DataFile:
    """ISDOFile, without Count and RecordNumber, which are not of one kind."""

    __slots__ = ("_buffer", "_recno", "_scope", "_session")

    table: ClassVar[Table]

    def __init__(self, session: Session, scope: tuple[str, Stored] | None = None) -> None:
        """`scope` is the column and the value to which a linked file is restricted."""
        self._session = session
        self._scope = scope
        self._buffer = Buffer(self.table)
        self._recno = 0

    @property
    def Fields(self) -> Fields:
        return Fields(self._session, self._buffer, read_only=True)

    def Open(self, OpenMode: int) -> bool:
        """Only reading (0) is served: 14 for any other mode."""
        return self._session.prepare(lambda: self._open(OpenMode))

    def Close(self) -> None:
        self._session.read(self._close)

    def Read(self, lRecNo: int) -> bool:
        """Stand on a record by its number; False past the end."""
        return self._session.read(lambda: self._stand("AND RECNO = ?", "ASC", lRecNo))

    def MoveFirst(self) -> bool:
        return self._session.read(lambda: self._stand("", "ASC"))

    def MoveLast(self) -> bool:
        return self._session.read(lambda: self._stand("", "DESC"))

    def MoveNext(self) -> bool:
        return self._session.read(lambda: self._stand("AND RECNO > ?", "ASC", self._recno))

    def MovePrev(self) -> bool:
        return self._session.read(lambda: self._stand("AND RECNO < ?", "DESC", self._recno))

    def FindFirst(self, varField: str, varSearch: object) -> bool:
        """Stand on the first record whose field equals the value."""
        return self._session.read(lambda: self._search(varField, varSearch, after=0))

    def FindNext(self, varField: str, varSearch: object) -> bool:
        """The next one after the record on which the object stands."""
        return self._session.read(lambda: self._search(varField, varSearch, after=self._recno))

    def _open(self, mode: int) -> None:
        if mode != _SD_READ:
            raise Refusal(ErrorCode.sdoInvalidOpenMode, "only sdoRead is served")

    def _close(self) -> None:
        self._recno = 0
        self._buffer.fill()

    def _stand(self, where: str, order: Literal["ASC", "DESC"], *parameters: Stored) -> bool:
        condition, values = "WHERE 1", parameters
        if self._scope is not None:
            condition, values = f"WHERE {self._scope[0]} = ?", (self._scope[1], *parameters)
        found = self._session.file.first(self.table, f"{condition} {where} ORDER BY RECNO {order}", *values)
        if found is None:
            return False
        self._recno = found[0]
        self._buffer.fill(found[1])
        return True

    def _search(self, name: str, value: object, after: int) -> bool:
        spec = self.table.by_name.get(name.upper())
        if spec is None:
            raise Refusal(ErrorCode.sdoInvalidName, f"{self.table.name} has no field {name!r}")
        wanted = take(spec, value, "cut")
        ignores_case = self._session.switches.find_first_text == "ignores_case"
        collate = "COLLATE NOCASE" if spec.type is VarType.sdoVarChar and ignores_case else ""
        return self._stand(f'AND "{spec.name}" = ? {collate} AND RECNO > ?', "ASC", wanted, after)

    def _count(self) -> int:
        if self._scope is None:
            return self._session.file.count(self.table)
        return self._session.file.count(self.table, f"WHERE {self._scope[0]} = ?", self._scope[1])


class LinkedFile(DataFile):
    """ISDOLinkedFile: Count and RecordNumber are properties."""

    __slots__ = ()

    @property
    def Count(self) -> int:
        return self._session.read(self._count)

    @property
    def RecordNumber(self) -> int:
        return self._session.read(lambda: self._recno)


class UsageData(LinkedFile):
    """IUsageData: one row per split and allocation, so two for each allocation."""

    __slots__ = ()
    table = USAGE


class SplitData(LinkedFile):
    """ISplitData; the record number is the split's own number, TRAN_NUMBER."""

    __slots__ = ()
    table = SPLIT

    @property
    def Link(self) -> UsageData:
        """The allocations of this split ([L]: what a split links to was not seen)."""
        return self._session.read(lambda: UsageData(self._session, ("SPLIT_NUMBER", self._recno)))


class HeaderData(LinkedFile):
    """IHeaderData; the record number is HEADER_NUMBER, and `TransactionPost.PostingNumber`."""

    __slots__ = ()
    table = HEADER

    @property
    def Link(self) -> SplitData:
        """The splits of this header."""
        return self._session.read(lambda: SplitData(self._session, ("HEADER_NUMBER", self._recno)))


class InvoiceItem(LinkedFile):
    """IInvoiceItem: the lines of saved documents."""

    __slots__ = ()
    table = INVOICE_ITEM

    @property
    def Text(self) -> str:
        """The line's long text (§3.4)."""
        return self._session.read(lambda: text(self._buffer.values, "TEXT") if self._recno else "")

    def LoadFromID(self, iUnique: int) -> bool:
        """Stand on the line with this ITEMID."""
        return self._session.read(lambda: self._stand("AND ITEMID = ?", "ASC", iUnique))

    def IsDeleted(self) -> bool:
        return self._session.read(lambda: not whole(self._buffer.values, "ITEMID"))


class StockTran(LinkedFile):
    """IStockTran: what moved, and by which document."""

    __slots__ = ()
    table = STOCK_TRAN
