"""The chart's section on pennies: whose VAT stands on a line when the shop's and Sage's differ by rounding.

The shop may round per unit or over a whole document, Sage rounds each line (reference: adobe_commerce.md
§5.3, sage50_uk_sdo.md §4.3). The policy has a name; no tax code is ever made to fit, and nothing is spread.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from ml_connector.documents.money import ZERO
from ml_connector.errors import Finding
from ml_connector.posting.choices.acceptance import Acceptance
from ml_connector.posting.choices.findings import invalid, nominal_finding
from ml_connector.posting.company import Catalogue


class PennyPolicy(StrEnum):
    """The shop's VAT as it is; Sage's, with the difference on a line of its own; or a hold."""

    KEEP_SHOP_VAT = "keep-shop-vat"
    SAGE_COMPUTES = "sage-computes"
    HOLD = "hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class PennyChoices:
    """`nominal` takes the differences of `sage-computes`, “” for the chart's rounding nominal; `limit` is the
    most that one document may differ by, in the currency in which it is posted.
    """

    policy: PennyPolicy = PennyPolicy.KEEP_SHOP_VAT
    nominal: str = ""
    limit: Decimal = Decimal("0.05")
    accepted: Acceptance = field(default_factory=Acceptance)


def penny_findings(pennies: PennyChoices, catalogue: Catalogue) -> Iterator[Finding]:
    """What is wrong with the section for this company."""
    if pennies.nominal:
        nominals = {nominal.code: nominal for nominal in catalogue.nominals}
        what = "The chart's nominal for differences of VAT"
        finding = nominal_finding(nominals.get(pennies.nominal), pennies.nominal, what)
        if finding:
            yield finding
    if pennies.limit < ZERO:
        yield invalid(
            f"The chart's limit for differences of VAT is {pennies.limit}.", "Name an amount of 0.00 or more."
        )
