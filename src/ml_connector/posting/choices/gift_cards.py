"""The chart's section on gift cards that are sold: what is owed for them, and when their VAT is due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from ml_connector.errors import Finding
from ml_connector.posting.choices.acceptance import Acceptance
from ml_connector.posting.choices.findings import nominal_finding
from ml_connector.posting.company import Catalogue


class Voucher(StrEnum):
    """The two kinds of voucher that VAT law knows.

    SINGLE_PURPOSE: what it buys, and so its VAT, is known when it is sold; VAT is due then. MULTI_PURPOSE: it
    is not, the sale is outside VAT, and VAT is due when the card is spent.
    """

    SINGLE_PURPOSE = "single-purpose"
    MULTI_PURPOSE = "multi-purpose"


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftCardSales:
    """Gift cards that are sold stand on this liability nominal."""

    voucher: Voucher
    nominal: str
    accepted: Acceptance = field(default_factory=Acceptance)


def gift_card_findings(sales: GiftCardSales | None, catalogue: Catalogue) -> Iterator[Finding]:
    """What is wrong with the section for this company."""
    if sales is None:
        return
    nominals = {nominal.code: nominal for nominal in catalogue.nominals}
    finding = nominal_finding(
        nominals.get(sales.nominal), sales.nominal, "The chart's nominal for gift cards sold"
    )
    if finding:
        yield finding
