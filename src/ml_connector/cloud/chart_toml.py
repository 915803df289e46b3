"""A chart as the TOML file that a bookkeeper reads and edits: sections, rows, and the question above each.

What nobody has chosen stands there as a comment with its question, so that it is seen. In rows only what was
said is written. `posting.chart_text` reads it back to the same chart, to the last digit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import cast

import tomlkit
from tomlkit.container import Container
from tomlkit.items import AoT, InlineTable, Item, Table

from ml_connector.posting.chart import Chart
from ml_connector.posting.chart_fields import ChartField, Shape, fields_of, value_words
from ml_connector.posting.chart_words import WORDS
from ml_connector.posting.choices.acceptance import Acceptance
from ml_connector.posting.tax_rows import ProposedRow

_WIDTH = 100
_BLANK_LINES = re.compile(r"\n{3,}")  # no text of a chart has a line end of its own in TOML's form


def chart_toml(chart: Chart, head: Iterable[str] = ()) -> str:
    """The file's text. `head` are sentences that stand above it as comments."""
    document = tomlkit.document()
    for sentence in head:
        _remark(document, sentence)
    _fill(document, chart, "")
    return _BLANK_LINES.sub("\n\n", tomlkit.dumps(document))


def row_toml(proposed: ProposedRow) -> str:
    """The row that is missing, to be put into a file; the codes to choose among stand behind its code."""
    row = _row(proposed.row)
    codes = " or ".join(f"{code.number} ({code.description})" for code in proposed.codes)
    row["tax_code"].comment(" ".join(_words(codes)))
    table = tomlkit.table(is_super_table=True)
    table.add("rows", AoT([row]))
    document = tomlkit.document()
    document.add("tax", table)
    return tomlkit.dumps(document).strip()


def _fill(into: Container | Table, value: object, inside: str) -> None:
    """Single values first, then what is not chosen, then tables: TOML leaves no other order."""
    fields = fields_of(type(value))
    for field in fields:
        if field.shape in (Shape.VALUE, Shape.LIST):
            into.add(tomlkit.comment(WORDS[f"{inside}{field.name}"]))
            _add(into, field, getattr(value, field.name))
    _add_acceptance(into, value)
    tables = [field for field in fields if field.shape in (Shape.SECTION, Shape.ROWS)]
    for field in tables:
        path = f"{inside}{field.name}"
        if field.kind is not Acceptance and getattr(value, field.name) in (None, ()):
            name = f"[[{path}]]" if field.shape is Shape.ROWS else f"[{path}]"
            _remark(into, f"No {name}. {WORDS[path]}")
    for field in tables:
        found = getattr(value, field.name)
        if field.kind is Acceptance or found in (None, ()):
            continue
        into.add(
            field.name,
            _rows(field, found, inside)
            if field.shape is Shape.ROWS
            else _section(found, f"{inside}{field.name}"),
        )


def _section(value: object, path: str) -> Table:
    table = tomlkit.table(is_super_table=False)
    table.comment(WORDS[path])
    _fill(table, value, f"{path}.")
    return table


def _rows(field: ChartField, rows: Sequence[object], inside: str) -> AoT:
    made = [_row(each) for each in rows]
    made[0].comment(WORDS[f"{inside}{field.name}"])
    return AoT(made)


def _row(value: object) -> Table:
    """A row with what differs from saying nothing."""
    table = tomlkit.table()
    for field in fields_of(type(value)):
        found = getattr(value, field.name)
        if field.kind is not Acceptance and (field.required or found != field.default):
            _add(table, field, found)
    _add_acceptance(table, value)
    return table


def _add(into: Container | Table, field: ChartField, value: object) -> None:
    if value is None:
        into.add(tomlkit.comment(f"{field.name} ="))
    else:
        into.add(field.name, _item(value))


def _add_acceptance(into: Container | Table, value: object) -> None:
    accepted: object = getattr(value, "accepted", None)
    if isinstance(accepted, Acceptance) and accepted != Acceptance():
        said: InlineTable = tomlkit.inline_table()
        said.append("by", accepted.by)
        said.append("note", accepted.note)
        into.add("accepted", said)


def _item(value: object) -> Item:
    """A decimal keeps each of its digits: it never was a float."""
    if isinstance(value, Decimal):
        return tomlkit.value(format(value, "f"))
    if isinstance(value, tuple):
        return tomlkit.item([value_words(each) for each in cast(tuple[object, ...], value)])
    return tomlkit.item(value if isinstance(value, bool | int | date) else value_words(value))


def _remark(into: Container | Table, sentence: str) -> None:
    line = ""
    for word in _words(sentence):
        if line and len(line) + 1 + len(word) > _WIDTH:
            into.add(tomlkit.comment(line))
            line = word
        else:
            line = f"{line} {word}".strip()
    into.add(tomlkit.comment(line) if line else tomlkit.nl())


def _words(sentence: str) -> list[str]:
    """Of a remark, which ends with its line: what the shop or Sage wrote may hold anything."""
    return "".join(letter if letter.isprintable() else " " for letter in sentence).split()
