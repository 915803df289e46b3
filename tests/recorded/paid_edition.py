"""Documents of the recorded shop as the paid edition would send them, after Adobe's own schema.

The recorded shop is the open-source edition, which has no gift cards, store credit, points, gift wrapping or
custom fees. The fields are added as admin-schema-2.4.9 defines them (names and types; reference:
adobe_commerce.md §5.7, §6.1), and the totals moved as that edition moves them. Amounts stay JSON numbers.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import cast

from ml_connector.adobe.reader import product_ids, read_bundle, shop_facts
from ml_connector.adobe.sandbox.data import ShopData
from ml_connector.codec import loads
from ml_connector.documents.bundle import Bundle
from ml_connector.documents.identity import Kind
from ml_connector.documents.sales import SalesDocument
from ml_connector.documents.shop import ShopFacts

Json = dict[str, object]


@dataclass
class PaidEdition:
    """One order of the recorded shop with its documents, as JSON that a test may change before it is read."""

    number: str
    order: Json = field(init=False)
    invoices: list[Json] = field(init=False)
    memos: list[Json] = field(init=False)

    def __post_init__(self) -> None:
        (self.order,) = _rows("orders", increment_id=self.number)
        own = self.order["entity_id"]
        self.invoices = _rows("invoices", order_id=own)
        self.memos = _rows("creditmemos", order_id=own)

    def read(self, kind: Kind = Kind.INVOICE, which: int = 0) -> SalesDocument:
        """One of the documents, read with its order and all the others."""
        documents = self.invoices if kind is Kind.INVOICE else self.memos
        transactions = _rows("transactions", order_id=self.order["entity_id"])
        wanted = product_ids(text_of(documents[which]))
        bundle = Bundle(
            kind=kind,
            document=text_of(documents[which]),
            order=text_of(self.order),
            invoices=tuple(map(text_of, self.invoices)),
            memos=tuple(map(text_of, self.memos)),
            transactions=tuple(map(text_of, transactions)),
            products=tuple(text_of(row) for each in wanted for row in _rows("products", id=each)),
        )
        return read_bundle(bundle, _facts())


def move(document: Json, name: str, by: str) -> None:
    """Change an amount in both currencies by so much."""
    for prefix in ("", "base_"):
        document[f"{prefix}{name}"] = Decimal(str(document.get(f"{prefix}{name}") or 0)) + Decimal(by)


def extend(holder: Json, **amounts: object) -> None:
    """Set extension attributes."""
    extension = cast(Json, holder.setdefault("extension_attributes", {}))
    extension.update(amounts)


@cache
def _texts(listing: str) -> tuple[str, ...]:
    return tuple(row.text for row in ShopData.recorded().table(listing).rows)


def _rows(listing: str, **wanted: object) -> list[Json]:
    """The rows of a list that have these values, each anew, so that a test may change it."""
    shown = [f'"{name}":{json.dumps(value)}' for name, value in wanted.items()]
    texts = (text for text in _texts(listing) if all(part in text for part in shown))
    rows = (cast(Json, loads(text)) for text in texts)
    return [row for row in rows if all(row.get(name) == value for name, value in wanted.items())]


@cache
def _facts() -> ShopFacts:
    shop = ShopData.recorded()
    lists = ("customer_groups", "tax_classes", "tax_rates", "tax_rules")
    stores = ("websites", "store_views", "store_configs")
    return shop_facts({name: _rows(name) for name in lists} | {name: shop.setting(name) for name in stores})


def text_of(value: Json) -> str:
    return json.dumps(value, default=_number)


def _number(value: object) -> float | str:
    assert isinstance(value, Decimal)
    return float(value)
