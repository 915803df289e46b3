"""Values to JSON and back, strictly and canonically.

One rule for plans, protocol messages and trail payloads: a frozen dataclass is an object with exactly its
fields, a Decimal is its text, a date or instant is ISO 8601, an enum its value, a tuple a list. There are no
floats. Reading is *must-understand* by default: an unknown or missing field raises `NotUnderstood`; with
`lenient=True` unknown fields are ignored (design: “Cloud and agent”).

Canonical bytes are UTF-8 JSON with sorted keys and no spaces; they are what is hashed.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import types
import typing
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast

T = TypeVar("T")

_AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?\+00:00")

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]


class NotUnderstood(ValueError):
    """A JSON value that is not exactly what the type says; the message names the place, never the value."""


def to_json(value: object) -> Json:
    """The plain JSON of a value; raises TypeError for what has none (floats above all)."""
    if value is None or (isinstance(value, bool | str) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return cast(str, value.value)
    if isinstance(value, int):
        return value
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {_name(key): to_json(item) for key, item in cast(Mapping[object, object], value).items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in cast(Sequence[object], value)]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    raise TypeError(f"a {type(value).__name__} has no exact JSON")


def _name(key: object) -> str:
    """A mapping's key as a member's name. Other keys than text could come to the same name."""
    if not isinstance(key, str):
        raise TypeError(f"a {type(key).__name__} as a key has no exact JSON")
    return str(key)


def canonical(value: object) -> bytes:
    """The one byte string that stands for a value; raises TypeError for what has none."""
    text = json.dumps(to_json(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise TypeError("text with half a character has no exact JSON") from None


def digest(value: object) -> str:
    """SHA-256 over the canonical bytes, in lower-case hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def loads(text: str | bytes) -> object:
    """Parse JSON with numbers kept exact: fractions become Decimal.

    Raises ValueError for what is no JSON, and `NotUnderstood` for NaN and for a name that stands twice.
    """
    return json.loads(text, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_once_each)


def _no_number(_text: str) -> object:
    raise NotUnderstood("NaN and Infinity are no numbers")


def _once_each(members: list[tuple[str, object]]) -> dict[str, object]:
    read = dict(members)
    if len(read) != len(members):
        raise NotUnderstood("an object has two members of one name")
    return read


def from_json(kind: type[T], value: object, *, lenient: bool = False, at: str = "$") -> T:
    """Read a value of type `kind`; raises `NotUnderstood` with the JSON path of what does not fit."""
    return cast(T, _read(kind, value, lenient, at))


def _read(kind: object, value: object, lenient: bool, at: str) -> object:
    origin = typing.get_origin(kind)
    if origin is types.UnionType or origin is typing.Union:
        return _read_union(typing.get_args(kind), value, lenient, at)
    if origin is tuple:
        item_kind = typing.get_args(kind)[0]
        return tuple(_read(item_kind, item, lenient, f"{at}[{n}]") for n, item in enumerate(_list(value, at)))
    if origin in (dict, Mapping):
        value_kind = typing.get_args(kind)[1]
        return {
            key: _read(value_kind, item, lenient, f"{at}.{key}") for key, item in _object(value, at).items()
        }
    if isinstance(kind, type):
        return _read_plain(cast(type[object], kind), value, lenient, at)
    raise TypeError(f"no reading rule for {kind!r}")


def _read_plain(kind: type[object], value: object, lenient: bool, at: str) -> object:
    if kind is object:
        return value
    if kind is bool or kind is str or kind is type(None):
        if type(value) is not kind:
            raise NotUnderstood(f"{at} is not a {kind.__name__}")
        return value
    if kind is int:
        if type(value) is not int:
            raise NotUnderstood(f"{at} is not a whole number")
        return value
    try:
        if kind is Decimal:
            return Decimal(_shaped(_AMOUNT, value, at))
        if kind is datetime:
            return datetime.fromisoformat(_shaped(_INSTANT, value, at))
        if kind is date:
            return date.fromisoformat(_shaped(_DAY, value, at))
        if issubclass(kind, Enum):
            return kind(value)
    except ValueError:
        raise NotUnderstood(f"{at} is not a {kind.__name__}") from None
    if dataclasses.is_dataclass(kind):
        return _read_dataclass(kind, value, lenient, at)
    raise TypeError(f"no reading rule for {kind!r}")


def _read_dataclass(kind: type[object], value: object, lenient: bool, at: str) -> object:
    given = _object(value, at)
    hints = _hints(kind)
    unknown = sorted(set(given) - set(hints))
    if unknown and not lenient:
        raise NotUnderstood(f"{at}.{unknown[0]} is not a field of {kind.__name__}")
    read: dict[str, object] = {}
    for name, (field_kind, has_default) in hints.items():
        if name in given:
            read[name] = _read(field_kind, given[name], lenient, f"{at}.{name}")
        elif not has_default:
            raise NotUnderstood(f"{at}.{name} is missing")
    try:
        return kind(**read)
    except ValueError as error:
        raise NotUnderstood(f"{at} is no valid {kind.__name__}: {error}") from None


def _read_union(kinds: tuple[object, ...], value: object, lenient: bool, at: str) -> object:
    """Optional values, and dataclasses told apart by their `type` field's default."""
    if value is None and type(None) in kinds:
        return None
    rest = [kind for kind in kinds if kind is not type(None)]
    if len(rest) == 1:
        return _read(rest[0], value, lenient, at)
    if isinstance(value, dict):
        tag = cast(dict[str, object], value).get("type")
        for kind in rest:
            if dataclasses.is_dataclass(kind) and isinstance(kind, type) and _tag(kind) == tag:
                return _read_dataclass(kind, cast(object, value), lenient, at)
        raise NotUnderstood(f"{at}.type is none that we know")
    for kind in rest:
        try:
            return _read(kind, value, lenient, at)
        except NotUnderstood:
            continue
    raise NotUnderstood(f"{at} fits none of its kinds")


@cache
def _tag(kind: type[object]) -> object:
    """The default of a dataclass's `type` field: what tells the members of a union apart."""
    return next((field.default for field in _fields(kind) if field.name == "type"), None)


def _fields(kind: type[object]) -> tuple[dataclasses.Field[object], ...]:
    return dataclasses.fields(cast(Any, kind))


@cache
def _hints(kind: type[object]) -> dict[str, tuple[object, bool]]:
    hints = typing.get_type_hints(kind)
    return {
        field.name: (
            hints[field.name],
            field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING,
        )
        for field in _fields(kind)
    }


def _object(value: object, at: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise NotUnderstood(f"{at} is not an object")
    return cast(dict[str, object], value)


def _list(value: object, at: str) -> list[object]:
    if not isinstance(value, list):
        raise NotUnderstood(f"{at} is not a list")
    return cast(list[object], value)


def _shaped(shape: re.Pattern[str], value: object, at: str) -> str:
    """Text of the one shape that `to_json` writes; the standard library would read others too."""
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise NotUnderstood(f"{at} is not in the form that it is written in")
    return value
