"""How much of a flow is still to be read, as the question that the shop is asked for it."""

from __future__ import annotations

from datetime import datetime

from ml_connector.adobe.criteria import Condition, Filter
from ml_connector.adobe.cursor import Step, resumed
from ml_connector.sync.ports import Flow


def read_up_to(cursor_text: str, flow: Flow, now: datetime) -> str:
    """The time up to which a saved cursor has read its flow, UTC as the shop writes it; “” when nothing was
    read yet. `now` is our clock. Raises `Defect` for a text that is none of this flow's cursors."""
    cursor = resumed(cursor_text, flow, now)
    return cursor.watermark if cursor.step is Step.FROM else cursor.at


def ended_once(cursor_text: str, flow: Flow, now: datetime) -> bool:
    """Whether this flow was once read to its present end: the first back-fill is over."""
    return bool(resumed(cursor_text, flow, now).watermark)


def unread(cursor_text: str, flow: Flow, now: datetime) -> tuple[Filter, ...]:
    """Filters that only rows pass which were not read yet, or have changed since; none for all rows.

    While a second of many rows is being read, the rest of that second is not counted.
    """
    at = read_up_to(cursor_text, flow, now)
    return (Filter("updated_at", Condition.GT, at),) if at else ()
