"""First sight of a document: the cheap facts that list and count it, put into its record.

A document that cannot even be read is a record all the same, so that it stops alone and is counted: it is
looked at again whenever it is decided, until its facts are there.
"""

from __future__ import annotations

from dataclasses import replace

from ml_connector.documents.identity import Kind
from ml_connector.sync.ports import Decider
from ml_connector.sync.record import Record


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


def was_sighted(record: Record) -> bool:
    """Whether its facts are there; every document that could be read has a reference."""
    return bool(record.reference)
