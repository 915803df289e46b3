"""The chart's section on currencies: which orders are posted in the currency that they were charged in.

Without a row every sale stands in the base currency of the shop and of the company, from the shop's own base
figures, whatever the shopper was charged in. A row posts such orders in their own currency: on accounts kept
in it, with money on banks kept in it (`BankRow.currency`, `TenderRow.currency`), which takes Sage's Foreign
Trader (reference: sage50_uk_sdo.md §6). Nothing is ever converted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from ml_connector.documents.posted_in import Sold
from ml_connector.errors import Finding
from ml_connector.posting.choices.acceptance import Acceptance
from ml_connector.posting.choices.findings import invalid
from ml_connector.posting.company import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class InOrderCurrency:
    """Orders charged in `currency` are posted in it; of this website and store view only, where named.

    `currency` is as ISO 4217 writes it; website and store view are the shop's own ids.
    """

    currency: str
    website: str = ""
    store_view: str = ""
    accepted: Acceptance = field(default_factory=Acceptance)


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyChoices:
    """Without a row everything is posted in base currency."""

    in_order_currency: tuple[InOrderCurrency, ...] = ()

    @property
    def sold(self) -> tuple[Sold, ...]:
        """The orders that are posted in their own currency."""
        return tuple(
            Sold(currency=row.currency, website=row.website, store_view=row.store_view)
            for row in self.in_order_currency
        )


def currency_findings(choices: CurrencyChoices, catalogue: Catalogue) -> Iterator[Finding]:
    """What is wrong with the section for this company."""
    rows = choices.in_order_currency
    for row in rows:
        if row.currency == catalogue.base_currency:
            yield invalid(
                f"Orders in {row.currency} are to be posted in their own currency, which is the company's.",
                "Take the row out: they are posted so anyway.",
            )
        elif not (len(row.currency) == 3 and row.currency.isascii() and row.currency.isupper()):
            yield invalid(
                f"A currency of orders is “{row.currency}”.", "Name it by three capital letters, as EUR."
            )
        elif catalogue.currencies and row.currency not in catalogue.currencies:
            yield invalid(
                f"Orders in {row.currency} are to be posted in their own currency, which this company lacks.",
                "Enable Foreign Trader in Sage and set the currency up there, or take the row out.",
            )
        if row.store_view and not row.website:
            yield invalid(
                f"A currency row names store view {row.store_view} without its website.",
                "Name the website that the store view belongs to.",
            )
    named = Counter((row.currency, row.website, row.store_view) for row in rows)
    for (currency, _, _), count in named.items():
        if count > 1:
            yield invalid(f"There is more than one row for the same orders in {currency}.", "Leave one.")
