"""The rule `carriage`: the delivery charge after its discount, with the VAT that the shop put on it.

Net is charge less discount plus the tax part of the discount; the discount stands inside the header's
discount, not in the charge (reference: adobe_commerce.md §5.4). It goes into Sage's document header, or on
a line of its own by the chart's choice and where a document has no other line. Which tax class the shop
gives to delivery no API tells, so delivery without VAT follows the goods when these have one code without
VAT too. Worked table: docs/rules/carriage.md.
"""

from __future__ import annotations

from decimal import Decimal

from ml_connector.documents.money import PENNY, to_minor
from ml_connector.documents.sales import Supply
from ml_connector.errors import Finding
from ml_connector.posting.choices.lines import CarriageAs
from ml_connector.posting.plan import Carriage
from ml_connector.posting.rules.case import Case, Made, service_line
from ml_connector.posting.tax import TaxedAs, rate_finding, rate_of, tax_code
from ml_connector.posting.tax_table import CARRIAGE_CLASS

RULE = "carriage"


def carriage(case: Case, so_far: Made) -> Made:
    """The document's carriage; nothing when there is no charge, or only what `header-rounding` will see."""
    amounts = case.document.carriage.base
    net, tax = to_minor(amounts.net), to_minor(amounts.tax)
    if not amounts.full or net < 0 or tax < 0 or not (net or tax):
        return Made()
    number = _tax_code(case, so_far)
    if isinstance(number, Finding):
        return Made(findings=(number,))
    rate = rate_of(number, case.catalogue) or Decimal(0)
    mismatch = rate_finding("Carriage", net, tax, Decimal(1), number, rate)
    if mismatch:
        return Made(findings=(mismatch,))
    nominal = case.chart.lines.carriage_nominal
    if case.chart.lines.carriage_as is CarriageAs.LINE or not case.document.lines:
        line = service_line(case, "Carriage", net, nominal=nominal, rule=RULE, tax=tax, tax_code=number)
        return Made(lines=(line,))
    return Made(carriage=Carriage(net=net, tax=tax, tax_code=number, nominal=nominal))


def _tax_code(case: Case, so_far: Made) -> int | Finding:
    document = case.document
    rates = document.carriage.rates
    percent = sum((rate.percent for rate in rates), Decimal(0)) if rates else _implied_percent(case)
    found = tax_code(
        TaxedAs(
            what="Carriage",
            percent=percent,
            rates=rates,
            supply=Supply.GOODS,
            product_class=CARRIAGE_CLASS,
            customer_group=document.order.customer_group,
            to=document.delivered_to,
        ),
        case.chart,
        case.catalogue,
    )
    if isinstance(found, Finding) and not percent:
        goods = {line.tax_code for line in so_far.lines if line.net}
        untaxed = all(not line.percent for line in document.lines)
        if untaxed and len(goods) == 1 and not so_far.findings:
            return goods.pop()
    return found


def _implied_percent(case: Case) -> Decimal:
    """The rate of delivery whose tax the order leaves unnamed (§4.9): the one of the goods' rates that fits.

    0 for untaxed delivery, and where none or several fit: it is then held for its VAT or for want of a row.
    """
    amounts = case.document.carriage.base
    percents = {line.percent for line in case.document.lines if line.percent}
    fitting = {each for each in percents if abs(amounts.net * each / 100 - amounts.tax) <= PENNY}
    return fitting.pop() if amounts.tax and len(fitting) == 1 else Decimal(0)
