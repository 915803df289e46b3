"""First sight of a document: the cheap facts that list and count it, put into its record.

A document that cannot even be read is a record all the same, so that it stops alone and is counted: it is
looked at again whenever it is decided, until its facts are there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ml_connector.documents.identity import Key, Kind
from ml_connector.sync.passage import State
from ml_connector.sync.ports import Decider, Flow, Transaction
from ml_connector.sync.record import Record

KIND_OF = {Flow.INVOICES: Kind.INVOICE, Flow.CREDIT_MEMOS: Kind.CREDIT_MEMO}
FLOW_OF = {kind: flow for flow, kind in KIND_OF.items()}


def sighted(decider: Decider, record: Record, body: str) -> Record:
    """The record with the facts that its payload gives; raises what the reader raises."""
    seen = decider.see(record.key.kind, body)
    sign = -1 if seen.kind is Kind.CREDIT_MEMO else 1
    return replace(
        record,
        order_id=seen.order_id,
        number=seen.number,
        reference=seen.reference,
        document_at=seen.made_at,
        captured=seen.captured,
        shop_currency=seen.currency,
        shop_total=sign * seen.total,
    )


def before_cut_over(
    tx: Transaction, decider: Decider, record: Record, known: Iterable[Record]
) -> Iterator[Record]:
    """The order's documents from before the cut-over date: stored, in no record, and dealt with elsewhere.

    A decision has to know of them (a credit memo gives back what one of them took) without waiting for them.
    """
    if tx.controls().cut_over is None:
        return
    keys = {record.key, *(each.key for each in known)}
    for flow, kind in KIND_OF.items():
        for body in tx.payloads_of_order(flow, record.order_id):
            seen = decider.see(kind, body)
            key = Key(record.key.connection_id, kind, str(seen.entity_id))
            if key not in keys:
                other = Record(key=key, document_at=seen.made_at, since=seen.made_at, state=State.SKIPPED)
                yield sighted(decider, replace(other, due=False), body)


def was_sighted(record: Record) -> bool:
    """Whether its facts are there; every document that could be read has a reference."""
    return bool(record.reference)
