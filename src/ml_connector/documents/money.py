"""Exact money. There is no door for floats.

Amounts as the shop gives them are `Decimal`s with up to four places; amounts as the books hold them are whole
minor units (pence, cents) of one currency. The only way from the first to the second is `to_minor`, which
rounds half away from zero, as Sage and HMRC's examples do (reference: sage50_uk_sdo.md §4.3).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
PENNY = Decimal("0.01")


def to_minor(amount: Decimal) -> int:
    """Whole minor units of an amount in a two-decimal currency, rounded half away from zero.

    Sage 50 keeps two decimals for every currency, JPY included (reference: adobe_commerce.md §5.1).
    """
    return int((amount / PENNY).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def from_minor(minor: int) -> Decimal:
    """The amount that `minor` units are, with exactly two decimals."""
    return (Decimal(minor) * PENNY).quantize(PENNY)


def pounds(minor: int, currency: str = "GBP") -> str:
    """An amount for people: “£1,234.50”, “-€0.05”, “12.00 JPY”."""
    sign = "-" if minor < 0 else ""
    text = f"{from_minor(abs(minor)):,}"
    symbol = {"GBP": "£", "EUR": "€", "USD": "$"}.get(currency)
    return f"{sign}{symbol}{text}" if symbol else f"{sign}{text} {currency}"
