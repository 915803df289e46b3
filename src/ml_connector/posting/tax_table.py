"""The chart's tax table: rows of conditions, of which the narrowest that fits gives the Sage tax code.

There is no order among rows and no first match: a row wins only by being narrower in every condition than
each other row that fits with another code. Two rows that leave a line undecided are refused with the chart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from ml_connector.posting.choices.acceptance import Acceptance

CARRIAGE_CLASS = "carriage"
"""Stands in a row for the product tax class of the delivery charge, which no API of the shop tells."""


class Destination(StrEnum):
    """Where a supply goes, as UK VAT sees it; `tax.destination` tells (adobe_commerce.md §10.7)."""

    GB = "GB"
    NI = "NI"
    EU = "EU"
    REST = "rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRow:
    """Lines like these get this Sage tax code. An empty condition fits everything; all of them must fit.

    `percent` is the shop's rate; `product_class` and `customer_group` are the shop's ids (or `NO_TAX_CLASS`,
    or `CARRIAGE_CLASS`); `goods_only` leaves out services, whose place of supply follows other rules.
    `label` is for people.
    """

    percent: Decimal
    tax_code: int
    destinations: tuple[Destination, ...] = ()
    product_class: str = ""
    customer_group: str = ""
    goods_only: bool = False
    label: str = ""
    accepted: Acceptance = field(default_factory=Acceptance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a line asks of the table."""

    percent: Decimal
    destination: Destination
    product_class: str
    customer_group: str
    goods: bool


def winner(question: Question, rows: tuple[TaxRow, ...]) -> TaxRow | None:
    """The row that decides; None when no row fits, or when those that fit do not agree."""
    fitting = [row for row in rows if _fits(question, row)]
    return next((row for row in fitting if all(_beats(row, other) for other in fitting)), None)


def undecided(rows: tuple[TaxRow, ...]) -> Iterator[tuple[TaxRow, TaxRow]]:
    """Pairs of rows that some line could fit both, with different codes and nothing that decides."""
    for n, first in enumerate(rows):
        for second in rows[n + 1 :]:
            both = _overlap(first, second)
            if both is None or first.tax_code == second.tax_code:
                continue
            if _within(first, second) != _within(second, first):
                continue
            if not any(
                _within(both, row) and _narrower(row, first) and _narrower(row, second) for row in rows
            ):
                yield first, second


def describe(row: TaxRow) -> str:
    """A row's conditions for people: “0 %, GB or NI, UK Zero 0%”."""
    parts = [f"{row.percent.normalize():f} %"]
    if row.destinations:
        parts.append(" or ".join(destination.value for destination in row.destinations))
    if row.goods_only:
        parts.append("goods")
    about = [
        f"tax class {row.product_class}" if row.product_class else "",
        f"customer group {row.customer_group}" if row.customer_group else "",
    ]
    parts.append(row.label or " ".join(filter(None, about)) or "everything")
    return ", ".join(parts)


def _fits(question: Question, row: TaxRow) -> bool:
    return (
        row.percent == question.percent
        and (not row.destinations or question.destination in row.destinations)
        and row.product_class in ("", question.product_class)
        and row.customer_group in ("", question.customer_group)
        and (question.goods or not row.goods_only)
    )


def _beats(row: TaxRow, other: TaxRow) -> bool:
    return row.tax_code == other.tax_code or _narrower(row, other)


def _narrower(row: TaxRow, other: TaxRow) -> bool:
    return _within(row, other) and not _within(other, row)


def _within(narrow: TaxRow, wide: TaxRow) -> bool:
    """Whether every line that fits `narrow` also fits `wide`."""
    return (
        narrow.percent == wide.percent
        and (not wide.destinations or (narrow.destinations != () and _places_within(narrow, wide)))
        and wide.product_class in ("", narrow.product_class)
        and wide.customer_group in ("", narrow.customer_group)
        and (narrow.goods_only or not wide.goods_only)
    )


def _places_within(narrow: TaxRow, wide: TaxRow) -> bool:
    return set(narrow.destinations) <= set(wide.destinations)


def _overlap(first: TaxRow, second: TaxRow) -> TaxRow | None:
    """The row that fits exactly the lines that fit both; None when there are none."""
    product_class = _both(first.product_class, second.product_class)
    customer_group = _both(first.customer_group, second.customer_group)
    places = tuple(place for place in Destination if _allows(first, place) and _allows(second, place))
    if first.percent != second.percent or product_class is None or customer_group is None or not places:
        return None
    return TaxRow(
        percent=first.percent,
        tax_code=first.tax_code,
        destinations=places,
        product_class=product_class,
        customer_group=customer_group,
        goods_only=first.goods_only or second.goods_only,
    )


def _allows(row: TaxRow, place: Destination) -> bool:
    return not row.destinations or place in row.destinations


def _both(first: str, second: str) -> str | None:
    """The condition that two conditions make together; None when they exclude each other."""
    if first and second and first != second:
        return None
    return first or second
