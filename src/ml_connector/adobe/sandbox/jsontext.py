"""Values to the text of an answer, as the shop writes it: JSON and, when asked for, XML.

Amounts are read as Decimal and written with the very digits they were read with, so that nothing on the way
from the recording to the wire is a float. Slashes and everything outside ASCII are escaped, as PHP does:
an answer has the same number of bytes as the recorded one.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TypeAlias, cast
from xml.sax.saxutils import escape

Json: TypeAlias = "bool | int | Decimal | str | list[Json] | dict[str, Json] | None"
Document: TypeAlias = "dict[str, Json]"


def read(text: str | bytes) -> Json:
    """The value of a JSON text; numbers with a point or exponent become Decimal. Raises ValueError."""
    return cast(Json, json.loads(text, parse_float=Decimal))


def write(value: Json) -> str:
    """The JSON text of a value, without spaces, in the order of its keys.

    An empty object is written `[]`: PHP knows one kind of array only (reference: adobe_commerce.md §9.4).
    """
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, dict):
        if not value:
            return "[]"
        return "{" + ",".join(f"{_quoted(key)}:{write(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(write, value)) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def write_xml(value: Json) -> str:
    """The same value as an XML document (recorded: errors/accept_xml): list entries are named `item`."""
    lines = ['<?xml version="1.0"?>']
    _xml_element("response", value, "", lines)
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text).replace("/", "\\/")


def _xml_element(name: str, value: Json, indent: str, lines: list[str]) -> None:
    if isinstance(value, dict | list):
        named = list(value.items()) if isinstance(value, dict) else [("item", item) for item in value]
        if not named:
            lines.append(f"{indent}<{name}/>")
            return
        lines.append(f"{indent}<{name}>")
        for key, item in named:
            _xml_element(key, item, indent + "  ", lines)
        lines.append(f"{indent}</{name}>")
        return
    text = "" if value is None else value if isinstance(value, str) else write(value)
    ascii_text = "".join(each if each.isascii() else f"&#x{ord(each):X};" for each in escape(text))
    lines.append(f"{indent}<{name}>{ascii_text}</{name}>")
