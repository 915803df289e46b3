"""The merchant's choices as one typed, versioned value: what the shop's things are called in this company.

A chart is proposed (`proposal`), accepted by a person, and from then on each plan names its version. Every
choice that the shop or Sage cannot tell us carries who accepted it and in what words. What is not in the
chart is held, never guessed. `check` looks at all of it at once, against the live company.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ml_connector.errors import Code, Finding
from ml_connector.posting.company import Catalogue, Nominal
from ml_connector.posting.tax_table import Acceptance, TaxRow, describe, undecided


class Gate(StrEnum):
    """When an invoice may be posted: once its order is complete, or as soon as it is captured."""

    COMPLETE = "complete"
    INVOICED = "invoiced"


class CarriageAs(StrEnum):
    """Where carriage stands in Sage's document: in its header (CARR_NET …) or as a line of its own."""

    HEADER = "header"
    LINE = "line"


@dataclass(frozen=True, slots=True, kw_only=True)
class BankRow:
    """Money of this payment method goes to this Sage bank nominal, given a capture transaction."""

    method: str
    bank: str
    accepted: Acceptance = field(default_factory=Acceptance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """Credit memo adjustments stand on this nominal, outside VAT."""

    nominal: str
    accepted: Acceptance = field(default_factory=Acceptance)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroDocuments:
    """Documents that come to 0.00 are left out of Sage."""

    accepted: Acceptance = field(default_factory=Acceptance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """All choices. `websites` are those of this connection; `currency` is theirs, and that of the accounts.

    `sales_nominal` stands in where a stock item names none. `taxable_classes` are the product classes that
    the shop's rules tax at home, `foreign_vat` the countries whose own VAT the shop charges. `outside_vat`
    is Sage's code for what is no supply (T9). A None is a choice that nobody has made.
    """

    gate: Gate
    vat_country: str
    currency: str
    websites: tuple[str, ...]
    sales_nominal: str
    carriage_nominal: str
    levy_nominal: str
    rounding_nominal: str
    carriage_as: CarriageAs
    tax_rows: tuple[TaxRow, ...]
    taxable_classes: tuple[str, ...]
    foreign_vat: tuple[str, ...]
    banks: tuple[BankRow, ...]
    outside_vat: int = 9
    adjustment: Adjustment | None = None
    zero_documents: ZeroDocuments | None = None

    def bank_of(self, method: str) -> str:
        """The bank nominal of a payment method; “” when its invoices are left unpaid."""
        return next((row.bank for row in self.banks if row.method == method), "")


def check(chart: Chart, catalogue: Catalogue) -> tuple[Finding, ...]:
    """Everything that is wrong with this chart for this company, all at once; empty when it may be used."""
    return (
        *_general_findings(chart, catalogue),
        *_nominal_findings(chart, catalogue),
        *_tax_findings(chart, catalogue),
    )


def nominal_finding(nominal: Nominal | None, code: str, what: str) -> Finding | None:
    """Why a sale may not stand on this nominal, if it may not (reference: sage50_uk_sdo.md §4.4)."""
    if nominal is None:
        why = f"There is no nominal account {code} in this company." if code else "The chart leaves it empty."
    elif nominal.bank or nominal.control:
        kind = "bank" if nominal.bank else "control"
        why = f"{nominal.name or code} is a {kind} account, and Sage takes no sale on it."
    else:
        return None
    return Finding(
        code=Code.NOMINAL_MISSING,
        what=f"{what}, N/C {code or '(none)'}, cannot be used.",
        why=why,
        fix="Create that nominal account in Sage, or choose another in the chart or on the product record.",
    )


def bank_finding(nominal: Nominal | None, code: str, what: str) -> Finding | None:
    """Why money may not go to this nominal, if it may not (reference: sage50_uk_sdo.md §4.4)."""
    if nominal is not None and nominal.bank:
        return None
    return Finding(
        code=Code.BANK_NOT_A_BANK,
        what=f"{what}, N/C {code or '(none)'}, is no bank account in this company.",
        why="Sage takes receipts and refunds on bank accounts only.",
        fix="Choose one of Sage's bank accounts in the chart.",
    )


def _general_findings(chart: Chart, catalogue: Catalogue) -> Iterator[Finding]:
    if not chart.websites:
        yield _invalid(
            "The chart covers no website.", "Name the websites whose documents go to this company."
        )
    if chart.currency != catalogue.base_currency:
        yield _invalid(
            f"The chart posts {chart.currency}; this company keeps its books in {catalogue.base_currency}.",
            "Connect the websites with that base currency to a company of their own.",
        )
    if chart.vat_country != "GB" or catalogue.country not in ("", "GB"):
        country = catalogue.country or "unknown"
        yield _invalid(
            f"The chart's VAT country is {chart.vat_country}, the company's is {country}.",
            "Only United Kingdom VAT is understood so far.",
        )
    methods = [row.method for row in chart.banks]
    for method in sorted({method for method in methods if methods.count(method) > 1}):
        yield _invalid(f"Payment method {method} has more than one bank.", "Leave one row for it.")


def _nominal_findings(chart: Chart, catalogue: Catalogue) -> Iterator[Finding]:
    nominals = {nominal.code: nominal for nominal in catalogue.nominals}
    wanted: Mapping[str, str] = {
        "sales": chart.sales_nominal,
        "carriage": chart.carriage_nominal,
        "fixed product tax": chart.levy_nominal,
        "rounding": chart.rounding_nominal,
        **({"adjustments": chart.adjustment.nominal} if chart.adjustment else {}),
    }
    for purpose, code in wanted.items():
        finding = nominal_finding(nominals.get(code), code, f"The chart's nominal for {purpose}")
        if finding:
            yield finding
    for row in chart.banks:
        finding = bank_finding(nominals.get(row.bank), row.bank, f"The bank of payment method {row.method}")
        if finding:
            yield finding


def _tax_findings(chart: Chart, catalogue: Catalogue) -> Iterator[Finding]:
    rates = {code.number: code.rate for code in catalogue.tax_codes}
    if chart.outside_vat not in rates:
        yield _invalid(
            f"T{chart.outside_vat} is no tax code of this company.",
            "Name Sage's code for what is outside VAT.",
        )
    for row in chart.tax_rows:
        stands = rates.get(row.tax_code)
        if stands != row.percent:
            yield _invalid(
                f"The tax row “{describe(row)}” points to T{row.tax_code}, which "
                + ("does not exist." if stands is None else f"stands at {stands.normalize():f} % in Sage."),
                "Choose a Sage tax code of that rate.",
            )
    for first, second in undecided(chart.tax_rows):
        yield _invalid(
            f"“{describe(first)}” says T{first.tax_code} and “{describe(second)}” says T{second.tax_code}, "
            "and a line can fit both.",
            "Add a row for what fits both, or narrow one of them.",
        )


def _invalid(what: str, fix: str) -> Finding:
    why = "A chart is used as a whole or not at all, so nothing is posted by this one."
    return Finding(code=Code.CHART_INVALID, what=what, why=why, fix=fix)
