"""The rule `discount`: by the chart's choice, what was taken off is one negative line for each tax code.

It stands on a special service line (S3), which alone of the two ways keeps the shop's VAT: Sage's own Net
Value Discount makes Sage compute the VAT of every line again (reference: sage50_uk_sdo.md §4.3). As a line
never takes off more than the lines of its tax code come to, VAT cash accounting has nothing against it
(§3.5). The carriage's discount stays in the carriage. Worked table: docs/rules/discounts.md.
"""

from __future__ import annotations

from ml_connector.errors import Finding
from ml_connector.posting.rules.case import Case, Made, service_line
from ml_connector.posting.rules.full_price import Discount, discount_apart
from ml_connector.posting.rules.line_tax import row_tax

RULE = "discount"


def discounts(case: Case, _so_far: Made) -> Made:
    """One line per tax code whose rows have a discount apart, in the order of the rows."""
    chosen = case.chart.lines.discount_line
    if chosen is None:
        return Made()
    by_code: dict[int, Discount] = {}
    for line in case.document.lines:
        each, taxed = discount_apart(case, line), row_tax(case, line)
        if each.net and not isinstance(taxed, Finding):
            until_now = by_code.get(taxed.tax_code, Discount())
            by_code[taxed.tax_code] = Discount(net=until_now.net + each.net, tax=until_now.tax + each.tax)
    return Made(
        lines=tuple(
            service_line(
                case,
                "Discount",
                -each.net,
                nominal=chosen.nominal,
                rule=RULE,
                tax=each.tax,
                tax_code=number,
            )
            for number, each in by_code.items()
        )
    )
