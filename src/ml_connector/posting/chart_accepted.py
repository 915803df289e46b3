"""Who accepted each choice of a chart that comes as text: whoever accepts the chart, unless it stood before.

A file may name anybody. So a choice keeps who accepted it only where the chart before says exactly the same
of it; everything else is accepted by the person who accepts this chart, in their words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar, cast

from ml_connector.posting.chart import Chart
from ml_connector.posting.chart_fields import Shape, fields_of
from ml_connector.posting.choices.acceptance import Acceptance

Part = TypeVar("Part")


def accepted_by(chart: Chart, before: Chart | None, acceptance: Acceptance) -> Chart:
    """The chart with every choice marked with its acceptance; `before` is the one that holds until now."""
    return _marked(chart, before, acceptance)


def _marked(part: Part, before: object, acceptance: Acceptance) -> Part:
    changes: dict[str, object] = {}
    for field in fields_of(type(part)):
        value, old = getattr(part, field.name), getattr(before, field.name, None)
        if field.shape is Shape.SECTION and value is not None and field.kind is not Acceptance:
            changes[field.name] = _choice(value, old, field.default, acceptance)
        elif field.shape is Shape.ROWS:
            stood = cast(tuple[object, ...], old or ())
            rows = cast(tuple[object, ...], value)
            changes[field.name] = tuple(row if row in stood else _given(row, acceptance) for row in rows)
    return _rebuilt(part, changes)


def _choice(value: object, old: object, default: object, acceptance: Acceptance) -> object:
    """A section: as it stood, or as it is when nobody says anything, else accepted now."""
    marked = _marked(value, old, acceptance)
    return marked if value in (old, default) else _given(marked, acceptance)


def _given(value: object, acceptance: Acceptance) -> object:
    """With this acceptance, where the value is a choice that carries one."""
    has = any(field.kind is Acceptance for field in fields_of(type(value)))
    return _rebuilt(value, {"accepted": acceptance}) if has else value


def _rebuilt(part: Part, changes: Mapping[str, object]) -> Part:
    kind: type[object] = type(part)
    values = {field.name: getattr(part, field.name) for field in fields_of(kind)}
    return kind(**{**values, **changes})
