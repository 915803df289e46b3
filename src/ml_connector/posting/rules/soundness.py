"""What a document must be before its lines are looked at: its sums hold, and all of it is understood.

Tender first: gift cards, store credit and points lower the grand total after tax (reference:
adobe_commerce.md §5.7), and booking them as anything else would be wrong. Then every gap between the shop's
own figures, with the amount, the figures that were looked at and the likeliest cause. Then refunds beyond
what was invoiced.
"""

from __future__ import annotations

from collections.abc import Iterator

from ml_connector.documents.checks import ROUNDING, Gap, gaps
from ml_connector.documents.identity import Kind
from ml_connector.documents.money import ZERO
from ml_connector.documents.sales import DocumentState, SalesDocument
from ml_connector.errors import Code, Finding


def unsound(document: SalesDocument) -> tuple[Finding, ...]:
    """Everything about this document that nobody has explained; empty for one that may be booked."""
    return (*_tenders(document), *_gaps(document), *_refunds(document))


def _tenders(document: SalesDocument) -> Iterator[Finding]:
    seen = {tender.field: tender for tender in (*document.order.tenders, *document.tenders)}
    for tender in seen.values():
        yield Finding(
            code=Code.TENDER_NOT_UNDERSTOOD,
            what=f"{tender.base} was paid by `{tender.field}` ({document.base_currency}).",
            why="Gift cards, store credit and points are money, not discount; where they stand in Sage has "
            "not been chosen.",
            fix="Enter this document and its payment by hand.",
        )


def _gaps(document: SalesDocument) -> Iterator[Finding]:
    for gap in gaps(document):
        cause = _cause(document, gap)
        yield Finding(
            code=Code.UNEXPLAINED_GAP,
            what=f"{gap.amount.normalize():f} {gap.currency} is unexplained: {gap.looked_at}.",
            why=cause or "An extension with a total of its own is the likeliest cause.",
            fix="Find that amount on the document in the shop, and enter the document by hand.",
        )


def _cause(document: SalesDocument, gap: Gap) -> str:
    amounts = {extra.field: (abs(extra.base), abs(extra.order)) for extra in document.extras}
    found = next((field for field, both in amounts.items() if abs(gap.amount) in both), "")
    return f"The field `{found}` holds exactly that amount; it is an extension's." if found else ""


def _refunds(document: SalesDocument) -> Iterator[Finding]:
    """Credit memos up to this one against the captured invoices, a rounding apart for each memo (§5.6)."""
    if document.kind is not Kind.CREDIT_MEMO:
        return
    captured = [each for each in document.relatives if each.state is DocumentState.CAPTURED]
    invoiced = sum((each.base_total for each in captured if each.kind is Kind.INVOICE), ZERO)
    memos = [each for each in captured if each.kind is Kind.CREDIT_MEMO]
    until_now = [each for each in memos if each.entity_id <= document.entity_id]
    refunded = sum((each.base_total for each in until_now), ZERO)
    if refunded > invoiced + ROUNDING * len(until_now):
        yield Finding(
            code=Code.REFUNDS_EXCEED_INVOICED,
            what=f"With this credit memo {refunded} {document.base_currency} of order "
            f"{document.order.number} is refunded, and {invoiced} was invoiced.",
            why="More cannot have been given back than was taken: a memo may stand twice, or an invoice be "
            "missing.",
            fix="Compare the order's invoices and credit memos in the shop, and take out what is wrong.",
        )
