"""Money that came in or went back: only with evidence, and only for methods that the chart maps to a bank.

A receipt (SA) needs a capture transaction that covers this invoice; a refund payment (SP) needs the credit
memo's own transaction id, which the shop writes for refunds made online (reference: adobe_commerce.md §5.6).
Everything else stays unpaid in Sage until a person or a bank feed says otherwise (design: Money received).
"""

from __future__ import annotations

from ml_connector.documents.identity import Kind
from ml_connector.documents.money import ZERO, to_minor
from ml_connector.documents.sales import DocumentState, SalesDocument
from ml_connector.posting.chart import Chart
from ml_connector.posting.fitting import LINE, fit
from ml_connector.posting.plan import Receipt, RefundPayment


def receipt(document: SalesDocument, reference: str, gross: int, chart: Chart) -> Receipt | None:
    """The money received for an invoice of `gross` pence; None without a bank or without evidence."""
    bank = chart.payments.bank_of(document.order.method)
    transaction = _capture(document)
    if document.kind is not Kind.INVOICE or not bank or not transaction:
        return None
    amount = min(gross, _covered(document, gross))
    if amount <= 0:
        return None
    return Receipt(
        id="R1",
        reference=f"{reference}.R1",
        bank=bank,
        amount=amount,
        date=document.date,
        details=fit(f"{document.order.method} {transaction}", LINE),
    )


def refund_payment(document: SalesDocument, reference: str, gross: int, chart: Chart) -> RefundPayment | None:
    """The money paid back for a credit memo of `gross` pence; None without a bank or without evidence."""
    bank = chart.payments.bank_of(document.order.method)
    if document.kind is not Kind.CREDIT_MEMO or not bank or not document.transaction:
        return None
    return RefundPayment(
        id="P1",
        reference=f"{reference}.P1",
        bank=bank,
        amount=gross,
        date=document.date,
        details=fit(f"{document.order.method} {document.transaction}", LINE),
    )


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


def _covered(document: SalesDocument, gross: int) -> int:
    """How much of the gateway's captures is left for this invoice after the order's earlier captured ones.

    A gateway may capture less than it was asked for; what it did capture goes to the oldest invoice first.
    """
    paid = document.order.paid_online
    if paid is None:
        return gross
    earlier = (
        each.base_total
        for each in document.relatives
        if each.kind is Kind.INVOICE
        and each.state is DocumentState.CAPTURED
        and each.entity_id < document.entity_id
        and each.transaction in document.order.captures
    )
    return to_minor(paid - sum(earlier, ZERO))
