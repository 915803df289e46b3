"""The discount of a row, apart from its line: what of net and VAT comes back on the discount's own line.

Nothing is worked out from a rate. The shop states each row's gross before discount; less the row total it is
its VAT before discount, and what it charged after discount is known (reference: adobe_commerce.md §5.3). A
shop that taxes before discount so shows no VAT on the discount, which is right. Where the shop does not
state it, where it is not the VAT of the line's code alone, or where pennies contradict each other, the line
stays net of its discount.
"""

from __future__ import annotations

from dataclasses import dataclass

from ml_connector.documents.money import to_minor
from ml_connector.documents.sales import SalesLine, Supply
from ml_connector.posting.choices.lines import FreeItems
from ml_connector.posting.rules.case import Case
from ml_connector.posting.rules.negatives import takes_negative_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """What a row's discount comes to, in pence; both 0 where the line stands net of it."""

    net: int = 0
    tax: int = 0


def discount_apart(case: Case, line: SalesLine) -> Discount:
    """The discount that goes on the discount's own line, by the chart's choice and Sage's leave."""
    chosen, amounts = case.chart.lines, line.base
    if chosen.discount_line is None or not takes_negative_lines(case.catalogue):
        return Discount()
    left_out = chosen.free_items is FreeItems.LEFT_OUT and is_free(line)
    if left_out or line.supply is Supply.GIFT_CARD:
        return Discount()
    if any(case.chart.tax.liability(rate.code) for rate in line.rates):
        return Discount()  # which part of the discount's tax is which the shop does not say
    if amounts.full_gross is None:
        return Discount()
    full = to_minor(amounts.full)
    net = full - to_minor(amounts.net)
    tax = to_minor(amounts.full_gross) - full - to_minor(amounts.tax)
    return Discount(net=net, tax=tax) if net > 0 and tax >= 0 else Discount()


def is_free(line: SalesLine) -> bool:
    """Whether a row comes to nothing: a price of nothing, or all of it discounted."""
    return not (to_minor(line.base.net) or to_minor(line.base.tax))
