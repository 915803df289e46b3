"""What a caller says about the customers and products that a company is to have: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

ITEM_TYPES = {"stock": 0, "non-stock": 1, "service": 2}
"""ITEM_TYPE by its name (reference sage50_uk_sdo.md §3.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerSpec:
    """A customer account. `address` is up to five lines: street 1, street 2, town, county, postcode.

    `currency` is an ISO code; empty for the company's base currency.
    """

    account_ref: str
    name: str
    email: str = ""
    address: tuple[str, ...] = ()
    telephone: str = ""
    contact: str = ""
    country: str = "GB"
    currency: str = ""
    nominal: str = "4000"
    tax_code: int = 1
    vat_number: str = ""
    payment_due_days: int = 30
    on_hold: bool = False
    inactive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StockSpec:
    """A product. The code is stored in upper case: 30 characters, no blanks, no commas (§6)."""

    code: str
    description: str = ""
    price: Decimal = Decimal(0)
    kind: Literal["stock", "non-stock", "service"] = "stock"
    tax_code: int = 1
    nominal: str = "4000"
    unit: str = "each"
    quantity: Decimal = Decimal(0)
    inactive: bool = False
