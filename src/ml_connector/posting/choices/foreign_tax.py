"""The chart's choices on taxes that are not this company's own VAT: one-stop-shop codes, and liabilities.

Another country's VAT, or a tax that is no VAT, is named by the code that its rate has in the shop. Either it
has a Sage tax code of its own, which the merchant keeps for one-stop-shop (OSS) sales, or what is owed of it
stands on a liability nominal outside the VAT return. A rate that the chart does not name is held.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from ml_connector.errors import Finding
from ml_connector.posting.choices.acceptance import Acceptance
from ml_connector.posting.choices.findings import invalid, nominal_finding
from ml_connector.posting.company import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class OssRate:
    """Lines with this rate of the shop get this Sage tax code, which has to stand at `percent` in Sage."""

    rate: str
    percent: Decimal
    tax_code: int
    accepted: Acceptance = field(default_factory=Acceptance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Liability:
    """Tax by this rate of the shop stands on a nominal of its own, outside the VAT return."""

    rate: str
    nominal: str
    accepted: Acceptance = field(default_factory=Acceptance)


def foreign_tax_findings(
    oss: tuple[OssRate, ...], liabilities: tuple[Liability, ...], catalogue: Catalogue
) -> Iterator[Finding]:
    """What is wrong with these choices for this company."""
    named = [row.rate for row in (*oss, *liabilities)]
    for rate in sorted({rate for rate in named if named.count(rate) > 1}):
        yield invalid(f"The chart says twice what becomes of rate {rate}.", "Leave one row for it.")
    rates = {code.number: code.rate for code in catalogue.tax_codes}
    for row in oss:
        stands = rates.get(row.tax_code)
        if stands != row.percent:
            yield invalid(
                f"Rate {row.rate} at {row.percent.normalize():f} % is given T{row.tax_code}, which "
                + ("does not exist." if stands is None else f"stands at {stands.normalize():f} % in Sage."),
                "Choose the Sage tax code that you keep for that rate, or set its rate in Sage.",
            )
    nominals = {nominal.code: nominal for nominal in catalogue.nominals}
    for row in liabilities:
        finding = nominal_finding(
            nominals.get(row.nominal), row.nominal, f"The chart's nominal for tax by rate {row.rate}"
        )
        if finding:
            yield finding
