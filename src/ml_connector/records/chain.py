"""The audit trail's hash chain: pure functions, no database.

Each connection has one chain. An entry's hash covers its head fields, the hash of the entry before it and a
salted hash of its payload, so nothing can be changed, taken out, put in or moved without a break that
`records/verify.py` finds. What a person may ask us to erase stands only in the payload: deleting payload
*and* salt leaves a chain that still verifies and a hash from which nothing can be guessed.

A chain alone cannot show that its end was cut off, or that all of it was written anew. A `Head` that is kept
elsewhere can (design: “Records”, `trail`).

The exact bytes, with test vectors, are in docs/reference/trail.md. `records/ledger.py` stores what `seal`
returns, in the transaction that changes the state.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ml_connector.codec import canonical
from ml_connector.documents.identity import Key, Kind

CHAIN_VERSION = "t1"
_SALT = re.compile(r"[A-Za-z0-9_-]{32,}")
_HASH = re.compile(r"[0-9a-f]{64}")


def _hash(purpose: str, *parts: bytes) -> str:
    """SHA-256 of the purpose and the parts, a line feed between each; no purpose's bytes fit another."""
    lines = (f"ml-connector trail {CHAIN_VERSION} {purpose}".encode(), *parts)
    return hashlib.sha256(b"\n".join(lines)).hexdigest()


def genesis(connection_id: str) -> str:
    """What the first entry of a connection names as the hash before it."""
    return _hash("genesis", connection_id.encode())


def subject(key: Key | None, salt: str) -> str:
    """The record's key as an entry's head may carry it; “” when the entry is about no record.

    A document's key is plain. A customer's contains an e-mail address, so the head carries a salted hash in
    its place, which says nothing once the salt is erased.
    """
    if key is None:
        return ""
    if key.kind is not Kind.CUSTOMER:
        return str(key)
    return str(replace(key, entity=_hash("subject", salt.encode(), str(key).encode())))


def payload_hash(payload: str, salt: str) -> str:
    """The salted hash of a payload's canonical text."""
    return _hash("payload", salt.encode(), payload.encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The head fields of one trail entry: everything that is hashed, and nothing that may be erased.

    `seq` counts from 1 without gaps. `at` is an aware UTC instant. `actor` is who acted (the name of a
    program or a user, never an e-mail address), `action` what was done. `key` is `subject(…)`. `from_state`
    and `to_state` are “” where nothing moved. Raises ValueError for an instant that is not in UTC.
    """

    connection_id: str
    seq: int
    at: datetime
    actor: str
    action: str
    key: str
    from_state: str
    to_state: str
    payload_hash: str
    previous_hash: str

    def __post_init__(self) -> None:
        if self.at.utcoffset() != timedelta(0):
            raise ValueError("an entry's instant is in UTC")


def entry_bytes(entry: Entry) -> bytes:
    """The canonical bytes of an entry: JSON with sorted keys, the instant with six decimals and Z."""
    return canonical(
        {
            "action": entry.action,
            "actor": entry.actor,
            "at": entry.at.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z",
            "connection_id": entry.connection_id,
            "from_state": entry.from_state,
            "key": entry.key,
            "payload_hash": entry.payload_hash,
            "previous_hash": entry.previous_hash,
            "seq": entry.seq,
            "to_state": entry.to_state,
        }
    )


def entry_hash(entry: Entry) -> str:
    """What the next entry names as its `previous_hash`."""
    return _hash("entry", entry_bytes(entry))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """An entry as it is stored. `payload` is canonical JSON text; both it and `salt` are “” once erased."""

    entry: Entry
    hash: str
    payload: str
    salt: str


@dataclass(frozen=True, slots=True)
class Head:
    """How far a chain had come, to be kept outside of the database. `str` and `parse` are its text."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{CHAIN_VERSION}:{self.seq}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> Head:
        """Read back what `str(head)` gives; raises ValueError for anything else."""
        found = re.fullmatch(rf"{CHAIN_VERSION}:(0|[1-9][0-9]{{0,17}}):({_HASH.pattern})", text)
        if not found:
            raise ValueError(f"this is no head of a {CHAIN_VERSION} trail")
        return cls(int(found[1]), found[2])


def head_of(connection_id: str, last: Sealed | None) -> Head:
    """The head of a chain that ends with `last`; of an empty one when None."""
    return Head(last.entry.seq, last.hash) if last else Head(0, genesis(connection_id))


def seal(
    previous: str,
    *,
    connection_id: str,
    seq: int,
    at: datetime,
    actor: str,
    action: str,
    key: Key | None,
    from_state: str = "",
    to_state: str = "",
    payload: object,
    salt: str,
) -> Sealed:
    """The entry that follows `previous` (an entry's hash, or `genesis`), ready to be stored.

    `payload` is anything that `codec` can write; `salt` is fresh for this entry, from `Clock.secret`. Raises
    ValueError for a salt so short that an erased payload could be found by trying, and for a `previous` or
    `seq` that no chain has.
    """
    if not _SALT.fullmatch(salt):
        raise ValueError("a salt is at least 32 letters, digits, - or _")
    if seq < 1 or not _HASH.fullmatch(previous):
        raise ValueError("an entry follows a hash of 64 lower-case hexadecimal digits, and counts from 1")
    text = canonical(payload).decode()
    entry = Entry(
        connection_id=connection_id,
        seq=seq,
        at=at,
        actor=actor,
        action=action,
        key=subject(key, salt),
        from_state=from_state,
        to_state=to_state,
        payload_hash=payload_hash(text, salt),
        previous_hash=previous,
    )
    return Sealed(entry=entry, hash=entry_hash(entry), payload=text, salt=salt)


def erased(sealed: Sealed) -> Sealed:
    """The same entry without its payload and salt; the chain does not notice."""
    return replace(sealed, payload="", salt="")
