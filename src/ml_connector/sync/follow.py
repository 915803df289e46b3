"""Following hints: what they name is read over REST and stored by the same path as the sweep.

Everything is idempotent: a hint that came twice, for nothing, or for something that the sweep has read
already changes nothing. A hint goes once its entity was read, unless it came again meanwhile: then it is read
again. An entity that the shop does not have yet (an event can be sent before the shop's own transaction is
committed, reference: adobe_commerce.md §3.2) is asked for a few times more, and then left to the sweep.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from ml_connector.sync.hints import EVERYTHING, DueHint, HintStore
from ml_connector.sync.ports import Decider, Flow, Payload, ShopReads
from ml_connector.sync.sweep import FLOWS, store_read, sweep

ACTOR = "hint"
DELIVERIES_AT_ONCE = 200
"""In one short transaction, since no delivery can be stored meanwhile …"""
TAKINGS_AT_ONCE = 20
"""… and in so many of them before anything is read: many deliveries about one order are one read of it."""
HINTS_AT_ONCE = 50
BACK_OFF = (timedelta(seconds=5), timedelta(seconds=20), timedelta(minutes=1), timedelta(minutes=3))
"""After which waits an entity that is not there is asked for again; after the last one the sweep has it."""

log = logging.getLogger(__name__)


def follow(
    store: HintStore, shop: ShopReads, decider: Callable[[], Decider], connection_id: str, now: datetime
) -> bool:
    """Follow one batch of hints; False when none was there. Raises `TryAgain`, `NeedsPerson` with every hint
    kept."""
    due = _taken(store)
    if due:
        _follow(store, shop, decider(), connection_id, due, now)
    return bool(due)


def _taken(store: HintStore) -> tuple[DueHint, ...]:
    """Take out what came in, and the hints that are due now."""
    for _ in range(TAKINGS_AT_ONCE):
        with store.begin() as tx:
            if tx.take_deliveries(DELIVERIES_AT_ONCE) < DELIVERIES_AT_ONCE:
                return tx.due_hints(HINTS_AT_ONCE)
    with store.begin() as tx:
        return tx.due_hints(HINTS_AT_ONCE)


def _follow(
    store: HintStore,
    shop: ShopReads,
    decider: Decider,
    connection_id: str,
    due: Sequence[DueHint],
    now: datetime,
) -> None:
    for flow in FLOWS:
        if any(each.hint.flow is flow and each.hint.entity_id == EVERYTHING for each in due):
            sweep(store, shop, decider, connection_id, flow, now)
    read = _read(shop, due)
    for flow in (flow for flow in FLOWS if read[flow]):
        store_read(store, shop, decider, connection_id, flow, read[flow], now, actor=ACTOR)
    found = {flow: {payload.entity_id for payload in read[flow]} | {EVERYTHING} for flow in FLOWS}
    with store.begin() as tx:
        for each in due:
            if each.hint.entity_id in found[each.hint.flow]:
                tx.followed(each)
            elif each.tries < len(BACK_OFF):
                tx.postpone(each, now + BACK_OFF[each.tries])
            else:
                log.info("%s of %s is not in the shop; left to the sweep", each.hint, connection_id)
                tx.followed(each)


def _read(shop: ShopReads, due: Sequence[DueHint]) -> dict[Flow, tuple[Payload, ...]]:
    """What the hints name, each entity once: an order with its documents, a document with its order."""
    orders = _by_id(shop, Flow.ORDERS, _named(due, Flow.ORDERS))
    read: dict[Flow, tuple[Payload, ...]] = {}
    for flow in (Flow.INVOICES, Flow.CREDIT_MEMOS):
        with_orders = shop.of_orders(flow, _ids(orders)) if orders else ()
        read[flow] = (*with_orders, *_by_id(shop, flow, _named(due, flow) - set(_ids(with_orders))))
    theirs = {payload.order_id for flow in read for payload in read[flow]} - set(_ids(orders))
    return {Flow.ORDERS: (*orders, *_by_id(shop, Flow.ORDERS, theirs)), **read}


def _named(due: Sequence[DueHint], flow: Flow) -> set[int]:
    return {each.hint.entity_id for each in due if each.hint.flow is flow} - {EVERYTHING}


def _by_id(shop: ShopReads, flow: Flow, ids: Iterable[int]) -> tuple[Payload, ...]:
    wanted = sorted(ids)
    return shop.by_id(flow, wanted) if wanted else ()


def _ids(payloads: Sequence[Payload]) -> list[int]:
    return [payload.entity_id for payload in payloads]
