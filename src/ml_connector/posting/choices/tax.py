"""The chart's section on tax: which Sage tax code a line gets, and what is known of the shop's taxes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ml_connector.errors import Finding
from ml_connector.posting.choices.findings import invalid
from ml_connector.posting.company import Catalogue
from ml_connector.posting.tax_table import TaxRow, describe, undecided


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxChoices:
    """`taxable_classes` are the product classes that the shop's rules tax at home, `foreign_vat` the
    countries whose own VAT the shop charges. `outside_vat` is Sage's code for what is no supply (T9).
    """

    rows: tuple[TaxRow, ...]
    taxable_classes: tuple[str, ...]
    foreign_vat: tuple[str, ...]
    outside_vat: int = 9


def tax_findings(tax: TaxChoices, catalogue: Catalogue) -> Iterator[Finding]:
    """What is wrong with the section for this company."""
    rates = {code.number: code.rate for code in catalogue.tax_codes}
    if tax.outside_vat not in rates:
        yield invalid(
            f"T{tax.outside_vat} is no tax code of this company.",
            "Name Sage's code for what is outside VAT.",
        )
    for row in tax.rows:
        stands = rates.get(row.tax_code)
        if stands != row.percent:
            yield invalid(
                f"The tax row “{describe(row)}” points to T{row.tax_code}, which "
                + ("does not exist." if stands is None else f"stands at {stands.normalize():f} % in Sage."),
                "Choose a Sage tax code of that rate.",
            )
    for first, second in undecided(tax.rows):
        yield invalid(
            f"“{describe(first)}” says T{first.tax_code} and “{describe(second)}” says T{second.tax_code}, "
            "and a line can fit both.",
            "Add a row for what fits both, or narrow one of them.",
        )
