"""What the reader is handed for one document, and the cheap facts that it can give without deciding.

Both are plain values, so that what carries them needs to know neither the shop nor the books.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ml_connector.documents.identity import Kind
from ml_connector.documents.sales import DocumentState


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """The raw JSON texts that one document is made from: itself, its order, and what belongs to that order.

    `invoices`, `memos` and `transactions` are all of the order's, `products` those of `product_ids`.
    """

    kind: Kind
    document: str
    order: str
    invoices: tuple[str, ...] = ()
    memos: tuple[str, ...] = ()
    transactions: tuple[str, ...] = ()
    products: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """The cheap facts of a document, for lists and for the proof: the shop's own figures, undecided.

    Instants are UTC; totals are exact and positive for both kinds. They are the grand total and what the
    document itself says was paid by gift card or store credit; what only its order tells is not in them.
    """

    entity_id: int
    order_id: int
    number: str
    state: DocumentState
    store_id: str
    created_at: datetime
    updated_at: datetime
    base_currency: str
    order_currency: str
    base_total: Decimal
    order_total: Decimal

    @property
    def captured(self) -> bool:
        """Whether this is a sale or a refund at all."""
        return self.state is DocumentState.CAPTURED
