"""The orders of whatever waits or is held, read again with all that belongs to them.

The gate opens by what happens to an order, and not all of that moves its `updated_at`: a partial shipment, a
changed address and a comment do not (reference: adobe_commerce.md §4.6, §9.5). Nothing may wait for ever
because of that, nor stay held after somebody has mended the order in the shop.
"""

from __future__ import annotations

from datetime import datetime

from ml_connector.sync.passage import State
from ml_connector.sync.ports import Decider, Flow, ShopReads, Store, Transaction
from ml_connector.sync.sweep import askable, store_read
from ml_connector.sync.unread import is_gone

ORDERS_AT_ONCE = 50
STATES = (State.WAITING, State.HELD)


def read_waiting(
    store: Store,
    shop: ShopReads,
    decider: Decider,
    connection_id: str,
    after: int,
    now: datetime,
    actor: str,
) -> int:
    """Read the next orders behind an id; returns the last one's id, 0 when there were none."""
    with store.begin() as tx:
        order_ids = tx.orders_of(STATES, after, ORDERS_AT_ONCE)
        documents = {kind: askable(tx, kind, order_ids) for kind in (Flow.INVOICES, Flow.CREDIT_MEMOS)}
        failing = frozenset(tx.failing(Flow.ORDERS))
    if not order_ids:
        return 0
    asked = [order_id for order_id in order_ids if order_id not in failing]
    orders = shop.by_id(Flow.ORDERS, asked) if asked else ()
    gone = sorted(set(asked) - {order.entity_id for order in orders})

    def tell(tx: Transaction) -> None:
        for order_id in gone:
            if tx.payload(Flow.ORDERS, order_id) is not None:
                is_gone(tx, connection_id, Flow.ORDERS, order_id, 0, now, actor)

    store_read(store, shop, decider, connection_id, Flow.ORDERS, orders, now, actor=actor, also=tell)
    for flow, ids in documents.items():
        read = shop.of_orders(flow, ids) if ids else ()
        store_read(store, shop, decider, connection_id, flow, read, now, actor=actor)
    return order_ids[-1]
