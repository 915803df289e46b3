"""The shop's JSON error, read: its message with the template filled in, what it lacks, its database code.

`message` holds placeholders and `parameters` is a list for `%1` or an object for `%fieldName`
(reference: adobe_commerce.md §9.3). What comes out is safe to show and to log: one line, bounded, without
the database statement that a shop in developer mode adds. `answers.py` decides what it means.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

_LINE_MAX = 300
_PLACEHOLDER = re.compile(r"%([0-9]+|[A-Za-z_]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The shop's own words; `resource` is the missing ACL resource, or “”; `code` is 0 without one."""

    message: str
    resource: str
    code: int


def refusal_in(body: bytes) -> Refusal | None:
    """The JSON error in the body of an answer; None where there is none (a page, an outage, a cut text)."""
    try:
        read: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(read, dict):
        return None
    error = cast(dict[str, object], read)
    message, code = error.get("message"), error.get("code")
    if not isinstance(message, str):
        return None
    parameters = _parameters(error.get("parameters"))
    resource = parameters.get("resources")
    return Refusal(
        message=one_line(filled(message, parameters)),
        resource=one_line(resource) if isinstance(resource, str) else "",
        code=code if isinstance(code, int) else 0,
    )


def filled(template: str, parameters: Mapping[str, object]) -> str:
    """A message with `%1` or `%name` replaced; a placeholder without a parameter stays as it is."""
    return _PLACEHOLDER.sub(lambda found: str(parameters.get(found[1], found[0])), template)


def one_line(text: str) -> str:
    """Text of the shop as one printable line of bounded length, without its full stop."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    line = line.partition(", query was:")[0]
    return (line if len(line) <= _LINE_MAX else line[:_LINE_MAX] + "…").rstrip(". ")


def _parameters(given: object) -> dict[str, object]:
    if isinstance(given, dict):
        return cast(dict[str, object], given)
    if isinstance(given, list):
        return {str(number): value for number, value in enumerate(cast(list[object], given), start=1)}
    return {}
