"""The rule `looks-doubled-in-shop`: the later of two that are the same but for their number.

Adobe Commerce can make a credit memo, an invoice or an order twice when two requests meet (reference:
adobe_commerce.md §4.9). Credit memos and invoices: same order, same rows and quantities, same total, within
ten minutes. Two equal part invoices are ordinary, so invoices count only when together they bill more than
was ordered. Orders: same buyer, rows and total within five minutes; the later one's documents are held, or
those of whichever is not in the books yet. Both are shown side by side. Worked table: docs/rules/doubled.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from ml_connector.documents.identity import Kind
from ml_connector.documents.likeness import WITHIN as ORDERS_WITHIN
from ml_connector.documents.likeness import LookAlike
from ml_connector.documents.sales import DocumentState, Relative, SalesDocument
from ml_connector.errors import Code, Finding

WITHIN = timedelta(minutes=10)


def doubled(document: SalesDocument, look_alikes: Sequence[LookAlike] = ()) -> Finding | None:
    """Why this document looks like another one of its order, or its order like another order, if so.

    `look_alikes` are the orders of the same buyer, rows and total.
    """
    return _within_order(document) or _order(document, look_alikes)


def _within_order(document: SalesDocument) -> Finding | None:
    own = _relative(document)
    if own is None or (document.kind is Kind.INVOICE and not document.invoiced_beyond_order):
        return None
    twin = next((each for each in document.relatives if _same(own, each)), None)
    if twin is None:
        return None
    kind = "Credit memo" if document.kind is Kind.CREDIT_MEMO else "Invoice"
    return Finding(
        code=Code.LOOKS_DOUBLED,
        what=f"{kind} {own.number} ({_at(own.created_at)}) repeats {twin.number} ({_at(twin.created_at)}) of "
        f"order {document.order.number}: the same rows and quantities, and {own.base_worth} in total.",
        why="The shop is known to make such a document twice when two requests meet.",
        fix=f"Look at both in the shop. If one is wrong, skip {own.number}; if both are right, enter it by "
        "hand.",
    )


def _order(document: SalesDocument, look_alikes: Sequence[LookAlike]) -> Finding | None:
    own = document.order
    twin = next(
        (
            each
            for each in look_alikes
            if abs(each.apart) <= ORDERS_WITHIN and (each.in_books or _is_earlier(each, own.entity_id))
        ),
        None,
    )
    if twin is None:
        return None
    return Finding(
        code=Code.LOOKS_DOUBLED,
        what=f"Order {own.number} ({_at(twin.made_at + twin.apart)}) repeats order {twin.number} "
        f"({_at(twin.made_at)}): the same buyer, products and quantities, and the same total.",
        why="The shop is known to make an order twice from one basket.",
        fix=f"Look at both in the shop. If one is wrong, refund it there and skip the documents of "
        f"{own.number}; if both are right, enter them by hand.",
    )


def _is_earlier(twin: LookAlike, order_id: int) -> bool:
    return (twin.apart, order_id) > (timedelta(0), twin.order_id)


def _relative(document: SalesDocument) -> Relative | None:
    own = (document.kind, document.entity_id)
    return next((each for each in document.relatives if (each.kind, each.entity_id) == own), None)


def _same(own: Relative, other: Relative) -> bool:
    return (
        other.kind is own.kind
        and other.entity_id < own.entity_id
        and other.state is DocumentState.CAPTURED
        and (other.rows, other.base_worth) == (own.rows, own.base_worth)
        and abs(own.created_at - other.created_at) <= WITHIN
    )


def _at(instant: datetime) -> str:
    return f"{instant:%d/%m/%Y %H:%M} UTC"
