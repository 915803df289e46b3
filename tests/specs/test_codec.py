"""Values to JSON: exact, and one byte string for each value. Reading is in test_codec_reading.py."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given

from ml_connector.codec import canonical, digest, loads, to_json
from tests.specs.codec_values import JSON, OUTER, Inner

# Writing


def test_every_kind_of_value_has_one_plain_form() -> None:
    assert to_json(OUTER) == {
        "text": "Zoë “O’Hara” \n\u2028 £5 😀",
        "whole": 10**30,
        "flag": True,
        "amount": "-12.5000",
        "day": "2026-02-03",
        "at": "2026-02-03T04:05:06.000070+00:00",
        "colour": "blue",
        "grade": 1,
        "inner": {"name": "x", "count": 0},
        "many": [{"name": "a", "count": 1}, {"name": "b", "count": 0}],
        "pets": [{"tricks": ["sit"], "type": "dog"}, {"lives": 9, "type": "cat"}],
        "maybe": None,
        "numbers": {"one": 1, "word": "1", "list": [1, 2]},
    }


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        {"a": [0.5]},
        (Inner(name="x"), 2.0),
        b"bytes",
        object(),
        Inner,
        {"a", "b"},
        {1: "a", "1": "b"},
        Decimal("NaN"),
        Decimal("-Infinity"),
        "half a character: \ud83d",
    ],
)
def test_floats_and_all_that_has_no_exact_json_are_refused(value: object) -> None:
    with pytest.raises(TypeError, match="no exact JSON"):
        canonical(value)


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1E+3", '"1000"'), ("1E-7", '"0.0000001"'), ("0.00", '"0.00"'), ("100", '"100"'), ("-0.5", '"-0.5"')],
)
def test_an_amount_is_written_in_digits_and_keeps_its_decimals(amount: str, text: str) -> None:
    assert canonical(Decimal(amount)).decode() == text


# Canonical bytes


def test_canonical_bytes_are_sorted_utf_8_without_spaces() -> None:
    value = {"b": [1, None, False], "ä": "£", "B": {"z": "\t\u0001", "a": '"\\/'}}
    assert canonical(value).decode() == '{"B":{"a":"\\"\\\\/","z":"\\t\\u0001"},"b":[1,null,false],"ä":"£"}'


def test_the_order_in_which_a_mapping_was_filled_does_not_matter() -> None:
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert digest({"a": 1, "b": 2}) != digest({"a": 2, "b": 1})


def test_a_digest_is_sha_256_of_the_canonical_bytes_for_ever() -> None:
    assert canonical(Inner(name="Zoë")) == b'{"count":0,"name":"Zo\xc3\xab"}'
    assert digest(Inner(name="Zoë")) == "f1df5c21e877430260869cde9efb39f34de118c3a01dbe3c9429c9b16511c8a1"


@given(JSON)
def test_canonical_bytes_read_back_to_what_was_written_and_write_to_the_same(value: object) -> None:
    text = canonical(value)
    assert loads(text) == value
    assert canonical(loads(text)) == text
