"""Deciding: each record that is due is looked at again, and moves where the decision says.

The decision itself is the `Decider`'s; here it is only carried out: a plan is kept with its hash, a shopper
without an account becomes a customer record, and whoever waited for this record is asked again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from ml_connector.codec import to_json
from ml_connector.documents.identity import Kind
from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.posting.plan import Decision, Held, Planned, Skipped, Waiting, plan_hash
from ml_connector.sync.customers import TakenRefs, material_of, take_shopper
from ml_connector.sync.cut_over_gate import still_waits
from ml_connector.sync.edited import of_replaced, wake_replacement
from ml_connector.sync.material import Considered, CustomerMaterial, Material
from ml_connector.sync.passage import NOTHING_WRITTEN, State
from ml_connector.sync.ports import Decider, Flow, Store, Transaction
from ml_connector.sync.record import Record
from ml_connector.sync.sight import before_cut_over, counted, sighted, was_sighted
from ml_connector.sync.taken_back import cancelled_in_shop, deleted_in_shop
from ml_connector.sync.unread import in_the_way, is_deleted

ACTOR = "decider"
BATCH = 50
DECIDABLE = tuple(state for state in State if state is not State.SENT)
"""A record at Sage is not looked at again until its receipt is here."""

log = logging.getLogger(__name__)


def decide_due(store: Store, decider: Decider, now: datetime) -> int:
    """Decide up to a batch of due records in one transaction; returns how many were looked at."""
    if not decider.chart_version:
        return 0
    with store.begin() as tx:
        due = tx.records(states=DECIDABLE, due=True, limit=BATCH)
        taken = TakenRefs(tx)
        for record in due:
            if record.key.kind is Kind.CUSTOMER:
                _decide_customer(tx, decider, record, taken, now)
            else:
                _decide_document(tx, decider, record, now)
    return len(due)


def _decide_customer(
    tx: Transaction, decider: Decider, record: Record, taken: TakenRefs, now: datetime
) -> None:
    decision = consider_shopper(decider, record, material_of(tx, record, taken))
    taken.add(decision)
    apply(tx, record, decision, decider.chart_version, now)


def _decide_document(tx: Transaction, decider: Decider, record: Record, now: datetime) -> None:
    unreadable = in_the_way(tx, record)
    if unreadable:
        _unreadable(tx, decider, record, unreadable, now)
        return
    gathered = gather(tx, decider, record)
    if isinstance(gathered, Held):
        _stop(tx, decider, record, gathered, now)
        return
    considered = consider(decider, record, gathered.material)
    if isinstance(considered, Held):
        _stop(tx, decider, record, considered, now)
        return
    seen = gathered.seen
    wake_replacement(tx, decider, gathered.material.order)
    if record.state not in NOTHING_WRITTEN:
        _changed_after_sending(tx, record, counted(seen, considered.totals), considered, now)
        return
    take_shopper(tx, record, considered, ACTOR, now)
    seen = replace(counted(seen, considered.totals), fingerprint=considered.fingerprint)
    apply(tx, record, considered.decision, decider.chart_version, now, seen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What a document is decided by, and its record with the facts of its payload."""

    material: Material
    seen: Record


def gather(tx: Transaction, decider: Decider, record: Record) -> Gathered | Held:
    """All that is stored of a document and its order, or why it cannot be decided; nothing is written."""
    order = tx.payload(Flow.ORDERS, record.order_id)
    if order is None:
        return Held(findings=(_order_missing(record),))
    try:
        material = _material(tx, decider, record, order)
        # What was taken for deleted and is in the shop again counts again; and in which currency a document
        # counts is the chart's to say, as long as nothing can have been written.
        decided = was_sighted(record) and record.chart_version == decider.chart_version
        known = decided and record.state in NOTHING_WRITTEN
        seen = record if known else sighted(decider, record, material.document)
    except Exception as error:
        return _stopped(record, error)
    return Gathered(material=material, seen=seen)


