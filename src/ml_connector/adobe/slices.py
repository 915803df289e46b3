"""The elements of a JSON list, each with its own text, exactly as it stands in the answer.

A payload is kept as the shop wrote it, so that a better reader can read the same bytes again. Decoding and
encoding again would lose the shop's spelling of numbers and escapes.
"""

from __future__ import annotations

import json
import re

_SPACE = re.compile(r"[ \t\r\n]*")


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


# Amounts are not looked at before the reader does: their text is enough here, and no float is made.
_DECODER = json.JSONDecoder(parse_float=str, parse_constant=_no_constant)


def sliced(text: str, name: str) -> tuple[list[tuple[object, str]] | None, dict[str, object]]:
    """The elements of the list called `name` in a JSON object, and the object's other members.

    An element is its decoded value and its text; fractions are decoded to text. The list is None where there
    is no such member or it is no list. Raises ValueError for what is no JSON object, or more than one.
    """
    elements: list[tuple[object, str]] | None = None
    others: dict[str, object] = {}
    at, more = _opened(text, 0, "{}")
    while more:
        key, at = _value(text, at)
        if not isinstance(key, str):
            raise ValueError(f"a member's name is no text (char {at})")
        at = _past(text, at, ":")
        if key == name and text.startswith("[", at):
            elements, at = _elements(text, at)
        else:
            others[key], at = _value(text, at)
        at, more = _next(text, at, "}")
    if at != len(text):
        raise ValueError(f"more text after the object (char {at})")
    return elements, others


def _elements(text: str, at: int) -> tuple[list[tuple[object, str]], int]:
    elements: list[tuple[object, str]] = []
    at, more = _opened(text, at, "[]")
    while more:
        value, end = _value(text, at)
        elements.append((value, text[at:end]))
        at, more = _next(text, end, "]")
    return elements, at


def _value(text: str, at: int) -> tuple[object, int]:
    return _DECODER.raw_decode(text, at)


def _opened(text: str, at: int, brackets: str) -> tuple[int, bool]:
    """Behind the opening bracket; False, and behind the closing one too, when nothing stands between them."""
    at = _past(text, at, brackets[0])
    return (_past(text, at, brackets[1]), False) if text.startswith(brackets[1], at) else (at, True)


def _next(text: str, at: int, closing: str) -> tuple[int, bool]:
    """Behind a comma, or, with False, behind the closing bracket."""
    at = _skipped(text, at)
    if text.startswith(closing, at):
        return _skipped(text, at + 1), False
    return _past(text, at, ","), True


def _past(text: str, at: int, mark: str) -> int:
    at = _skipped(text, at)
    if not text.startswith(mark, at):
        raise ValueError(f"a '{mark}' is missing (char {at})")
    return _skipped(text, at + 1)


def _skipped(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return at if found is None else found.end()
