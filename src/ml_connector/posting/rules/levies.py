"""The rule `fixed-product-tax`: what the shop adds per unit (recycling fees …) is a line of its own.

It is in the grand total and on no row of an invoice; the reader takes it from the order, by the share that
the document's quantity has of the order's (reference: adobe_commerce.md §5.5). It is a part of the price of
its product and bears the same VAT. One without VAT on a taxed product is held, unless the chart says under
which code such levies stand. Worked table: docs/rules/fixed-product-tax.md.
"""

from __future__ import annotations

from ml_connector.documents.money import ZERO, to_minor
from ml_connector.documents.sales import SalesLine
from ml_connector.errors import Code, Finding
from ml_connector.posting.rules.case import Case, Made, service_line
from ml_connector.posting.rules.line_tax import LineTax, levy_tax, line_tax_code

RULE = "fixed-product-tax"


def levies(case: Case, _so_far: Made) -> Made:
    """One service line per row with fixed product tax."""
    made = Made()
    for line in case.document.lines:
        if line.base.levy:
            made += _levy(case, line)
    return made


def _levy(case: Case, line: SalesLine) -> Made:
    if isinstance(line_tax_code(case, line), Finding):
        return Made()  # the row itself says why
    what = f"Fixed product tax on {line.sku}"
    taxed = _taxed(case, line, what)
    if isinstance(taxed, Finding):
        return Made(findings=(taxed,))
    booked = service_line(
        case,
        what,
        to_minor(line.base.levy),
        nominal=case.chart.lines.levy_nominal,
        rule=RULE,
        tax=taxed.tax,
        tax_code=taxed.tax_code,
    )
    return Made(lines=(booked, *taxed.beside))


def _taxed(case: Case, line: SalesLine, what: str) -> LineTax | Finding:
    if not line.percent or to_minor(line.base.levy_tax):
        return levy_tax(case, line, what)
    untaxed = case.chart.lines.untaxed_levy
    return LineTax(tax_code=untaxed.tax_code, rate=ZERO, tax=0) if untaxed else _untaxed(what)


def _untaxed(what: str) -> Finding:
    return Finding(
        code=Code.VAT_MISSING,
        what=f"{what} bears no VAT, though the product itself does.",
        why="What is paid for a product is taxed as a whole, fees included.",
        fix="Let the shop apply tax to fixed product tax, and correct this document there or by hand; or, if "
        "that levy rightly bears none, say so in the chart.",
    )
