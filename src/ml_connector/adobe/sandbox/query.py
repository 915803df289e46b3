"""The query string as PHP reads it: `a[b][0]=c` becomes nested arrays.

Here a `+` is a space and the last of two equal names wins. The signature reads the same string in another
way (`oauth.py`), which is why a `+` never gets this far.
"""

from __future__ import annotations

import re
from typing import TypeAlias
from urllib.parse import unquote_plus

Parameters: TypeAlias = "dict[str, str | Parameters]"

_KEYS = re.compile(r"\[([^\]]*)\]")


def parse(query: str) -> Parameters:
    """Nested parameters, in the order in which their names first appear."""
    parameters: Parameters = {}
    for pair in query.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            _put(parameters, unquote_plus(name), unquote_plus(value))
    return parameters


def _put(parameters: Parameters, name: str, value: str) -> None:
    outer, bracket, rest = name.partition("[")
    keys = [outer.replace(" ", "_").replace(".", "_"), *(_KEYS.findall(bracket + rest) if bracket else ())]
    place = parameters
    for key in keys[:-1]:
        inner = place.get(key)
        if not isinstance(inner, dict):
            inner = {}
            place[key] = inner
        place = inner
    place[keys[-1] or str(len(place))] = value
