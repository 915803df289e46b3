"""The sweep: what the shop changed, stored as received; new documents become `noticed` records.

A page, what belongs to it (orders, transactions, products) and the cursor behind it are stored in one
transaction, so a sweep that is cut off anywhere begins again where it was. Everything is idempotent: the same
page twice changes nothing. A document that cannot be read is noticed too, and does not hold up the others.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from ml_connector.documents.identity import Key, Kind
from ml_connector.sync.passage import NOTHING_WRITTEN
from ml_connector.sync.ports import Decider, Flow, Payload, ShopReads, Store, Transaction
from ml_connector.sync.record import Record
from ml_connector.sync.sight import sighted

ACTOR = "sweep"
FLOWS = (Flow.ORDERS, Flow.INVOICES, Flow.CREDIT_MEMOS)
KIND_OF = {Flow.INVOICES: Kind.INVOICE, Flow.CREDIT_MEMOS: Kind.CREDIT_MEMO}
PAGES_MAX = 100_000

log = logging.getLogger(__name__)


def sweep(
    store: Store, shop: ShopReads, decider: Decider, connection_id: str, flow: Flow, now: datetime
) -> int:
    """Read one flow to its present end; returns how many payloads were new or changed."""
    changed = 0
    for _ in range(PAGES_MAX):
        with store.begin() as tx:
            cursor = tx.cursor(flow)
        page = shop.changes(flow, cursor)
        companions = () if flow is Flow.ORDERS else _companions(store, shop, decider, page.payloads)
        with store.begin() as tx:
            for payload in companions:
                if tx.save_payload(payload) and payload.order_id:
                    tx.mark_due(order_id=payload.order_id)
            for payload in page.payloads:
                if tx.save_payload(payload):
                    changed += 1
                    _react(tx, decider, connection_id, flow, payload, now)
            tx.save_cursor(flow, page.cursor)
        if not page.more:
            break
    return changed


def _companions(
    store: Store, shop: ShopReads, decider: Decider, documents: tuple[Payload, ...]
) -> tuple[Payload, ...]:
    """The orders that are not stored yet, all transactions, and the products that a decision will want."""
    order_ids = sorted({document.order_id for document in documents})
    if not order_ids:
        return ()
    with store.begin() as tx:
        missing_orders = tx.missing(Flow.ORDERS, order_ids)
        bodies = {order_id: tx.payload(Flow.ORDERS, order_id) or "" for order_id in order_ids}
    orders = shop.by_id(Flow.ORDERS, missing_orders) if missing_orders else ()
    bodies |= {order.entity_id: order.body for order in orders}
    wanted = {
        product
        for document in documents
        for product in _products(decider, document, bodies[document.order_id])
    }
    with store.begin() as tx:
        missing_products = tx.missing("products", sorted(wanted))
    products = shop.by_id("products", missing_products) if missing_products else ()
    return (*orders, *shop.of_orders("transactions", order_ids), *products)


def _products(decider: Decider, document: Payload, order: str) -> tuple[int, ...]:
    """What a decision will want; nothing for a document that cannot be read, which is held when decided."""
    try:
        return decider.products(document.body, order) if order else ()
    except Exception as error:
        log.warning("the rows of %s %s cannot be read", document.kind, document.entity_id, exc_info=error)
        return ()


def _react(
    tx: Transaction, decider: Decider, connection_id: str, flow: Flow, payload: Payload, now: datetime
) -> None:
    if flow is Flow.ORDERS:
        tx.mark_due(order_id=payload.entity_id)
        return
    key = Key(connection_id, KIND_OF[flow], str(payload.entity_id))
    old = tx.record(key)
    record = _looked_at(decider, old or _unread(key, payload, now), payload)
    what = {"number": record.number, "order_id": record.order_id, "updated_at": payload.updated_at}
    if old is None:
        tx.create(record, actor=ACTOR, action="noticed", payload=what)
    else:
        action = (
            "changed in the shop" if old.state in NOTHING_WRITTEN else "changed in the shop after posting"
        )
        tx.save(old, record, actor=ACTOR, action=action, payload=what)
    tx.mark_due(order_id=record.order_id)


def _looked_at(decider: Decider, record: Record, payload: Payload) -> Record:
    """With the facts of the payload, or as before when it cannot be read: then it stops alone."""
    try:
        return replace(sighted(decider, record, payload.body), due=True)
    except Exception as error:
        log.warning("%s cannot be read", record.key, exc_info=error)
        return replace(record, due=True)


def _unread(key: Key, payload: Payload, now: datetime) -> Record:
    """A document of which only the ids are known; it counts as captured until its facts say otherwise."""
    return Record(key=key, order_id=payload.order_id, document_at=now, captured=True, since=now)
