"""The rule `carriage`: the delivery charge after its discount, with the VAT that the shop put on it.

Net is charge less discount plus the tax part of the discount; the discount stands inside the header's
discount, not in the charge (reference: adobe_commerce.md §5.4). It goes into Sage's document header, or on
a line of its own by the chart's choice and where the document has no line so far. `carriage_tax` says
how it is taxed. Worked table: docs/rules/carriage.md.
"""

from __future__ import annotations

from ml_connector.documents.money import to_minor
from ml_connector.errors import Finding
from ml_connector.posting.choices.lines import CarriageAs
from ml_connector.posting.plan import Carriage
from ml_connector.posting.rules.carriage_tax import carriage_tax
from ml_connector.posting.rules.case import Case, Made, service_line

RULE = "carriage"


def carriage(case: Case, so_far: Made) -> Made:
    """The document's carriage; nothing when there is no charge, or only what `header-rounding` will see."""
    amounts = case.document.carriage.base
    net, tax = to_minor(amounts.net), to_minor(amounts.tax)
    if not amounts.full or net < 0 or tax < 0 or not (net or tax):
        return Made()
    taxed = carriage_tax(case, so_far, RULE)
    if isinstance(taxed, Finding):
        return Made(findings=(taxed,))
    nominal = case.chart.lines.carriage_nominal
    if case.chart.lines.carriage_as is CarriageAs.LINE or not so_far.lines:
        line = service_line(
            case, "Carriage", net, nominal=nominal, rule=RULE, tax=taxed.tax, tax_code=taxed.tax_code
        )
        return Made(lines=(line, *taxed.beside))
    header = Carriage(net=net, tax=taxed.tax, tax_code=taxed.tax_code, nominal=nominal)
    return Made(lines=taxed.beside, carriage=header)