def consider(decider: Decider, record: Record, material: Material) -> Considered | Held:
    """The decision on a document, or the hold of one that cannot be decided; nothing is written."""
    try:
        return decider.document(material)
    except Exception as error:
        return _stopped(record, error)


def consider_shopper(decider: Decider, record: Record, material: CustomerMaterial) -> Decision:
    """The decision on a shopper, or the hold of one that cannot be decided; nothing is written."""
    try:
        return decider.customer(material)
    except Exception as error:
        return _stopped(record, error)


def _unreadable(
    tx: Transaction, decider: Decider, record: Record, why: tuple[Finding, ...], now: datetime
) -> None:
    """Held while nothing was written. What stands in the books is not in question by what cannot be read just
    now, but by the shop's word that it has no such document: then the shop's side counts it no more."""
    if record.state in NOTHING_WRITTEN:
        apply(tx, record, Held(findings=why), decider.chart_version, now)
    elif not is_deleted(tx, record):
        tx.settle(record)
    else:
        if record.captured:
            lost = replace(record, captured=False)
            tx.save(record, lost, actor=ACTOR, action="counted again", payload={"captured": False})
            record = lost
        _dispute(tx, record, (deleted_in_shop(record),), now)


def _stop(tx: Transaction, decider: Decider, record: Record, held: Held, now: datetime) -> None:
    """It cannot be decided: held while nothing was written; afterwards the books stay, and it is disputed."""
    if record.state in NOTHING_WRITTEN:
        apply(tx, record, held, decider.chart_version, now)
    else:
        _dispute(tx, record, held.findings, now)


def _material(tx: Transaction, decider: Decider, record: Record, order: str) -> Material:
    document_flow = Flow.INVOICES if record.key.kind is Kind.INVOICE else Flow.CREDIT_MEMOS
    document = tx.payload(document_flow, int(record.key.entity)) or ""
    products = (tx.payload("products", product) for product in decider.products(document, order))
    siblings = [other for other in tx.records_of_order(record.order_id) if other.key != record.key]
    return Material(
        key=record.key,
        document=document,
        order=order,
        invoices=tx.payloads_of_order(Flow.INVOICES, record.order_id),
        memos=tx.payloads_of_order(Flow.CREDIT_MEMOS, record.order_id),
        transactions=tx.payloads_of_order("transactions", record.order_id),
        products=tuple(product for product in products if product is not None),
        siblings=(*siblings, *before_cut_over(tx, decider, record, siblings)),
        accounts=tx.accounts(),
        known_as=tx.shopper_names(),
        look_alikes=tx.look_alikes(record.order_id),
        replaced=of_replaced(tx, decider, order),
    )


def _changed_after_sending(
    tx: Transaction, record: Record, seen: Record, considered: Considered, now: datetime
) -> None:
    """The books stay; a document that is no longer what was posted is disputed, and the difference shown.

    `seen` is the record as the shop counts the document now.
    """
    if (seen.captured, seen.shop_total) != (record.captured, record.shop_total):
        told = {"captured": seen.captured, "total": str(seen.shop_total)}
        tx.save(record, seen, actor=ACTOR, action="counted again", payload=told)
        record = seen
    if considered.fingerprint == record.fingerprint:
        tx.settle(record)
        return
    if not seen.captured:
        _dispute(tx, record, (cancelled_in_shop(record),), now)
        return
    finding = Finding(
        code=Code.CHANGED_IN_SHOP,
        what=f"{record.number} was changed in the shop after it was posted.",
        why="Its amounts, tax, quantities, state or date are no longer those that stand in Sage.",
        fix="Compare both. Post a correction in Sage if the shop is right, then settle the record by hand.",
    )
    _dispute(tx, record, (finding,), now)


def _dispute(tx: Transaction, record: Record, findings: tuple[Finding, ...], now: datetime) -> None:
    """What is disputed already stays so for its first reason."""
    if record.state is State.DISPUTED:
        tx.settle(record)
        return
    changed = replace(
        record, state=State.DISPUTED, since=now, due=False, code=findings[0].code, findings=findings
    )
    tx.save(record, changed, actor=ACTOR, action="disputed", payload=to_json(findings))


