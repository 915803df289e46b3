"""A payload is the shop's own text of one entity, to the byte."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml_connector.adobe.slices import sliced

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from([1.5, -0.25, 1e-15]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)
SPACES = st.text(" \t\r\n", max_size=2)


def test_an_element_keeps_the_spelling_of_the_shop() -> None:
    """Spaces, escapes, order and repetition of members, and digits that no number type would keep."""
    first = r'{"sku":"A\/B \u00e9 é","price": 3.5500, "rate":3.55e-15,"big":10000000000000000.00,"price":1}'
    second = '{ "items" : [ {"total_count" : 7} ] }'
    text = f'{{"search_criteria":{{"page_size":2}}, "items" : [ {first} ,\n{second}], "total_count" : 2 }}\n'
    elements, others = sliced(text, "items")
    assert elements is not None
    assert [body for _, body in elements] == [first, second]
    assert others == {"search_criteria": {"page_size": 2}, "total_count": 2}


def test_fractions_are_read_as_text_and_never_as_binary_numbers() -> None:
    elements, _ = sliced('{"items":[{"price":3.10}]}', "items")
    assert elements == [({"price": "3.10"}, '{"price":3.10}')]


@settings(max_examples=40, deadline=None)
@given(
    elements=st.lists(st.dictionaries(st.text(max_size=5), VALUES, max_size=4), max_size=5),
    others=st.dictionaries(st.text(max_size=8).filter(lambda name: name != "items"), VALUES, max_size=3),
    items_at=st.integers(0, 3),
    space=SPACES,
    escaped=st.booleans(),
)
def test_any_list_is_cut_where_its_elements_begin_and_end(
    elements: list[dict[str, object]],
    others: dict[str, object],
    items_at: int,
    space: str,
    escaped: bool,
) -> None:
    bodies = [json.dumps(element, ensure_ascii=escaped, indent=len(space) or None) for element in elements]
    members = [f"{json.dumps(name)}{space}:{json.dumps(value)}" for name, value in others.items()]
    members.insert(items_at, f'"items":{space}[{space}{f"{space},".join(bodies)}{space}]')
    text = f"{space}{{{space}{f'{space},{space}'.join(members)}{space}}}{space}"
    cut, rest = sliced(text, "items")
    assert cut is not None
    assert [body for _, body in cut] == bodies
    assert set(rest) == set(others)


@pytest.mark.parametrize("text", ["{}", '{"items":null}', '{"items":{}}', '{"item":[1]}'])
def test_where_there_is_no_list_there_is_none(text: str) -> None:
    assert sliced(text, "items")[0] is None


WHOLE = '{"items":[{"a":"b"},{"c":1}],"total_count":2}'


@pytest.mark.parametrize("length", range(len(WHOLE)))
def test_an_answer_that_is_cut_off_anywhere_is_none(length: int) -> None:
    with pytest.raises(ValueError, match=r"\(char \d+\)|no JSON"):
        sliced(WHOLE[:length], "items")


@pytest.mark.parametrize(
    "text",
    [WHOLE + "x", WHOLE + WHOLE, "[1]", "1", '{"items":[1 2]}', '{"items":[1,]}', "{1:2}", '{"a":Infinity}'],
)
def test_what_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\(char \d+\)|no JSON"):
        sliced(text, "items")
