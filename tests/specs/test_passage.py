"""A record moves only as the table allows, and docs/concepts/passage.md is that table."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

from ml_connector.errors import Defect
from ml_connector.sync.passage import (
    END_STATES,
    NOTHING_WRITTEN,
    UNFINISHED,
    Because,
    State,
    allowed,
    move,
)

PAGE = Path(__file__).parents[2] / "docs" / "concepts" / "passage.md"
NEEDS: tuple[Because | None, ...] = (None, *Because)
EVERY_MOVE = [*product(State, State)]


def rows(heading: str) -> list[list[str]]:
    """The cells of the one table under this heading of the page, without its two head lines."""
    section = PAGE.read_text("utf-8").split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def code(cell: str) -> str:
    return cell.strip("`")


def needed(old: State, new: State) -> str | None:
    """What a move needs: “” for nothing, a value of `Because`, or None when nothing entitles to it."""
    if allowed(old, new):
        return ""
    return next((because.value for because in Because if allowed(old, new, because)), None)


def reachable(
    start: State, because: tuple[Because | None, ...], *, without: State | None = None
) -> set[State]:
    found, todo = {start}, [start]
    while todo:
        old = todo.pop()
        for new in State:
            if new is not without and new not in found and any(allowed(old, new, why) for why in because):
                found.add(new)
                todo.append(new)
    return found


# The page


def test_the_page_lists_every_allowed_move_with_what_it_needs_and_no_other() -> None:
    listed = [(code(old), code(new), code(needs)) for old, new, _when, needs in rows("What may follow")]
    table = {
        (old.value, new.value, needs) for old, new in EVERY_MOVE if (needs := needed(old, new)) is not None
    }
    assert set(listed) == table
    assert len(listed) == len(set(listed))


def test_the_page_says_when_for_every_move() -> None:
    assert all(when for _old, _new, when, _needs in rows("What may follow"))


def test_the_page_describes_every_state_once_and_in_order() -> None:
    assert [code(row[0]) for row in rows("What is true in each state")] == [state.value for state in State]


def test_the_page_says_of_every_state_whether_sage_may_hold_something() -> None:
    nothing = {State(code(row[0])) for row in rows("What is true in each state") if row[2] == "nothing"}
    assert nothing == NOTHING_WRITTEN


def test_the_page_says_of_every_state_whether_a_run_may_end_in_it() -> None:
    said = {State(code(row[0])): row[3] for row in rows("What is true in each state")}
    assert {state for state, word in said.items() if word == "may stand"} == END_STATES
    assert {state for state, word in said.items() if word == "unfinished"} == UNFINISHED


def test_the_page_explains_every_word_that_entitles_to_a_move() -> None:
    explained = re.findall(r"^\*\*`([a-z-]+)`\*\*", PAGE.read_text("utf-8"), re.M)
    assert set(explained) == {because.value for because in Because}


# The promises that the table keeps


def test_a_state_is_either_an_end_or_unfinished() -> None:
    assert set(State) == END_STATES | UNFINISHED
    assert not END_STATES & UNFINISHED


def test_a_lease_is_the_only_way_from_nothing_written_to_something_written() -> None:
    crossings = [
        (old, new)
        for old, new in EVERY_MOVE
        if old in NOTHING_WRITTEN and new not in NOTHING_WRITTEN and needed(old, new) is not None
    ]
    assert crossings == [(State.QUEUED, State.SENT)]


def test_no_way_back_from_something_written_without_a_proof_of_absence_or_a_person() -> None:
    back = {
        (old, new, needed(old, new))
        for old, new in EVERY_MOVE
        if old not in NOTHING_WRITTEN and new in NOTHING_WRITTEN and needed(old, new) is not None
    }
    assert back == {
        (State.SENT, State.QUEUED, "absence-proved"),
        (State.SENT, State.HELD, "absence-proved"),
        (State.DISPUTED, State.PLANNED, "person"),
    }


def test_nothing_is_proved_that_was_not_sent() -> None:
    assert State.PROVED not in reachable(State.NOTICED, NEEDS, without=State.SENT)
    without_a_person = (None, Because.ABSENCE_PROVED)
    assert State.PROVED not in reachable(State.NOTICED, without_a_person, without=State.POSTED)


def test_every_state_is_reached_from_noticed_and_every_state_can_still_end_proved() -> None:
    assert reachable(State.NOTICED, NEEDS) == set(State)
    for state in State:
        assert State.PROVED in reachable(state, NEEDS)


def test_without_a_person_nothing_leaves_a_dispute() -> None:
    assert reachable(State.DISPUTED, (None, Because.ABSENCE_PROVED)) == {State.DISPUTED}


@pytest.mark.parametrize("state", State)
def test_no_state_follows_itself_so_that_every_trail_entry_is_a_move(state: State) -> None:
    assert needed(state, state) is None


# Asking


@pytest.mark.parametrize("old", State)
def test_a_move_is_made_or_refused_just_as_allowed_says(old: State) -> None:
    for new, because in product(State, NEEDS):
        if allowed(old, new, because):
            assert move(old, new, because) is new
        else:
            with pytest.raises(Defect, match=f"from {old} to {new}"):
                move(old, new, because)


def test_one_entitlement_does_not_stand_in_for_the_other() -> None:
    assert not allowed(State.SENT, State.QUEUED, Because.PERSON)
    assert not allowed(State.DISPUTED, State.PLANNED, Because.ABSENCE_PROVED)


def test_a_refusal_names_what_was_claimed() -> None:
    with pytest.raises(Defect, match="because of person"):
        move(State.SENT, State.QUEUED, Because.PERSON)
