"""The chart's section on tender: the clearing account of gift cards, store credit and reward points.

What was paid with them is received and given back through a nominal that Sage has as a bank, because Sage
takes receipts on nothing else (reference: sage50_uk_sdo.md §4.4). Nothing is assumed: a tender without a row
holds its documents.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ml_connector.documents.tender import Tender
from ml_connector.errors import Finding
from ml_connector.posting.choices.acceptance import Acceptance
from ml_connector.posting.choices.findings import bank_finding, invalid, own_currency_findings
from ml_connector.posting.company import Catalogue

TENDER_NAMES = {
    Tender.GIFT_CARD: "gift card",
    Tender.STORE_CREDIT: "store credit",
    Tender.POINTS: "reward points",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TenderRow:
    """What is paid with this tender goes through this clearing account; `currency` as in `BankRow`."""

    tender: Tender
    clearing: str
    currency: str = ""
    accepted: Acceptance = field(default_factory=Acceptance)


@dataclass(frozen=True, slots=True, kw_only=True)
class TenderChoices:
    """A tender without a row holds the documents that were paid with it."""

    rows: tuple[TenderRow, ...] = ()

    def clearing_of(self, tender: Tender, currency: str = "") -> str:
        """The clearing account of a tender in a currency; “” when nobody has chosen one."""
        wanted = (tender, currency)
        return next((row.clearing for row in self.rows if (row.tender, row.currency) == wanted), "")


def tender_findings(choices: TenderChoices, catalogue: Catalogue) -> Iterator[Finding]:
    """What is wrong with the section for this company."""
    base = catalogue.base_currency
    chosen = [(row.tender, row.currency or base) for row in choices.rows]
    for tender, currency in sorted({row for row in chosen if chosen.count(row) > 1}):
        of = "" if currency == base else f" in {currency}"
        yield invalid(
            f"There is more than one clearing account for {TENDER_NAMES[tender]}{of}.",
            "Leave one row for it.",
        )
    nominals = {nominal.code: nominal for nominal in catalogue.nominals}
    for row in choices.rows:
        what = f"The clearing account of {TENDER_NAMES[row.tender]}"
        yield from own_currency_findings(row.currency, what, base)
        finding = bank_finding(
            nominals.get(row.clearing), row.clearing, what, currency=row.currency, base=base
        )
        if finding:
            yield finding
