"""Whether a line's VAT is the VAT of its tax code, within the shop's rounding.

The shop may round per unit and carry fractions from line to line (reference: adobe_commerce.md §5.3): five
pennies per line, or one per unit where that is more, are its rounding. What the rate is held against is the
line's net; where the chart says that the shop taxes before discount, its price before discount.
Worked table: docs/rules/vat-check.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ml_connector.documents.money import from_minor, to_minor
from ml_connector.errors import Code, Finding

PENNIES_PER_LINE = 5
"""How far a line's VAT may be from its code's rate, and a penny per unit beyond: rounding of the shop's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxBase:
    """What a line's VAT is reckoned on, in pence; `full` is its price before discount."""

    net: int
    full: int
    before_discount: bool = False

    @property
    def pence(self) -> int:
        return self.full if self.before_discount else self.net


def vat_due(net: int, rate: Decimal) -> int:
    """The VAT that Sage works out of a line's net, rounded half away from zero (sage50_uk_sdo.md §4.3)."""
    return to_minor(from_minor(net) * rate / 100)


def rate_finding(
    what: str, base: TaxBase, tax: int, quantity: Decimal, number: int, rate: Decimal
) -> Finding | None:
    """`vat-rate-mismatch` when the VAT is not its code's own rate of its base, within rounding. Pence."""
    if _fits(base.pence, tax, quantity, rate):
        return None
    on = "before discount" if base.before_discount else "net"
    return Finding(
        code=Code.VAT_RATE_MISMATCH,
        what=f"{what}: VAT is {from_minor(tax)} on {from_minor(base.pence)} {on}; T{number} at "
        f"{rate.normalize():f} % would be {from_minor(vat_due(base.pence, rate))}.",
        why="The VAT return is made from these figures, so VAT that is not its code's rate has to be seen.",
        fix=_fix(base, tax, quantity, rate),
    )


def _fix(base: TaxBase, tax: int, quantity: Decimal, rate: Decimal) -> str:
    other = base.net if base.before_discount else base.full
    if base.full == base.net or not _fits(other, tax, quantity, rate):
        return "Correct the document in the shop, or enter this one by hand."
    if base.before_discount:
        return "It is the VAT of the net: take out of the chart that this website taxes before discount."
    return (
        f"It is the VAT of the price before discount, {from_minor(base.full)}: if the shop means to tax "
        "that, say so in the chart; otherwise change that setting in the shop, and enter this document by "
        "hand."
    )


def _fits(base: int, tax: int, quantity: Decimal, rate: Decimal) -> bool:
    return abs(tax - vat_due(base, rate)) <= max(Decimal(PENNIES_PER_LINE), quantity)
