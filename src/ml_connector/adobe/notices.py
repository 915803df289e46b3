"""What a delivery says, reduced to hints: which order, invoice or credit memo to look at, and nothing else.

Nothing here is believed: an id that is wrong costs a look. Amounts, states and dates are not even read, since
a body may be forged, stale, or cut down by whoever configured the sender (reference: adobe_commerce.md §3.1,
§3.2, §3.4, §3.5.6). Bodies come in any shape, so an id is looked for in the few places where senders put it;
where none is found, everything of the flow is looked at.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import cast

from ml_connector.sync.hints import EVERYTHING, Hint
from ml_connector.sync.ports import Flow

EVENTS_AT_ONCE = 500
"""More events than this in one body are looked at together, as everything (a batch has 20, §3.2)."""
NAME_LENGTH_MAX = 200

_ID = re.compile(r"[1-9][0-9]{0,14}")
_FOLLOWED = (Flow.ORDERS, Flow.INVOICES, Flow.CREDIT_MEMOS)
_NAMES = ("type", "event", "eventName", "event_name", "topic")
_PLACES = ("data", "value", "payload", "object", "data_object", "entity", "order", "invoice", "creditmemo")
_OWN_IDS = {
    Flow.ORDERS: ("entity_id", "order_id", "id"),
    Flow.INVOICES: ("entity_id", "invoice_id", "id"),
    Flow.CREDIT_MEMOS: ("entity_id", "creditmemo_id", "id"),
}
_OF_AN_ORDER = re.compile(r"shipment|payment|transaction|address|history|order[._]item")
_ORDER = re.compile(r"order|shipment|checkout_submit")
_CREDIT_MEMO = re.compile(r"credit[_ -]?memo")
_ELSEWHERE = re.compile(
    r"customer|compan|product|catalog|categor|stock|inventor|quote|cart|newsletter|review|wishlist|cms|rma"
)


@dataclass(frozen=True, slots=True)
class Notice:
    """One event. `event_id` is the sender's own name for it, the same whenever it is sent again, or “”."""

    event_id: str
    hints: tuple[Hint, ...]


def notices(body: object, about: Flow | None) -> tuple[Notice, ...]:
    """What a body says, event by event; `about` is what an event is about that does not say it itself.

    An event about something that no books follow, such as a product, has no hints.
    """
    each = tuple(events(body))
    if len(each) > EVENTS_AT_ONCE:
        return (Notice("", everything(about)),)
    return tuple(Notice(event_id(event), _hints(event, about)) for event in each)


def everything(about: Flow | None) -> tuple[Hint, ...]:
    """Look at all that changed, in one flow or in each."""
    return tuple(Hint(flow, EVERYTHING) for flow in ((about,) if about else _FOLLOWED))


def event_id(event: object) -> str:
    """A CloudEvent's identity, of a fixed length; “” for anything else. It is the same event in a webhook, in
    a batch and in the journal."""
    read = cloud_event(event)
    if read is None:
        return ""
    parts = [str(read.get(name, "")) for name in ("type", "source", "id")]
    return hashlib.sha256("\n".join(parts).encode(errors="replace")).hexdigest()


def cloud_event(event: object) -> Mapping[str, object] | None:
    """The event, when it is in Adobe I/O's envelope (CloudEvents 1.0, §3.2)."""
    read = _object(event)
    return read if "specversion" in read and isinstance(read.get("id"), str) else None


def events(body: object) -> Iterator[object]:
    """One event, a list of them, or the journal's list in which each has a position."""
    within = _object(cast(object, body)).get("events") if isinstance(body, dict) else body
    if not isinstance(within, list):
        yield body
        return
    for each in cast(list[object], within):
        inner = _object(each).get("event")
        yield inner if isinstance(inner, dict) else each


def _hints(event: object, about: Flow | None) -> tuple[Hint, ...]:
    subject = _subject(_named(_object(event)))
    if subject is _Subject.ELSEWHERE:
        return ()
    if subject is _Subject.OF_AN_ORDER:
        return (_order_of(event) or Hint(Flow.ORDERS, EVERYTHING),)
    flow = about if subject is _Subject.UNKNOWN else Flow(subject.value)
    if flow is None:
        order = _order_of(event)
        return (order,) if order else everything(None)
    own = _first_id(event, _OWN_IDS[flow])
    if own is not None:
        return (Hint(flow, own),)
    return (_order_of(event) or Hint(flow, EVERYTHING),)


def _named(event: Mapping[str, object]) -> str:
    """What the event calls itself."""
    for name in _NAMES:
        found = event.get(name)
        if found and isinstance(found, str):
            return found[:NAME_LENGTH_MAX]
    return ""


class _Subject(Enum):
    """What an event is about, by its name."""

    ORDER = Flow.ORDERS.value
    INVOICE = Flow.INVOICES.value
    CREDIT_MEMO = Flow.CREDIT_MEMOS.value
    OF_AN_ORDER = "of an order"
    """What hangs on an order without being one: its own entity_id is no order's."""
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"


@lru_cache(maxsize=1000)
def _subject(name: str) -> _Subject:
    named = name.lower()
    if _CREDIT_MEMO.search(named):
        return _Subject.CREDIT_MEMO
    if "invoice" in named:
        return _Subject.INVOICE
    if _ORDER.search(named):
        return _Subject.OF_AN_ORDER if _OF_AN_ORDER.search(named) else _Subject.ORDER
    return _Subject.ELSEWHERE if _ELSEWHERE.search(named) else _Subject.UNKNOWN


def _order_of(event: object) -> Hint | None:
    """The order that the event's entity belongs to."""
    order_id = _first_id(event, ("order_id", "parent_id"))
    return None if order_id is None else Hint(Flow.ORDERS, order_id)


def _first_id(event: object, names: Sequence[str]) -> int | None:
    """The first of these names that holds an id, in the first place that has one."""
    for place in _places(_object(event), deeper=2):
        for name in names:
            found = place.get(name)
            if isinstance(found, int | str) and not isinstance(found, bool) and _ID.fullmatch(str(found)):
                return int(found)
    return None


def _places(place: Mapping[str, object], deeper: int) -> Iterator[Mapping[str, object]]:
    """Objects in which an entity may stand, the innermost first: an envelope has an id of its own."""
    if deeper:
        for name in _PLACES:
            inner = place.get(name)
            if isinstance(inner, dict):
                yield from _places(cast(Mapping[str, object], inner), deeper - 1)
    yield place


def _object(value: object) -> Mapping[str, object]:
    return cast(Mapping[str, object], value) if isinstance(value, dict) else {}
