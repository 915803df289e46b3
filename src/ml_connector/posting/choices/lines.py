"""The chart's section on lines: the nominals on which a document's parts stand, and how they are shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ml_connector.errors import Finding
from ml_connector.posting.choices.acceptance import Acceptance
from ml_connector.posting.choices.findings import nominal_finding
from ml_connector.posting.company import Catalogue


class CarriageAs(StrEnum):
    """Where carriage stands in Sage's document: in its header (CARR_NET …) or as a line of its own."""

    HEADER = "header"
    LINE = "line"


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
class LineChoices:
    """`sales_nominal` stands in where a stock item names none. A None is a choice that nobody has made."""

    sales_nominal: str
    carriage_nominal: str
    levy_nominal: str
    rounding_nominal: str
    carriage_as: CarriageAs
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
    }
    for purpose, code in wanted.items():
        finding = nominal_finding(nominals.get(code), code, f"The chart's nominal for {purpose}")
        if finding:
            yield finding
