"""What cannot be read of the shop: kept by its number, shown, and over as soon as it can be read again.

One document on which the shop's own code fails must not hold up the others, and must not be forgotten either.
So it is noticed by its number and held (`shop-cannot-serve`); where it is an order, or belongs to one, all
documents of that order are held with it, because a decision would rest on half of what there is. It is asked
for again with a growing pause. A document that the shop has no more is held (`gone-from-shop`) as long as
nothing of it was written; what stands in the books becomes disputed (`deleted-in-shop`), once the shop itself
says that it has no such document (`deleted.py`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from ml_connector.documents.identity import Key
from ml_connector.errors import Code, Finding
from ml_connector.sync.passage import NOTHING_WRITTEN, State
from ml_connector.sync.ports import Flow, Payload, Transaction
from ml_connector.sync.reading import Reason, Unread
from ml_connector.sync.record import Record
from ml_connector.sync.sight import FLOW_OF, KIND_OF

PAUSE = timedelta(minutes=5)
PAUSE_MAX = timedelta(days=1)


def fails(tx: Transaction, payload: Payload, record: Record | None, now: datetime, actor: str) -> bool:
    """The shop fails on this entity, for which a record stands perhaps; True when that is news."""
    known = tx.unread(payload.kind, payload.entity_id)
    order_id = payload.order_id or (record.order_id if record else 0)
    if known is not None and known.reason is Reason.FAILS:
        order_id = known.order_id or order_id
        tx.save_unread(replace(known, order_id=order_id, told=payload.failure))
        if order_id != known.order_id:
            _wake(tx, payload.kind, payload.entity_id, order_id)
        return False
    unread = Unread(
        kind=payload.kind,
        entity_id=payload.entity_id,
        order_id=order_id,
        reason=Reason.FAILS,
        told=payload.failure,
        since=now,
        tries=0,
        next_at=now + PAUSE,
    )
    tx.save_unread(unread)
    _note(tx, unread, record, actor, "cannot be served by the shop", told=payload.failure)
    _wake(tx, payload.kind, payload.entity_id, order_id)
    return True


def asked_again(tx: Transaction, unread: Unread, told: str, now: datetime) -> None:
    """It was asked for once more, and the shop fails on it still: the next pause is twice as long."""
    pause = min(PAUSE * 2 ** min(unread.tries + 1, 20), PAUSE_MAX)
    tx.save_unread(replace(unread, told=told, tries=unread.tries + 1, next_at=now + pause))


def is_gone(
    tx: Transaction, connection_id: str, kind: str, entity_id: int, order_id: int, now: datetime, actor: str
) -> bool:
    """The shop has this entity no more; True when that is news."""
    known = tx.unread(kind, entity_id)
    if known is not None and known.reason is Reason.GONE:
        return False
    record = tx.record(_key(connection_id, kind, entity_id)) if kind in KIND_OF else None
    unread = Unread(
        kind=kind,
        entity_id=entity_id,
        order_id=record.order_id if record else order_id,
        reason=Reason.GONE,
        told="",
        since=now,
        tries=0,
        next_at=now,
    )
    tx.save_unread(unread)
    _note(tx, unread, record, actor, "gone from the shop")
    _wake(tx, kind, entity_id, unread.order_id)
    return True


def is_read(tx: Transaction, connection_id: str, payload: Payload, actor: str) -> None:
    """An entity came as it should: if it could not be read before, that is over. A document that may be in
    Sage and was taken for deleted is looked at again."""
    known = tx.unread(payload.kind, payload.entity_id)
    if known is None:
        return
    tx.forget_unread(payload.kind, payload.entity_id)
    over = "can be served again" if known.reason is Reason.FAILS else "is in the shop again"
    record = tx.record(_key(connection_id, payload.kind, payload.entity_id)) if _was_deleted(known) else None
    _note(tx, known, record if record and record.state not in NOTHING_WRITTEN else None, actor, over)
    _wake(tx, payload.kind, payload.entity_id, payload.order_id or known.order_id)


def _was_deleted(unread: Unread) -> bool:
    return unread.reason is Reason.GONE and unread.kind in KIND_OF


def in_the_way(tx: Transaction, record: Record) -> tuple[Finding, ...]:
    """Why this document cannot be decided now, as far as the shop does not let it be read whole."""
    own = tx.unread(FLOW_OF[record.key.kind], int(record.key.entity))
    others = tx.unread_of_order(record.order_id) if record.order_id else ()
    found = [own] if own else []
    found += [
        each
        for each in others
        if each != own and (each.reason is Reason.FAILS or each.kind == Flow.ORDERS.value)
    ]
    return tuple(_finding(record, each) for each in found)


def is_deleted(tx: Transaction, record: Record) -> bool:
    """Whether the shop has this very document no more."""
    own = tx.unread(FLOW_OF[record.key.kind], int(record.key.entity))
    return own is not None and own.reason is Reason.GONE


def _finding(record: Record, unread: Unread) -> Finding:
    own = unread.kind in KIND_OF and str(unread.entity_id) == record.key.entity
    name = record.number or record.key.entity
    what = f"{name} was not posted." if own else f"{name} was not posted, because of its order."
    which = f"{_NAMES.get(unread.kind, unread.kind)} with entity id {unread.entity_id}"
    if unread.reason is Reason.GONE:
        return Finding(
            code=Code.GONE_FROM_SHOP,
            what=what,
            why=f"The shop has no {which} any more.",
            fix="Find out who deleted it. If the sale is real, enter it in Sage by hand; else skip it.",
        )
    return Finding(
        code=Code.SHOP_CANNOT_SERVE,
        what=what,
        why=f"The shop fails on the {which}: {unread.told}.",
        fix="Give this message to the shop's developer. It is asked for again by itself, and goes on then.",
    )


_NAMES = {
    Flow.ORDERS.value: "order",
    Flow.INVOICES.value: "invoice",
    Flow.CREDIT_MEMOS.value: "credit memo",
    "transactions": "transaction",
}


def _wake(tx: Transaction, kind: str, entity_id: int, order_id: int) -> None:
    """Let be decided again what this entity is part of."""
    whole = entity_id if kind == Flow.ORDERS.value else order_id
    if whole:
        tx.mark_due(order_id=whole)
    elif kind == "products":
        tx.mark_due(states=(State.HELD,))


def _note(
    tx: Transaction, unread: Unread, record: Record | None, actor: str, action: str, **more: str
) -> None:
    """Into the trail, where there is a record into that of the record, which is looked at again."""
    what = {"kind": unread.kind, "entity_id": unread.entity_id, "order_id": unread.order_id} | more
    if record is None:
        tx.note(actor=actor, action=action, key=None, payload=what)
    else:
        tx.save(record, replace(record, due=True), actor=actor, action=action, payload=what)


def _key(connection_id: str, kind: str, entity_id: int) -> Key:
    return Key(connection_id, KIND_OF[Flow(kind)], str(entity_id))
