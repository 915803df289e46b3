"""The rule `header-rounding`: up to 0.05 between a grand total and its rounded lines is a line of its own.

The document's total is the shop's grand total, rounded half away from zero. Fractional quantities and credit
memos have four decimals, so that rounded lines can miss it by pennies (reference: adobe_commerce.md §5.6).
The difference stands on the chart's rounding nominal outside VAT; more than 0.05 is never booked.
Worked table: docs/rules/header-rounding.md.
"""

from __future__ import annotations

from ml_connector.documents.checks import ROUNDING
from ml_connector.documents.money import from_minor, pounds, to_minor
from ml_connector.errors import Code, Finding
from ml_connector.posting.rules.case import Case, Made, service_line

RULE = "header-rounding"


def header_rounding(case: Case, so_far: Made) -> Made:
    """The rounding line, if one is needed; `unexplained-gap` when it is no rounding."""
    if so_far.findings:
        return Made()  # not all lines are there, so their sum says nothing
    total = to_minor(case.document.base.worth)
    difference = total - so_far.gross
    if not difference:
        return Made()
    if abs(difference) > to_minor(ROUNDING):
        return Made(findings=(_gap(case, difference, so_far.gross),))
    line = service_line(case, "Rounding", difference, nominal=case.chart.lines.rounding_nominal, rule=RULE)
    return Made(lines=(line,))


def _gap(case: Case, difference: int, lines: int) -> Finding:
    currency = case.document.base_currency
    return Finding(
        code=Code.UNEXPLAINED_GAP,
        what=f"The document comes to {pounds(lines + difference, currency)}, and what can be booked of it "
        f"to {pounds(lines, currency)}: {from_minor(difference)} is unexplained.",
        why="The rows, carriage, fixed product tax and adjustments do not make up the grand total; an "
        "extension with a total of its own is the likeliest cause.",
        fix="Find that amount on the document in the shop, and enter the document by hand.",
    )
