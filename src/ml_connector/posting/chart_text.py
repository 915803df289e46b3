"""A chart from text: TOML as a bookkeeper edits it, or the same names in JSON; all that is wrong at once.

Only values are read; nothing in a file is ever carried out. Reading is must-understand: a key that no chart
has is a finding, because a choice with a slip in its name would else be no choice at all. What the company
says of the choices is `chart.check`'s, once the text can be read.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from enum import Enum
from re import compile as pattern
from typing import cast

from ml_connector.errors import Finding
from ml_connector.posting.chart import Chart
from ml_connector.posting.chart_fields import ChartField, Shape, fields_of
from ml_connector.posting.choices.findings import invalid

_NUMBER = pattern(r"-?[0-9]+(\.[0-9]+)?")
_DAY = pattern(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SHOWN = 60
_KINDS: Mapping[type[object], str] = {
    bool: "true or false",
    int: "a whole number",
    Decimal: "a number, such as 20 or 17.5",
    date: "a day, such as 2026-04-01",
    str: "text in quotation marks",
}

Place = tuple[str | int, ...]
"""The keys that lead to a value; a number is a row, from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartRead:
    """The chart, or, where there are findings, None."""

    chart: Chart | None
    findings: tuple[Finding, ...]


def chart_from_toml(text: str) -> ChartRead:
    """Read a chart's TOML; numbers are kept exactly."""
    try:
        values = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        why = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "It is nested too deeply."
        finding = invalid(f"The file is no TOML: {why}", "Correct it there; nothing behind it was looked at.")
        return ChartRead(chart=None, findings=(finding,))
    return chart_from_values(values)


def chart_from_values(values: object) -> ChartRead:
    """Read a chart's plain values, of a TOML file or of JSON, in which null stands for what is left out."""
    reader = _Reader([])
    found = reader.table(Chart, values, ())
    wrong = tuple(reader.findings)
    return ChartRead(chart=None if wrong else cast(Chart, found), findings=wrong)


def place_words(place: Place) -> str:
    """“`bank` in [[payments.banks]] no. 2”, “`gate`”, “[tax]”."""
    table, rows = place[:-1], any(isinstance(step, int) for step in place[:-1])
    name = f"`{place[-1]}`" if place and isinstance(place[-1], str) else ""
    if place and isinstance(place[-1], int):
        table, rows = place, True
    if not table:
        return name or "the chart"
    dotted = ".".join(str(step) for step in table if isinstance(step, str))
    number = next((step for step in reversed(table) if isinstance(step, int)), None)
    where = f"[[{dotted}]] no. {number}" if rows else f"[{dotted}]"
    return f"{name} in {where}" if name else where


@dataclass(frozen=True, slots=True)
class _Reader:
    """Collects findings; what it gives for a part with a finding stands for nothing."""

    findings: list[Finding]

    def table(self, kind: type[object], value: object, place: Place) -> object:
        if not isinstance(value, Mapping):
            return self._misfit(place, value, "a table")
        given, read = cast(Mapping[str, object], value), dict[str, object]()
        fields = {field.name: field for field in fields_of(kind)}
        before = len(self.findings)
        for name in given:
            if name not in fields:
                self._unknown(name, place, tuple(fields))
        for name, field in fields.items():
            found = given.get(name)
            if found is not None or (name in given and not field.optional):
                read[name] = self._field(field, found, (*place, name))
            elif field.required:
                self._left_out(field, (*place, name), read)
        return kind(**read) if len(self.findings) == before else None

    def _left_out(self, field: ChartField, place: Place, read: dict[str, object]) -> None:
        """A table without a row is not written at all; of a section that is left out all is missing."""
        if field.shape is Shape.ROWS:
            read[field.name] = ()
        elif field.shape is Shape.SECTION:
            read[field.name] = self.table(field.kind, {}, place)
        else:
            self._say(f"{place_words(place)} is missing.", "Add it; docs/reference/chart.md says what it is.")

    def _field(self, field: ChartField, value: object, place: Place) -> object:
        match field.shape:
            case Shape.VALUE:
                return self._value(field.kind, value, place)
            case Shape.SECTION:
                return self.table(field.kind, value, place)
            case Shape.LIST:
                return tuple(self._value(field.kind, each, place) for each in self._rows(value, place))
            case Shape.ROWS:
                rows = self._rows(value, place)
                return tuple(self.table(field.kind, each, (*place, n)) for n, each in enumerate(rows, 1))

    def _rows(self, value: object, place: Place) -> Sequence[object]:
        if isinstance(value, list | tuple):
            return cast(Sequence[object], value)
        self._misfit(place, value, "a list")
        return ()

    def _value(self, kind: type[object], value: object, place: Place) -> object:
        if issubclass(kind, Enum):
            return self._word(kind, value, place)
        if kind is Decimal:
            return self._number(value, place)
        if kind is date and isinstance(value, str) and _DAY.fullmatch(value):
            return self._day(value, place)
        return value if type(value) is kind else self._misfit(place, value, _KINDS[kind])

    def _word(self, kind: type[Enum], value: object, place: Place) -> object:
        words = [str(member.value) for member in kind]
        if isinstance(value, str) and value in words:
            return kind(value)
        self._say(
            f"{place_words(place)} is {_shown(value)}, which is none of its words.",
            f"Write one of {', '.join(words)}{_meant(value, words)}.",
        )
        return None

    def _number(self, value: object, place: Place) -> object:
        """A number, or text of its plain form; both exactly as they stand."""
        if type(value) is int or (isinstance(value, str) and _NUMBER.fullmatch(value)):
            return Decimal(value)
        if isinstance(value, Decimal) and value.is_finite():
            return Decimal(format(value, "f"))
        return self._misfit(place, value, _KINDS[Decimal])

    def _day(self, value: str, place: Place) -> object:
        """A day as text: JSON has no days of its own."""
        try:
            return date.fromisoformat(value)
        except ValueError:
            return self._misfit(place, value, _KINDS[date])

    def _unknown(self, name: str, place: Place, known: Sequence[str]) -> None:
        self._say(
            f"{place_words((*place, name))} is nothing that a chart has.",
            f"Take it out, or correct its name{_meant(name, known)}. There are: {', '.join(known)}.",
        )

    def _misfit(self, place: Place, value: object, wanted: str) -> None:
        self._say(f"{place_words(place)} is {_shown(value)}.", f"Write {wanted} there.")

    def _say(self, what: str, fix: str) -> None:
        self.findings.append(invalid(what, fix))


def _shown(value: object) -> str:
    """What stands there, for people."""
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    text = str(value) if not isinstance(value, bool) else str(value).lower()
    return f"“{text[:_SHOWN]}{'…' if len(text) > _SHOWN else ''}”" if text else "empty"


def _meant(word: object, known: Sequence[str]) -> str:
    close = get_close_matches(str(word), known, 1)
    return f" (did you mean {close[0]}?)" if close else ""
