"""Charts of every kind, for properties: each field of the chart may be anything that its type allows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import Enum

from hypothesis import strategies as st

from ml_connector.posting.chart import Chart
from ml_connector.posting.chart_fields import ChartField, Shape, fields_of

TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-99, max_value=10**20)


def charts() -> st.SearchStrategy[Chart]:
    """Any chart, the impossible ones too: what may be written down is not what may be used."""
    return _parts(Chart).map(_a_chart)


def _a_chart(part: object) -> Chart:
    assert isinstance(part, Chart)
    return part


def _parts(kind: type[object]) -> st.SearchStrategy[object]:
    fields = {field.name: _field(field) for field in fields_of(kind)}
    return st.fixed_dictionaries(fields).map(lambda values: kind(**values))


def _field(field: ChartField) -> st.SearchStrategy[object]:
    one = _parts(field.kind) if field.shape in (Shape.SECTION, Shape.ROWS) else _value(field.kind)
    if field.shape in (Shape.LIST, Shape.ROWS):
        one = st.lists(one, max_size=2).map(tuple)
    return st.none() | one if field.optional else one


def _value(kind: type[object]) -> st.SearchStrategy[object]:
    if issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    if kind is bool:
        return st.booleans()
    if kind is int:
        return st.integers(-(10**6), 10**6)
    if kind is date:
        return st.dates()
    if kind is Decimal:
        return NUMBERS
    return TEXTS
