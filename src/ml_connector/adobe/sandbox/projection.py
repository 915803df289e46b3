"""The `fields` parameter: what is left of an answer when only some fields were asked for.

Facts: adobe_commerce.md §4.4 and §9.4. It applies to the whole answer, keeps the shop's own order of fields,
drops what it does not know without a word, turns an empty list into null and an object without any asked
field into `[]`, and leaves `[]` of the whole answer when it cannot be read (an open bracket, a space).
"""

from __future__ import annotations

import re
from typing import TypeAlias

from ml_connector.adobe.sandbox.jsontext import Json

Wanted: TypeAlias = "dict[str, Wanted | None]"

_TOKEN = re.compile(r"([^\[\],\s]+)|([\[\],])")


def project(answer: Json, fields: str) -> Json:
    """What the shop answers when the request carries `fields=…`."""
    wanted = wanted_fields(fields)
    return [] if wanted is None else _kept(answer, wanted)


def wanted_fields(fields: str) -> Wanted | None:
    """The tree of asked fields, or None when the text is malformed."""
    wanted: Wanted = {}
    open_brackets = [wanted]
    name = ""
    position = 0
    while position < len(fields):
        found = _TOKEN.match(fields, position)
        if not found:
            return None
        position = found.end()
        if found[1]:
            open_brackets[-1][found[1]] = None
        elif found[2] == "[" and name:
            inner: Wanted = {}
            open_brackets[-1][name] = inner
            open_brackets.append(inner)
        elif found[2] == "]" and len(open_brackets) > 1:
            open_brackets.pop()
        elif found[2] != ",":
            return None
        name = found[1] or ""
    return wanted if len(open_brackets) == 1 else None


def _kept(value: Json, wanted: Wanted) -> Json:
    if isinstance(value, list):
        return [_kept(item, wanted) for item in value] or None
    if not isinstance(value, dict):
        return value
    kept: dict[str, Json] = {}
    for key, item in value.items():
        if key in wanted:
            inner = wanted[key]
            kept[key] = item if inner is None else _kept(item, inner)
    return kept
