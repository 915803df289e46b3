"""Money that came in or went back: only with evidence, and only for methods that the chart maps to a bank.

A receipt (SA) needs a capture transaction that covers this invoice; a refund payment (SP) needs the credit
memo's own transaction id, which the shop writes for refunds made online (reference: adobe_commerce.md §5.6);
or a chart row that says that this method's documents are paid. Everything else stays unpaid in Sage until a
person or a bank feed says otherwise (design: Money received), and is listed (`open_items`).

Gift cards, store credit and points are money too: each is a receipt, or a refund payment, of its own through
the clearing account that the chart names. The shop's own amount on the document is the evidence.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from ml_connector.documents.identity import Kind
from ml_connector.documents.money import ZERO, to_minor
from ml_connector.documents.sales import DocumentState, SalesDocument
from ml_connector.posting.chart import Chart
from ml_connector.posting.choices.payments import BankRow, Details, Evidence
from ml_connector.posting.choices.tender import TENDER_NAMES
from ml_connector.posting.currency import foreign
from ml_connector.posting.fitting import LINE, fit
from ml_connector.posting.plan import Receipt, RefundPayment

Part = tuple[str, int, str]
"""One payment of a document: its bank, pence, details."""


def receipts(document: SalesDocument, reference: str, gross: int, chart: Chart) -> tuple[Receipt, ...]:
    """The money received for an invoice of `gross` pence: by its method first, then by each tender."""
    if document.kind is not Kind.INVOICE:
        return ()
    return tuple(
        Receipt(id=id, reference=f"{reference}.{id}", bank=bank, amount=amount, date=on, details=details)
        for id, bank, amount, on, details in _numbered("R", document, gross, chart)
    )


def refund_payments(
    document: SalesDocument, reference: str, gross: int, chart: Chart
) -> tuple[RefundPayment, ...]:
    """The money paid back for a credit memo of `gross` pence: by its method first, then to each tender."""
    if document.kind is not Kind.CREDIT_MEMO:
        return ()
    return tuple(
        RefundPayment(
            id=id, reference=f"{reference}.{id}", bank=bank, amount=amount, date=on, details=details
        )
        for id, bank, amount, on, details in _numbered("P", document, gross, chart)
    )


def _numbered(
    letter: str, document: SalesDocument, gross: int, chart: Chart
) -> Iterator[tuple[str, str, int, date, str]]:
    """Each payment of the document: its id, bank, pence, day, details."""
    tendered = tuple(_tendered(document, gross, chart))
    payable = gross - sum(amount for _, amount, _ in tendered)
    by_method = _received if document.kind is Kind.INVOICE else _paid_back
    parts = (*by_method(document, payable, chart), *tendered)
    for n, (bank, amount, details) in enumerate(parts, start=1):
        yield f"{letter}{n}", bank, amount, document.date, details


def _tendered(document: SalesDocument, gross: int, chart: Chart) -> Iterator[Part]:
    """Each tender through its clearing account; together they are their rounded sum, at most `gross`."""
    so_far, currency = ZERO, foreign(document, chart)
    for each in document.tenders:
        amount = min(gross, to_minor(so_far + each.base)) - min(gross, to_minor(so_far))
        so_far += each.base
        if amount > 0:
            name = TENDER_NAMES[each.tender]
            details = fit(f"{name[0].upper()}{name[1:]}, order {document.order.number}", LINE)
            yield chart.tender.clearing_of(each.tender, currency), amount, details


def _received(document: SalesDocument, payable: int, chart: Chart) -> tuple[Part, ...]:
    """What came in by the order's payment method of `payable` pence, if that is known."""
    row = chart.payments.row_of(document.order.method, foreign(document, chart))
    if row is None or row.invoices is Evidence.NEVER:
        return ()
    transaction = _capture(document)
    if transaction:
        amount = min(payable, _covered(document, payable))
    else:
        amount = payable if row.invoices is Evidence.ALWAYS else 0
    return ((row.bank, amount, _details(document, row, transaction)),) if amount > 0 else ()


def _paid_back(document: SalesDocument, payable: int, chart: Chart) -> tuple[Part, ...]:
    """What went back by the order's payment method of `payable` pence, if that is known."""
    row = chart.payments.row_of(document.order.method, foreign(document, chart))
    if row is None or row.refunds is Evidence.NEVER or payable <= 0:
        return ()
    if not document.transaction and row.refunds is not Evidence.ALWAYS:
        return ()
    return ((row.bank, payable, _details(document, row, document.transaction)),)


def _details(document: SalesDocument, row: BankRow, transaction: str) -> str:
    kind = "Credit memo" if document.kind is Kind.CREDIT_MEMO else "Invoice"
    order = f"Order {document.order.number}"
    match row.details:
        case Details.METHOD_AND_TRANSACTION:
            text = f"{row.method} {transaction or order}"
        case Details.TRANSACTION:
            text = transaction or order
        case Details.ORDER:
            text = order
        case Details.DOCUMENT:
            text = f"{kind} {document.number}"
    return fit(text, LINE)


def _capture(document: SalesDocument) -> str:
    """This invoice's capture transaction: the one it names, or the order's for its only invoice."""
    captures = document.order.captures
    if document.transaction:
        return document.transaction if document.transaction in captures else ""
    return captures[0] if captures and len(_captured_invoices(document)) == 1 else ""


def _captured_invoices(document: SalesDocument) -> list[int]:
    return [
        each.entity_id
        for each in document.relatives
        if each.kind is Kind.INVOICE and each.state is DocumentState.CAPTURED
    ]


def _covered(document: SalesDocument, payable: int) -> int:
    """How much of the gateway's captures is left for this invoice after the order's earlier captured ones.

    A gateway may capture less than it was asked for; what it did capture goes to the oldest invoice first.
    """
    paid = document.order.paid_online
    if paid is None:
        return payable
    earlier: Iterator[Decimal] = (
        each.base_total
        for each in document.relatives
        if each.kind is Kind.INVOICE
        and each.state is DocumentState.CAPTURED
        and each.entity_id < document.entity_id
        and each.transaction in document.order.captures
    )
    return to_minor(paid - sum(earlier, ZERO))
