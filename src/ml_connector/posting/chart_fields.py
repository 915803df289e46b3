"""The chart's fields, read off its types: what a file or a page about the chart has to speak of.

Whatever is added to a section of the chart is known here by itself, so that no reader, writer or page can
forget it.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterator
from decimal import Decimal
from enum import Enum, StrEnum
from functools import cache

from ml_connector.posting.chart import Chart
from ml_connector.posting.choices.acceptance import Acceptance


class Shape(StrEnum):
    """How a field stands in a file: one value, a list of values, a table, or a table for each row."""

    VALUE = "value"
    LIST = "list"
    SECTION = "section"
    ROWS = "rows"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ChartField:
    """One field. `kind` is the type of its value, of each value of a list, or of each row.

    `optional`: it may be None, a choice that nobody has made. `required`: it has no default.
    """

    name: str
    shape: Shape
    kind: type[object]
    optional: bool
    required: bool
    default: object


@cache
def fields_of(kind: type[object]) -> tuple[ChartField, ...]:
    """The fields of the chart or of one of its parts, in their order."""
    hints = typing.get_type_hints(kind)
    return tuple(_field(field, hints[field.name]) for field in _dataclass_fields(kind))


def walk(kind: type[object] = Chart, inside: str = "") -> Iterator[tuple[str, ChartField]]:
    """Every field with its path, as `tax.rows.percent`; who accepted a choice is left out."""
    for field in fields_of(kind):
        if field.kind is Acceptance:
            continue
        path = f"{inside}{field.name}"
        yield path, field
        if field.shape in (Shape.SECTION, Shape.ROWS):
            yield from walk(field.kind, f"{path}.")


def default_words(field: ChartField) -> str:
    """Its default, for people: “required”, “none”, or the value as a file has it."""
    if field.required:
        return "none" if field.shape is Shape.ROWS else "required"
    if field.default is None or field.default in ("", ()):
        return "none"
    if field.shape is Shape.SECTION:
        return "as below"
    return value_words(field.default)


def value_words(value: object) -> str:
    """A single value as a file has it, without quotation marks."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value.value) if isinstance(value, Enum) else str(value)


def _field(field: dataclasses.Field[object], hint: object) -> ChartField:
    parts = [each for each in typing.get_args(hint) if each is not type(None)]
    optional = isinstance(hint, types.UnionType) and len(parts) == 1
    one = parts[0] if optional else hint
    listed = typing.get_origin(one) is tuple
    kind = typing.get_args(one)[0] if listed else one
    if not isinstance(kind, type):
        raise TypeError(f"a chart cannot hold a {hint}")
    nested = dataclasses.is_dataclass(kind)
    shapes = {(True, True): Shape.ROWS, (True, False): Shape.LIST, (False, True): Shape.SECTION}
    made = field.default_factory is not dataclasses.MISSING
    required = not made and field.default is dataclasses.MISSING
    return ChartField(
        name=field.name,
        shape=shapes.get((listed, nested), Shape.VALUE),
        kind=typing.cast(type[object], kind),
        optional=optional,
        required=required,
        default=field.default_factory() if callable(field.default_factory) and made else field.default,
    )


def _dataclass_fields(kind: type[object]) -> tuple[dataclasses.Field[object], ...]:
    return dataclasses.fields(typing.cast(typing.Any, kind))
