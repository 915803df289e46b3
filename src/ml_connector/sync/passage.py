"""The passage of one record from the shop to the books, as one table.

    shop ─hint─▶ noticed ▶ planned ▶ queued ▶ sent ▶ posted ▶ proved
         sweep    │  │        │                │       │        │
                  │  └▶ waiting, held          └───────┴────────┴▶ disputed
                  └▶ skipped

Nothing else may change a state: `move` is asked before every change, and refuses what the table does not
hold. `sent` is the hinge: before it nothing can have been written in Sage; from it on, something may have.
The moves that rest on a proof of absence or on a named person's word say so in `Because`.
"""

from __future__ import annotations

from enum import StrEnum

from ml_connector.errors import Defect


class State(StrEnum):
    """Where a record stands; what is true in each is in docs/concepts/passage.md."""

    NOTICED = "noticed"
    WAITING = "waiting"
    PLANNED = "planned"
    HELD = "held"
    QUEUED = "queued"
    SENT = "sent"
    POSTED = "posted"
    PROVED = "proved"
    DISPUTED = "disputed"
    SKIPPED = "skipped"


class Because(StrEnum):
    """What entitles somebody to a move that the plain table does not allow."""

    ABSENCE_PROVED = "absence-proved"
    PERSON = "person"


END_STATES = frozenset({State.PROVED, State.SKIPPED, State.HELD, State.WAITING, State.DISPUTED})
UNFINISHED = frozenset(State) - END_STATES
NOTHING_WRITTEN = frozenset(
    {State.NOTICED, State.WAITING, State.PLANNED, State.HELD, State.QUEUED, State.SKIPPED}
)

_PLAIN: dict[State, frozenset[State]] = {
    State.NOTICED: frozenset({State.WAITING, State.PLANNED, State.HELD, State.SKIPPED}),
    State.WAITING: frozenset({State.PLANNED, State.HELD, State.SKIPPED}),
    State.PLANNED: frozenset({State.QUEUED, State.WAITING, State.HELD, State.SKIPPED}),
    State.HELD: frozenset({State.PLANNED, State.WAITING, State.SKIPPED}),
    State.QUEUED: frozenset({State.SENT, State.PLANNED, State.HELD, State.SKIPPED}),
    State.SENT: frozenset({State.POSTED, State.DISPUTED}),
    State.POSTED: frozenset({State.PROVED, State.DISPUTED}),
    State.PROVED: frozenset({State.DISPUTED}),
    State.DISPUTED: frozenset(),
    State.SKIPPED: frozenset({State.PLANNED}),
}

_ENTITLED: dict[tuple[State, State], Because] = {
    (State.SENT, State.QUEUED): Because.ABSENCE_PROVED,
    (State.SENT, State.HELD): Because.ABSENCE_PROVED,
    (State.DISPUTED, State.POSTED): Because.PERSON,
    (State.DISPUTED, State.PROVED): Because.PERSON,
    (State.DISPUTED, State.PLANNED): Because.PERSON,
}


def allowed(old: State, new: State, because: Because | None = None) -> bool:
    """Whether a record may go from `old` to `new`, given what entitles the mover."""
    if new in _PLAIN[old]:
        return True
    return because is not None and _ENTITLED.get((old, new)) is because


def move(old: State, new: State, because: Because | None = None) -> State:
    """`new`, if the table holds that move; raises `Defect` otherwise."""
    if not allowed(old, new, because):
        raise Defect(
            f"a record cannot go from {old} to {new}" + (f" because of {because}" if because else "")
        )
    return new
