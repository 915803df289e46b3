"""The chart's section on dates and periods: from which day on the connector may post, and what becomes of a
document that is dated before it.

The day after Sage's own lock date counts without being named. A day of the
chart guards what Sage does not know: a VAT return that was filed, a year that the accountant has closed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from ml_connector.posting.choices.acceptance import Acceptance


class ClosedPeriod(StrEnum):
    """What becomes of a document of a closed period: held, or dated on the first day that is open."""

    HOLD = "hold"
    NEXT_OPEN_DATE = "next-open-date"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodChoices:
    """`not_before` is the first day on which anything may be dated, None for no such day. What is dated later
    than the shop dates it falls into another VAT period, which is why somebody has to choose it.
    """

    closed: ClosedPeriod = ClosedPeriod.HOLD
    not_before: date | None = None
    accepted: Acceptance = field(default_factory=Acceptance)
