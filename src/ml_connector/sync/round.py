"""One round of reading: every flow to its present end, and then once more what could not be read before.

What is wrong with one flow alone (an answer that is no list, a missing permission, a fault of the shop's own
code) does not keep the others from being read; it is raised at the end. A shop that does not answer at all is
left alone at once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ml_connector.errors import Code, NeedsPerson, TryAgain
from ml_connector.sync.deleted import believed_gone
from ml_connector.sync.ports import Decider, Flow, ShopReads, Store
from ml_connector.sync.reading import Unread
from ml_connector.sync.sweep import ACTOR, FLOWS, store_read, sweep
from ml_connector.sync.unread import asked_again, is_gone

ASKED_AT_ONCE = 20
OWN_TROUBLE = frozenset(
    {Code.SHOP_REFUSED, Code.SHOP_PERMISSION, Code.SHOP_ANSWER_UNREADABLE, Code.SHOP_CANNOT_SERVE}
)


def read_all(
    store: Store, shop: ShopReads, decider: Decider, connection_id: str, now: Callable[[], datetime]
) -> int:
    """Read everything that changed; returns how many payloads were new or changed.

    Raises the first trouble that it met, when all that can be read has been read.
    """
    troubles: list[TryAgain | NeedsPerson] = []

    def guarded(act: Callable[[], int]) -> int:
        try:
            return act()
        except (TryAgain, NeedsPerson) as error:
            if error.finding.code not in OWN_TROUBLE:
                raise
            troubles.append(error)
            return 0

    def flow_of(flow: Flow) -> Callable[[], int]:
        return lambda: sweep(store, shop, decider, connection_id, flow, now())

    changed = sum(guarded(flow_of(flow)) for flow in FLOWS)
    if changed:
        # A document may have been made after its order was read: it is decided by the order as it is since.
        changed += guarded(flow_of(Flow.ORDERS))
    changed += guarded(lambda: ask_again(store, shop, decider, connection_id, now()))
    if troubles:
        raise troubles[0]
    return changed


def ask_again(store: Store, shop: ShopReads, decider: Decider, connection_id: str, now: datetime) -> int:
    """Ask once more for what the shop failed on, as far as its pause is over; returns what came."""
    with store.begin() as tx:
        due = tx.due_unread(now, ASKED_AT_ONCE)
    return sum(_ask(store, shop, decider, connection_id, unread, now) for unread in due)


def _ask(
    store: Store, shop: ShopReads, decider: Decider, connection_id: str, unread: Unread, now: datetime
) -> int:
    found = shop.by_id(unread.kind, [unread.entity_id])
    if not found:
        if unread.kind in FLOWS and not believed_gone(
            store, shop, connection_id, Flow(unread.kind), [unread.entity_id]
        ):
            with store.begin() as tx:
                asked_again(tx, unread, unread.told, now)
            return 0
        with store.begin() as tx:
            tx.forget_unread(unread.kind, unread.entity_id)
            if unread.kind in FLOWS:
                order_id, kind = unread.order_id, unread.kind
                is_gone(tx, connection_id, kind, unread.entity_id, order_id, now, ACTOR)
        return 0
    if found[0].failure:
        with store.begin() as tx:
            asked_again(tx, unread, found[0].failure, now)
        return 0
    if unread.kind == "transactions" and found[0].order_id:
        # Its order's others were not asked for either, as long as it failed.
        found = (*found, *shop.of_orders(unread.kind, [found[0].order_id]))
    flow = Flow(unread.kind) if unread.kind in FLOWS else Flow.ORDERS
    return store_read(store, shop, decider, connection_id, flow, found, now, actor=ACTOR)
