"""The merchant's choices as one typed, versioned value: what the shop's things are called in this company.

A chart is proposed (`proposal`), accepted by a person, and from then on each plan names its version. Every
choice that the shop or Sage cannot tell us carries who accepted it and in what words. What is not in the
chart is held, never guessed. `check` looks at all of it at once, against the live company.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from ml_connector.errors import Finding
from ml_connector.posting.choices.currencies import CurrencyChoices, currency_findings
from ml_connector.posting.choices.customers import CustomerChoices, customer_findings
from ml_connector.posting.choices.extras import ExtraChoices, extra_findings
from ml_connector.posting.choices.findings import invalid
from ml_connector.posting.choices.gift_cards import GiftCardSales, gift_card_findings
from ml_connector.posting.choices.lines import LineChoices, line_findings
from ml_connector.posting.choices.payments import PaymentChoices, payment_findings
from ml_connector.posting.choices.pennies import PennyChoices, penny_findings
from ml_connector.posting.choices.periods import PeriodChoices
from ml_connector.posting.choices.stock import StockChoices, stock_findings
from ml_connector.posting.choices.tax import TaxChoices, tax_findings
from ml_connector.posting.choices.tender import TenderChoices, tender_findings
from ml_connector.posting.choices.wrapping import Wrapping, wrapping_findings
from ml_connector.posting.company import Catalogue


class Gate(StrEnum):
    """When an invoice may be posted: once its order is complete, or as soon as it is captured."""

    COMPLETE = "complete"
    INVOICED = "invoiced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """All choices, by section. `websites` are those of this connection; `currency` is theirs, and that of the
    company and of the accounts, but where `currencies` says otherwise. `elsewhere` are websites of the shop
    that another connection posts: their documents are skipped here.
    """

    gate: Gate
    vat_country: str
    currency: str
    websites: tuple[str, ...]
    tax: TaxChoices
    lines: LineChoices
    payments: PaymentChoices
    customers: CustomerChoices = field(default_factory=CustomerChoices)
    stock: StockChoices = field(default_factory=StockChoices)
    pennies: PennyChoices = field(default_factory=PennyChoices)
    tender: TenderChoices = field(default_factory=TenderChoices)
    gift_cards: GiftCardSales | None = None
    wrapping: Wrapping | None = None
    extras: ExtraChoices = field(default_factory=ExtraChoices)
    periods: PeriodChoices = field(default_factory=PeriodChoices)
    currencies: CurrencyChoices = field(default_factory=CurrencyChoices)
    elsewhere: tuple[str, ...] = ()


def check(chart: Chart, catalogue: Catalogue) -> tuple[Finding, ...]:
    """Everything that is wrong with this chart for this company, all at once; empty when it may be used."""
    return (
        *_general_findings(chart, catalogue),
        *line_findings(chart.lines, catalogue),
        *stock_findings(chart.stock, catalogue),
        *payment_findings(chart.payments, catalogue),
        *tender_findings(chart.tender, catalogue),
        *gift_card_findings(chart.gift_cards, catalogue),
        *wrapping_findings(chart.wrapping, catalogue),
        *extra_findings(chart.extras, catalogue),
        *tax_findings(chart.tax, catalogue),
        *penny_findings(chart.pennies, catalogue),
        *customer_findings(chart.customers, catalogue),
        *currency_findings(chart.currencies, catalogue),
    )


def _general_findings(chart: Chart, catalogue: Catalogue) -> Iterator[Finding]:
    if not chart.websites:
        yield invalid("The chart covers no website.", "Name the websites whose documents go to this company.")
    for website in sorted({*chart.websites} & {*chart.elsewhere}):
        yield invalid(
            f"Website {website} is to be posted here, and by another connection.", "Name it in one place."
        )
    if chart.currency != catalogue.base_currency:
        yield invalid(
            f"The chart posts {chart.currency}; this company keeps its books in {catalogue.base_currency}.",
            "Connect the websites with that base currency to a company of their own.",
        )
    if chart.vat_country != "GB" or catalogue.country not in ("", "GB"):
        country = catalogue.country or "unknown"
        yield invalid(
            f"The chart's VAT country is {chart.vat_country}, the company's is {country}.",
            "Only United Kingdom VAT is understood so far.",
        )
