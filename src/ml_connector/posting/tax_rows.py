"""The row that a bookkeeper would add for a line that the chart's tax table does not decide.

It names no more conditions than it takes to decide that line without leaving another one undecided. Which
of Sage's codes of that rate is right nobody but a person can say, so all of them are offered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ml_connector.posting.company import Catalogue, TaxCode
from ml_connector.posting.tax_places import AT_HOME, Destination
from ml_connector.posting.tax_table import Question, Supplied, TaxRow, VatNumber, describe, undecided, winner

_NOT_FOR_SALES = frozenset({7, 8, *range(14, 22), *range(23, 27)})
"""Sage's UK codes for purchases and reverse charges (reference: sage50_uk_sdo.md §6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedRow:
    """A row to be added once a person has chosen among `codes`; `row` stands with the first of them."""

    row: TaxRow
    codes: tuple[TaxCode, ...]

    def __str__(self) -> str:
        """“0 %, GB or NI, tax class 9: T0 (Zero rated) or T2 (Exempt)”."""
        codes = [f"T{code.number} ({code.description})" for code in self.codes]
        return f"“{describe(self.row)}”: {' or '.join(codes)}"


def row_for(asked: Question, rows: tuple[TaxRow, ...], catalogue: Catalogue) -> ProposedRow | None:
    """The row that would decide this line; None when Sage has no code of the rate, or too little is known.

    Untaxed lines are told apart by their product's tax class, so without one no row is proposed for them.
    """
    codes = tuple(
        code
        for code in catalogue.tax_codes
        if code.rate == asked.percent and code.description and code.number not in _NOT_FOR_SALES
    )
    if not codes or not (asked.percent or asked.product_class):
        return None
    for row in _rows(asked, codes[0].number):
        others = (other for other in rows if other != row)
        apart = replace(row, tax_code=-1)  # unlike any code, so that every clash shows
        table = (*others, apart)
        if winner(asked, table) == apart and not any(apart in pair for pair in undecided(table)):
            return ProposedRow(row=row, codes=codes)
    return None


def _rows(asked: Question, number: int) -> Iterator[TaxRow]:
    """From the widest row that a bookkeeper would think of to the one that fits this line alone."""
    row = TaxRow(percent=asked.percent, tax_code=number)
    if asked.percent:
        yield row
    home = asked.destination in AT_HOME
    places: tuple[Destination, ...] = AT_HOME if home else (asked.destination,)
    supply = Supplied.GOODS if asked.goods else Supplied.SERVICES
    row = replace(
        row,
        destinations=places,
        product_class=asked.product_class,
        supply=Supplied.ANY if home else supply,
    )
    yield row
    row = replace(row, customer_group=asked.customer_group)
    yield row
    row = replace(row, countries=(asked.country,), destinations=(asked.destination,), supply=supply)
    yield row
    row = replace(row, website=asked.website, store_view=asked.store_view)
    yield row
    yield replace(row, vat_number=VatNumber.VALID if asked.vat_valid else VatNumber.NOT_VALID)
