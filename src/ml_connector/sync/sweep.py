"""The sweep: what the shop changed, stored as received; new documents become `noticed` records.

A page, what belongs to it (orders, transactions, products, other documents of its orders) and the cursor
behind it are stored in one transaction, so a sweep that is cut off anywhere begins again where it was.
Everything is idempotent: the same page twice changes nothing. How a payload is taken in: `intake.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.sync.intake import Intake
from ml_connector.sync.ports import Decider, Flow, Page, Payload, ShopReads, Store, Transaction
from ml_connector.sync.reading import Extent, Progress

ACTOR = "sweep"
FLOWS = (Flow.ORDERS, Flow.INVOICES, Flow.CREDIT_MEMOS)
PAGES_MAX = 100_000
FAILING_AT_ONCE = 10
"""So many entities that the shop fails on are looked for in one sweep of a flow: each costs some forty small
requests."""

log = logging.getLogger(__name__)


def sweep(
    store: Store, shop: ShopReads, decider: Decider, connection_id: str, flow: Flow, now: datetime
) -> int:
    """Read one flow to its present end; returns how many payloads were new or changed."""
    with store.begin() as tx:
        cursor, progress, extent = tx.cursor(flow), tx.progress(flow), extent_of(tx, decider, flow)
    changed = failing = 0
    for _ in range(PAGES_MAX):
        if extent.since is not None and progress.before_cut_over is None and flow is not Flow.ORDERS:
            before = shop.count(flow, Extent(before=extent.since))
            progress = replace(progress, before_cut_over=before)
        page = shop.changes(flow, cursor, extent)
        further = _further(progress, page, begins=not cursor or not progress.under_way, now=now)
        keep = _Keep(flow, cursor, page.cursor, further)
        changed += store_read(
            store, shop, decider, connection_id, flow, page.payloads, now, actor=ACTOR, also=keep
        )
        fails = sum(1 for payload in page.payloads if payload.failure)
        failing += fails
        if failing >= FAILING_AT_ONCE:
            raise _fails_on_many(flow, failing)
        if not page.more:
            break
        cursor, progress = keep.cursor, keep.progress
        if fails:
            with store.begin() as tx:
                extent = extent_of(tx, decider, flow)
    return changed


@dataclass(slots=True)
class _Keep:
    """Saves how far a flow has been read, in the transaction that stores the page; tells where to go on.

    Somebody may have asked meanwhile to begin at the beginning: then that stands, and is gone on with.
    """

    flow: Flow
    was: str
    cursor: str
    progress: Progress

    def __call__(self, tx: Transaction) -> None:
        present = tx.cursor(self.flow)
        if present != self.was:
            self.cursor = present
            return
        tx.save_cursor(self.flow, self.cursor)
        tx.save_progress(self.flow, self.progress)


def extent_of(tx: Transaction, decider: Decider, flow: Flow) -> Extent:
    """What is read of a flow: from the cut-over on, and without what the shop is known to fail on."""
    cut_over = tx.controls().cut_over
    since = None if cut_over is None else decider.day_begins(cut_over)
    return Extent(since=since, without=tx.failing(flow))


def nothing_more(_tx: Transaction) -> None:
    """Nothing else is written in the transaction."""


def store_read(
    store: Store,
    shop: ShopReads,
    decider: Decider,
    connection_id: str,
    flow: Flow,
    payloads: Sequence[Payload],
    now: datetime,
    *,
    actor: str,
    also: Callable[[Transaction], None] = nothing_more,
) -> int:
    """Store what was read of a flow, with what belongs to it, and what `also` writes, in one transaction;
    returns how many payloads were new or changed. The one way by which documents come in."""
    companions = () if flow is Flow.ORDERS else _companions(store, shop, decider, flow, payloads)
    with store.begin() as tx:
        intake = Intake.begin(tx, decider, connection_id, now, actor)
        intake.take(companions)
        changed = intake.take(payloads)
        also(tx)
    return changed


def _companions(
    store: Store, shop: ShopReads, decider: Decider, flow: Flow, documents: Sequence[Payload]
) -> tuple[Payload, ...]:
    """The orders that are not stored yet, all transactions, the products that a decision will want, and the
    orders' other documents where a decision would be wrong without them."""
    order_ids = sorted({document.order_id for document in documents if document.order_id})
    if not order_ids:
        return ()
    with store.begin() as tx:
        failing = frozenset(tx.failing(Flow.ORDERS))
        missing_orders = [each for each in tx.missing(Flow.ORDERS, order_ids) if each not in failing]
        bodies = {order_id: tx.payload(Flow.ORDERS, order_id) or "" for order_id in order_ids}
        others = {kind: askable(tx, kind, order_ids) for kind in _other_documents(tx, flow)}
        paid = askable(tx, "transactions", order_ids)
    orders = shop.by_id(Flow.ORDERS, missing_orders) if missing_orders else ()
    bodies |= {order.entity_id: order.body for order in orders}
    known = {(document.kind, document.entity_id) for document in documents}
    siblings = [
        sibling
        for kind, ids in others.items()
        for sibling in (shop.of_orders(kind, ids) if ids else ())
        if (sibling.kind, sibling.entity_id) not in known
    ]
    wanted = {
        product
        for document in (*documents, *siblings)
        for product in _products(decider, document, bodies.get(document.order_id, ""))
    }
    with store.begin() as tx:
        missing_products = sorted(set(tx.missing("products", sorted(wanted))) - set(tx.failing("products")))
    products = shop.by_id("products", missing_products) if missing_products else ()
    transactions = shop.of_orders("transactions", paid) if paid else ()
    return (*orders, *siblings, *transactions, *products)


def _other_documents(tx: Transaction, flow: Flow) -> tuple[Flow, ...]:
    """A credit memo is decided by its order's invoices, whatever became of their own flow. After a cut-over
    date some of an order's documents may never come by their flow at all."""
    if tx.controls().cut_over is not None:
        return (Flow.INVOICES, Flow.CREDIT_MEMOS)
    return (Flow.INVOICES,) if flow is Flow.CREDIT_MEMOS else ()


def askable(tx: Transaction, kind: str, order_ids: Sequence[int]) -> list[int]:
    """Without the orders of which one of these is known to fail: their documents are held anyway."""
    failing = tx.orders_failing(kind, order_ids)
    return [order_id for order_id in order_ids if order_id not in failing]


def _products(decider: Decider, document: Payload, order: str) -> tuple[int, ...]:
    """What a decision will want; nothing for a document that cannot be read, which is held when decided."""
    try:
        return decider.products(document.body, order) if order and document.body else ()
    except Exception as error:
        log.warning("the rows of %s %s cannot be read", document.kind, document.entity_id, exc_info=error)
        return ()


def _further(progress: Progress, page: Page, *, begins: bool, now: datetime) -> Progress:
    read = len(page.payloads) + (0 if begins else progress.read)
    left = max(0, progress.left - len(page.payloads)) if page.left is None else page.left
    return replace(
        progress,
        read=read,
        left=left if page.more else 0,
        under_way=page.more,
        ended_at=progress.ended_at if page.more else now,
    )


def _fails_on_many(flow: Flow, failing: int) -> NeedsPerson:
    return NeedsPerson(
        Finding(
            code=Code.SHOP_CANNOT_SERVE,
            what=f"The shop fails on {failing} {flow} or more.",
            why="It served others meanwhile; these are held by their numbers, and the next sweep goes on.",
            fix="Give the shop's messages to its developer; they stand with what cannot be read.",
        )
    )
