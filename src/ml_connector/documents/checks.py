"""The arithmetic that a shop document must satisfy before anybody books it, in both of its currencies.

The identities are Adobe Commerce's own (reference: adobe_commerce.md §5.4): the header adds up to the grand
total, and the rows add up to the header. What does not is a `Gap`, stated in the shop's words so that a
person finds the fields. Gaps up to `ROUNDING` are left to the rule `header-rounding`: headers of credit
memos and of fractional quantities carry four decimals (§5.6). Nothing here knows a chart or Sage.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """An amount that the shop's own figures leave unexplained, and which figures were looked at.

    `amount` is what the header says beyond what its parts come to, exact, in `currency`.
    """

    amount: Decimal
    currency: str
    looked_at: str


def gaps(document: SalesDocument) -> tuple[Gap, ...]:
    """Every identity that fails by more than rounding; none for a document that is sound."""
    base = tuple(line.base for line in document.lines)
    order = tuple(line.order for line in document.lines)
    found = (
        *_gaps(document, document.base, base, document.carriage.base, document.base_currency),
        *_gaps(document, document.order_totals, order, document.carriage.order, document.order_currency),
    )
    return tuple(dict.fromkeys(found))


def levy_in_subtotal(totals: Totals, rows: tuple[Amounts, ...]) -> bool:
    """Whether the subtotal holds the fixed product tax: a setting that only the figures show (§5.5)."""
    levy = sum((row.levy for row in rows), ZERO)
    without = totals.subtotal - sum((row.full for row in rows), ZERO)
    return levy != ZERO and abs(without - levy) < abs(without)


def _gaps(
    document: SalesDocument,
    totals: Totals,
    rows: tuple[Amounts, ...],
    carriage: CarriageAmounts,
    currency: str,
) -> Iterator[Gap]:
    checks = (
        (_header_gap(document.kind, totals, rows), "the grand total against the header's own amounts"),
        (_rows_gap(totals, rows), "the subtotal against the rows"),
        (_tax_gap(totals, rows), "the tax against the rows, the carriage and fixed product tax"),
        (_compensation_gap(document.kind, totals, rows), "the discount tax compensation against the rows"),
        (_discount_gap(document.kind, carriage), "the discount against the rows and the carriage"),
    )
    for amount, looked_at in checks:
        if abs(amount) > ROUNDING:
            yield Gap(amount=amount, currency=currency, looked_at=looked_at)


def _header_gap(kind: Kind, totals: Totals, rows: tuple[Amounts, ...]) -> Decimal:
    levy = ZERO if levy_in_subtotal(totals, rows) else sum((row.levy for row in rows), ZERO)
    carriage_compensation = ZERO if kind is Kind.CREDIT_MEMO else totals.carriage_compensation
    parts = totals.subtotal + totals.discount + totals.carriage + totals.tax + totals.compensation
    parts += carriage_compensation + levy + totals.paid_back - totals.fee_kept
    return totals.grand_total - parts


def _rows_gap(totals: Totals, rows: tuple[Amounts, ...]) -> Decimal:
    levy = sum((row.levy for row in rows), ZERO) if levy_in_subtotal(totals, rows) else ZERO
    return totals.subtotal - levy - sum((row.full for row in rows), ZERO)


def _tax_gap(totals: Totals, rows: tuple[Amounts, ...]) -> Decimal:
    return totals.tax - totals.carriage_tax - sum((row.tax + row.levy_tax for row in rows), ZERO)


def _compensation_gap(kind: Kind, totals: Totals, rows: tuple[Amounts, ...]) -> Decimal:
    """A memo's header compensation holds the carriage's part too, so it says nothing about the rows."""
    if kind is Kind.CREDIT_MEMO:
        return ZERO
    return totals.compensation - sum((row.compensation for row in rows), ZERO)


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
