"""The chart's section on tax: which Sage tax code a line gets, and what is known of the shop's taxes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from ml_connector.errors import Finding
from ml_connector.posting.choices.acceptance import Acceptance
from ml_connector.posting.choices.findings import invalid
from ml_connector.posting.choices.foreign_tax import Liability, OssRate, foreign_tax_findings
from ml_connector.posting.company import Catalogue
from ml_connector.posting.tax_table import TaxRow, describe, fits_nothing, undecided


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxedBeforeDiscount:
    """The shop charges VAT on the price before discount, on these websites; on all when none is named."""

    websites: tuple[str, ...] = ()
    accepted: Acceptance = field(default_factory=Acceptance)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxChoices:
    """`taxable_classes` are the product classes that the shop's rules tax at home, `foreign_vat` the
    countries whose own VAT the shop charges. `outside_vat` is Sage's code for what is no supply (T9).
    Without `before_discount` the shop taxes what is left after it. Rates that are not this company's VAT are
    held unless `oss` or `liabilities` name them.
    """

    rows: tuple[TaxRow, ...]
    taxable_classes: tuple[str, ...]
    foreign_vat: tuple[str, ...]
    outside_vat: int = 9
    before_discount: TaxedBeforeDiscount | None = None
    oss: tuple[OssRate, ...] = ()
    liabilities: tuple[Liability, ...] = ()

    def liability(self, rate: str) -> Liability | None:
        """Where tax by this rate of the shop stands outside the VAT return; None when it does not."""
        return next((row for row in self.liabilities if row.rate == rate), None)

    def taxes_before_discount(self, website: str) -> bool:
        """Whether this website charges VAT on the price before discount."""
        choice = self.before_discount
        return choice is not None and (not choice.websites or website in choice.websites)


def tax_findings(tax: TaxChoices, catalogue: Catalogue) -> Iterator[Finding]:
    """What is wrong with the section for this company."""
    rates = {code.number: code.rate for code in catalogue.tax_codes}
    outside = rates.get(tax.outside_vat)
    if outside is None:
        yield invalid(
            f"T{tax.outside_vat} is no tax code of this company.",
            "Name Sage's code for what is outside VAT.",
        )
    elif outside:
        yield invalid(
            f"T{tax.outside_vat} is to be outside VAT, and stands at {outside.normalize():f} % in Sage.",
            "Name Sage's code for what is outside VAT.",
        )
    for row in tax.rows:
        yield from _row_findings(row, rates.get(row.tax_code))
    for first, second in undecided(tax.rows):
        yield invalid(
            f"“{describe(first)}” says T{first.tax_code} and “{describe(second)}” says T{second.tax_code}, "
            "and a line can fit both.",
            "Add a row for what fits both, or narrow one of them.",
        )
    yield from foreign_tax_findings(tax.oss, tax.liabilities, catalogue)


def _row_findings(row: TaxRow, stands: Decimal | None) -> Iterator[Finding]:
    """What is wrong with one row; `stands` is the rate of its code in Sage."""
    if stands != row.percent:
        yield invalid(
            f"The tax row “{describe(row)}” points to T{row.tax_code}, which "
            + ("does not exist." if stands is None else f"stands at {stands.normalize():f} % in Sage."),
            "Choose a Sage tax code of that rate.",
        )
    if fits_nothing(row):
        yield invalid(
            f"The tax row “{describe(row)}” fits nothing: its countries are not in its destinations.",
            "Take out the destinations or the countries.",
        )
    if row.store_view and not row.website:
        yield invalid(
            f"A tax row names store view {row.store_view} without its website.",
            "Name the website that the store view belongs to.",
        )
