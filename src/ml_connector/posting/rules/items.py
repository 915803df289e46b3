"""The rule `item`: each row that carries money becomes a line; `special-item` where Sage cannot hold its SKU.

Net is row total less discount plus the tax part of the discount, VAT is the shop's, quantity is true. The
line stands on its stock code with that product's nominal. A SKU that no Sage code can be goes on S1 with the
SKU in the description; a SKU that Sage could hold and does not is held. Worked table: docs/rules/lines.md.
"""

from __future__ import annotations

from decimal import Decimal

from ml_connector.documents.money import from_minor, to_minor
from ml_connector.documents.sales import SalesLine, Supply
from ml_connector.errors import Code, Finding
from ml_connector.posting.fitting import LINE, fit
from ml_connector.posting.plan import DocumentLine
from ml_connector.posting.rules.case import SPECIAL_ITEM, Case, Made
from ml_connector.posting.rules.pricing import priced
from ml_connector.posting.stock import sage_code, stock_item
from ml_connector.posting.tax import TaxedAs, rate_finding, rate_of, tax_code


def items(case: Case, _so_far: Made) -> Made:
    """The lines of the document's rows, or why they cannot be made."""
    made = Made()
    for line in case.document.lines:
        made += _line(case, line)
    return made


def line_tax_code(case: Case, line: SalesLine) -> int | Finding:
    """The Sage tax code of a row, or why there is none."""
    return tax_code(
        TaxedAs(
            what=f"Line {line.sku}",
            percent=line.percent,
            rates=line.rates,
            supply=line.supply,
            product_class=line.tax_class,
            customer_group=case.document.order.customer_group,
            to=case.document.delivered_to,
        ),
        case.chart,
        case.catalogue,
    )


def _line(case: Case, line: SalesLine) -> Made:
    if line.supply is Supply.UNKNOWN:
        return Made(findings=(_unknown_type(line),))
    net, tax = to_minor(line.base.net), to_minor(line.base.tax)
    if net < 0 or tax < 0:
        return Made(findings=(_negative(line, net, tax),))
    number = line_tax_code(case, line)
    if isinstance(number, Finding):
        if net or tax:
            return Made(findings=(number, *_stock_findings(case, line)))
        number = case.chart.tax.outside_vat  # worth nothing, so that no ledger split and no VAT comes of it
    rate = rate_of(number, case.catalogue) or Decimal(0)
    mismatch = rate_finding(f"Line {line.sku}", net, tax, line.quantity, number, rate)
    findings = (*((mismatch,) if mismatch else ()), *_stock_findings(case, line))
    if findings:
        return Made(findings=findings)
    return Made(lines=(_booked(case, line, net, tax, number, rate),))


def _booked(case: Case, line: SalesLine, net: int, tax: int, number: int, rate: Decimal) -> DocumentLine:
    item = stock_item(line.sku, case.stock)
    price = priced(line.quantity, line.base.full, net)
    name = line.name or line.sku
    return DocumentLine(
        stock_code=item.code if item else SPECIAL_ITEM,
        description=fit(name if item else f"{line.sku} {name}", LINE),
        quantity=line.quantity,
        unit_price=price.unit_price,
        full_net=price.full_net,
        discount=price.discount,
        net=net,
        tax=tax,
        tax_code=number,
        tax_rate=rate,
        nominal=(item.nominal if item else "") or case.chart.lines.sales_nominal,
        rule="item" if item else "special-item",
    )


def _stock_findings(case: Case, line: SalesLine) -> tuple[Finding, ...]:
    item, code = stock_item(line.sku, case.stock), sage_code(line.sku)
    if item is None and code:
        what = f"Product {code} is on this document, and Sage has no product record of that code."
        fix = f"Create the product {code} in Sage, or take the SKU of an existing product in the shop."
    elif item is not None and item.inactive:
        what = f"Product {item.code} is inactive in Sage."
        fix = "Make it active again in Sage."
    else:
        return ()
    why = "A line needs a product record, or stock and the product's own nominal code would be lost."
    return (Finding(code=Code.STOCK_CODE_MISSING, what=what, why=why, fix=fix),)


def _unknown_type(line: SalesLine) -> Finding:
    return Finding(
        code=Code.PRODUCT_TYPE_UNKNOWN,
        what=f"Line {line.sku} is a product of the type “{line.product_type}”.",
        why="It is not known whether that is a sale at all; a gift card, say, is owed until it is spent.",
        fix="Enter this document by hand.",
    )


def _negative(line: SalesLine, net: int, tax: int) -> Finding:
    return Finding(
        code=Code.DOCUMENT_NEGATIVE,
        what=f"Line {line.sku} comes to {from_minor(net)} net and {from_minor(tax)} VAT.",
        why="Sage takes no negative amount on a product line.",
        fix="Look at this document in the shop; if it is right, enter it by hand.",
    )
