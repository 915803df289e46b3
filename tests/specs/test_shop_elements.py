"""The quick way to take a list apart gives what the careful one gives, and refuses what that refuses."""

from __future__ import annotations

import json
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml_connector.adobe.elements import Entity, elements
from ml_connector.adobe.slices import sliced

MEMBERS = st.sampled_from(["entity_id", "id", "transaction_id", "order_id", "updated_at", "sku", "entity id"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from([1.5, -0.25, 1e-15]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=3),
    max_leaves=8,
)
ENTITIES = st.dictionaries(MEMBERS, VALUES, max_size=6)
ANSWERS = st.fixed_dictionaries(
    {"items": st.lists(ENTITIES | VALUES, max_size=4)},
    optional={"total_count": VALUES, "search_criteria": VALUES},
)


def told(value: object) -> object:
    """A plain value, with a fraction as its text, as the careful reader has it; of anything else its kind."""
    if isinstance(value, float):
        return repr(value)
    return value if value is None or isinstance(value, int | str) else type(value)


@settings(deadline=None)
@given(answer=ANSWERS, indent=st.none() | st.integers(0, 2), escaped=st.booleans())
def test_every_list_is_taken_apart_as_the_careful_reader_does(
    answer: dict[str, object], indent: int | None, escaped: bool
) -> None:
    text = json.dumps(answer, indent=indent, ensure_ascii=escaped)
    found, (expected, others) = elements(text), sliced(text, "items")
    assert found.of is not None
    assert expected is not None
    assert [body for _, body in found.of] == [body for _, body in expected]
    assert told(found.total_count) == told(others.get("total_count"))
    for (entity, _), (value, _) in zip(found.of, expected, strict=True):
        members = cast(dict[str, object], value) if isinstance(value, dict) else {}
        assert told(entity.entity_id) == told(members.get("entity_id"))
        assert told(entity.order_id) == told(members.get("order_id", 0))
        assert told(entity.updated_at) == told(members.get("updated_at", ""))


def test_what_an_entity_does_not_have_stands_as_if_nothing_were_asked_of_it() -> None:
    assert elements('{"items":[{}],"total_count":1}').of == [(Entity(), "{}")]
    assert elements('{"items":[7],"total_count":1}').of == [(Entity(), "7")]


def test_half_of_a_surrogate_pair_is_good_json_and_does_not_stop_a_page() -> None:
    """The quick reader refuses it, and the shop can send it: the flow would ask for this page for ever."""
    body = r'{"entity_id":5,"note":"\ud83d"}'
    assert elements(f'{{"items":[{body}],"total_count":1}}').of == [(Entity(entity_id=5), body)]


def test_a_null_in_the_place_of_the_list_is_told_from_no_list_at_all() -> None:
    """Of an empty list a projection leaves null (reference: adobe_commerce.md §4.4)."""
    assert elements('{"items":null,"total_count":0}').is_null
    assert not elements('{"total_count":0}').is_null
    assert elements('{"items":{},"total_count":0}').of is None


@pytest.mark.parametrize(
    "text",
    [
        '{"items":[{"a":NaN}]}',
        '{"items":[{"a":1,}]}',
        '{"items":[1 2]}',
        '{"items":[]',
        '{"items":[]}x',
        "[1]",
    ],
)
def test_what_is_no_json_object_is_refused_with_the_place(text: str) -> None:
    with pytest.raises(ValueError, match=r"\(char \d+\)|no JSON"):
        elements(text)


def test_an_answer_that_is_nested_without_end_is_refused() -> None:
    with pytest.raises(RecursionError):
        elements('{"items":[' + "[" * 100_000 + "]" * 100_000 + "]}")
