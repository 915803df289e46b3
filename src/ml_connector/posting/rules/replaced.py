"""The rule `edited orders`: what was billed under the number of an order before it was edited.

The shop cancels an edited order and makes a new one. As a rule the first has no invoice by then. Where it
has, and not all of it was refunded, the sale is billed under both numbers: the new order's invoices are held,
and go by themselves once the first ones are refunded or left out.
Worked table: docs/rules/edited-orders.md.
"""

from __future__ import annotations

from decimal import Decimal

from ml_connector.documents.identity import Kind
from ml_connector.documents.money import pounds, to_minor
from ml_connector.documents.sales import OrderFacts, SalesDocument
from ml_connector.errors import Code, Finding


def billed_twice(document: SalesDocument, before: Decimal) -> Finding | None:
    """Why this invoice may bill a sale again; `before` is what the order that it replaces has invoiced and
    not refunded, in the currency in which it is posted."""
    order = document.order
    if document.kind is not Kind.INVOICE or not order.replaces or before <= 0:
        return None
    return Finding(
        code=Code.REPLACED_ORDER_INVOICED,
        what=f"Order {order.number} replaces order {order.replaces}, of which "
        f"{pounds(to_minor(before), document.base_currency)} is invoiced and not refunded.",
        why="An edited order is cancelled and made anew; billed under both numbers, the sale would stand "
        "twice.",
        fix=f"If it was billed again, refund {order.replaces} in the shop or skip its invoices; this goes by "
        "itself then. If both are right, enter this one by hand and skip it.",
    )


def relation_note(order: OrderFacts) -> str:
    """The other number of an edited order, for the notes of its documents; “” for any other order."""
    if order.replaces:
        return f"Replaces order {order.replaces}"
    return f"Replaced by order {order.replaced_by}" if order.replaced_by else ""
