"""The ledger effect: a saved document is posted (“Update ledgers”) by SDO's own `Post()`.

`Post` belongs to a second interface of InvoiceRecord, IUpdateLedgers. It is tried on the object itself, and
where that does not know the name, on the interface (reference: sage50_uk_sdo.md §2.2). Which of the two works
is for a real Sage to say; where neither does, a person updates the ledgers in Sage.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, cast

from ml_connector.errors import Code, Defect, Finding, NeedsPerson
from ml_connector.posting.plan import Plan
from ml_connector.sage import findings
from ml_connector.sage.standing import StandingDocument
from ml_connector.sage.uk.sdo import Record
from ml_connector.sage.uk.session import Session

IUPDATE_LEDGERS = "{5431FDF3-14BC-47AB-AFCB-0732AC5EC1A7}"
IDISPATCH = "{00020400-0000-0000-C000-000000000046}"
POST_DISPID = 196610
DISPATCH_METHOD = 1
E_NOINTERFACE = -2147467262
DISP_E_UNKNOWNNAME = -2147352570


class _RawDispatch(Protocol):
    """pywin32's PyIDispatch, under a dynamic object's `_oleobj_`."""

    def QueryInterface(self, iid: str, use_iid: str, /) -> _RawDispatch: ...
    def Invoke(self, dispid: int, lcid: int, flags: int, result_wanted: bool, /) -> bool: ...


def update_ledger(session: Session, plan: Plan, documents: list[StandingDocument]) -> None:
    """Post the plan's document to the ledger. Raises what `Session.writing` raises.

    `documents` are those that carry the plan's reference: `NeedsPerson` if there is none, or if this Sage's
    SDO cannot post; `Defect` for more than one, which the look before would not have called absent.
    """
    if not documents:
        raise NeedsPerson(findings.document_missing(plan.reference), reached_sage=True)
    if len(documents) > 1:
        raise Defect(f"{len(documents)} documents carry {plan.reference}; none of them is posted")
    number = documents[0].number
    doing = f"updating the ledgers for document {number} ({plan.reference})"
    with session.writing(doing, reached_sage=True):
        record = cast(Record, session.create("InvoiceRecord"))
        record.Fields.Item("INVOICE_NUMBER").Value = number
        if not record.Find(False):
            raise NeedsPerson(findings.document_missing(plan.reference), reached_sage=True)
        post = _own_post(record) or _interface_post(record)
        if post is None:
            raise NeedsPerson(_cannot_post(number), reached_sage=True)
        session.must(post(), doing, reached_sage=True)


def _own_post(record: Record) -> Callable[[], bool] | None:
    """`Post` on the object itself, if it knows the name."""
    # pywin32 would read an unknown name as a property first, and that read may run the method: tell it apart.
    as_method = cast("Callable[[str], None] | None", getattr(record, "_FlagAsMethod", None))
    if as_method is not None:
        try:
            as_method("Post")
        except Exception as error:
            if getattr(error, "hresult", None) != DISP_E_UNKNOWNNAME:
                raise
            return None
    return cast("Callable[[], bool] | None", getattr(record, "Post", None))


def _interface_post(record: Record) -> Callable[[], bool] | None:
    """`Post` on IUpdateLedgers, if the object has it."""
    raw = cast("_RawDispatch | None", getattr(record, "_oleobj_", None))
    if raw is None:
        return None
    try:
        interface = raw.QueryInterface(IUPDATE_LEDGERS, IDISPATCH)
    except Exception as error:
        if getattr(error, "hresult", None) != E_NOINTERFACE:
            raise
        return None
    return lambda: interface.Invoke(POST_DISPID, 0, DISPATCH_METHOD, True)


def _cannot_post(number: int) -> Finding:
    return Finding(
        code=Code.SAGE_CANNOT_POST,
        what=f"Document {number} is saved in Sage, and this Sage does not let a program update its ledgers.",
        why="Its Sage Data Objects have no ledger update; it came with version 21 of Sage 50.",
        fix="In Invoices and credits select the document and choose Update Ledgers, then retry.",
    )
