"""The rule `looks-doubled-in-shop`: the later of two documents that are the same but for their number.

Adobe Commerce can make a credit memo, or an invoice, twice when two requests meet (reference:
adobe_commerce.md §4.9). Same order, same rows and quantities, same total, within ten minutes: the later one
is held and both are named. Two equal part invoices are ordinary, so invoices count only when together they
bill more than was ordered.
"""

from __future__ import annotations

from datetime import timedelta

from ml_connector.documents.identity import Kind
from ml_connector.documents.sales import DocumentState, Relative, SalesDocument
from ml_connector.errors import Code, Finding

WITHIN = timedelta(minutes=10)


def doubled(document: SalesDocument) -> Finding | None:
    """Why this document looks like another one of its order, if it does."""
    own = _relative(document)
    if own is None or (document.kind is Kind.INVOICE and not document.invoiced_beyond_order):
        return None
    twin = next((each for each in document.relatives if _same(own, each)), None)
    if twin is None:
        return None
    kind = "Credit memo" if document.kind is Kind.CREDIT_MEMO else "Invoice"
    return Finding(
        code=Code.LOOKS_DOUBLED,
        what=f"{kind} {own.number} ({_at(own)}) repeats {twin.number} ({_at(twin)}) of order "
        f"{document.order.number}: the same rows and quantities, and {own.base_total} in total.",
        why="The shop is known to make such a document twice when two requests meet.",
        fix=f"Look at both in the shop. If one is wrong, skip {own.number}; if both are right, enter it by "
        "hand.",
    )


def _relative(document: SalesDocument) -> Relative | None:
    own = (document.kind, document.entity_id)
    return next((each for each in document.relatives if (each.kind, each.entity_id) == own), None)


def _same(own: Relative, other: Relative) -> bool:
    return (
        other.kind is own.kind
        and other.entity_id < own.entity_id
        and other.state is DocumentState.CAPTURED
        and (other.rows, other.base_total) == (own.rows, own.base_total)
        and abs(own.created_at - other.created_at) <= WITHIN
    )


def _at(relative: Relative) -> str:
    return f"{relative.created_at:%d/%m/%Y %H:%M} UTC"
