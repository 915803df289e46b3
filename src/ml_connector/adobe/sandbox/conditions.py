"""How the shop's database compares: MariaDB's habits, as a filter meets them.

Facts: adobe_commerce.md §4.2, §9.4 and §10. Text is compared without regard to case, accents and trailing
spaces; a number is compared with the digits that its text begins with (`12abc` is 12); a date is compared
as text, takes `T` and `Z`, ignores a zone, and lets *everything* pass when it cannot be read; a column
without a value matches nothing but `null`; a condition that nobody knows is `eq`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from enum import Enum, auto
from functools import lru_cache

from ml_connector.adobe.sandbox.errors import internal_error

Scalar = bool | int | Decimal | str | None
Comparable = Decimal | str
Test = Callable[[Scalar], bool]

_DATE = re.compile(r"\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2}))?)?")
_NUMBER = re.compile(r"\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")


class ColumnType(Enum):
    """What a column holds, for comparing."""

    NUMBER = auto()
    TEXT = auto()
    DATE = auto()


def number(text: str) -> Decimal:
    """The number that a text begins with, 0 when it begins with none."""
    found = _NUMBER.match(text)
    return Decimal(found[0].strip()) if found else Decimal(0)


@lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """A text as the database compares it: no case, no accents, no trailing spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).rstrip(" ")


def date_text(text: str) -> str | None:
    """A date as `YYYY-MM-DD hh:mm:ss`, or None when it cannot be read; 31 February is fine (§10.8)."""
    found = _DATE.match(text)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour <= 23 and minute <= 59 and second <= 59):
        return None
    return f"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"


def sort_key(kind: ColumnType, value: Scalar) -> tuple[bool, Comparable]:
    """The place of a value in an ascending sort; no value comes first."""
    if value is None:
        return (False, "")
    return (True, _comparable(kind, value))


def test_for(kind: ColumnType, condition: str, wanted: str | None) -> Test:
    """The test that one filter makes on the value of a column of this kind.

    `wanted` is None for a filter without a value, which matches nothing. Raises Refusal (500) for `is` and
    for a regular expression that does not parse.
    """
    if condition == "null":
        return lambda value: value is None
    if condition == "notnull":
        return lambda value: value is not None
    if condition == "is":
        raise internal_error()
    if wanted is None:
        return lambda _: False
    if condition in _ON_TEXT:
        return _present(_ON_TEXT[condition](wanted))
    if condition in _LISTS:
        listed = {_comparable(kind, part) for part in wanted.split(",")}
        inside = condition == "in"
        return _present(lambda value: (_comparable(kind, value) in listed) is inside)
    if kind is ColumnType.DATE and date_text(wanted) is None:
        return lambda _: True
    limit = _comparable(kind, wanted)
    compare = _COMPARISONS.get(condition, _equal)
    return _present(lambda value: compare(_comparable(kind, value), limit))


def _comparable(kind: ColumnType, value: bool | int | Decimal | str) -> Comparable:
    if kind is ColumnType.NUMBER:
        return number(value) if isinstance(value, str) else Decimal(value)
    text = value if isinstance(value, str) else str(value)
    if kind is ColumnType.DATE:
        return date_text(text) or text
    return folded(text)


def _present(test: Callable[[bool | int | Decimal | str], bool]) -> Test:
    return lambda value: value is not None and test(value)


def _equal(value: Comparable, limit: Comparable) -> bool:
    return value == limit


def _order(value: Comparable, limit: Comparable) -> int:
    if isinstance(value, Decimal) and isinstance(limit, Decimal):
        return (value > limit) - (value < limit)
    left, right = str(value), str(limit)
    return (left > right) - (left < right)


# Spelled exactly so: `LTEQ` and the documented `moreq` are not here, and so mean `eq` (§4.2, §10.8).
_COMPARISONS: dict[str, Callable[[Comparable, Comparable], bool]] = {
    "neq": lambda value, limit: value != limit,
    "gt": lambda value, limit: _order(value, limit) > 0,
    "gteq": lambda value, limit: _order(value, limit) >= 0,
    "from": lambda value, limit: _order(value, limit) >= 0,
    "lt": lambda value, limit: _order(value, limit) < 0,
    "lteq": lambda value, limit: _order(value, limit) <= 0,
    "to": lambda value, limit: _order(value, limit) <= 0,
}
_LISTS = ("in", "nin")


def _like(wanted: str) -> Callable[[object], bool]:
    translated = "".join({"%": ".*", "_": "."}.get(letter, re.escape(letter)) for letter in folded(wanted))
    pattern = re.compile(translated, re.DOTALL)
    return lambda value: pattern.fullmatch(folded(str(value))) is not None


def _not_like(wanted: str) -> Callable[[object], bool]:
    like = _like(wanted)
    return lambda value: not like(value)


def _in_set(wanted: str) -> Callable[[object], bool]:
    return lambda value: folded(wanted) in [folded(part) for part in str(value).split(",")]


def _regexp(wanted: str) -> Callable[[object], bool]:
    try:
        pattern = re.compile(wanted, re.IGNORECASE)
    except re.error:
        raise internal_error() from None
    return lambda value: pattern.search(str(value)) is not None


_ON_TEXT: dict[str, Callable[[str], Callable[[object], bool]]] = {
    "like": _like,
    "nlike": _not_like,
    "finset": _in_set,
    "regexp": _regexp,
}
