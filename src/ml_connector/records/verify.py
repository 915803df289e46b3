"""Whether a trail is the one that was written: finds each changed, missing, reordered or invented entry.

Pure: it reads entries as they are stored or exported, and needs neither a database nor a key. With a `Head`
that was kept elsewhere it also finds a trail that was cut or written anew. Meant to be read by somebody who
does not trust us: docs/reference/trail.md says the same in bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ml_connector.records.chain import Head, Sealed, entry_hash, genesis, payload_hash


class BreakKind(StrEnum):
    """The ways in which a trail is not the one that was written."""

    CHANGED = "changed"
    MISSING = "missing"
    REORDERED = "reordered"
    INVENTED = "invented"
    CUT = "cut"


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """One place where the trail is broken; `what` is a sentence for people."""

    kind: BreakKind
    seq: int
    what: str


def verify(trail: Iterable[Sealed], head: Head | None = None) -> tuple[Break, ...]:
    """Every break in one connection's whole trail, given in its stored order; none means that it holds.

    Without a `head` a trail whose end was cut off, or that was written anew from some entry on, still
    verifies; with one it does not, as far as that head reaches. What was added after the head is not covered.
    """
    own, breaks = _strangers_apart(list(trail))
    single, doubled = _one_for_each_number(own, head)
    ordered = sorted(single, key=lambda sealed: sealed.entry.seq)
    changed = {sealed.entry.seq: what for sealed in ordered if (what := _change(sealed))}
    breaks += doubled
    breaks += _out_of_order(single)
    breaks += [Break(kind=BreakKind.CHANGED, seq=seq, what=what) for seq, what in changed.items()]
    breaks += _links(ordered, changed, head)
    breaks += _against_head(ordered, head) if head else []
    return tuple(sorted(breaks, key=lambda found: found.seq))


def _strangers_apart(trail: list[Sealed]) -> tuple[list[Sealed], list[Break]]:
    """The entries that could stand in this trail at all, and a break for each other.

    The connection is the one that most entries name, so that a stranger in front hides nothing.
    """
    names = Counter(sealed.entry.connection_id for sealed in trail)
    connection = names.most_common(1)[0][0] if names else ""
    own: list[Sealed] = []
    breaks: list[Break] = []
    for sealed in trail:
        seq = sealed.entry.seq
        if sealed.entry.connection_id != connection:
            what = f"An entry {seq} belongs to another connection."
            breaks.append(Break(kind=BreakKind.INVENTED, seq=seq, what=what))
        elif seq < 1:
            what = f"An entry has the number {seq}, which no trail gives."
            breaks.append(Break(kind=BreakKind.INVENTED, seq=seq, what=what))
        else:
            own.append(sealed)
    return own, breaks


def _one_for_each_number(trail: list[Sealed], head: Head | None) -> tuple[list[Sealed], list[Break]]:
    """Of entries with one number, that which the next entry (or the head) names; a break for each other."""
    named = {sealed.entry.previous_hash for sealed in trail} | ({head.hash} if head else set[str]())
    chosen: dict[int, int] = {}
    for place, sealed in enumerate(trail):
        rival = chosen.setdefault(sealed.entry.seq, place)
        if trail[rival].hash not in named and sealed.hash in named:
            chosen[sealed.entry.seq] = place
    places = set(chosen.values())
    return [sealed for place, sealed in enumerate(trail) if place in places], [
        Break(
            kind=BreakKind.INVENTED,
            seq=sealed.entry.seq,
            what=f"There is more than one entry {sealed.entry.seq}.",
        )
        for place, sealed in enumerate(trail)
        if place not in places
    ]


def _out_of_order(trail: list[Sealed]) -> list[Break]:
    breaks: list[Break] = []
    highest = 0
    for seq in (sealed.entry.seq for sealed in trail):
        if seq < highest:
            what = f"Entry {seq} stands after entry {highest}."
            breaks.append(Break(kind=BreakKind.REORDERED, seq=seq, what=what))
        highest = max(highest, seq)
    return breaks


def _change(sealed: Sealed) -> str:
    """What shows that this entry is not as it was recorded, looking at nothing else; “” when nothing does."""
    entry, payload, salt = sealed.entry, sealed.payload, sealed.salt
    if entry_hash(entry) != sealed.hash:
        return f"Entry {entry.seq} is not as it was recorded."
    if bool(payload) != bool(salt):
        return f"Entry {entry.seq} is half erased: a payload and its salt are erased together."
    if salt and payload_hash(payload, salt) != entry.payload_hash:
        return f"The payload of entry {entry.seq} is not as it was recorded."
    return ""


def _links(ordered: list[Sealed], changed: Mapping[int, str], head: Head | None) -> list[Break]:
    """Gaps in the numbers, and entries that do not name the entry before them."""
    breaks: list[Break] = []
    named = {sealed.entry.previous_hash for sealed in ordered} | ({head.hash} if head else set[str]())
    before: Sealed | None = None
    for sealed in ordered:
        seq, expected = sealed.entry.seq, before.entry.seq + 1 if before else 1
        if seq > expected:
            gone = f"Entry {expected} is" if seq == expected + 1 else f"Entries {expected} to {seq - 1} are"
            breaks.append(Break(kind=BreakKind.MISSING, seq=expected, what=f"{gone} missing."))
        elif seq not in changed and not _follows(sealed, before):
            breaks.append(_unlinked(sealed, before, rooted=sealed.hash in named))
        before = sealed
    return breaks


def _follows(sealed: Sealed, before: Sealed | None) -> bool:
    if before is None:
        return sealed.entry.previous_hash == genesis(sealed.entry.connection_id)
    return sealed.entry.previous_hash in (before.hash, entry_hash(before.entry))


def _unlinked(sealed: Sealed, before: Sealed | None, *, rooted: bool) -> Break:
    """Which of two neighbours is wrong: the earlier one, when something later vouches for this one."""
    seq = sealed.entry.seq
    if before is None:
        what = "Entry 1 is not the beginning of this connection's trail."
        return Break(kind=BreakKind.INVENTED, seq=seq, what=what)
    if rooted:
        what = f"Entry {seq - 1} was changed and hashed anew: entry {seq} names another."
        return Break(kind=BreakKind.CHANGED, seq=seq - 1, what=what)
    what = f"Entry {seq} does not follow entry {seq - 1}: one of them was put in or hashed anew."
    return Break(kind=BreakKind.INVENTED, seq=seq, what=what)


def _against_head(ordered: list[Sealed], head: Head) -> list[Break]:
    last = ordered[-1].entry.seq if ordered else 0
    if last < head.seq:
        what = f"The trail ends with entry {last}, and had come to entry {head.seq}."
        return [Break(kind=BreakKind.CUT, seq=last + 1, what=what)]
    if head.seq == 0:
        at_head = genesis(ordered[0].entry.connection_id) if ordered else head.hash
    else:
        at_head = next((sealed.hash for sealed in ordered if sealed.entry.seq == head.seq), head.hash)
    if at_head == head.hash:
        return []
    what = f"Entry {head.seq} is not the one that the head names: the trail was written anew."
    return [Break(kind=BreakKind.CHANGED, seq=head.seq, what=what)]
