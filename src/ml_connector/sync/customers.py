"""Shoppers on their way: noticed once, known by every name, asked again with what a person answered.

A shopper's record is made when the first document waits for it. What changes about them later is a record of
its own, `‹entity›|update ‹document›`, so that each change of an account has its own plan, proof and trail.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ml_connector.documents.identity import Key, Kind
from ml_connector.errors import Code
from ml_connector.posting.plan import Decision, Planned, Waiting
from ml_connector.sync.material import Considered, CustomerMaterial
from ml_connector.sync.passage import State
from ml_connector.sync.ports import Transaction
from ml_connector.sync.record import Record

UPDATE = "|update "
"""Parts a shopper's own entity from the document that changed them."""


def base_of(key: Key) -> Key:
    """The shopper's own record, of which this may be an update."""
    return Key(key.connection_id, key.kind, key.entity.partition(UPDATE)[0])


class TakenRefs:
    """A/C references that plans have spoken for: read once for a batch, and added to as it goes on."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._refs: frozenset[str] | None = None

    def beside(self, record: Record) -> frozenset[str]:
        """Those that this shopper cannot have: what Sage refused stays taken, their own is theirs to keep."""
        if self._refs is None:
            self._refs = self._tx.taken_refs()
        return self._refs if record.code is Code.ACCOUNT_REF_TAKEN else self._refs - {record.account_ref}

    def add(self, decision: Decision) -> None:
        """A plan has spoken for its reference."""
        if isinstance(decision, Planned) and self._refs is not None:
            self._refs |= {decision.plan.account_ref}


def material_of(tx: Transaction, record: Record, taken: TakenRefs) -> CustomerMaterial:
    """Everything that a decision on a shopper, or on a change of theirs, may look at."""
    base = base_of(record.key)
    refused = record.code is Code.ACCOUNT_REF_TAKEN
    return CustomerMaterial(
        key=record.key,
        profile=record.profile,
        taken=taken.beside(record),
        made_at=record.document_at,
        answer=tx.customer_answer(base.entity),
        refused=record.account_ref if refused else "",
        updates=tx.accounts().get(base.entity, "") if base != record.key else "",
        history=tx.records_of_customer(base.entity) if base != record.key else (),
    )


def take_shopper(tx: Transaction, record: Record, considered: Considered, actor: str, now: datetime) -> None:
    """What a decided document tells of its shopper: that they are new, another name of theirs, a change."""
    decision, shopper = considered.decision, considered.shopper
    if not shopper or not isinstance(decision, Planned | Waiting):
        return
    key = Key(record.key.connection_id, Kind.CUSTOMER, shopper)
    if isinstance(decision, Waiting):
        if decision.code is Code.CUSTOMER_NOT_READY and tx.record(key) is None:
            _notice(tx, key, record, considered, actor, now)
    elif considered.follows and record.key.kind is Kind.INVOICE:
        _follow(tx, key, record, considered, actor, now)
    if considered.also and considered.also not in tx.shopper_names() and tx.record(key) is not None:
        tx.name_shopper(considered.also, shopper)


def _follow(
    tx: Transaction, key: Key, record: Record, considered: Considered, actor: str, now: datetime
) -> None:
    """The newest invoice says how a shopper is called and where they live; an older one changes nothing."""
    history = tx.records_of_customer(key.entity)
    base = next((each for each in history if each.key == key), None)
    if base is None or base.state is not State.PROVED:
        return
    newest = _newest(history)
    if record.document_at <= newest.document_at or considered.profile == newest.profile:
        return
    changed = Key(key.connection_id, key.kind, f"{key.entity}{UPDATE}{record.key.entity}")
    if tx.record(changed) is None:
        _notice(tx, changed, record, considered, actor, now)


def _newest(history: Iterable[Record]) -> Record:
    return max(history, key=lambda each: (each.document_at, each.key.entity))


def _notice(
    tx: Transaction, key: Key, record: Record, considered: Considered, actor: str, now: datetime
) -> None:
    customer = Record(key=key, document_at=record.document_at, since=now, profile=considered.profile)
    tx.create(customer, actor=actor, action="noticed", payload={"for": str(record.key)})
