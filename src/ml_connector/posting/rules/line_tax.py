"""How the tax of a row stands in Sage: its tax code, its VAT, and the taxes beside it that are not our VAT.

A tax that the chart sends to a liability nominal (another country's VAT, a levy) is a line of its own,
outside VAT, and the row's net stands without it. Where a row bears several taxes, which part is which is
what the shop states of them, never what the rates would make; without that the row is held. The VAT that
remains is held against its code's rate. Worked tables: docs/rules/foreign-tax.md, vat-check.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from ml_connector.documents.money import PENNY, ZERO, to_minor
from ml_connector.documents.sales import AppliedRate, SalesLine
from ml_connector.errors import Finding
from ml_connector.posting import tax_findings
from ml_connector.posting.plan import DocumentLine
from ml_connector.posting.rules.case import Case, service_line
from ml_connector.posting.rules.invoice_codes import codes_of_row
from ml_connector.posting.tax import Taxation, TaxedAs, rate_of, taxation
from ml_connector.posting.tax_check import TaxBase, rate_finding

RULE = "tax-aside"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTax:
    """A line's tax code with its rate in Sage, its VAT in pence, and the lines that hold its other taxes."""

    tax_code: int
    rate: Decimal
    tax: int
    beside: tuple[DocumentLine, ...] = ()


def row_tax(case: Case, line: SalesLine) -> LineTax | Finding:
    """The tax of a row, or why it cannot be booked."""
    return line_tax(
        case,
        taxed_as(case, line),
        codes_of_row(case, line.item_id),
        base=base_of(case, line.base.net, line.base.full),
        tax=line.base.tax,
        quantity=line.quantity,
    )


def line_tax_code(case: Case, line: SalesLine) -> int | Finding:
    """The tax code of a row, whatever its amounts, or why it has none."""
    found = _as_invoiced(case, taxed_as(case, line), codes_of_row(case, line.item_id))
    return found if isinstance(found, Finding) else found.tax_code


def levy_tax(case: Case, line: SalesLine, what: str) -> LineTax | Finding:
    """The tax of a row's fixed product tax, which is taxed like its product.

    The shop states no parts of it, so under several taxes it cannot be booked.
    """
    asked = replace(taxed_as(case, line), what=what, rates=_without_parts(line.rates))
    return line_tax(
        case,
        asked,
        codes_of_row(case, line.item_id),
        base=base_of(case, line.base.levy, line.base.levy),
        tax=line.base.levy_tax,
        quantity=line.quantity,
    )


def worth_nothing(case: Case) -> LineTax:
    """The tax of a row worth nothing, of which no ledger split and no VAT comes."""
    return LineTax(tax_code=case.chart.tax.outside_vat, rate=ZERO, tax=0)


def line_tax(
    case: Case, asked: TaxedAs, invoiced: frozenset[int], *, base: TaxBase, tax: Decimal, quantity: Decimal
) -> LineTax | Finding:
    """The tax of anything that bears `tax`; `invoiced` are the codes on which it was invoiced."""
    found = _as_invoiced(case, asked, invoiced)
    if isinstance(found, Finding):
        return found
    parts = _parts(found, asked, tax)
    if isinstance(parts, Finding):
        return parts
    vat = to_minor(tax - sum(parts.values(), ZERO)) if not parts or len(parts) < len(asked.rates) else 0
    rate = rate_of(found.tax_code, case.catalogue) or ZERO
    mismatch = rate_finding(asked.what, base, vat, quantity, found.tax_code, rate)
    if mismatch:
        return mismatch
    return LineTax(
        tax_code=found.tax_code, rate=rate, tax=vat, beside=tuple(_beside(case, asked.what, parts))
    )


def taxed_as(case: Case, line: SalesLine) -> TaxedAs:
    """What a row shows of its taxation."""
    document = case.document
    return TaxedAs(
        what=f"Line {line.sku}",
        percent=line.percent,
        rates=line.rates,
        supply=line.supply,
        product_class=line.tax_class,
        customer_group=document.order.customer_group,
        to=document.delivered_to,
        vat_valid=document.vat_valid,
        website=document.website,
        store_view=document.store_view,
    )


def base_of(case: Case, net: Decimal, full: Decimal) -> TaxBase:
    """What VAT is reckoned on, by the chart's word on this website."""
    return TaxBase(
        net=to_minor(net),
        full=to_minor(full),
        before_discount=case.chart.tax.taxes_before_discount(case.document.website),
    )


def _as_invoiced(case: Case, asked: TaxedAs, invoiced: frozenset[int]) -> Taxation | Finding:
    if len(invoiced) == 1:
        (code,) = invoiced
        return taxation(replace(asked, invoiced_as=code), case.chart, case.catalogue)
    found = taxation(asked, case.chart, case.catalogue)
    if invoiced and (isinstance(found, Finding) or found.tax_code not in invoiced):
        return tax_findings.invoices_differ(asked.what, invoiced)
    return found


def _parts(found: Taxation, asked: TaxedAs, tax: Decimal) -> dict[AppliedRate, Decimal] | Finding:
    """What each tax that is set aside comes to: all of it where there is one, else what the shop states."""
    if len(asked.rates) == 1:
        return dict.fromkeys(found.aside, tax)
    parts = {rate: rate.base for rate in asked.rates if rate.base is not None}
    if found.aside and (len(parts) < len(asked.rates) or abs(sum(parts.values()) - tax) > PENNY):
        return tax_findings.parts_unknown(f"{asked.what} bears several taxes", asked.rates)
    return {rate: part for rate, part in parts.items() if rate in found.aside}


def _beside(case: Case, what: str, parts: dict[AppliedRate, Decimal]) -> Iterable[DocumentLine]:
    for rate, part in parts.items():
        liability = case.chart.tax.liability(rate.code)
        amount = to_minor(part)
        if liability and amount:
            description = f"{rate.code} on {what.removeprefix('Line ')}"
            yield service_line(case, description, amount, nominal=liability.nominal, rule=RULE)


def _without_parts(rates: tuple[AppliedRate, ...]) -> tuple[AppliedRate, ...]:
    return tuple(replace(rate, base=None, order=None) for rate in rates)
