"""The chart's section on lines: the nominals on which a document's parts stand, and how they are shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ml_connector.errors import Finding
from ml_connector.posting.choices.acceptance import Acceptance
from ml_connector.posting.choices.findings import invalid, nominal_finding
from ml_connector.posting.company import Catalogue


class CarriageAs(StrEnum):
    """Where carriage stands in Sage's document: in its header (CARR_NET …) or as a line of its own."""

    HEADER = "header"
    LINE = "line"


class FreeItems(StrEnum):
    """Whether rows that come to nothing stand in Sage's document, at 0.00, or not at all."""

    SHOWN = "shown"
    LEFT_OUT = "left-out"


class ZeroAs(StrEnum):
    """What becomes of a document of 0.00. CUSTOMER_ONLY leaves it out once its customer stands in Sage."""

    POST = "post"
    SKIP = "skip"
    CUSTOMER_ONLY = "customer-only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """Credit memo adjustments stand on this nominal: outside VAT, or with VAT included at `tax_code`."""

    nominal: str
    tax_code: int | None = None
    accepted: Acceptance = field(default_factory=Acceptance)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroDocuments:
    """What becomes of documents that come to 0.00."""

    becomes: ZeroAs = ZeroAs.SKIP
    accepted: Acceptance = field(default_factory=Acceptance)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountLine:
    """Lines stand at their full price, and the discount on a line of its own for each tax code."""

    nominal: str
    accepted: Acceptance = field(default_factory=Acceptance)


@dataclass(frozen=True, slots=True, kw_only=True)
class UntaxedLevy:
    """Fixed product tax that bears no VAT, on a product that does, stands under this code of 0 %."""

    tax_code: int
    accepted: Acceptance = field(default_factory=Acceptance)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChoices:
    """`sales_nominal` stands in where a stock item names none. A None is a choice that nobody has made.

    Without a `discount_line` each line stands net of its discount.
    """

    sales_nominal: str
    carriage_nominal: str
    levy_nominal: str
    rounding_nominal: str
    carriage_as: CarriageAs
    free_items: FreeItems = FreeItems.SHOWN
    discount_line: DiscountLine | None = None
    untaxed_levy: UntaxedLevy | None = None
    adjustment: Adjustment | None = None
    zero_documents: ZeroDocuments | None = None


def line_findings(lines: LineChoices, catalogue: Catalogue) -> Iterator[Finding]:
    """What is wrong with the section for this company."""
    nominals = {nominal.code: nominal for nominal in catalogue.nominals}
    wanted: Mapping[str, str] = {
        "sales": lines.sales_nominal,
        "carriage": lines.carriage_nominal,
        "fixed product tax": lines.levy_nominal,
        "rounding": lines.rounding_nominal,
        **({"adjustments": lines.adjustment.nominal} if lines.adjustment else {}),
        **({"discounts": lines.discount_line.nominal} if lines.discount_line else {}),
    }
    for purpose, code in wanted.items():
        finding = nominal_finding(nominals.get(code), code, f"The chart's nominal for {purpose}")
        if finding:
            yield finding
    yield from _tax_code_findings(lines, catalogue)


def _tax_code_findings(lines: LineChoices, catalogue: Catalogue) -> Iterator[Finding]:
    rates = {code.number: code.rate for code in catalogue.tax_codes}
    adjustment, levy = lines.adjustment, lines.untaxed_levy
    if adjustment and adjustment.tax_code is not None and adjustment.tax_code not in rates:
        yield invalid(
            f"Adjustments are to include VAT at T{adjustment.tax_code}, which does not exist.",
            "Choose one of Sage's tax codes, or none for outside VAT.",
        )
    if levy and rates.get(levy.tax_code) != 0:
        stands = rates.get(levy.tax_code)
        yield invalid(
            f"Fixed product tax without VAT is to stand under T{levy.tax_code}, which "
            + ("does not exist." if stands is None else f"stands at {stands.normalize():f} % in Sage."),
            "Choose a Sage tax code of 0 %.",
        )
