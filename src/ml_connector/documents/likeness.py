"""What makes two orders look like one order made twice: the same buyer, the same lines, the same total.

Adobe Commerce can make an order twice from one cart (reference: adobe_commerce.md §4.9). The likeness is a
hash, so that orders can be looked for by it without keeping anybody's e-mail a second time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256

from ml_connector.documents.money import ZERO

WITHIN = timedelta(minutes=5)
"""How far apart two orders may be made and still look like one (issue 4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSeen:
    """What an order is compared by; `likeness` is “” for one that has no buyer to compare."""

    order_id: int
    number: str
    made_at: datetime
    likeness: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAlike:
    """Another order that looks like the one in hand and has a captured invoice that was not left out.

    `apart` is how much later the order in hand was made, negative when it was made first. `in_books`: one of
    the other order's documents is, or may be, in Sage already.
    """

    order_id: int
    number: str
    made_at: datetime
    apart: timedelta
    in_books: bool


def likeness(email: str, currency: str, total: Decimal, rows: Iterable[tuple[str, Decimal]]) -> str:
    """The hash of an order's buyer, total and rows (SKU, quantity); “” without an e-mail."""
    buyer = email.strip().casefold()
    if not buyer:
        return ""
    lines = sorted(f"{sku}\x1f{_plain(quantity)}" for sku, quantity in rows)
    text = "\x1e".join((buyer, currency, _plain(total), *lines))
    return sha256(text.encode()).hexdigest()


def _plain(amount: Decimal) -> str:
    """An amount whose text does not depend on trailing zeros."""
    return format(amount.normalize() + ZERO, "f")
