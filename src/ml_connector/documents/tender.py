"""What a shopper paid with beside money: gift cards, store credit and reward points.

Adobe Commerce takes them off the grand total after tax (reference: adobe_commerce.md §5.7), so a document is
worth its grand total and these. Gift cards and store credit stand on the document itself. Reward points stand
on the order only; a document shows them as what its header's parts come to beyond its grand total (its
shortfall). Nobody may take a shortfall for points by itself: only when the shortfalls of the order's invoices
add up to its points exactly is each of them a part of the points, else the tender is not placed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ml_connector.documents.identity import Kind
from ml_connector.documents.money import PENNY, ZERO

_EXACT = PENNY / 2


class Tender(StrEnum):
    """What was paid with."""

    GIFT_CARD = "gift-card"
    STORE_CREDIT = "store-credit"
    POINTS = "reward-points"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tendered:
    """How much of a document, or an order, was paid so; positive, in both of its currencies."""

    tender: Tender
    base: Decimal
    order: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """What the parts of a captured document come to beyond its grand total and its own tenders.

    `base_total` is its grand total in base currency.
    """

    kind: Kind
    entity_id: int
    base: Decimal
    order: Decimal
    base_total: Decimal


def points_of(
    points: Tendered, shortfalls: Sequence[Shortfall], kind: Kind, entity_id: int
) -> Tendered | None:
    """The order's points that paid for one of its documents; None when they cannot be placed.

    Invoices: their shortfalls add up to the points. Credit memos: the invoices' do, and points are given back
    before money: up to this memo all of them were, or nothing but points was given back on it.
    """
    invoices = [each for each in shortfalls if each.kind is Kind.INVOICE]
    if not _makes_up(invoices, points):
        return None
    own = next((each for each in shortfalls if (each.kind, each.entity_id) == (kind, entity_id)), None)
    if own is None or kind is Kind.INVOICE:
        return _part(points, own)
    until_now = [each for each in shortfalls if each.kind is kind and each.entity_id <= entity_id]
    if not _is_nothing(own) and own.base_total and not _makes_up(until_now, points):
        return None
    within = sum((each.base for each in until_now), ZERO) <= points.base + _EXACT
    return _part(points, own) if within and own.base >= ZERO else None


def credit_of(refunded: Tendered, shortfalls: Sequence[Shortfall], entity_id: int) -> Tendered | None:
    """What a credit memo gave back as store credit without saying so itself; None when that is not known.

    `refunded` is what the order gave back as store credit beyond what its memos state. The shortfalls of the
    memos add up to it, or nothing may be concluded.
    """
    memos = [each for each in shortfalls if each.kind is Kind.CREDIT_MEMO]
    if not _makes_up(memos, refunded):
        return None
    return _part(refunded, next((each for each in memos if each.entity_id == entity_id), None))


def _part(whole: Tendered, own: Shortfall | None) -> Tendered:
    return Tendered(tender=whole.tender, base=own.base if own else ZERO, order=own.order if own else ZERO)


def _makes_up(shortfalls: Iterable[Shortfall], whole: Tendered) -> bool:
    """Whether none is below nothing and all together are the whole, in both currencies."""
    each = tuple(shortfalls)
    base, order = sum((one.base for one in each), ZERO), sum((one.order for one in each), ZERO)
    exact = abs(base - whole.base) < _EXACT and abs(order - whole.order) < _EXACT
    return exact and all(one.base > -_EXACT and one.order > -_EXACT for one in each)


def _is_nothing(one: Shortfall) -> bool:
    return abs(one.base) < _EXACT and abs(one.order) < _EXACT
