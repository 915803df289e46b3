"""The chart's tax table: rows of conditions, of which the narrowest that fits gives the Sage tax code.

There is no order among rows and no first match: a row wins only by being narrower in every condition than
each other row that fits with another code. Two rows that leave a line undecided are refused with the chart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from ml_connector.posting.choices.acceptance import Acceptance
from ml_connector.posting.tax_places import Destination, destinations_of

CARRIAGE_CLASS = "carriage"
"""Stands in a row for the product tax class of the delivery charge, which no API of the shop tells."""

_ELSEWHERE = ""
"""Any country that no row in hand names."""


class VatNumber(StrEnum):
    """A row's condition on the customer's VAT number: confirmed by the shop, or none that is, or either."""

    ANY = "any"
    VALID = "valid"
    NOT_VALID = "not valid"


class Supplied(StrEnum):
    """A row's condition on what is supplied: goods and services have places of supply by different rules."""

    ANY = "any"
    GOODS = "goods"
    SERVICES = "services"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRow:
    """Lines like these get this Sage tax code. An empty condition fits everything; all of them must fit.

    `percent` is the shop's rate. `countries` (ISO 3166 alpha-2) narrow `destinations` or stand alone.
    `product_class`, `customer_group`, `website` and `store_view` are the shop's ids (the class may be
    `NO_TAX_CLASS` or `CARRIAGE_CLASS`); a store view is named together with its website. `label` is for
    people.
    """

    percent: Decimal
    tax_code: int
    destinations: tuple[Destination, ...] = ()
    countries: tuple[str, ...] = ()
    vat_number: VatNumber = VatNumber.ANY
    product_class: str = ""
    customer_group: str = ""
    supply: Supplied = Supplied.ANY
    website: str = ""
    store_view: str = ""
    label: str = ""
    accepted: Acceptance = field(default_factory=Acceptance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a line asks of the table; `vat_valid` says whether its customer's VAT number was confirmed."""

    percent: Decimal
    destination: Destination
    country: str
    vat_valid: bool
    product_class: str
    customer_group: str
    goods: bool
    website: str
    store_view: str


def winner(question: Question, rows: tuple[TaxRow, ...]) -> TaxRow | None:
    """The row that decides; None when no row fits, or when those that fit do not agree.

    Of several that say the same code it is the narrowest.
    """
    fitting = [row for row in rows if _fits(question, row)]
    agreed = [row for row in fitting if all(_beats(row, other) for other in fitting)]
    return next((row for row in agreed if not any(_narrower(other, row) for other in agreed)), None)


def might_fit(question: Question, row: TaxRow) -> bool:
    """Whether a row that does not fit would, if what is not known of the line (its class, its group) were."""
    assumed = replace(
        question,
        product_class=question.product_class or row.product_class,
        customer_group=question.customer_group or row.customer_group,
    )
    return _fits(assumed, row) and not _fits(question, row)


def names_country(question: Question, decides: TaxRow, rows: tuple[TaxRow, ...]) -> bool:
    """Whether the code of the row that decides is said by a row that names the line's own country."""
    return any(
        _fits(question, row) and question.country in row.countries and row.tax_code == decides.tax_code
        for row in rows
    )


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


def fits_nothing(row: TaxRow) -> bool:
    """Whether a row's countries and destinations exclude each other."""
    return not _region(row, frozenset(row.countries))


def describe(row: TaxRow) -> str:
    """A row's conditions for people: “0 %, GB or NI, UK Zero 0%”."""
    about = (
        f"tax class {row.product_class}" if row.product_class else "",
        f"customer group {row.customer_group}" if row.customer_group else "",
    )
    parts = (
        f"{row.percent.normalize():f} %",
        " or ".join(destination.value for destination in row.destinations),
        f"country {' or '.join(row.countries)}" if row.countries else "",
        "" if row.vat_number is VatNumber.ANY else f"VAT number {row.vat_number.value}",
        "" if row.supply is Supplied.ANY else row.supply.value,
        f"website {row.website}" if row.website and not row.store_view else "",
        f"store view {row.store_view} of website {row.website}" if row.store_view else "",
        row.label or ", ".join(filter(None, about)),
    )
    named = [part for part in parts if part]
    return ", ".join(named if len(named) > 1 else (*named, "everything"))


def _fits(question: Question, row: TaxRow) -> bool:
    return (
        row.percent == question.percent
        and (not row.destinations or question.destination in row.destinations)
        and (not row.countries or question.country in row.countries)
        and row.vat_number in (VatNumber.ANY, VatNumber.VALID if question.vat_valid else VatNumber.NOT_VALID)
        and row.product_class in ("", question.product_class)
        and row.customer_group in ("", question.customer_group)
        and row.supply in (Supplied.ANY, Supplied.GOODS if question.goods else Supplied.SERVICES)
        and row.website in ("", question.website)
        and row.store_view in ("", question.store_view)
    )


def _beats(row: TaxRow, other: TaxRow) -> bool:
    return row.tax_code == other.tax_code or _narrower(row, other)


def _narrower(row: TaxRow, other: TaxRow) -> bool:
    return _within(row, other) and not _within(other, row)


def _within(narrow: TaxRow, wide: TaxRow) -> bool:
    """Whether every line that fits `narrow` also fits `wide`."""
    named = frozenset({*narrow.countries, *wide.countries})
    return (
        narrow.percent == wide.percent
        and _region(narrow, named) <= _region(wide, named)
        and wide.vat_number in (VatNumber.ANY, narrow.vat_number)
        and wide.product_class in ("", narrow.product_class)
        and wide.customer_group in ("", narrow.customer_group)
        and wide.supply in (Supplied.ANY, narrow.supply)
        and wide.website in ("", narrow.website)
        and wide.store_view in ("", narrow.store_view)
    )


def _region(row: TaxRow, named: frozenset[str]) -> frozenset[tuple[str, Destination]]:
    """The places that a row fits, told apart by the countries `named` and by all others together."""
    return frozenset(
        (country, place)
        for country in (*named, _ELSEWHERE)
        for place in (destinations_of(country) if country else Destination)
        if (not row.destinations or place in row.destinations)
        and (not row.countries or country in row.countries)
    )


def _overlap(first: TaxRow, second: TaxRow) -> TaxRow | None:
    """The row that fits exactly the lines that fit both; None when there are none."""
    product_class = _both(first.product_class, second.product_class)
    customer_group = _both(first.customer_group, second.customer_group)
    website = _both(first.website, second.website)
    store_view = _both(first.store_view, second.store_view)
    vat_number = {first.vat_number, second.vat_number} - {VatNumber.ANY}
    supply = {first.supply, second.supply} - {Supplied.ANY}
    if first.percent != second.percent or len(vat_number) > 1 or len(supply) > 1:
        return None
    if product_class is None or customer_group is None or website is None or store_view is None:
        return None
    places = tuple(place for place in Destination if _allows(first, place) and _allows(second, place))
    countries = _common(first.countries, second.countries)
    if not places or countries is None:
        return None
    both = TaxRow(
        percent=first.percent,
        tax_code=first.tax_code,
        destinations=places,
        countries=countries,
        vat_number=next(iter(vat_number), VatNumber.ANY),
        product_class=product_class,
        customer_group=customer_group,
        supply=next(iter(supply), Supplied.ANY),
        website=website,
        store_view=store_view,
    )
    return None if fits_nothing(both) else both


def _allows(row: TaxRow, place: Destination) -> bool:
    return not row.destinations or place in row.destinations


def _common(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...] | None:
    """The countries that both allow, empty for any; None when they exclude each other."""
    if not first or not second:
        return first or second
    return tuple(country for country in first if country in second) or None


def _both(first: str, second: str) -> str | None:
    """The condition that two conditions make together; None when they exclude each other."""
    if first and second and first != second:
        return None
    return first or second
