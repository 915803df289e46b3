"""The rules `adjustment` and `carriage-discount-misapplied`: money of a credit memo that belongs to no line.

An adjustment refund is extra money back, an adjustment fee is money kept; the shop does not say what for, nor
whether VAT is in it. The chart names the nominal, and either nothing more (outside VAT) or the tax code whose
VAT is in the amount; without a choice the memo is held. This is the one place where VAT is worked out: net is
the amount by one and the rate, rounded half away from zero, and VAT is the rest.

A memo of goods alone, on an order whose carriage was discounted, comes out higher than its lines: the shop
takes a part of the carriage's discount back though there is no carriage on it. The amount is known exactly
(the carriage's VAT times the share by which carriage was discounted; seen on both recorded shops, reference:
adobe_commerce.md §5.6), was paid out, and is booked like an adjustment refund.
Worked table: docs/rules/adjustments.md.
"""

from __future__ import annotations

from decimal import Decimal

from ml_connector.documents.identity import Kind
from ml_connector.documents.money import PENNY, ZERO, from_minor, to_minor
from ml_connector.errors import Code, Finding
from ml_connector.posting.choices.lines import Adjustment
from ml_connector.posting.plan import DocumentLine
from ml_connector.posting.rules.case import Case, Made, service_line
from ml_connector.posting.tax import rate_of

RULE = "adjustment"
RULE_MISAPPLIED = "carriage-discount-misapplied"


def adjustments(case: Case, _so_far: Made) -> Made:
    """One service line per adjustment; a fee is a negative one."""
    totals = case.document.base
    wanted = (
        ("Adjustment refund", to_minor(totals.paid_back), RULE),
        ("Adjustment fee kept", -to_minor(totals.fee_kept), RULE),
        ("Carriage discount misapplied by the shop", to_minor(misapplied(case)), RULE_MISAPPLIED),
    )
    amounts = [(what, amount, rule) for what, amount, rule in wanted if amount]
    if not amounts:
        return Made()
    adjustment = case.chart.lines.adjustment
    if adjustment is None:
        return Made(findings=tuple(_unset(what, amount) for what, amount, _ in amounts))
    return Made(lines=tuple(_line(case, adjustment, what, amount, rule) for what, amount, rule in amounts))


def without_vat(gross: int, percent: Decimal) -> int:
    """The net of an amount that has VAT at this rate in it, in pence, halves away from zero."""
    return to_minor(from_minor(gross) / (1 + percent / 100))


def _line(case: Case, adjustment: Adjustment, what: str, amount: int, rule: str) -> DocumentLine:
    """The amount as a service line: outside VAT, or with its VAT taken out."""
    net = amount
    if adjustment.tax_code is not None:
        net = without_vat(amount, rate_of(adjustment.tax_code, case.catalogue) or ZERO)
    return service_line(
        case,
        what,
        net,
        nominal=adjustment.nominal,
        rule=rule,
        tax=abs(amount - net),
        tax_code=adjustment.tax_code,
    )


def misapplied(case: Case) -> Decimal:
    """What a memo without carriage gives beyond its lines by the carriage's discount; 0 if not so."""
    document, order = case.document, case.document.order.carriage
    beyond = -document.carriage.base.discount
    if (
        document.kind is not Kind.CREDIT_MEMO
        or document.carriage.base.full
        or beyond <= ZERO
        or not order.full
    ):
        return ZERO
    expected = order.tax * order.discount / order.full
    return beyond if abs(beyond - expected) <= PENNY else ZERO


def _unset(what: str, amount: int) -> Finding:
    return Finding(
        code=Code.ADJUSTMENT_UNSET,
        what=f"{what}: {from_minor(abs(amount))} on this credit memo belongs to no line.",
        why="The shop does not say what it is for, so neither its nominal nor its VAT is known.",
        fix="Choose in the chart on which nominal account credit memo adjustments stand, and whether VAT is "
        "in them.",
    )
