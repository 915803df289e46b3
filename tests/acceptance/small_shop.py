"""A shop cut out of the recorded one: a few orders with all that belongs to them, in the recorded format."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from ml_connector.adobe.sandbox import ShopData
from ml_connector.adobe.sandbox.data import SETTINGS
from ml_connector.adobe.sandbox.jsontext import write

BY_ORDER = {
    "orders": "entity_id",
    "invoices": "order_id",
    "creditmemos": "order_id",
    "shipments": "order_id",
    "transactions": "order_id",
}
WHOLE = ("customers", "products", "customer_groups", "tax_classes", "tax_rates", "tax_rules")


def recorded(kind: str) -> list[dict[str, Any]]:
    """The documents of one list of the recorded shop, with exact numbers."""
    return [cast(dict[str, Any], row.document) for row in ShopData.recorded().table(kind).rows]


def cut(folder: Path, order_ids: Iterable[int]) -> Path:
    """Write these orders, and everything else that a shop needs, into `folder`."""
    chosen = set(order_ids)
    data = ShopData.recorded()
    lists: dict[str, Any] = {name: data.setting(name) for name in SETTINGS}
    for kind in WHOLE:
        lists[kind] = [row.document for row in data.table(kind).rows]
    for kind, column in BY_ORDER.items():
        lists[kind] = [row.document for row in data.table(kind).rows if row.document.get(column) in chosen]
    folder.mkdir(parents=True, exist_ok=True)
    for name, documents in lists.items():
        (folder / f"{name}.json").write_text(write(documents), encoding="utf-8")
    return folder


def read_lists(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The lists of a folder, for an auditor."""
    return {
        path.stem: json.loads(path.read_text("utf-8"), parse_float=Decimal) for path in folder.glob("*.json")
    }
