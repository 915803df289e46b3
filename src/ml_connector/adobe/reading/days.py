"""Days in the shop's own time zones; its instants are UTC (reference: adobe_commerce.md §4.6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ml_connector.documents.bundle import Glance
from ml_connector.documents.shop import ShopFacts

# Where a day begins first on Earth.
_EARLIEST = timedelta(hours=14)


def zone(name: str) -> ZoneInfo | None:
    """The time zone of this name; None where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None


def day_made(document: Glance, facts: ShopFacts) -> date | None:
    """The day on which a document was made, as its store view dates it; None for a view or zone that is not
    known any more."""
    view = facts.store_view(document.store_id)
    found = zone(view.time_zone) if view else None
    return document.created_at.astimezone(found).date() if found else None


def day_begins(day: date, facts: ShopFacts) -> datetime:
    """The earliest instant (UTC) at which this day begins in any of the shop's store views."""
    midnight = datetime.combine(day, time(), tzinfo=UTC)
    return min(_begins(day, facts), default=midnight - _EARLIEST)


def _begins(day: date, facts: ShopFacts) -> Iterator[datetime]:
    for view in facts.store_views:
        found = zone(view.time_zone)
        if found is not None:
            yield datetime.combine(day, time(), tzinfo=found).astimezone(UTC)
