"""What a merchant sets in Magento that changes a document's pennies, and what lies in a basket.

The values that the model in `magento_arithmetic` reckons with. They are the shop's side of the proof: nothing
here, nor in the other `magento_*` modules, knows how the connector reads or books anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

ZERO = Decimal(0)
PENNY = Decimal("0.01")
STORED = Decimal("0.0001")
"""What Magento's amount columns hold (reference: adobe_commerce.md §5.1)."""


class Algorithm(StrEnum):
    """What tax is rounded on: each piece, each row, or the rows together, carrying the rest along."""

    UNIT = "UNIT_BASE_CALCULATION"
    ROW = "ROW_BASE_CALCULATION"
    TOTAL = "TOTAL_BASE_CALCULATION"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The shop's tax settings. `discount_on_gross` says that a percentage is taken of the price with tax."""

    algorithm: Algorithm = Algorithm.TOTAL
    prices_with_tax: bool = False
    carriage_with_tax: bool = False
    tax_after_discount: bool = True
    discount_on_gross: bool = False
    levy_taxed: bool = False
    levy_in_subtotal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A tax by the shop's name; a higher `priority` is reckoned on the price with the lower ones in it."""

    code: str
    percent: Decimal
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The rates of one priority together: what Magento rounds once. `percent` has the compounding in it."""

    rates: tuple[Rate, ...]
    percent: Decimal

    @property
    def name(self) -> str:
        return "".join(rate.code for rate in self.rates)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """A row of the basket that has a price of its own, in base currency.

    `home_percent` is the rate at the shop's own address, which is in a price that includes tax; `levy` is
    fixed product tax per piece. `discount` is a coupon's money off this row where no rule gives it.
    """

    quantity: Decimal
    price: Decimal
    rates: tuple[Rate, ...] = ()
    home_percent: Decimal = ZERO
    levy: Decimal = ZERO
    discount: Decimal = ZERO


class Coupon(StrEnum):
    """What a cart rule takes off."""

    PERCENT = "by_percent"
    EACH = "by_fixed"
    CART = "cart_fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A cart rule; `amount` is a percentage, or base currency off each piece or off the cart."""

    coupon: Coupon
    amount: Decimal
    carriage_too: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The delivery charge as the carrier states it, in base currency, and its taxes."""

    price: Decimal = ZERO
    rates: tuple[Rate, ...] = ()
    home_percent: Decimal = ZERO
    discount: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """Everything that is bought in one order."""

    goods: tuple[Goods, ...]
    delivery: Delivery
    rule: Rule | None = None


def pennies(amount: Decimal) -> Decimal:
    """Rounded half away from zero to two places, as PHP does."""
    return amount.quantize(PENNY, rounding=ROUND_HALF_UP)


def stored(amount: Decimal) -> Decimal:
    """As the database keeps it."""
    return amount.quantize(STORED, rounding=ROUND_HALF_UP)


def groups(rates: tuple[Rate, ...]) -> tuple[Group, ...]:
    """The rates by priority, each group's percentage compounded over those before it (§5.3)."""
    made: list[Group] = []
    before = ZERO
    for priority in sorted({rate.priority for rate in rates}):
        of_it = tuple(rate for rate in rates if rate.priority == priority)
        percent = sum((rate.percent for rate in of_it), ZERO) * (1 + before / 100)
        made.append(Group(rates=of_it, percent=percent))
        before += percent
    return tuple(made)


def percent_of(rates: tuple[Rate, ...]) -> Decimal:
    """All rates of a row together."""
    return sum((group.percent for group in groups(rates)), ZERO)
