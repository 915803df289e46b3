"""InvoiceRecord: the documents in Invoices & credits, and the way into the ledger (reference §2.2, §4.1).

`Post` belongs to a second interface, IUpdateLedgers. Its DISPID (196610) follows MFC's numbering of
inherited dispatch maps, so it is believed to be found on the object itself; the switch `ledger_post` gives
the other answers.
"""

from __future__ import annotations

from .com import ComError, ErrorCode, Refusal
from .data_files import InvoiceItem
from .ledger_update import update_ledger
from .records import Record
from .session import Session
from .tables.documents import INVOICE, INVOICE_ITEM
from .values import Row, whole

IUPDATE_LEDGERS = "{5431FDF3-14BC-47AB-AFCB-0732AC5EC1A7}"
_POST_DISPID = 196610
_DISPATCH_METHOD = 1
_E_NOINTERFACE = -2147467262
_DISP_E_UNKNOWNNAME = -2147352570
_DISP_E_MEMBERNOTFOUND = -2147352573


class InvoiceRecord(Record):
    """IInvoiceRecord."""

    __slots__ = ()
    table = INVOICE

    @property
    def Link(self) -> InvoiceItem:
        """The lines of this document."""
        return self._session.read(
            lambda: InvoiceItem(self._session, ("INVOICE_NUMBER", self._standing_key()))
        )

    @property
    def _oleobj_(self) -> RawInvoice:
        """What pywin32 shows of the object underneath; here only to reach IUpdateLedgers."""
        return RawInvoice(self)

    def _add_new(self) -> None:
        raise Refusal(ErrorCode.sdoInvalidUse, "documents are made with InvoicePost")

    def _check(self, row: Row, before: Row | None) -> None:
        if before is None or whole(before, "POSTED_CODE"):
            raise Refusal(ErrorCode.sdoInvalidSave, "the document is in the ledger")
        for name in ("INVOICE_NUMBER", "ACCOUNT_REF", "INVOICE_TYPE_CODE"):
            if row[name] != before[name]:
                raise Refusal(ErrorCode.sdoInvalidKey, f"{name} cannot be changed")

    def _edit(self) -> None:
        super()._edit()
        if whole(self._buffer.values, "POSTED_CODE"):
            self._mode = ""
            raise Refusal(ErrorCode.sdoInvalidSave, "the document is in the ledger")

    def _remove(self) -> None:
        number = self._standing_key()
        super()._remove()
        self._session.file.execute(f'DELETE FROM "{INVOICE_ITEM.name}" WHERE INVOICE_NUMBER = ?', (number,))

    def post_to_ledger(self) -> bool:
        """`Post`, wherever the switch lets a client find it."""
        return self._session.write("InvoiceRecord.Post", self._post)

    def ledger_post(self) -> str:
        """The switch's answer."""
        return self._session.switches.ledger_post

    def _post(self) -> None:
        if not self._recno:
            raise Refusal(ErrorCode.sdoInvalidUse, "Post stands on no record")
        update_ledger(self._session, self._recno)
        self._stand("AND RECNO = ?", "ASC", self._recno, edge="eof")


class InvoiceRecordWithPost(InvoiceRecord):
    """The same, when `Post` is found on the object's own dispatch."""

    __slots__ = ()

    def Post(self) -> bool:
        """Update ledgers for this document: True, or refused like Update."""
        return self.post_to_ledger()


class RawInvoice:
    """The raw interface pointer, as pywin32's `_oleobj_`: enough of it to ask for IUpdateLedgers."""

    __slots__ = ("_record",)

    def __init__(self, record: InvoiceRecord) -> None:
        self._record = record

    def QueryInterface(self, iid: object, _use_iid: object = None) -> RawUpdateLedgers:
        """IUpdateLedgers by its id; ComError (E_NOINTERFACE) for others, and where SDO has no ledger update.

        `_use_iid` is pywin32's: the interface as which the answer is to be used, IDispatch here.
        """
        if str(iid).upper() != IUPDATE_LEDGERS or self._record.ledger_post() == "absent":
            raise ComError(_E_NOINTERFACE, "No such interface supported")
        return RawUpdateLedgers(self._record)


class RawUpdateLedgers:
    """IUpdateLedgers as a raw IDispatch: one method, Post."""

    __slots__ = ("_record",)

    def __init__(self, record: InvoiceRecord) -> None:
        self._record = record

    def GetIDsOfNames(self, name: str) -> int:
        if name.lower() != "post":
            raise ComError(_DISP_E_UNKNOWNNAME, "Unknown name.")
        return _POST_DISPID

    def Invoke(self, dispid: int, _lcid: int, flags: int, _result_wanted: bool) -> bool:
        """Call Post. The arguments are pywin32's."""
        if dispid != _POST_DISPID or not flags & _DISPATCH_METHOD:
            raise ComError(_DISP_E_MEMBERNOTFOUND, "Member not found.")
        return self._record.post_to_ledger()


def make_invoice_record(session: Session) -> InvoiceRecord:
    """The record with or without `Post`, as the switch says."""
    found = session.switches.ledger_post == "default_dispatch"
    return InvoiceRecordWithPost(session) if found else InvoiceRecord(session)
