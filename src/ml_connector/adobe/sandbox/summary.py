"""What a pretend shop holds, in few words: what it sells, who has a login, and what it took.

A sandbox company is made to suit a shop by this, and a run is held against it: the connector's own count
could not miss what the connector never saw.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from ml_connector.adobe.sandbox.data import ShopData
from ml_connector.adobe.sandbox.jsontext import Document

_CAPTURED = 2
_SIGNS = {"invoices": 1, "creditmemos": -1}
_PENNY = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Shopper:
    """Somebody with a login; `address` is street 1, street 2, town and postcode of the first address."""

    name: str
    email: str
    address: tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Takings:
    """Captured invoices and memos, and their base totals per base currency, memos counted minus."""

    documents: int
    totals: Mapping[str, Decimal]


def goods(shop: ShopData) -> dict[str, str]:
    """SKU → name of all that is in the catalogue or on any order."""
    names: dict[str, str] = {}
    for product in _documents(shop, "products"):
        names.setdefault(str(product["sku"]), str(product.get("name", "")))
    for order in _documents(shop, "orders"):
        for item in _rows(order, "items"):
            names.setdefault(str(item["sku"]), str(item.get("name", "")))
    return names


def shoppers(shop: ShopData) -> Iterator[Shopper]:
    """Everybody with a login, in the shop's order."""
    for customer in _documents(shop, "customers"):
        addresses = _rows(customer, "addresses")
        address: Document = addresses[0] if addresses else {}
        street = address.get("street")
        lines = [str(line) for line in street] if isinstance(street, list) else []
        yield Shopper(
            name=f"{customer.get('firstname', '')} {customer.get('lastname', '')}".strip(),
            email=str(customer.get("email", "")),
            address=(
                lines[0] if lines else "",
                lines[1] if len(lines) > 1 else "",
                str(address.get("city", "")),
                str(address.get("postcode", "")),
            ),
        )


def buyers(shop: ShopData) -> frozenset[str]:
    """The e-mail addresses that stand on orders, in lower case."""
    return frozenset(str(order.get("customer_email", "")).lower() for order in _documents(shop, "orders"))


def takings(shop: ShopData) -> Takings:
    """Count paid invoices and refunded memos, each rounded half away from zero to two places."""
    documents = 0
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for kind, sign in _SIGNS.items():
        for document in _documents(shop, kind):
            if document.get("state") == _CAPTURED:
                documents += 1
                total = Decimal(str(document.get("base_grand_total") or 0))
                totals[str(document["base_currency_code"])] += sign * total.quantize(_PENNY, ROUND_HALF_UP)
    return Takings(documents, dict(totals))


def _documents(shop: ShopData, kind: str) -> Iterator[Document]:
    return (row.document for row in shop.table(kind).rows)


def _rows(document: Document, name: str) -> list[Document]:
    rows = document.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
