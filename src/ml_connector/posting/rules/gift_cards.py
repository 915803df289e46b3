"""The rule `gift-card-sold`: a gift card is owed until it is spent, so that selling one is no sale.

It stands on a service line (S3) on the liability nominal that the chart names. Whether VAT is due now is law
and not the shop's to know: the chart says of which kind the cards are. Single-purpose: the shop's VAT, under
the code that the chart's table gives the line. Multi-purpose: outside VAT, and VAT on it is held. Worked
table: docs/rules/gift-cards.md.
"""

from __future__ import annotations

from ml_connector.documents.money import ZERO, from_minor, to_minor
from ml_connector.documents.sales import SalesLine, Supply
from ml_connector.errors import Code, Finding
from ml_connector.posting.choices.gift_cards import GiftCardSales, Voucher
from ml_connector.posting.fitting import LINE, fit
from ml_connector.posting.plan import DocumentLine
from ml_connector.posting.rules.case import SPECIAL_SERVICE, Case, Made
from ml_connector.posting.rules.line_tax import LineTax, row_tax
from ml_connector.posting.rules.pricing import priced

RULE = "gift-card-sold"


def gift_cards(case: Case, _so_far: Made) -> Made:
    """One service line per row that sells, or takes back, gift cards."""
    made = Made()
    for line in case.document.lines:
        if line.supply is Supply.GIFT_CARD:
            made += _row(case, line)
    return made


def _row(case: Case, line: SalesLine) -> Made:
    net, tax = to_minor(line.base.net), to_minor(line.base.tax)
    chosen = case.chart.gift_cards
    if chosen is None:
        return Made(findings=(_unset(line),))
    if net < 0 or tax < 0:
        return Made(findings=(_negative(line, net),))
    taxed = _taxed(case, line, chosen)
    if isinstance(taxed, Finding):
        return Made(findings=(taxed,))
    return Made(lines=(_booked(line, chosen, net, taxed), *taxed.beside))


def _taxed(case: Case, line: SalesLine, chosen: GiftCardSales) -> LineTax | Finding:
    if chosen.voucher is Voucher.SINGLE_PURPOSE:
        return row_tax(case, line)
    if line.base.tax:
        return _taxed_though_multi_purpose(line)
    return LineTax(tax_code=case.chart.tax.outside_vat, rate=ZERO, tax=0)


def _booked(line: SalesLine, chosen: GiftCardSales, net: int, taxed: LineTax) -> DocumentLine:
    price = priced(line.quantity, line.base.full, net)
    return DocumentLine(
        stock_code=SPECIAL_SERVICE,
        description=fit(f"{line.sku} {line.name}", LINE),
        quantity=line.quantity,
        unit_price=price.unit_price,
        full_net=price.full_net,
        discount=price.discount,
        net=net,
        tax=taxed.tax,
        tax_code=taxed.tax_code,
        tax_rate=taxed.rate,
        nominal=chosen.nominal,
        rule=RULE,
        service=True,
        order_item=line.item_id,
    )


def _unset(line: SalesLine) -> Finding:
    return Finding(
        code=Code.GIFT_CARD_UNSET,
        what=f"Line {line.sku} sells a gift card.",
        why="A gift card is owed until it is spent. On which liability nominal it stands, and whether VAT is "
        "due now (single-purpose) or when it is spent (multi-purpose), is a choice that nobody has made.",
        fix="Choose in the chart of which kind the gift cards are, and their liability nominal.",
    )


def _taxed_though_multi_purpose(line: SalesLine) -> Finding:
    return Finding(
        code=Code.GIFT_CARD_TAXED,
        what=f"Line {line.sku} sells a gift card with {line.base.tax.normalize():f} VAT.",
        why="The chart says that the gift cards are multi-purpose, and no VAT is due on selling one.",
        fix="Take the tax class off gift cards in the shop, or call them single-purpose in the chart; enter "
        "this document by hand.",
    )


def _negative(line: SalesLine, net: int) -> Finding:
    return Finding(
        code=Code.DOCUMENT_NEGATIVE,
        what=f"Line {line.sku} comes to {from_minor(net)} net.",
        why="Nobody sells a gift card for less than nothing.",
        fix="Look at this document in the shop; if it is right, enter it by hand.",
    )
