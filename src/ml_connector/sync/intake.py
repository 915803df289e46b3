"""Taking in what was read: each payload stored as received, and what follows from it for the records.

The one way by which documents come in, whoever asked for them: sweep, hint or completeness check. A document
that cannot be read is noticed too, and does not hold up the others; one that the shop made before the
cut-over date is stored, for the sake of its order's other documents, and not noticed.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from ml_connector.documents.identity import Key
from ml_connector.documents.likeness import OrderSeen
from ml_connector.sync import unread
from ml_connector.sync.passage import NOTHING_WRITTEN
from ml_connector.sync.ports import Decider, Flow, Payload, Transaction
from ml_connector.sync.record import Record
from ml_connector.sync.sight import KIND_OF, sighted

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """One transaction in which payloads are taken in; `actor` is who read them."""

    tx: Transaction
    decider: Decider
    connection_id: str
    now: datetime
    actor: str
    cut_over: date | None
    troubled: bool
    """Whether anything at all could not be read lately."""

    @classmethod
    def begin(
        cls, tx: Transaction, decider: Decider, connection_id: str, now: datetime, actor: str
    ) -> Intake:
        """Raises `TryAgain` when it cannot be told yet what was made before the cut-over date."""
        cut_over = tx.controls().cut_over
        if cut_over is not None:
            decider.day_begins(cut_over)
        return cls(
            tx=tx,
            decider=decider,
            connection_id=connection_id,
            now=now,
            actor=actor,
            cut_over=cut_over,
            troubled=tx.any_unread(),
        )

    def take(self, payloads: Sequence[Payload]) -> int:
        """Store payloads; what rests on those that are new or changed is looked at again. Returns how many
        these are."""
        failing = sum(1 for payload in payloads if payload.failure and self._fails(payload))
        whole = [payload for payload in payloads if not payload.failure]
        if self.troubled:
            for payload in whole:
                unread.is_read(self.tx, self.connection_id, payload, self.actor)
        changed = self.tx.save_payloads(whole)
        orders = set[int]()
        for payload in changed:
            if payload.kind in KIND_OF:
                orders.add(self._notice(payload))
            else:
                orders.add(payload.entity_id if payload.kind == Flow.ORDERS.value else payload.order_id)
        sold = self.tx.sold_orders(sorted(orders - {0}))
        seen = [order for order_id in sold if (order := self._order_seen(order_id))]
        self.tx.save_orders_seen(seen)
        self.tx.mark_orders_due((*sold, *self.tx.orders_like([order.order_id for order in seen])))
        return failing + len(changed)

    def _order_seen(self, order_id: int) -> OrderSeen | None:
        """What an order is compared by; one that cannot be read is compared with none."""
        body = self.tx.payload(Flow.ORDERS, order_id)
        try:
            return self.decider.order_seen(body) if body else None
        except Exception as error:
            log.warning("order %s cannot be compared", order_id, exc_info=error)
            return None

    def _fails(self, payload: Payload) -> bool:
        is_document = payload.kind in KIND_OF
        record = self.tx.record(self._key(payload)) if is_document else None
        if not unread.fails(self.tx, payload, record, self.now, self.actor):
            return False
        if is_document and record is None:
            record = self._unread(payload)
            what = {"order_id": payload.order_id, "told": payload.failure}
            self.tx.create(record, actor=self.actor, action="noticed", payload=what)
        return True

    def _notice(self, payload: Payload) -> int:
        """The document's order; 0 when it is not to be noticed."""
        old = self.tx.record(self._key(payload))
        if old is None and self._is_before_cut_over(payload):
            return 0
        record = self._looked_at(old or self._unread(payload), payload)
        what = {"number": record.number, "order_id": record.order_id, "updated_at": payload.updated_at}
        if old is None:
            self.tx.create(record, actor=self.actor, action="noticed", payload=what)
        else:
            action = (
                "changed in the shop" if old.state in NOTHING_WRITTEN else "changed in the shop after posting"
            )
            self.tx.save(old, record, actor=self.actor, action=action, payload=what)
        return record.order_id

    def _is_before_cut_over(self, payload: Payload) -> bool:
        """By the document's own day in the shop's time zone; one that cannot be dated is noticed."""
        if self.cut_over is None:
            return False
        try:
            made_on = self.decider.see(KIND_OF[Flow(payload.kind)], payload.body).made_on
        except Exception as error:
            log.warning("%s %s cannot be dated", payload.kind, payload.entity_id, exc_info=error)
            return False
        return made_on is not None and made_on < self.cut_over

    def _looked_at(self, record: Record, payload: Payload) -> Record:
        """With the facts of the payload, or as before when it cannot be read: then it stops alone."""
        try:
            return replace(sighted(self.decider, record, payload.body), due=True)
        except Exception as error:
            log.warning("%s cannot be read", record.key, exc_info=error)
            return replace(record, due=True)

    def _unread(self, payload: Payload) -> Record:
        """A document of which only the ids are known; it counts as captured until its facts say otherwise."""
        return Record(
            key=self._key(payload),
            order_id=payload.order_id,
            document_at=self.now,
            captured=True,
            since=self.now,
        )

    def _key(self, payload: Payload) -> Key:
        return Key(self.connection_id, KIND_OF[Flow(payload.kind)], str(payload.entity_id))
