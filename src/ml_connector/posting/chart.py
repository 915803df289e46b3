"""The merchant's choices as one typed, versioned value: what the shop's things are called in this company.

A chart is proposed (`proposal`), accepted by a person, and from then on each plan names its version. Every
choice that the shop or Sage cannot tell us carries who accepted it and in what words. What is not in the
chart is held, never guessed. `check` looks at all of it at once, against the live company.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ml_connector.errors import Finding
from ml_connector.posting.choices.findings import invalid
from ml_connector.posting.choices.lines import LineChoices, line_findings
from ml_connector.posting.choices.payments import PaymentChoices, payment_findings
from ml_connector.posting.choices.tax import TaxChoices, tax_findings
from ml_connector.posting.company import Catalogue


class Gate(StrEnum):
    """When an invoice may be posted: once its order is complete, or as soon as it is captured."""

    COMPLETE = "complete"
    INVOICED = "invoiced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """All choices, by section. `websites` are those of this connection; `currency` is theirs, and that of the
    accounts.
    """

    gate: Gate
    vat_country: str
    currency: str
    websites: tuple[str, ...]
    tax: TaxChoices
    lines: LineChoices
    payments: PaymentChoices


def check(chart: Chart, catalogue: Catalogue) -> tuple[Finding, ...]:
    """Everything that is wrong with this chart for this company, all at once; empty when it may be used."""
    return (
        *_general_findings(chart, catalogue),
        *line_findings(chart.lines, catalogue),
        *payment_findings(chart.payments, catalogue),
        *tax_findings(chart.tax, catalogue),
    )


def _general_findings(chart: Chart, catalogue: Catalogue) -> Iterator[Finding]:
    if not chart.websites:
        yield invalid("The chart covers no website.", "Name the websites whose documents go to this company.")
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
