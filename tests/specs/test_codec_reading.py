"""JSON to values: exactly what the type says, strict unless told otherwise, and never a third outcome."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_connector.codec import NotUnderstood, canonical, from_json, loads
from tests.specs.codec_values import JSON, OUTER, Cat, Holder, Inner, Outer, with_field


def test_what_was_written_reads_back_equal() -> None:
    assert from_json(Outer, loads(canonical(OUTER))) == OUTER
    assert from_json(Outer, json.loads(canonical(OUTER))) == OUTER


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", 1),
        ("text", None),
        ("whole", "1"),
        ("whole", True),
        ("whole", 1.0),
        ("whole", Decimal(1)),
        ("flag", 1),
        ("flag", "true"),
        ("amount", 12),
        ("amount", 12.5),
        ("amount", "twelve"),
        ("amount", ""),
        ("amount", "NaN"),
        ("amount", "1E3"),
        ("amount", " 1.5"),
        ("amount", "1_000"),
        ("amount", "٣"),
        ("amount", ".5"),
        ("day", "03/02/2026"),
        ("day", "2026-02-30"),
        ("day", "2026-02-03T00:00:00+00:00"),
        ("day", 20260203),
        ("day", "20260203"),
        ("at", "yesterday"),
        ("at", "2026-02-03"),
        ("at", "2026-02-03T04:05:06"),
        ("at", "2026-02-03T04:05:06+01:00"),
        ("at", 1770091506),
        ("colour", "green"),
        ("colour", "RED"),
        ("colour", []),
        ("grade", "1"),
        ("inner", None),
        ("inner", ["x", 0]),
        ("many", {}),
        ("many", "ab"),
        ("many", None),
        ("maybe", "x"),
        ("numbers", [1]),
    ],
)
def test_a_value_of_another_kind_is_refused_with_its_place(name: str, value: object) -> None:
    with pytest.raises(NotUnderstood, match=rf"^\$\.{name}\b"):
        from_json(Outer, with_field(name, value))


def test_a_refusal_names_the_place_and_never_the_value() -> None:
    """What arrives may be a secret or somebody's address; a message ends in logs."""
    for name, value in [("whole", "canary"), ("amount", "canary"), ("colour", "canary"), ("flag", "canary")]:
        with pytest.raises(NotUnderstood) as caught:
            from_json(Outer, with_field(name, value))
        assert "canary" not in str(caught.value)
        assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_place_deep_inside_is_named_in_full() -> None:
    with pytest.raises(NotUnderstood, match=r"^\$\.many\[1\]\.count is not a whole number"):
        from_json(Outer, with_field("many", [{"name": "a"}, {"name": "b", "count": "2"}]))
    with pytest.raises(NotUnderstood, match=r"^\$\.numbers\.x fits none"):
        from_json(Outer, with_field("numbers", {"x": None}))
    with pytest.raises(NotUnderstood, match=r"^\$\.numbers\.x\.type is none"):
        from_json(Outer, with_field("numbers", {"x": {}}))


def test_a_missing_field_is_refused_unless_it_has_a_default() -> None:
    assert from_json(Inner, {"name": "x"}) == Inner(name="x", count=0)
    for lenient in (False, True):
        with pytest.raises(NotUnderstood, match=r"^\$\.name is missing"):
            from_json(Inner, {"count": 1}, lenient=lenient)


def test_an_unknown_field_is_refused_when_all_must_be_understood() -> None:
    with pytest.raises(NotUnderstood, match=r"^\$\.more is not a field of Inner"):
        from_json(Inner, {"name": "x", "more": 1})
    with pytest.raises(NotUnderstood, match=r"^\$\.pets\[0\]\.more is not a field of Cat"):
        from_json(Outer, with_field("pets", [{"type": "cat", "lives": 1, "more": None}]))


def test_an_unknown_field_is_ignored_at_every_depth_when_reading_leniently() -> None:
    given = with_field("pets", [{"type": "cat", "lives": 1, "more": None}]) | {"more": 1.5}
    read = from_json(Outer, given, lenient=True)
    assert read.pets == (Cat(lives=1),)
    assert read.inner == OUTER.inner


def test_reading_leniently_is_not_reading_wrongly() -> None:
    with pytest.raises(NotUnderstood, match="whole number"):
        from_json(Inner, {"name": "x", "count": "1"}, lenient=True)
    with pytest.raises(NotUnderstood, match="none that we know"):
        from_json(Outer, with_field("pets", [{"type": "fish"}]), lenient=True)


@pytest.mark.parametrize("pet", [{"lives": 9}, {"type": "fish"}, {"type": None}, {"type": "Cat", "lives": 9}])
def test_one_of_several_kinds_is_told_by_its_type_and_by_nothing_else(pet: dict[str, object]) -> None:
    with pytest.raises(NotUnderstood, match=r"^\$\.pets\[0\]\.type"):
        from_json(Outer, with_field("pets", [pet]))


def test_what_a_type_refuses_to_be_built_from_is_not_understood() -> None:
    with pytest.raises(NotUnderstood, match="no valid Outer: whole is not negative"):
        from_json(Outer, with_field("whole", -1))


def test_numbers_with_a_fraction_stay_exact() -> None:
    assert loads('{"a": 33.9820, "b": 12}') == {"a": Decimal("33.9820"), "b": 12}
    assert isinstance(loads("1e400"), Decimal)


@pytest.mark.parametrize("text", ["NaN", '{"a": Infinity}', "[-Infinity]"])
def test_there_is_no_number_that_is_none(text: str) -> None:
    with pytest.raises(NotUnderstood, match="no numbers"):
        loads(text)


def test_a_name_that_stands_twice_is_refused() -> None:
    """Which of the two counts is left open by JSON, so two readers could understand two things."""
    with pytest.raises(NotUnderstood, match="one name"):
        loads('{"plan": {"gross": 1, "gross": 2}}')


def test_a_member_of_any_kind_is_handed_on_unread() -> None:
    raw = {"x": [1, {"y": Decimal("1.5")}], "type": None}
    assert from_json(Holder, {"raw": raw}) == Holder(raw=raw)


@given(JSON)
def test_reading_anything_at_all_ends_in_a_value_or_in_not_understood(value: object) -> None:
    try:
        read = from_json(Outer, value)
    except NotUnderstood:
        return
    assert isinstance(read, Outer)


@given(JSON, st.sampled_from(sorted(Outer.__slots__)))
def test_a_field_of_anything_at_all_ends_in_a_value_or_in_not_understood(value: object, name: str) -> None:
    try:
        read = from_json(Outer, with_field(name, value))
    except NotUnderstood:
        return
    assert canonical(read) == canonical(from_json(Outer, loads(canonical(read))))
