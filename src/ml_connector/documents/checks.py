"""The arithmetic that a shop document must satisfy before anybody books it, in both of its currencies.

The identities are Adobe Commerce's own (reference: adobe_commerce.md §5.4): the header adds up to the grand
total with what tender took off it, and the rows add up to the header. What does not is a `Gap`, stated in the
shop's words so that a person finds the fields. Gaps up to `ROUNDING` are left to the rule `header-rounding`:
headers of credit memos and of fractional quantities carry four decimals (§5.6). Nothing here knows a chart or
Sage; what a chart explains beside the core totals is handed in (`Beside`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ml_connector.documents.identity import Kind
from ml_connector.documents.money import ZERO
from ml_connector.documents.sales import Amounts, CarriageAmounts, SalesDocument, Totals

ROUNDING = Decimal("0.05")
"""The most that rounding may explain between a grand total and its parts (design: Pennies)."""

HEADER = "the grand total against the header's own amounts"
TAX = "the tax against the rows, the carriage, gift wrapping and fixed product tax"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """An amount that the shop's own figures leave unexplained, and which figures were looked at.

    `amount` is what the header says beyond what its parts come to, exact, in `currency`.
    """

    amount: Decimal
    currency: str
    looked_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What stands in a header beside the core totals in one currency: totals of extensions, signed.

    `tax` is their VAT, as far as it is in the header's tax; it is not in `amount`.
    """

    amount: Decimal = ZERO
    tax: Decimal = ZERO


NOTHING = Beside()


def gaps(document: SalesDocument, base: Beside = NOTHING, order: Beside = NOTHING) -> tuple[Gap, ...]:
    """Every identity that fails by more than rounding; none for a document that is sound.

    `base` and `order` are what is explained beside the core totals in these currencies.
    """
    kind, carriage = document.kind, document.carriage
    in_base, in_order = document.base_currency, document.order_currency
    base_rows = tuple(line.base for line in document.lines)
    rows = tuple(line.order for line in document.lines)
    found = (
        *_gaps(kind, document.base, base_rows, carriage.base, base, in_base),
        *_gaps(kind, document.order_totals, rows, carriage.order, order, in_order),
    )
    return tuple(dict.fromkeys(found))


def header_gap(kind: Kind, totals: Totals, rows: tuple[Amounts, ...], beside: Beside = NOTHING) -> Decimal:
    """What a header's grand total and tender come to beyond its own parts; 0 when they add up (§5.4)."""
    levy = ZERO if levy_in_subtotal(totals, rows) else sum((row.levy for row in rows), ZERO)
    carriage_compensation = ZERO if kind is Kind.CREDIT_MEMO else totals.carriage_compensation
    parts = totals.subtotal + totals.discount + totals.carriage + totals.tax + totals.compensation
    parts += carriage_compensation + levy + totals.wrapping + totals.paid_back - totals.fee_kept
    return totals.worth - parts - beside.amount


def levy_in_subtotal(totals: Totals, rows: tuple[Amounts, ...]) -> bool:
    """Whether the subtotal holds the fixed product tax: a setting that only the figures show (§5.5)."""
    levy = sum((row.levy for row in rows), ZERO)
    without = totals.subtotal - sum((row.full for row in rows), ZERO)
    return levy != ZERO and abs(without - levy) < abs(without)


def _gaps(
    kind: Kind,
    totals: Totals,
    rows: tuple[Amounts, ...],
    carriage: CarriageAmounts,
    beside: Beside,
    currency: str,
) -> Iterator[Gap]:
    checks = (
        (header_gap(kind, totals, rows, beside), HEADER),
        (_rows_gap(totals, rows), "the subtotal against the rows"),
        (_tax_gap(totals, rows, beside), TAX),
        (_compensation_gap(kind, totals, rows, carriage), "the discount tax compensation against the rows"),
        (_discount_gap(kind, carriage), "the discount against the rows and the carriage"),
    )
    for amount, looked_at in checks:
        if abs(amount) > ROUNDING:
            yield Gap(amount=amount, currency=currency, looked_at=looked_at)


def _rows_gap(totals: Totals, rows: tuple[Amounts, ...]) -> Decimal:
    levy = sum((row.levy for row in rows), ZERO) if levy_in_subtotal(totals, rows) else ZERO
    return totals.subtotal - levy - sum((row.full for row in rows), ZERO)


def _tax_gap(totals: Totals, rows: tuple[Amounts, ...], beside: Beside) -> Decimal:
    known = totals.carriage_tax + totals.wrapping_tax + beside.tax
    return totals.tax - known - sum((row.tax + row.levy_tax for row in rows), ZERO)


def _compensation_gap(
    kind: Kind, totals: Totals, rows: tuple[Amounts, ...], carriage: CarriageAmounts
) -> Decimal:
    """A memo's header compensation holds the carriage's part too: no more than the carriage's discount."""
    beyond = totals.compensation - sum((row.compensation for row in rows), ZERO)
    if kind is not Kind.CREDIT_MEMO:
        return beyond
    most = max(carriage.discount, ZERO) if carriage.full else ZERO
    return beyond - min(max(beyond, ZERO), most)


def _discount_gap(kind: Kind, carriage: CarriageAmounts) -> Decimal:
    """What the header's discount holds beyond the rows' is the carriage's, so it may not exceed the carriage.

    A memo without carriage may hold a part of it nevertheless (§5.6): that is a posting rule's to explain.
    """
    if kind is Kind.CREDIT_MEMO and carriage.full == ZERO:
        return ZERO
    if carriage.discount < ZERO:
        return -carriage.discount
    gross = carriage.full + carriage.compensation
    return min(ZERO, gross - carriage.discount)
