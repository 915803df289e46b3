"""The shop's JSON errors: a template with its parameters becomes one line that is safe to show."""

from __future__ import annotations

import json

import pytest

from ml_connector.adobe.refusal import refusal_in


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"message": '"%fieldName" is required.', "parameters": {"fieldName": "x"}}, '"x" is required'),
        ({"message": "%1 or %2, not %10", "parameters": ["ASC", "DESC"]}, "ASC or DESC, not %10"),
        (
            {
                "message": "No such %fieldName = %fieldValue",
                "parameters": {"fieldName": "id", "fieldValue": 9},
            },
            "No such id = 9",
        ),
        ({"message": "100% wrong. "}, "100% wrong"),
        ({"message": "a\n  b\u0000c\u202e"}, "a b c"),
        (
            {"message": "SQLSTATE[42S22]: no column, query was: SELECT 'a@b.example'"},
            "SQLSTATE[42S22]: no column",
        ),
    ],
)
def test_a_message_is_filled_in_and_fits_on_one_line(body: object, message: str) -> None:
    refusal = refusal_in(json.dumps(body).encode())
    assert refusal is not None
    assert refusal.message == message


@pytest.mark.parametrize("body", ["", "[]", "null", '"text"', '{"error":1}', '{"message":5}', "[" * 100_000])
def test_a_body_without_a_message_is_no_refusal(body: str) -> None:
    assert refusal_in(body.encode()) is None
