"""The sandbox company that suits a shop: a plausible retailer with most of what the shop sells.

It stocks each SKU that Sage can hold, in the shop or on any of its orders, but for a few that the recorded
shop's retailer “forgot”, so that holds are seen; and some shoppers have an account already, so that matching
is seen. Nothing here is read by the connector.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from ml_connector.adobe.sandbox import ShopData
from ml_connector.adobe.sandbox.summary import buyers, goods, shoppers
from ml_connector.sage.uk.sandbox.company import create_company
from ml_connector.sage.uk.sandbox.specs import CustomerSpec, StockSpec

FORGOTTEN_SKUS = frozenset({"SOFT-STD", "TIER-STD", "SHIRT-RED-XL"})
"""Products of the recorded shop that its sandbox company lacks; three invoices name them."""

STOCK_ON_HAND = Decimal(10_000)
KNOWN_SHOPPERS = 6
TEXT_LENGTH = 60
SPECIAL_CODES = frozenset({"S1", "S2", "S3", "M"})
SAGE_STOCK_CODE = re.compile(r"[\x21-\x2b\x2d-\x7e]{1,30}")


def make_company(folder: Path, shop: ShopData, *, without: frozenset[str] = frozenset()) -> Path:
    """Make the company and return its ACCDATA folder."""
    return create_company(folder, stock=_stock(shop, without), customers=_customers(shop))


def _stock(shop: ShopData, without: frozenset[str]) -> Iterator[StockSpec]:
    names = {sku.upper(): name for sku, name in goods(shop).items()}
    for code, name in sorted(names.items()):
        if SAGE_STOCK_CODE.fullmatch(code) and code not in SPECIAL_CODES | without:
            yield StockSpec(code=code, description=_plain(name), quantity=STOCK_ON_HAND)


def _customers(shop: ShopData) -> Iterator[CustomerSpec]:
    """A few shoppers with a login and a plain e-mail address have an account from earlier days."""
    known = {each.email.lower(): each for each in reversed(list(shoppers(shop))) if each.email.isascii()}
    bought = buyers(shop)
    chosen = sorted(known, key=lambda email: (email not in bought, email))[:KNOWN_SHOPPERS]
    for number, email in enumerate(chosen, start=1):
        shopper = known[email]
        street, more, town, postcode = map(_plain, shopper.address)
        yield CustomerSpec(
            account_ref=f"OLD{number:03}",
            name=_plain(shopper.name),
            email=email,
            address=(street, more, town, "", postcode),
        )


def _plain(text: str) -> str:
    return text.encode("ascii", "ignore").decode().strip()[:TEXT_LENGTH]
