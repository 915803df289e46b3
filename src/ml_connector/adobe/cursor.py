"""Where a flow's reading stands, as the opaque text that is saved with each page.

A sweep reads every row whose (updated_at, entity_id) lies behind where it began. The next sweep begins
`OVERLAP` before the newest time seen, because a row can be committed after one with a later stamp
(reference: adobe_commerce.md §4.6, §8.5); what it meets again is known to the store.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from ml_connector.adobe.criteria import is_date
from ml_connector.codec import canonical, from_json, loads
from ml_connector.errors import Defect
from ml_connector.sync.ports import Flow

VERSION = 1
OVERLAP = timedelta(minutes=15)
BEGINNING = ""  # no time at all: before every row


class Step(StrEnum):
    """What is read next, seen from the cursor's `at` and `entity_id`."""

    FROM = "from"
    """Rows at `at` or later; all rows when `at` is empty."""
    AFTER = "after"
    """Rows later than `at`."""
    WITHIN = "within"
    """Rows of exactly the second `at`, above `entity_id`."""
    ENDED = "ended"
    """Nothing: the sweep is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """One flow's position. Times are UTC text as the shop writes it.

    `began` is our clock when the sweep began. `watermark` is the newest time that an ended sweep has read,
    but not later than that sweep began: a row can be committed behind a long sweep's back, and a row dated
    next year must not hide the year before it.
    """

    flow: Flow
    step: Step
    began: str
    at: str = BEGINNING
    entity_id: int = 0
    watermark: str = BEGINNING
    version: int = VERSION

    def __post_init__(self) -> None:
        if self.version != VERSION:
            raise ValueError(f"version {self.version} of a cursor")
        if not is_date(self.began) or not all(is_date(each) for each in (self.at, self.watermark) if each):
            raise ValueError("a cursor's time is no date")


def resumed(text: str, flow: Flow, now: datetime) -> Cursor:
    """The position that a saved text stands for; where its sweep has ended, the start of the next one.

    `now` is our clock, UTC. An empty text begins at the beginning. Raises `Defect` for a text that is none
    of this flow's cursors.
    """
    if not text:
        return Cursor(flow=flow, step=Step.FROM, began=shop_time(now))
    try:
        cursor = from_json(Cursor, loads(text))
    except ValueError as error:
        raise Defect(f"The saved cursor of {flow} cannot be read: {error}.") from None
    if cursor.flow is not flow:
        raise Defect(f"The saved cursor of {flow} belongs to {cursor.flow}.")
    if cursor.step is not Step.ENDED:
        return cursor
    start = BEGINNING
    if cursor.watermark:
        start = shop_time(datetime.fromisoformat(cursor.watermark) - OVERLAP)
    return replace(cursor, step=Step.FROM, began=shop_time(now), at=start)


def saved(cursor: Cursor) -> str:
    """The text to keep; only `resumed` reads it."""
    return canonical(cursor).decode()


def ended(cursor: Cursor, newest: str) -> Cursor:
    """The position after a sweep that has read everything up to `newest`."""
    watermark = max(cursor.watermark, min(newest, cursor.began))
    return replace(cursor, step=Step.ENDED, at=BEGINNING, entity_id=0, watermark=watermark)


def shop_time(instant: datetime) -> str:
    """An instant in UTC as the shop writes it, `YYYY-MM-DD HH:MM:SS`."""
    return instant.strftime("%Y-%m-%d %H:%M:%S")
