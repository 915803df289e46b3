"""The rule `dates and periods`: on which day a document stands in Sage.

Its date is the day on which the shop made it, in the shop's time zone, whenever it is posted. A closed period
holds it, unless the chart says that such documents take the first open day. Everything that is written for
the document then carries that day; the shop's own stands in its notes and in the details of its money.
Worked table: docs/rules/periods.md.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar

from ml_connector.errors import Code, Finding
from ml_connector.posting.choices.periods import ClosedPeriod, PeriodChoices
from ml_connector.posting.company import Catalogue
from ml_connector.posting.fitting import LINE, fit
from ml_connector.posting.plan import Receipt, RefundPayment

Money = TypeVar("Money", Receipt, RefundPayment)


def posted_on(day: date, periods: PeriodChoices, catalogue: Catalogue) -> date:
    """The day in Sage of a document that the shop dates `day`; a closed one stays as it is unless the chart
    moves it, and `closed_period` then holds the document."""
    if periods.closed is not ClosedPeriod.NEXT_OPEN_DATE:
        return day
    return max((day, *_first_days(periods, catalogue)))


def closed_period(day: date, periods: PeriodChoices, catalogue: Catalogue) -> Finding | None:
    """Why nothing may be dated `day`, if so. Sage's lock date counts even where its user may override it."""
    locked, guard = catalogue.lock_date, periods.not_before
    if locked is not None and day <= locked:
        return Finding(
            code=Code.BEFORE_LOCK_DATE,
            what=f"The document is of {day:%d/%m/%Y}, and the company is locked up to {locked:%d/%m/%Y}.",
            why="A period that has been closed, and perhaps declared, would change.",
            fix="Move the lock date in Sage for as long as it takes, enter the document by hand in an open "
            "period, or let the chart date such documents on the next open day.",
        )
    if guard is not None and day < guard:
        return Finding(
            code=Code.BEFORE_CHART_DATE,
            what=f"The document is of {day:%d/%m/%Y}, and the chart lets nothing be dated before "
            f"{guard:%d/%m/%Y}.",
            why="Whoever accepted the chart closed what lies before that day.",
            fix="Choose an earlier day in the chart, enter the document by hand, or let the chart date such "
            "documents on the next open day.",
        )
    return None


def dating_note(day: date, on: date) -> str:
    """What stands in the notes of a document that is not dated as the shop dates it; “” for any other."""
    return "" if on == day else f"Dated {day:%d/%m/%Y} in the shop, a closed period here"


def dated(money: Money, day: date, on: date) -> Money:
    """The money of a document of this day, dated as the document is; its details tell the shop's day."""
    if on == day:
        return money
    return replace(money, date=on, details=fit(f"{day:%d/%m/%Y} {money.details}", LINE))


def _first_days(periods: PeriodChoices, catalogue: Catalogue) -> tuple[date, ...]:
    """The first day that is open by Sage, and by the chart, as far as either names one."""
    locked, guard = catalogue.lock_date, periods.not_before
    days = (None if locked is None else locked + timedelta(days=1), guard)
    return tuple(day for day in days if day is not None)
