"""What has changed: one page of a flow after another, by keyset on (updated_at, entity_id).

Never by page numbers: they shift while rows change, and past the last page old shops repeat it for ever where
new ones send none (reference: adobe_commerce.md §4.3). Each request asks for the first rows behind a position
that only moves forwards, so reading can neither loop nor skip; an answer that does not fit what was asked is
not used. Many rows can share one second, more than a page of them too: such a second is read by id (§9.5).

A row on which the shop fails is found (`isolate.py`) and handed on as a page of its own, with its number and
without a body. Whoever keeps it names it from then on among those to leave out: reading goes on behind it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from ml_connector.adobe.criteria import Condition, Filter, is_date
from ml_connector.adobe.cursor import Cursor, Step, ended, resumed, saved
from ml_connector.adobe.extents import bounds, without
from ml_connector.adobe.isolate import FAILING_MAX, UNSERVED, Failing
from ml_connector.adobe.listing import RESOURCES, Listing, Resource, unfit
from ml_connector.adobe.lists import Lists
from ml_connector.sync.ports import Flow, Page, Payload
from ml_connector.sync.reading import EVERYTHING, Extent


def changes(lists: Lists, flow: Flow, cursor_text: str, now: datetime, extent: Extent = EVERYTHING) -> Page:
    """The next page of what changed in a flow; an empty cursor begins at the beginning.

    `more` is False when the sweep has reached the present end; the cursor then begins the next sweep, which
    reads the last minutes again. Raises `TryAgain`, `NeedsPerson`; `Defect` for a cursor that is not ours.
    """
    cursor = resumed(cursor_text, flow, now)
    resource = RESOURCES[flow]
    filters, order = [*_filters(cursor), *bounds(resource, extent)], _order(cursor)
    try:
        listing = lists.first(resource, filters, sort=order)
    except UNSERVED as fault:
        if len(extent.without) >= FAILING_MAX:
            raise
        known = without(resource, extent)
        failing = Failing(
            lists=lists, resource=resource, filters=filters, sort=order, fault=fault, known=known
        )
        return Page(payloads=(failing.first(),), cursor=saved(cursor), more=True)
    _check_fits(resource, cursor, listing.payloads)
    payloads, next_cursor = _turned(cursor, listing)
    return Page(
        payloads=payloads,
        cursor=saved(next_cursor),
        more=next_cursor.step is not Step.ENDED,
        # Within one second the shop counts that second only.
        left=None if cursor.step is Step.WITHIN else listing.rest + len(listing.payloads) - len(payloads),
    )


def _filters(cursor: Cursor) -> list[Filter]:
    match cursor.step:
        case Step.WITHIN:
            return [
                Filter("updated_at", Condition.EQ, cursor.at),
                Filter("entity_id", Condition.GT, str(cursor.entity_id)),
            ]
        case Step.AFTER:
            return [Filter("updated_at", Condition.GT, cursor.at)]
        case _:
            return [Filter("updated_at", Condition.GTEQ, cursor.at)] if cursor.at else []


def _order(cursor: Cursor) -> tuple[str, ...]:
    return ("entity_id",) if cursor.step is Step.WITHIN else ("updated_at", "entity_id")


def _check_fits(resource: Resource, cursor: Cursor, payloads: tuple[Payload, ...]) -> None:
    """Refuse rows that are not behind the cursor, or not in order: a garbled filter or sort is no error to
    the shop (§4.2, §9.4), and going on from such an answer would skip rows or never end."""
    if not all(is_date(payload.updated_at) for payload in payloads):
        raise unfit(resource, "An entity's updated_at is no date.")
    keys = [(payload.updated_at, payload.entity_id) for payload in payloads]
    if any(key >= following for key, following in pairwise(keys)):
        raise unfit(resource, "Its rows are not sorted as they were asked for.")
    for updated_at, entity_id in keys[:1] + keys[-1:]:
        match cursor.step:
            case Step.WITHIN:
                fits = updated_at == cursor.at and entity_id > cursor.entity_id
            case Step.AFTER:
                fits = updated_at > cursor.at
            case _:
                fits = updated_at >= cursor.at
        if not fits:
            raise unfit(resource, "It holds rows that were not asked for.")


def _turned(cursor: Cursor, listing: Listing) -> tuple[tuple[Payload, ...], Cursor]:
    """The rows to hand on, and the position behind them."""
    rows = listing.payloads
    newest = rows[-1].updated_at if rows else cursor.at
    if cursor.step is Step.WITHIN:
        if listing.more:
            return rows, replace(cursor, entity_id=rows[-1].entity_id)
        return rows, replace(cursor, step=Step.AFTER, entity_id=0)
    if not listing.more:
        return rows, ended(cursor, newest)
    # The second of the last row may go on behind the page: leave it to the next one, whole.
    complete = tuple(row for row in rows if row.updated_at != newest)
    if complete:
        return complete, replace(cursor, step=Step.AFTER, at=complete[-1].updated_at, entity_id=0)
    return rows, replace(cursor, step=Step.WITHIN, at=newest, entity_id=rows[-1].entity_id)
