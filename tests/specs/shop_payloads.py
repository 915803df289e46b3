"""Payloads as Adobe Commerce sends them, small and made up; tests bend them with `|`.

Field by field they are what the recorded shop sends for such documents (reference: adobe_commerce.md §9.7);
amounts of the order currency repeat those of the base currency unless a test says otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from ml_connector.adobe.reader import Bundle, shop_facts
from ml_connector.documents.identity import Kind

Json = Mapping[str, object]

SETTINGS: Json = {
    "websites": [{"id": 0, "code": "admin", "name": "Admin"}, {"id": 1, "code": "base", "name": "UK"}],
    "store_views": [
        {"id": 0, "code": "admin", "name": "Admin", "website_id": 0},
        {"id": 1, "code": "default", "name": "English", "website_id": 1},
    ],
    "store_configs": [{"id": 1, "base_currency_code": "GBP", "timezone": "Europe/London"}],
    "customer_groups": [{"id": 0, "code": "NOT LOGGED IN", "tax_class_id": 3}],
    "tax_classes": [
        {"class_id": 3, "class_name": "Retail Customer", "class_type": "CUSTOMER"},
        {"class_id": 4, "class_name": "Standard", "class_type": "PRODUCT"},
    ],
    "tax_rates": [{"id": 3, "tax_country_id": "GB", "rate": 20, "code": "GB-VAT-20"}],
    "tax_rules": [
        {"id": 1, "customer_tax_class_ids": [3], "product_tax_class_ids": [4], "tax_rate_ids": [3]}
    ],
}
FACTS = shop_facts(SETTINGS)
ADDRESS: Json = {
    "firstname": "Ann",
    "lastname": "Penrose",
    "street": ["12 Quay Street"],
    "city": "Zennor",
    "region": "Cornwall",
    "postcode": "TR26 3DA",
    "country_id": "GB",
    "telephone": "01736 496 000",
}


def both(**amounts: object) -> dict[str, object]:
    """Each amount under its own name and under its base name."""
    return {**amounts, **{f"base_{name}": amount for name, amount in amounts.items()}}


def order_item(item_id: object = 11, **changes: object) -> dict[str, object]:
    """An item of the order: three mugs at 20 %."""
    usual = {
        "item_id": item_id,
        "sku": "MUG-STD",
        "product_type": "simple",
        "is_virtual": 0,
        "qty_ordered": 3,
        "qty_shipped": 3,
        "qty_refunded": 0,
        "qty_canceled": 0,
        "tax_percent": 20,
        "weee_tax_applied": "[]",
        **both(price=9.99),
    }
    return usual | changes


def document_row(order_item_id: object = 11, **changes: object) -> dict[str, object]:
    """A row of an invoice or credit memo: three mugs, 29.97 and 5.99 VAT."""
    usual = {
        "order_item_id": order_item_id,
        "product_id": 1,
        "sku": "MUG-STD",
        "name": "Stoneware Mug",
        "qty": 3,
        **both(row_total=29.97, tax_amount=5.99),
    }
    return usual | changes


def order(*items: Json, **changes: object) -> dict[str, object]:
    """The order, complete, with its address in the shipping assignment."""
    usual: dict[str, object] = {
        "entity_id": 5,
        "increment_id": "000000005",
        "state": "complete",
        "customer_email": "ann@example.co.uk",
        "customer_group_id": 0,
        "billing_address": ADDRESS,
        "payment": {"method": "card"},
        "items": list(items) or [order_item()],
        "extension_attributes": {
            "shipping_assignments": [{"shipping": {"address": ADDRESS}}],
            "item_applied_taxes": [
                {"type": "product", "item_id": 11, "applied_taxes": [{"code": "GB-VAT-20", "percent": 20}]},
                {"type": "shipping", "applied_taxes": [{"code": "GB-VAT-20", "percent": 20}]},
            ],
        },
    }
    return usual | changes


def document(*rows: Json, **changes: object) -> dict[str, object]:
    """A captured invoice of that order, with carriage of 4.95 and 0.99 VAT."""
    usual: dict[str, object] = {
        "entity_id": 7,
        "increment_id": "000000007",
        "order_id": 5,
        "state": 2,
        "store_id": 1,
        "created_at": "2026-03-31 23:30:00",
        "updated_at": "2026-04-01 08:00:00",
        "base_currency_code": "GBP",
        "order_currency_code": "GBP",
        "items": list(rows) or [document_row()],
        **both(
            subtotal=29.97,
            discount_amount=0,
            shipping_amount=4.95,
            shipping_tax_amount=0.99,
            tax_amount=6.98,
            grand_total=41.90,
        ),
    }
    return usual | changes


def bundle(
    found: Json | None = None,
    of: Json | None = None,
    *,
    kind: Kind = Kind.INVOICE,
    products: tuple[Json, ...] = (),
    transactions: tuple[Json, ...] = (),
    others: tuple[Json, ...] = (),
) -> Bundle:
    """The bundle of a document; `others` are further invoices of its order."""
    text = json.dumps(document() if found is None else found)
    invoices = (text,) if kind is Kind.INVOICE else ()
    return Bundle(
        kind=kind,
        document=text,
        order=json.dumps(order() if of is None else of),
        invoices=(*invoices, *map(json.dumps, others)),
        memos=(text,) if kind is Kind.CREDIT_MEMO else (),
        transactions=tuple(map(json.dumps, transactions)),
        products=tuple(map(json.dumps, products)),
    )
