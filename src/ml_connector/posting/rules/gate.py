"""The rule `order gate`: when an invoice may go into the books.

With the gate “complete” an invoice waits until its order is complete or closed, has nothing left to ship, or
has a credit memo; with “invoiced” it does not wait. Credit memos never wait for the gate: theirs is open by
definition (design: Gate).
"""

from __future__ import annotations

from ml_connector.documents.identity import Kind
from ml_connector.documents.sales import DocumentState, SalesDocument
from ml_connector.errors import Code
from ml_connector.posting.chart import Gate
from ml_connector.posting.plan import Waiting


def gate(document: SalesDocument, chosen: Gate) -> Waiting | None:
    """What the document waits for, if its order is not there yet."""
    order = document.order
    refunded = any(
        each.kind is Kind.CREDIT_MEMO and each.state is DocumentState.CAPTURED for each in document.relatives
    )
    if chosen is Gate.INVOICED or order.finished or not order.to_ship or refunded:
        return None
    return Waiting(
        code=Code.ORDER_NOT_COMPLETE,
        why=f"Order {order.number} is “{order.state}” and has something left to ship.",
        on=(order.number,),
    )
