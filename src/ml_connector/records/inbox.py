"""The inbox: deliveries that were verified, kept before they are answered, each event once.

It has an insert of its own, outside the tables that belong to one connection's transaction: one commit may
hold deliveries of many connections, and whoever serves the web needs no right but to insert (design:
“Records”; the worker takes them out). No body is kept, only the hints that were made of it.

Twice is told by the event key. An event that has an id of its own is kept for `KEPT`; where the sender gives
none, the body's hash stands in for it, for `SAME_BODY` only: the same words may be news again later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypedDict

from sqlalchemy import Connection, delete, select, text, tuple_, update

from ml_connector.records import tables
from ml_connector.records.many import run_many
from ml_connector.sync.hints import Hint

KEPT = timedelta(days=30)
SAME_BODY = timedelta(minutes=10)
FORGOTTEN_AT_ONCE = 5000

_SAME_BODY_S = int(SAME_BODY.total_seconds())


class Arrival(TypedDict):
    """One event of a delivery as a row. `earlier_key` and `since` find the same body shortly before; `token`
    is this arrival's own, to tell afterwards whether it was the first of its event."""

    connection_id: str
    endpoint: str
    event_key: str
    earlier_key: str
    since: str
    token: str
    received_at: str
    hints: str


def arrival(
    connection_id: str, endpoint: str, event_id: str, body_hash: str, hints: Sequence[Hint], now: datetime
) -> Arrival:
    """The row of one event: told by `event_id`, or by `body_hash` where that is “”; its `token` is “” yet."""
    event_key, earlier_key, since = f"event:{event_id}", "", ""
    if not event_id:
        window = int(now.timestamp()) // _SAME_BODY_S
        event_key = f"body:{endpoint}:{body_hash}:{window}"
        earlier_key = f"body:{endpoint}:{body_hash}:{window - 1}"
        since = (now - SAME_BODY).isoformat()
    return Arrival(
        connection_id=connection_id,
        endpoint=endpoint,
        event_key=event_key,
        earlier_key=earlier_key,
        since=since,
        token="",
        received_at=now.isoformat(),
        hints=" ".join(map(str, hints)),
    )


# One statement for SQLite and PostgreSQL: both know this form of “insert unless it is there”.
_INSERT = text("""
    INSERT INTO deliveries (connection_id, event_key, endpoint, token, received_at, hints, taken_at)
    SELECT :connection_id, :event_key, :endpoint, :token, :received_at, :hints, ''
    WHERE NOT EXISTS (
        SELECT 1 FROM deliveries AS earlier
        WHERE earlier.connection_id = :connection_id AND earlier.event_key = :earlier_key
        AND earlier.received_at > :since
    )
    ON CONFLICT DO NOTHING
""")


def store(connection: Connection, arrivals: Sequence[Arrival]) -> frozenset[str]:
    """Insert what is new; returns the tokens of those whose event was there already."""
    # In an order that all keep to, so that no two transactions wait for each other's events in a ring.
    in_order = sorted(arrivals, key=lambda each: (each["connection_id"], each["event_key"]))
    if run_many(connection, _INSERT, in_order) == len(arrivals):
        return frozenset()
    table = tables.deliveries.c
    keys = [(each["connection_id"], each["event_key"]) for each in arrivals]
    first = select(table.token).where(tuple_(table.connection_id, table.event_key).in_(keys))
    return frozenset(each["token"] for each in arrivals) - frozenset(connection.execute(first).scalars())


def take(connection: Connection, connection_id: str, most: int, now: datetime) -> tuple[int, dict[Hint, int]]:
    """Take up to `most` deliveries out: how many there were, and how often each hint was among them."""
    table = tables.deliveries.c
    waiting = connection.execute(
        select(table.event_key, table.hints)
        .where(table.connection_id == connection_id, table.taken_at == "")
        .limit(most)
    ).all()
    if waiting:
        connection.execute(
            update(tables.deliveries)
            .where(
                table.connection_id == connection_id, table.event_key.in_([row.event_key for row in waiting])
            )
            .values(taken_at=now.isoformat())
        )
    counted: dict[Hint, int] = defaultdict(int)
    for row in waiting:
        for hint in row.hints.split():
            counted[Hint.parse(hint)] += 1
    return len(waiting), counted


def forget(connection: Connection, connection_id: str, now: datetime) -> int:
    """Remove deliveries that were taken out longer than `KEPT` ago, some at a time; returns how many."""
    table = tables.deliveries.c
    old = (
        select(table.event_key)
        .where(
            table.connection_id == connection_id,
            table.taken_at != "",
            table.taken_at < (now - KEPT).isoformat(),
        )
        .limit(FORGOTTEN_AT_ONCE)
    )
    gone = delete(tables.deliveries).where(table.connection_id == connection_id, table.event_key.in_(old))
    return connection.execute(gone).rowcount
