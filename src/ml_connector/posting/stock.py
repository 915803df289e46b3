"""Which Sage stock code a shop's SKU is, and whether Sage could hold it at all.

Sage's codes are upper case, at most 30 characters, without spaces or commas (reference: sage50_uk_sdo.md
§6); the shop's go to 64 characters and beyond, in any script (adobe_commerce.md §5.8, §10.5).
"""

from __future__ import annotations

from collections.abc import Mapping

from ml_connector.posting.company import StockItem
from ml_connector.posting.fitting import STOCK_CODE

SPECIAL_CODES = frozenset({"S1", "S2", "S3", "M"})
"""Sage's own codes, which need no product record and can have none (reference: sage50_uk_sdo.md §3.5)."""


def sage_code(sku: str) -> str:
    """The code under which Sage would hold this SKU; “” when it cannot."""
    holds = sku.isascii() and sku.isprintable() and 0 < len(sku) <= STOCK_CODE
    code = sku.upper() if holds and " " not in sku and "," not in sku else ""
    return "" if code in SPECIAL_CODES else code


def stock_item(sku: str, stock: Mapping[str, StockItem]) -> StockItem | None:
    """The product record of a SKU: exact, else in capitals. `stock` is keyed by code."""
    return stock.get(sku) or stock.get(sage_code(sku))
