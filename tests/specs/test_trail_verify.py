"""Whatever is done to a trail afterwards shows; what may be erased can be erased."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_connector.records.chain import Entry, Head, Sealed, entry_hash, erased, genesis, head_of
from ml_connector.records.verify import BreakKind, verify
from tests.specs.trails import SHOP, trail

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


Change = Callable[[Entry], Entry]


def altered(sealed: Sealed, change: Change, *, hashed_anew: bool = False) -> Sealed:
    """The entry with other head fields, with the old hash or with one that fits them."""
    entry = change(sealed.entry)
    return replace(sealed, entry=entry, hash=entry_hash(entry) if hashed_anew else sealed.hash)


def by_somebody(entry: Entry) -> Entry:
    return replace(entry, actor="somebody")


def renumbered(sealed: Sealed, seq: int) -> Sealed:
    return altered(sealed, lambda entry: replace(entry, seq=seq))


def kinds(entries: list[Sealed], head: Head | None = None) -> list[tuple[BreakKind, int]]:
    return [(found.kind, found.seq) for found in verify(entries, head)]


# Verifying


@pytest.mark.parametrize("length", [0, 1, 2, 12])
def test_an_untouched_trail_verifies_with_and_without_its_head(length: int) -> None:
    entries = trail(length)
    head = head_of(SHOP, entries[-1] if entries else None)
    assert head.seq == length
    assert verify(entries) == ()
    assert verify(entries, head) == ()


def test_a_trail_that_has_grown_since_the_head_was_taken_verifies() -> None:
    entries = trail(6)
    assert verify(entries, head_of(SHOP, entries[2])) == ()
    assert verify(entries, head_of(SHOP, None)) == ()


CHANGES: dict[str, Change] = {
    "at": lambda entry: replace(entry, at=NOON - timedelta(microseconds=1)),
    "actor": by_somebody,
    "action": lambda entry: replace(entry, action="skip"),
    "key": lambda entry: replace(entry, key="shop-1/invoice/99"),
    "from_state": lambda entry: replace(entry, from_state="held"),
    "to_state": lambda entry: replace(entry, to_state="skipped"),
    "payload_hash": lambda entry: replace(entry, payload_hash="0" * 64),
    "previous_hash": lambda entry: replace(entry, previous_hash="0" * 64),
}


def test_every_field_of_an_entry_is_tried_below_but_its_number_and_connection() -> None:
    assert CHANGES.keys() | {"seq", "connection_id"} == set(Entry.__slots__)


@pytest.mark.parametrize("field", CHANGES)
@pytest.mark.parametrize("seq", [1, 3, 5])
def test_a_changed_field_is_found_at_its_entry(field: str, seq: int) -> None:
    entries = trail(5)
    entries[seq - 1] = altered(entries[seq - 1], CHANGES[field])
    assert kinds(entries) == [(BreakKind.CHANGED, seq)]


def test_a_changed_payload_is_found_although_the_head_fields_are_untouched() -> None:
    entries = trail(5)
    entries[2] = replace(entries[2], payload=entries[2].payload.replace("12.50", "21.50"))
    assert kinds(entries) == [(BreakKind.CHANGED, 3)]


def test_a_changed_hash_is_found_once_at_its_entry() -> None:
    entries = trail(5)
    entries[2] = replace(entries[2], hash="e" * 64)
    assert kinds(entries) == [(BreakKind.CHANGED, 3)]


def test_an_entry_that_was_changed_and_hashed_anew_is_found_by_the_one_after() -> None:
    entries = trail(5)
    entries[2] = altered(entries[2], by_somebody, hashed_anew=True)
    assert kinds(entries) == [(BreakKind.CHANGED, 3)]


def test_a_first_entry_of_another_beginning_is_found() -> None:
    entries = trail(1)
    entries[0] = altered(entries[0], CHANGES["previous_hash"], hashed_anew=True)
    assert kinds(entries) == [(BreakKind.INVENTED, 1)]


@pytest.mark.parametrize(
    ("gone", "found", "words"),
    [
        ({1}, [1], "Entry 1 is missing."),
        ({3}, [3], "Entry 3 is missing."),
        ({2, 3, 4}, [2], "Entries 2 to 4 are missing."),
    ],
)
def test_missing_entries_are_found_with_their_numbers(gone: set[int], found: list[int], words: str) -> None:
    breaks = verify([sealed for sealed in trail(6) if sealed.entry.seq not in gone])
    assert [each.seq for each in breaks] == found
    assert [each.what for each in breaks] == [words]
    assert {each.kind for each in breaks} == {BreakKind.MISSING}


def test_entries_in_another_order_are_found() -> None:
    entries = trail(5)
    entries[1], entries[2] = entries[2], entries[1]
    assert kinds(entries) == [(BreakKind.REORDERED, 2)]


def test_entries_that_exchanged_their_numbers_are_found() -> None:
    entries = trail(5)
    entries[1], entries[2] = renumbered(entries[2], 2), renumbered(entries[1], 3)
    assert {seq for kind, seq in kinds(entries) if kind is BreakKind.CHANGED} == {2, 3}


@pytest.mark.parametrize("place", [0, 2, 3, 5])
def test_a_second_entry_of_one_number_is_the_invented_one_wherever_it_stands(place: int) -> None:
    entries = trail(5)
    forged = altered(entries[2], by_somebody, hashed_anew=True)
    entries.insert(place, forged)
    breaks = verify(entries)
    assert (BreakKind.INVENTED, 3) in [(each.kind, each.seq) for each in breaks]
    assert BreakKind.CHANGED not in {each.kind for each in breaks}


def test_the_same_entry_twice_is_found() -> None:
    entries = trail(3)
    assert kinds([*entries[:2], entries[1], entries[2]]) == [(BreakKind.INVENTED, 2)]


def test_an_entry_of_another_connection_is_found_and_does_not_hide_the_true_one() -> None:
    entries = trail(3)
    assert kinds([trail(2, "shop-2")[1], *entries]) == [(BreakKind.INVENTED, 2)]


def test_an_entry_put_on_the_end_that_follows_nothing_is_found() -> None:
    entries = trail(3)
    forged = altered(trail(4)[3], CHANGES["previous_hash"], hashed_anew=True)
    assert kinds([*entries, forged]) == [(BreakKind.INVENTED, 4)]


@pytest.mark.parametrize("seq", [0, -4])
def test_a_number_that_no_trail_gives_is_found(seq: int) -> None:
    entries = trail(3)
    assert kinds([renumbered(entries[0], seq), *entries]) == [(BreakKind.INVENTED, seq)]


def test_a_cut_trail_is_found_only_with_a_head() -> None:
    """Nothing in what is left tells of what was cut; that is why heads are kept elsewhere."""
    entries = trail(6)
    head = head_of(SHOP, entries[-1])
    assert verify(entries[:4]) == ()
    assert kinds(entries[:4], head) == [(BreakKind.CUT, 5)]
    assert kinds([], head) == [(BreakKind.CUT, 1)]


def test_a_trail_written_anew_is_found_only_with_a_head() -> None:
    entries = trail(4)
    head = head_of(SHOP, entries[-1])
    previous = genesis(SHOP)
    forged: list[Sealed] = []
    for sealed in entries:
        entry = replace(by_somebody(sealed.entry), previous_hash=previous)
        previous = entry_hash(entry)
        forged.append(replace(sealed, entry=entry, hash=previous))
    assert verify(forged) == ()
    assert kinds(forged, head) == [(BreakKind.CHANGED, 4)]


def test_a_head_of_another_connections_empty_trail_does_not_fit() -> None:
    assert kinds(trail(2), head_of("shop-2", None)) == [(BreakKind.CHANGED, 0)]


@given(
    length=st.integers(2, 7),
    seq=st.integers(1, 7),
    how=st.sampled_from(["drop", "double", "swap", "hash", "payload", "anew"]),
)
def test_no_single_interference_goes_unnoticed_when_the_head_is_known(
    length: int, seq: int, how: str
) -> None:
    entries = trail(length)
    head = head_of(SHOP, entries[-1])
    place = (seq - 1) % length
    if how == "drop":
        del entries[place]
    elif how == "double":
        entries.insert(place, entries[place])
    elif how == "swap":
        other = (place + 1) % length
        entries[place], entries[other] = entries[other], entries[place]
    elif how == "hash":
        entries[place] = replace(entries[place], hash="e" * 64)
    elif how == "payload":
        entries[place] = replace(entries[place], payload="{}")
    else:
        entries[place] = altered(entries[place], by_somebody, hashed_anew=True)
    assert verify(entries, head) != ()


# Erasing


def test_a_payload_can_be_erased_with_its_salt_and_the_trail_still_verifies() -> None:
    entries = trail(5)
    head = head_of(SHOP, entries[-1])
    entries[1] = erased(entries[1])
    entries[4] = erased(entries[4])
    assert "Ann 2" not in repr(entries)
    assert verify(entries, head) == ()


@pytest.mark.parametrize("field", ["payload", "salt"])
def test_what_is_erased_by_halves_is_found(field: str) -> None:
    """A payload without its salt could be any payload; a salt without its payload lets it be guessed."""
    entries = trail(3)
    entries[1] = replace(entries[1], payload="" if field == "payload" else entries[1].payload)
    entries[1] = replace(entries[1], salt="" if field == "salt" else entries[1].salt)
    breaks = verify(entries)
    assert [(each.kind, each.seq) for each in breaks] == [(BreakKind.CHANGED, 2)]
    assert "half erased" in breaks[0].what
