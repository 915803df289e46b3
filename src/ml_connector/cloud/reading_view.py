"""What is shown of reading a shop: how far each flow is, what cannot be read, and the completeness check."""

from __future__ import annotations

from sqlalchemy import func, select

from ml_connector.documents.identity import Key
from ml_connector.records import tables
from ml_connector.records.ledger import LedgerTransaction
from ml_connector.sync.ports import Flow
from ml_connector.sync.reading import Progress
from ml_connector.sync.sight import KIND_OF
from ml_connector.sync.sweep import FLOWS

SHOWN_MAX = 100


def reading_of(tx: LedgerTransaction) -> dict[str, object]:
    """All of it, as plain values."""
    check = tx.check()
    return {
        "cut_over": tx.controls().cut_over,
        "flows": {flow.value: _flow(tx.progress(flow)) for flow in FLOWS},
        "unread": _unread(tx),
        "completeness": {
            "under_way": bool(check.stage),
            "asked": check.asked,
            "stage": check.stage,
            "began_at": check.began_at,
            "ended_at": check.ended_at,
            "next_at": check.next_at,
            "compared": check.compared,
        },
    }


def _flow(progress: Progress) -> dict[str, object]:
    """`read` of `total`, as the shop counts them; `back_filled` once the first reading came to its end."""
    return {
        "read": progress.read,
        "total": progress.read + progress.left,
        "under_way": progress.under_way,
        "back_filled": progress.ended_at is not None,
        "ended_at": progress.ended_at,
        "before_cut_over": progress.before_cut_over,
    }


def _unread(tx: LedgerTransaction) -> dict[str, object]:
    table = tables.unread.c
    ours = table.connection_id == tx.connection_id
    counts = tx.connection.execute(
        select(table.reason, func.count().label("number")).where(ours).group_by(table.reason)
    )
    newest = tx.connection.execute(
        select(tables.unread)
        .where(ours)
        .order_by(table.since.desc(), table.kind, table.entity_id)
        .limit(SHOWN_MAX)
    )
    return {
        "counts": {row.reason: row.number for row in counts},
        "newest": [
            {
                "kind": row.kind,
                "entity_id": row.entity_id,
                "order_id": row.order_id,
                "reason": row.reason,
                "told": row.told,
                "since": row.since,
                "tries": row.tries,
                "next_at": row.next_at if row.reason == "fails" else None,
                "state": _state(tx, row.kind, row.entity_id),
            }
            for row in newest
        ],
    }


def _state(tx: LedgerTransaction, kind: str, entity_id: int) -> str:
    """Where the record of a document stands; “” for what has none."""
    if kind not in KIND_OF:
        return ""
    record = tx.record(Key(tx.connection_id, KIND_OF[Flow(kind)], str(entity_id)))
    return record.state.value if record else ""
