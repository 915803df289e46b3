"""A line's quantity, unit price and discount, such that Sage finds the shop's net if it computes it again.

The quantity is always the true one: Sage keeps stock by it. The unit price gets as many decimals as it takes
(tax-inclusive shops have rows that price × quantity misses, reference: adobe_commerce.md §5.3); where six
are not enough, it is rounded up and the odd pennies go to the line's discount.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal

from ml_connector.documents.money import from_minor, to_minor

_MOST_PLACES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """`full_net` is quantity × unit price to the penny, and less `discount` it is the line's net. Pence."""

    unit_price: Decimal
    full_net: int
    discount: int


def priced(quantity: Decimal, full: Decimal, net: int) -> Priced:
    """The price of a line whose row total before discount is `full` and whose net is `net` pence.

    `quantity` is positive and `net` not negative. Compensation for the tax part of a discount may bring net
    above the rounded row total by a penny; then there is no discount.
    """
    full_net = max(to_minor(full), net)
    exact = from_minor(full_net) / quantity
    for places in range(2, _MOST_PLACES + 1):
        unit_price = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
        if to_minor(unit_price * quantity) == full_net:
            return Priced(unit_price=unit_price, full_net=full_net, discount=full_net - net)
    unit_price = exact.quantize(Decimal(1).scaleb(-_MOST_PLACES), rounding=ROUND_UP)
    full_net = to_minor(unit_price * quantity)
    return Priced(unit_price=unit_price, full_net=full_net, discount=full_net - net)
