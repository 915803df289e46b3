"""The trail in the database: append, read, head. There is no way to change or delete an entry here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, Row, Select, insert, select, update

from ml_connector.clock import Clock
from ml_connector.documents.identity import Key
from ml_connector.records.chain import Entry, Head, Sealed, genesis, seal
from ml_connector.records.tables import trail, trail_heads

_HEAD = (trail_heads.c.seq, trail_heads.c.hash)


def append(
    connection: Connection,
    clock: Clock,
    connection_id: str,
    *,
    actor: str,
    action: str,
    key: Key | None,
    payload: object,
    from_state: str = "",
    to_state: str = "",
) -> Head:
    """Seal one entry onto the chain, in the caller's transaction; the head row is locked by it."""
    present = _present(connection, connection_id, select(*_HEAD).with_for_update())
    sealed = seal(
        present.hash,
        connection_id=connection_id,
        seq=present.seq + 1,
        at=clock.now(),
        actor=actor,
        action=action,
        key=key,
        from_state=from_state,
        to_state=to_state,
        payload=payload,
        salt=clock.secret(),
    )
    entry = sealed.entry
    connection.execute(
        insert(trail).values(
            connection_id=connection_id,
            seq=entry.seq,
            at=entry.at.isoformat(),
            actor=entry.actor,
            action=entry.action,
            key=entry.key,
            from_state=entry.from_state,
            to_state=entry.to_state,
            payload_hash=entry.payload_hash,
            previous_hash=entry.previous_hash,
            hash=sealed.hash,
            salt=sealed.salt,
            payload=sealed.payload,
        )
    )
    now = {"seq": entry.seq, "hash": sealed.hash}
    if present.seq:
        connection.execute(
            update(trail_heads).where(trail_heads.c.connection_id == connection_id).values(**now)
        )
    else:
        connection.execute(insert(trail_heads).values(connection_id=connection_id, **now))
    return Head(entry.seq, sealed.hash)


def head(connection: Connection, connection_id: str) -> Head:
    """How far this connection's chain has come."""
    return _present(connection, connection_id, select(*_HEAD))


def _present(connection: Connection, connection_id: str, query: Select[int, str]) -> Head:
    row = connection.execute(query.where(trail_heads.c.connection_id == connection_id)).first()
    return Head(row.seq, row.hash) if row else Head(0, genesis(connection_id))


def entries(
    connection: Connection, connection_id: str, *, after: int = 0, limit: int = 1_000_000
) -> Iterator[Sealed]:
    """The entries of a connection in order, from the one behind `after`."""
    rows = connection.execute(
        select(trail)
        .where(trail.c.connection_id == connection_id, trail.c.seq > after)
        .order_by(trail.c.seq)
        .limit(limit)
    )
    for row in rows:
        yield _sealed(row)


def _sealed(row: Row[tuple[object, ...]]) -> Sealed:
    of = row._mapping  # pyright: ignore[reportPrivateUsage]  (SQLAlchemy's documented accessor)
    return Sealed(
        entry=Entry(
            connection_id=of["connection_id"],
            seq=of["seq"],
            at=datetime.fromisoformat(of["at"]),
            actor=of["actor"],
            action=of["action"],
            key=of["key"],
            from_state=of["from_state"],
            to_state=of["to_state"],
            payload_hash=of["payload_hash"],
            previous_hash=of["previous_hash"],
        ),
        hash=of["hash"],
        payload=of["payload"],
        salt=of["salt"],
    )
