"""InvoicePost: makes a document in Invoices & credits. No balance moves until its ledgers are updated.

    post = workspace.CreateObject("InvoicePost")
    post.Type = 261; post.Header.Fields.Item("ACCOUNT_REF").Value = …
    item = post.Items.Add(); item.Fields.Item("STOCK_CODE").Value = …
    post.Update(); post.Header.Fields.Item("INVOICE_NUMBER").Value

A post object is used once (reference sage50_uk_sdo.md §2.2). Nothing looks whether the document exists
already: there is no idempotency key and no check of references for doubles (§4.2).
"""

from __future__ import annotations

from .com import ErrorCode, Refusal
from .currencies import Rate, agree_currency
from .document_checks import check_document
from .document_totals import NO_GLOBAL, Totals, check_tax_codes, complete_lines
from .fields import Buffer
from .ledger import account_row
from .post_parts import InvoicePostItem, PostHeader, PostItems
from .session import Session
from .storage import CompanyFile
from .tables.documents import INVOICE, INVOICE_ITEM
from .tables.settings import CONTROL, SETUP
from .values import Row, amount, text, whole

_LEDGER_NONE = 280


class InvoicePost:
    """IInvoicePost. `Type` takes a LedgerType: 261 invoice, 264 service invoice, 265, 279 their credits."""

    __slots__ = ("Type", "_header", "_items", "_session", "_used")

    def __init__(self, session: Session) -> None:
        self.Type = _LEDGER_NONE
        self._session = session
        self._header = Buffer(INVOICE)
        self._items = PostItems(session, lambda: InvoicePostItem(session, INVOICE_ITEM))
        self._used = False

    @property
    def Header(self) -> PostHeader:
        return PostHeader(self._session, self._header)

    @property
    def Items(self) -> PostItems[InvoicePostItem]:
        return self._items

    def GetNextNumber(self) -> int:
        """The number that the next document would get."""
        return self._session.read(lambda: next_number(self._session.file))

    def Update(self) -> bool:
        """Save the document; its header then shows the number and the totals."""
        if not self._session.write("InvoicePost.Update", self._update):
            return False
        self._used = True
        return True

    def _update(self) -> None:
        if self._used:
            raise Refusal(ErrorCode.sdoInvalidUse, "a post object is used once")
        file, items = self._session.file, list(self._items.made())
        header = Buffer(INVOICE)
        header.values, header.assigned = dict(self._header.values), self._header.assigned
        account = account_row(file, text(header.values, "ACCOUNT_REF"))
        rates = next(file.rows(CONTROL))
        rate = agree_currency(file, account, header, self._session.switches)
        for name in ("GLOBAL_TAX_CODE", "GLOBAL_DEPT_NUMBER"):
            if name not in header.assigned:
                header.values[name] = NO_GLOBAL
        check_document(file, self.Type, header, [item.buffer for item in items], rates)
        lines = [dict(item.buffer.values) for item in items]
        totals = complete_lines(header.values, lines, rates, rate, self._session.switches)
        if whole(next(file.rows(SETUP)), "VAT_CASH"):
            check_tax_codes(header.values, lines)
        number = self._number(header)
        _complete_header(header.values, account, rate, totals, number)
        header.values["FIRST_ITEM"] = _insert_lines(file, number, lines, [item.Text for item in items])
        now = self._session.now()
        header.values |= {"RECORD_CREATE_DATE": now, "RECORD_MODIFY_DATE": now}
        file.insert(INVOICE, header.values)
        self._header.fill(header.values)

    def _number(self, header: Buffer) -> int:
        """The document's number: Sage's next, or the caller's own if it is free.

        What Sage does with a number in use was not seen (§4.2); it is refused here.
        """
        given = whole(header.values, "INVOICE_NUMBER")
        if given < 0 or (given and self._session.file.count(INVOICE, "WHERE INVOICE_NUMBER = ?", given)):
            raise Refusal(ErrorCode.sdoInvalidSave, f"document {given} exists")
        return given or next_number(self._session.file)


def next_number(file: CompanyFile) -> int:
    """One more than the highest of invoices and credits; a deleted last number comes again (§4.2)."""
    return file.highest(INVOICE, "INVOICE_NUMBER") + 1


def _complete_header(row: Row, account: Row, rate: Rate, totals: Totals, number: int) -> None:
    carriage_net, carriage_tax = amount(row, "CARR_NET"), amount(row, "CARR_TAX")
    row |= {
        "INVOICE_NUMBER": number,
        "ACCOUNT_REF": text(account, "ACCOUNT_REF"),
        **rate.columns(),
        "CURRENCY_USED": rate.currency,
        "CARR_NET": float(carriage_net),
        "CARR_TAX": float(carriage_tax),
        "ITEMS_NET": float(totals.net),
        "ITEMS_TAX": float(totals.tax),
        "FOREIGN_GROSS": float(totals.net + totals.tax + carriage_net + carriage_tax),
        "BASE_TOT_NET": float(rate.to_base(totals.net)),
        "BASE_TOT_TAX": float(rate.to_base(totals.tax)),
        "BASE_CARR_NET": float(rate.to_base(carriage_net)),
        "BASE_CARR_TAX": float(rate.to_base(carriage_tax)),
    }


def _insert_lines(file: CompanyFile, number: int, lines: list[Row], texts: list[str]) -> int:
    """Write the lines as a chain; the record number of the first."""
    first = file.highest(INVOICE_ITEM) + 1
    for position, (line, long_text) in enumerate(zip(lines, texts, strict=True)):
        recno, is_last = first + position, position == len(lines) - 1
        line |= {
            "INVOICE_NUMBER": number,
            "ITEM_NUMBER": position + 1,
            "ITEMID": recno,
            "OFFSET": recno,
            "PREV_ITEM": recno - 1 if position else 0,
            "NEXT_ITEM": 0 if is_last else recno + 1,
        }
        file.insert(INVOICE_ITEM, {**line, "TEXT": long_text})
    return first if lines else 0
