"""The tax of the delivery charge: by its own rates, as its own class in the chart's table.

Which tax class the shop gives to delivery no API tells, so delivery without VAT follows the goods when these
have one code without VAT too; and a rate that the order leaves unnamed is the one of the goods' that fits
(reference: adobe_commerce.md §4.9, §5.4). Worked table: docs/rules/carriage.md.
"""

from __future__ import annotations

from decimal import Decimal

from ml_connector.documents.money import PENNY, ZERO
from ml_connector.documents.sales import Supply
from ml_connector.errors import Finding
from ml_connector.posting.rules.case import Case, Made
from ml_connector.posting.rules.invoice_codes import codes_of_carriage
from ml_connector.posting.rules.line_tax import LineTax, base_of, line_tax
from ml_connector.posting.tax import TaxedAs
from ml_connector.posting.tax_table import CARRIAGE_CLASS


def carriage_tax(case: Case, so_far: Made, rule: str) -> LineTax | Finding:
    """The tax of the document's carriage, or why it cannot be booked; `rule` names carriage on a line."""
    document, amounts = case.document, case.document.carriage.base
    asked = carriage_as(case)
    invoiced = codes_of_carriage(case, rule)
    base = base_of(case, amounts.net, amounts.full)
    found = line_tax(case, asked, invoiced, base=base, tax=amounts.tax, quantity=Decimal(1))
    if isinstance(found, Finding) and not asked.percent and not invoiced:
        goods = {line.tax_code for line in so_far.lines if line.net}
        untaxed = all(not line.percent for line in document.lines)
        if untaxed and len(goods) == 1 and not so_far.findings:
            return LineTax(tax_code=goods.pop(), rate=ZERO, tax=0)
    return found


def carriage_as(case: Case) -> TaxedAs:
    """What the delivery charge shows of its taxation."""
    document = case.document
    rates = document.carriage.rates
    return TaxedAs(
        what="Carriage",
        percent=sum((rate.percent for rate in rates), ZERO) if rates else _implied_percent(case),
        rates=rates,
        supply=Supply.GOODS,
        product_class=CARRIAGE_CLASS,
        customer_group=document.order.customer_group,
        to=document.delivered_to,
        vat_valid=document.vat_valid,
        website=document.website,
        store_view=document.store_view,
    )


def _implied_percent(case: Case) -> Decimal:
    """The rate of delivery whose tax the order leaves unnamed (§4.9): the one of the goods' rates that fits.

    0 for untaxed delivery, and where none or several fit: it is then held for its VAT or for want of a row.
    """
    amounts = case.document.carriage.base
    percents = {line.percent for line in case.document.lines if line.percent}
    fitting = {each for each in percents if abs(amounts.net * each / 100 - amounts.tax) <= PENNY}
    return fitting.pop() if amounts.tax and len(fitting) == 1 else ZERO
