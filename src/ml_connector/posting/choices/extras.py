"""The chart's section on totals of extensions: surcharges, cash-on-delivery fees, custom fees, by field name.

Such a total is in the shop's grand total, under a name that only its extension knows (reference:
adobe_commerce.md §5.7). A field that the chart does not name explains nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from ml_connector.errors import Finding
from ml_connector.posting.choices.acceptance import Acceptance
from ml_connector.posting.choices.findings import invalid, nominal_finding
from ml_connector.posting.company import Catalogue


class Sign(StrEnum):
    """Whether a field's amount is added to the grand total or taken off it."""

    ADDED = "added"
    TAKEN_OFF = "taken-off"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraRow:
    """What this field of the shop holds stands on this nominal.

    `name` is the shop's name without `base_`. Without a `tax_code` it is outside VAT. With one, the amount
    includes its VAT, unless `tax_field` names the field in which the shop keeps it (then it is in the
    document's own tax total too).
    """

    name: str
    nominal: str
    tax_code: int | None = None
    tax_field: str = ""
    sign: Sign = Sign.ADDED
    accepted: Acceptance = field(default_factory=Acceptance)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraChoices:
    """A field without a row explains nothing, so that what it holds keeps its document held."""

    rows: tuple[ExtraRow, ...] = ()


def extra_findings(extras: ExtraChoices, catalogue: Catalogue) -> Iterator[Finding]:
    """What is wrong with the section for this company."""
    names = [row.name for row in extras.rows]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield invalid(f"The field {name} stands on more than one nominal.", "Leave one row for it.")
    nominals = {nominal.code: nominal for nominal in catalogue.nominals}
    codes = {code.number for code in catalogue.tax_codes}
    for row in extras.rows:
        finding = nominal_finding(
            nominals.get(row.nominal), row.nominal, f"The nominal of the field {row.name}"
        )
        if finding:
            yield finding
        if row.tax_code is not None and row.tax_code not in codes:
            yield invalid(
                f"The field {row.name} points to T{row.tax_code}, which does not exist.",
                "Choose one of Sage's tax codes, or none for what is outside VAT.",
            )
        if row.tax_field and row.tax_code is None:
            yield invalid(
                f"The field {row.name} has its VAT in {row.tax_field} and no tax code to stand under.",
                "Choose the tax code of that VAT.",
            )
