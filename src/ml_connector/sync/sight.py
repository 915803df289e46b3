"""First sight of a document: the cheap facts that list and count it, put into its record.

A document that cannot even be read is a record all the same, so that it stops alone and is counted: it is
looked at again whenever it is decided, until its facts are there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from ml_connector.documents.identity import Key, Kind
from ml_connector.sync.passage import NOTHING_WRITTEN, State
from ml_connector.sync.ports import Decider, Flow, Seen, Transaction
from ml_connector.sync.record import Record

KIND_OF = {Flow.INVOICES: Kind.INVOICE, Flow.CREDIT_MEMOS: Kind.CREDIT_MEMO}
FLOW_OF = {kind: flow for flow, kind in KIND_OF.items()}


def sighted(decider: Decider, record: Record, body: str) -> Record:
    """The record with the facts that its payload gives; raises what the reader raises.

    In which currency it counts is asked again as long as nothing can have been written; afterwards it counts
    as it did, whatever a later chart says.
    """
    seen = decider.see(record.key.kind, body)
    sign = -1 if seen.kind is Kind.CREDIT_MEMO else 1
    if record.state not in NOTHING_WRITTEN and record.shop_currency not in ("", seen.currency):
        seen = _as_it_counted(seen, record)
    return replace(
        record,
        order_id=seen.order_id,
        number=seen.number,
        reference=seen.reference,
        document_at=seen.made_at,
        captured=seen.captured,
        shop_currency=seen.currency,
        shop_total=sign * seen.total,
        shop_base_currency=seen.base_currency,
        shop_base_total=sign * seen.base_total,
    )


def counted(record: Record, totals: Mapping[str, Decimal]) -> Record:
    """The record with what the document comes to, where only its whole order told that; as it was where
    `totals`, by currency, do not say."""
    sign = -1 if record.key.kind is Kind.CREDIT_MEMO else 1
    total, base_total = totals.get(record.shop_currency), totals.get(record.shop_base_currency)
    return replace(
        record,
        shop_total=record.shop_total if total is None else sign * total,
        shop_base_total=record.shop_base_total if base_total is None else sign * base_total,
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


def _as_it_counted(seen: Seen, record: Record) -> Seen:
    """The facts in the currency in which the record counts, while the chart says the other one by now."""
    if seen.totals.get(record.shop_currency) is None:
        return seen
    base = record.shop_base_currency
    return replace(
        seen,
        currency=record.shop_currency,
        total=seen.totals[record.shop_currency],
        base_currency=base,
        base_total=seen.totals.get(base, Decimal(0)),
    )
