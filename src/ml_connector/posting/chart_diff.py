"""What differs between two charts, in words: “bank of payment method card: 1200 → 1250”.

Rows are the same row when they speak of the same thing: a method, a SKU, a rate, the same conditions. Who
accepted a choice, and in what words, is no difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import cast

from ml_connector.posting.chart import Chart
from ml_connector.posting.chart_fields import ChartField, Shape, fields_of, value_words
from ml_connector.posting.choices import customers
from ml_connector.posting.choices.acceptance import Acceptance
from ml_connector.posting.choices.currencies import InOrderCurrency
from ml_connector.posting.choices.customers import WebSalesRow
from ml_connector.posting.choices.extras import ExtraRow
from ml_connector.posting.choices.foreign_tax import Liability, OssRate
from ml_connector.posting.choices.payments import BankRow
from ml_connector.posting.choices.stock import CodeRule, StockAlias
from ml_connector.posting.choices.tender import TenderRow
from ml_connector.posting.tax_table import TaxRow, describe

_ROW_WORDS = {
    "currencies.in_order_currency": "orders charged in",
    "tax.rows": "tax row",
    "tax.oss": "one-stop-shop rate",
    "tax.liabilities": "tax liability",
    "payments.banks": "payment method",
    "customers.web_sales": "web sales",
    "stock.aliases": "SKU",
    "stock.rules": "rule",
    "tender.rows": "tender",
    "extras.rows": "field",
}


def differences(before: Chart, after: Chart) -> tuple[str, ...]:
    """One sentence for each difference, in the order of the chart's fields; empty when nothing differs."""
    return tuple(_between(before, after, ""))


def row_name(row: object) -> str:
    """What a row speaks of, by which it is known again."""
    match row:
        case TaxRow():
            return f"“{describe(replace(row, label=''))}”"
        case OssRate() | Liability():
            return row.rate
        case BankRow():
            return " in ".join(filter(None, (row.method, row.currency)))
        case WebSalesRow():
            return customers.describe(row)
        case StockAlias():
            return row.sku
        case CodeRule():
            return f"{row.kind.value} “{row.text}”"
        case TenderRow():
            return " in ".join(filter(None, (row.tender.value, row.currency)))
        case InOrderCurrency():
            places = (row.website and f"website {row.website}", row.store_view and f"view {row.store_view}")
            return ", ".join(filter(None, (row.currency, *places)))
        case ExtraRow():
            return row.name
        case _:
            raise TypeError(f"a {type(row).__name__} is no row of a chart")


def _between(before: object, after: object, inside: str) -> Iterator[str]:
    for field in fields_of(type(after)):
        if field.kind is Acceptance:
            continue
        old, new = getattr(before, field.name), getattr(after, field.name)
        path = f"{inside}{field.name}"
        if field.shape is Shape.ROWS:
            yield from _rows(old, new, path)
        elif field.shape is Shape.SECTION and old is not None and new is not None:
            yield from _between(old, new, f"{path}.")
        elif _said(field, old) != _said(field, new):
            yield f"{_spaced(path)}: {_said(field, old)} → {_said(field, new)}"


def _rows(before: Sequence[object], after: Sequence[object], path: str) -> Iterator[str]:
    old, new = _named(before), _named(after)
    words = _ROW_WORDS[path]
    for name, row in old.items():
        if name not in new:
            yield f"{words} {name} is taken out ({_told(row)})"
            continue
        for field in fields_of(type(row)):
            was, becomes = (_said(field, getattr(each, field.name)) for each in (row, new[name]))
            if field.kind is not Acceptance and was != becomes:
                yield f"{field.name.replace('_', ' ')} of {words} {name}: {was} → {becomes}"
    for name, row in new.items():
        if name not in old:
            yield f"{words} {name} is new ({_told(row)})"
    kept = [name for name in old if name in new]
    if path == "stock.rules" and kept != [name for name in new if name in old]:
        yield f"the rules for stock codes go in another order: {', '.join(new)}"


def _named(rows: Sequence[object]) -> Mapping[str, object]:
    """The rows by their names; the second of one name has a number."""
    named: dict[str, object] = {}
    for row in rows:
        name, n = row_name(row), 2
        while name in named:
            name, n = f"{row_name(row)} no. {n}", n + 1
        named[name] = row
    return named


def _told(row: object) -> str:
    """What a row says, without what its default says anyway."""
    return ", ".join(
        f"{field.name.replace('_', ' ')} {_said(field, getattr(row, field.name))}"
        for field in fields_of(type(row))
        if field.kind is not Acceptance and (field.required or getattr(row, field.name) != field.default)
    )


def _said(field: ChartField, value: object) -> str:
    """A value for people; a table that is there or not is told with what it says."""
    if value is None:
        return "not chosen" if field.shape is Shape.SECTION else "none"
    if field.shape is Shape.SECTION:
        return _told(value) or "chosen"
    if isinstance(value, tuple):
        return ", ".join(value_words(each) for each in cast(tuple[object, ...], value)) or "none"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value_words(value) or "empty"


def _spaced(path: str) -> str:
    *inside, name = path.split(".")
    of = f" of {'.'.join(inside).replace('_', ' ')}" if inside else ""
    return f"{name.replace('_', ' ')}{of}"
