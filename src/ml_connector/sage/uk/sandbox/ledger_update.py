"""The ledger update: what `Post()` makes of a saved document (reference sage50_uk_sdo.md §4.1).

One SI or SC header with one split for each line that has a value and one for carriage, and the stock
movements of stock items. Then POSTED_CODE is 1, and the document takes no second update and no edit.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from .com import ErrorCode, Refusal
from .currencies import rate_of_row
from .document_checks import CREDIT_TYPES, SERVICE_TYPES
from .document_totals import NO_GLOBAL, sign_of
from .ledger import NewEntry, NewSplit, TransType, account_row, check_sales_nominal, post_entry
from .lock_date import check_lock_date
from .session import Session
from .stock import StockTransType, move_stock
from .tables.documents import INVOICE, INVOICE_ITEM
from .values import Row, amount, day, number, text, whole


def update_ledger(session: Session, recno: int) -> None:
    """Post the document with this record number. Inside the caller's transaction.

    Raises Refusal 36 when it is posted already, 49 for the lock date, 65 and 88 for a nominal.
    """
    found = session.file.first(INVOICE, "WHERE RECNO = ?", recno)
    if found is None or whole(found[1], "POSTED_CODE"):
        raise Refusal(ErrorCode.sdoInvalidSave, "the document is gone, or in the ledger already")
    document = found[1]
    on = day(document, "INVOICE_DATE") or session.now().date()
    check_lock_date(session, on)
    where = "WHERE INVOICE_NUMBER = ? ORDER BY ITEM_NUMBER"
    lines = list(session.file.rows(INVOICE_ITEM, where, document["INVOICE_NUMBER"]))
    splits = _splits(document, lines, on)
    for split in splits:
        check_sales_nominal(session.file, split.nominal)
    if splits:
        # A document without any value leaves no entry behind (§4.3: no zero transactions).
        post_entry(session, _entry(session, document, on, splits))
    if whole(document, "INVOICE_TYPE_CODE") not in SERVICE_TYPES:
        _move_stock(session, document, lines, on)
    session.file.update(INVOICE, recno, {"POSTED_CODE": 1, "RECORD_MODIFY_DATE": session.now()})


def _entry(session: Session, document: Row, on: date, splits: list[NewSplit]) -> NewEntry:
    account = account_row(session.file, text(document, "ACCOUNT_REF"))
    document_number = whole(document, "INVOICE_NUMBER")
    inv_ref = str(document_number)
    if session.switches.inv_ref_after_post == "cust_order_number":
        inv_ref = text(document, "CUST_ORDER_NUMBER")[:30]
    is_credit = whole(document, "INVOICE_TYPE_CODE") in CREDIT_TYPES
    return NewEntry(
        type=TransType.SC if is_credit else TransType.SI,
        account=account,
        rate=rate_of_row(document),
        date=on,
        due=on + timedelta(days=whole(account, "PAYMENT_DUE_DAYS")),
        posted=session.now().date(),
        inv_ref=inv_ref,
        details=splits[0].details,
        splits=splits,
        document_number=document_number,
    )


def _splits(document: Row, lines: list[Row], on: date) -> list[NewSplit]:
    """One for each line with a value, overridden by the document's GLOBAL_… fields (§3.3), then carriage."""
    global_tax, global_department = whole(document, "GLOBAL_TAX_CODE"), whole(document, "GLOBAL_DEPT_NUMBER")
    made = [
        NewSplit(
            nominal=text(document, "GLOBAL_NOM_CODE") or text(line, "NOMINAL_CODE"),
            tax_code=whole(line, "TAX_CODE") if global_tax == NO_GLOBAL else global_tax,
            net=sign_of(line) * amount(line, "NET_AMOUNT"),
            tax=sign_of(line) * amount(line, "TAX_AMOUNT"),
            details=(text(document, "GLOBAL_DETAILS") or text(line, "DESCRIPTION"))[:60],
            department=whole(line, "DEPT_NUMBER") if global_department == NO_GLOBAL else global_department,
            date=on,
        )
        for line in lines
    ]
    carriage = NewSplit(
        nominal=text(document, "CARR_NOM_CODE"),
        tax_code=whole(document, "CARR_TAX_CODE"),
        net=amount(document, "CARR_NET"),
        tax=amount(document, "CARR_TAX"),
        details="Carriage",
        department=whole(document, "CARR_DEPT_NUMBER"),
        date=on,
    )
    return [split for split in (*made, carriage) if split.net or split.tax]


def _move_stock(session: Session, document: Row, lines: list[Row], on: date) -> None:
    is_credit = whole(document, "INVOICE_TYPE_CODE") in CREDIT_TYPES
    for line in lines:
        quantity = number(line, "QTY_ORDER")
        if quantity > Decimal(0):
            move_stock(
                session.file,
                text(line, "STOCK_CODE"),
                StockTransType.GR if is_credit else StockTransType.GO,
                quantity,
                on,
                now=session.now(),
                reference=str(whole(document, "INVOICE_NUMBER")),
                document_number=whole(document, "INVOICE_NUMBER"),
            )
