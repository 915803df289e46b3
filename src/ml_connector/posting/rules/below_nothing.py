"""Rows that the shop's rounding brought below nothing: a part of a row whose price was all discounted.

Its net is a penny or so below 0.00, and the next part's as much above it (reference: adobe_commerce.md §5.6).
Sage takes no product line below nothing, and no shop means one: the row stands at 0.00, and the pennies are
the business of `header-rounding`. More than rounding stays as it is, and is held.
"""

from __future__ import annotations

from dataclasses import replace

from ml_connector.documents.money import PENNY, ZERO
from ml_connector.documents.sales import Amounts, SalesDocument

ROUNDED = PENNY * 2
"""A row's total, discount and tax part of the discount are each rounded: no more comes of it than this."""


def without_rows_below_nothing(document: SalesDocument) -> SalesDocument:
    """The document with such rows at 0.00, in the figures that are posted; its totals stay as they are."""
    if not any(_out(line.base) for line in document.lines):
        return document
    lines = tuple(replace(line, base=_at_nothing(line.base)) for line in document.lines)
    return replace(document, lines=lines)


def _out(amounts: Amounts) -> bool:
    return -ROUNDED <= amounts.net < ZERO or -ROUNDED <= amounts.tax < ZERO


def _at_nothing(amounts: Amounts) -> Amounts:
    short = -amounts.net if -ROUNDED <= amounts.net < ZERO else ZERO
    tax = ZERO if -ROUNDED <= amounts.tax < ZERO else amounts.tax
    return replace(amounts, compensation=amounts.compensation + short, tax=tax)
