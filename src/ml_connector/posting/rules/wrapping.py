"""The rule `gift-wrapping`: each charge for it is a line of its own, with the VAT that the shop states.

The shop charges for wrapping the order, its items, and a printed card; the VAT on each is in the document's
tax (reference: adobe_commerce.md §5.7). Which tax class the shop gives to wrapping no API tells, so the rate
is the one of the goods' that the VAT fits; without VAT wrapping follows goods that bear none and have one
code between them. A credit note takes the code of its invoice. Worked table: docs/rules/gift-wrapping.md.
"""

from __future__ import annotations

from decimal import Decimal

from ml_connector.documents.identity import Kind
from ml_connector.documents.money import PENNY, ZERO, from_minor, to_minor
from ml_connector.documents.sales import Supply, Wrapping, WrappingAmounts
from ml_connector.errors import Code, Finding
from ml_connector.posting.rules.case import Case, Made, service_line
from ml_connector.posting.rules.line_tax import LineTax, base_of, line_tax
from ml_connector.posting.tax import TaxedAs

RULE = "gift-wrapping"


def wrapping(case: Case, so_far: Made) -> Made:
    """One service line per kind of wrapping."""
    made = Made()
    for each in case.document.wrappings:
        made += _line(case, each, so_far)
    return made


def _line(case: Case, each: Wrapping, so_far: Made) -> Made:
    what, net = each.what, to_minor(each.base.net)
    chosen = case.chart.wrapping
    if chosen is None:
        return Made(findings=(_unset(what, net),))
    if net < 0 or each.base.tax < ZERO:
        return Made(findings=(_negative(what, net),))
    taxed = _taxed(case, what, each.base, so_far)
    if isinstance(taxed, Finding):
        return Made(findings=(taxed,))
    line = service_line(
        case, what, net, nominal=chosen.nominal, rule=RULE, tax=taxed.tax, tax_code=taxed.tax_code
    )
    return Made(lines=(line, *taxed.beside)) if net or taxed.tax else Made()


def _taxed(case: Case, what: str, amounts: WrappingAmounts, so_far: Made) -> LineTax | Finding:
    document = case.document
    percent = _percent(case, amounts)
    rates = next((line.rates for line in document.lines if percent and line.percent == percent), ())
    asked = TaxedAs(
        what=what,
        percent=percent,
        rates=rates,
        supply=Supply.SERVICES,
        product_class="",
        customer_group=document.order.customer_group,
        to=document.delivered_to,
        vat_valid=document.vat_valid,
        website=document.website,
        store_view=document.store_view,
    )
    invoiced = _invoiced(case)
    base = base_of(case, amounts.net, amounts.net)
    found = line_tax(case, asked, invoiced, base=base, tax=amounts.tax, quantity=Decimal(1))
    if isinstance(found, Finding) and not amounts.tax and not invoiced:
        goods = {line.tax_code for line in so_far.lines if line.net}
        if len(goods) == 1 and not so_far.findings and not any(line.percent for line in document.lines):
            return LineTax(tax_code=goods.pop(), rate=ZERO, tax=0)
    return found


def _percent(case: Case, amounts: WrappingAmounts) -> Decimal:
    """The one of the goods' rates that the VAT fits to a penny; else 0, and the tax table says no."""
    percents = {line.percent for line in case.document.lines if line.percent}
    fitting = {each for each in percents if abs(amounts.net * each / 100 - amounts.tax) <= PENNY}
    return fitting.pop() if amounts.tax and len(fitting) == 1 else ZERO


def _invoiced(case: Case) -> frozenset[int]:
    """The codes on which the order's invoices have wrapping, for a credit memo."""
    if case.document.kind is not Kind.CREDIT_MEMO:
        return frozenset()
    documents = (plan.document for plan in case.earlier if plan.kind is Kind.INVOICE)
    return frozenset(
        line.tax_code for document in documents if document for line in document.lines if line.rule == RULE
    )


def _unset(what: str, net: int) -> Finding:
    return Finding(
        code=Code.WRAPPING_UNSET,
        what=f"{what}: {from_minor(net)} on this document has no nominal.",
        why="On which nominal account gift wrapping stands is a choice that nobody has made in the chart.",
        fix="Choose a nominal account for gift wrapping in the chart.",
    )


def _negative(what: str, net: int) -> Finding:
    return Finding(
        code=Code.DOCUMENT_NEGATIVE,
        what=f"{what} comes to {from_minor(net)} net.",
        why="The shop charges for wrapping; less than nothing is no charge.",
        fix="Look at this document in the shop; if it is right, enter it by hand.",
    )
