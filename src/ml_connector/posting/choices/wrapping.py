"""The chart's section on gift wrapping: the nominal that the shop's charges for it stand on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ml_connector.errors import Finding
from ml_connector.posting.choices.acceptance import Acceptance
from ml_connector.posting.choices.findings import nominal_finding
from ml_connector.posting.company import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapping:
    """Gift wrapping stands on this nominal, each kind on a line of its own."""

    nominal: str
    accepted: Acceptance = field(default_factory=Acceptance)


def wrapping_findings(wrapping: Wrapping | None, catalogue: Catalogue) -> Iterator[Finding]:
    """What is wrong with the section for this company."""
    if wrapping is None:
        return
    nominals = {nominal.code: nominal for nominal in catalogue.nominals}
    finding = nominal_finding(
        nominals.get(wrapping.nominal), wrapping.nominal, "The chart's nominal for gift wrapping"
    )
    if finding:
        yield finding