def apply(
    tx: Transaction,
    record: Record,
    decision: Decision,
    chart_version: int,
    now: datetime,
    seen: Record | None = None,
) -> None:
    """Carry a decision out; when nothing is different from before, only the `due` mark goes."""
    if record.state is State.SKIPPED and not isinstance(decision, Planned):
        tx.settle(record)
        return
    changed = replace(seen or record, due=False, chart_version=chart_version, **_standing(record, decision))
    if _is_past_planning(tx, record, changed):
        changed = replace(
            changed, state=record.state, code=record.code, findings=record.findings, waits_on=record.waits_on
        )
    same = replace(changed, due=record.due, since=record.since)
    if not isinstance(decision, Planned):
        same = replace(same, chart_version=record.chart_version)
    if same == record:
        tx.settle(record)
        return
    changed = replace(changed, since=record.since if changed.state is record.state else now)
    tx.save(record, changed, actor=ACTOR, action=changed.state.value, payload=to_json(decision))
    if changed.state is not record.state and record.order_id:
        tx.mark_due(order_id=record.order_id, states=(State.WAITING,))


def _is_past_planning(tx: Transaction, record: Record, changed: Record) -> bool:
    """The same plan is queued already, or waits for a person's yes: planning it again would change nothing.

    Without this, two documents of one order that wait for the yes would wake each other for ever.
    """
    if changed.state is not State.PLANNED or changed.plan_hash != record.plan_hash:
        return False
    if record.state is State.WAITING and record.code is Code.WAITS_FOR_CUT_OVER:
        return still_waits(tx, record)
    waits_for_yes = record.state is State.WAITING and record.code is Code.WAITS_FOR_APPROVAL
    return record.state is State.QUEUED or (waits_for_yes and not tx.controls().first_run_approved)


def _standing(record: Record, decision: Decision) -> dict[str, object]:
    """The fields of a record that a decision sets."""
    blank: dict[str, object] = {"code": None, "findings": (), "waits_on": (), "plan": None, "plan_hash": ""}
    match decision:
        case Planned(plan=plan):
            hashed = plan_hash(plan)
            generation = record.generation + (hashed != record.plan_hash)
            return blank | {
                "state": State.PLANNED,
                "plan": plan,
                "plan_hash": hashed,
                "generation": generation,
                "account_ref": plan.account_ref,
            }
        case Held(findings=findings):
            return blank | {"state": State.HELD, "code": findings[0].code, "findings": findings}
        case Waiting(code=code, why=why, on=on):
            finding = Finding(code=code, what=why, why="", fix="")
            return blank | {"state": State.WAITING, "code": code, "waits_on": on, "findings": (finding,)}
        case Skipped(code=code, why=why):
            finding = Finding(code=code, what=why, why="", fix="")
            return blank | {"state": State.SKIPPED, "code": code, "findings": (finding,)}


def _order_missing(record: Record) -> Finding:
    return Finding(
        code=Code.ORDER_MISSING,
        what=f"{record.number} was not posted.",
        why=f"The shop did not return its order (entity id {record.order_id}).",
        fix="Look the order up in the shop; if it was deleted there, enter the document in Sage by hand.",
    )


def _stopped(record: Record, error: Exception) -> Held:
    """A problem that a rule raised, or one that nobody foresaw: this document stops, the others go on."""
    if isinstance(error, NeedsPerson):
        return Held(findings=(error.finding,))
    log.error("record %s could not be decided", record.key, exc_info=error)
    return Held(
        findings=(
            Finding(
                code=Code.DEFECT,
                what=f"{record.number or record.key.entity} was not decided.",
                why=f"The connector failed in a way that nobody foresaw ({type(error).__name__}).",
                fix="Please report it with this record's trail; nothing was written in Sage.",
            ),
        )
    )
