"""The rule `item`: each row that carries money becomes a line on the stock code that the row's SKU leads to.

Net is row total less discount plus the tax part of the discount, VAT is the shop's, quantity is true; by the
chart's choice the line stands at its full price instead, and the discount on its own line (`discounts`).
Whether a row stands on its product record, on a special code or nowhere is `standing`'s to say.
Worked table: docs/rules/lines.md.
"""

from __future__ import annotations

from ml_connector.documents.identity import Kind
from ml_connector.documents.money import from_minor, to_minor
from ml_connector.documents.sales import SalesLine, Supply
from ml_connector.errors import Code, Finding
from ml_connector.posting.choices.lines import FreeItems
from ml_connector.posting.fitting import LINE, fit
from ml_connector.posting.plan import DocumentLine
from ml_connector.posting.rules.case import Case, Made
from ml_connector.posting.rules.full_price import Discount, discount_apart, is_free
from ml_connector.posting.rules.line_tax import LineTax, row_tax, worth_nothing
from ml_connector.posting.rules.pricing import priced
from ml_connector.posting.rules.standing import Stand, stand


def items(case: Case, _so_far: Made) -> Made:
    """The lines of the document's rows, or why they cannot be made."""
    made = Made()
    for line in case.document.lines:
        if line.supply is not Supply.GIFT_CARD:  # see `gift_cards`
            made += _line(case, line)
    return made


def _line(case: Case, line: SalesLine) -> Made:
    if line.supply is Supply.UNKNOWN:
        return Made(findings=(_unknown_type(line),))
    net, tax = to_minor(line.base.net), to_minor(line.base.tax)
    if net < 0 or tax < 0:
        return Made(findings=(_negative(line, net, tax),))
    if case.chart.lines.free_items is FreeItems.LEFT_OUT and is_free(line):
        return Made()
    where = stand(line.sku, case.chart.stock, case.stock, credit=case.document.kind is Kind.CREDIT_MEMO)
    taxed, apart = row_tax(case, line), discount_apart(case, line)
    if isinstance(taxed, Finding) and is_free(line):
        taxed, apart = worth_nothing(case), Discount()
    if isinstance(taxed, Finding) or isinstance(where, Finding):
        return Made(findings=tuple(each for each in (taxed, where) if isinstance(each, Finding)))
    return Made(lines=(_booked(case, line, where, taxed, apart), *taxed.beside))


def _booked(case: Case, line: SalesLine, where: Stand, taxed: LineTax, apart: Discount) -> DocumentLine:
    net = to_minor(line.base.net) + apart.net
    price = priced(line.quantity, line.base.full, net)
    return DocumentLine(
        stock_code=where.code,
        description=_description(line, where),
        quantity=line.quantity,
        unit_price=price.unit_price,
        full_net=price.full_net,
        discount=price.discount,
        net=net,
        tax=taxed.tax + apart.tax,
        tax_code=taxed.tax_code,
        tax_rate=taxed.rate,
        nominal=(where.item.nominal if where.item else "") or case.chart.lines.sales_nominal,
        rule=where.rule,
        service=where.service,
        order_item=line.item_id,
    )


def _description(line: SalesLine, where: Stand) -> str:
    """The shop's name for it, after the SKU unless the stock code says that already."""
    name = line.name or line.sku
    return fit(name if where.code == line.sku.upper() else f"{line.sku} {name}", LINE)


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
