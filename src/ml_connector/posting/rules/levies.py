"""The rule `fixed-product-tax`: what the shop adds per unit (recycling fees …) is a line of its own.

It is in the grand total and on no row of an invoice; the reader takes it from the order per unit times the
document's quantity (reference: adobe_commerce.md §5.5). It is a part of the price of its product and bears
the same VAT. Worked table: docs/rules/fixed-product-tax.md.
"""

from __future__ import annotations

from decimal import Decimal

from ml_connector.documents.money import to_minor
from ml_connector.documents.sales import SalesLine
from ml_connector.errors import Code, Finding
from ml_connector.posting.rules.case import Case, Made, service_line
from ml_connector.posting.rules.items import line_tax_code
from ml_connector.posting.tax import rate_finding, rate_of

RULE = "fixed-product-tax"


def levies(case: Case, _so_far: Made) -> Made:
    """One service line per row with fixed product tax."""
    made = Made()
    for line in case.document.lines:
        if line.base.levy:
            made += _levy(case, line)
    return made


def _levy(case: Case, line: SalesLine) -> Made:
    net, tax = to_minor(line.base.levy), to_minor(line.base.levy_tax)
    number = line_tax_code(case, line)
    if isinstance(number, Finding):
        return Made()  # the row itself says why
    what = f"Fixed product tax on {line.sku}"
    if line.percent and not tax:
        return Made(findings=(_untaxed(what),))
    rate = rate_of(number, case.catalogue) or Decimal(0)
    mismatch = rate_finding(what, net, tax, line.quantity, number, rate)
    if mismatch:
        return Made(findings=(mismatch,))
    booked = service_line(
        case, what, net, nominal=case.chart.lines.levy_nominal, rule=RULE, tax=tax, tax_code=number
    )
    return Made(lines=(booked,))


def _untaxed(what: str) -> Finding:
    return Finding(
        code=Code.VAT_MISSING,
        what=f"{what} bears no VAT, though the product itself does.",
        why="What is paid for a product is taxed as a whole, fees included.",
        fix="Let the shop apply tax to fixed product tax, and correct this document there or by hand.",
    )
