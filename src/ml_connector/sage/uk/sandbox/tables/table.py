"""What a table of fields is, and the short words in which the tables beside this file are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from ..values import FieldSpec, FieldState, Row, VarType


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """One file of the company: its name, its fields in alphabetical order (§2.1), and its key.

    `hidden` are columns of the engine's own that no client sees (name → SQL type); `indexed` are fields, or
    hidden columns, that are searched for.
    """

    name: str
    fields: tuple[FieldSpec, ...]
    key: str = ""
    hidden: dict[str, str] = field(default_factory=dict[str, str])
    indexed: tuple[str, ...] = ()
    by_name: dict[str, FieldSpec] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", tuple(sorted(self.fields, key=lambda spec: spec.name)))
        object.__setattr__(self, "by_name", {spec.name: spec for spec in self.fields})
        if len(self.by_name) != len(self.fields):
            raise ValueError(f"{self.name}: a field is named twice")

    def blank_row(self) -> Row:
        """A bare record: what AddNew gives (§2.2)."""
        return {spec.name: spec.blank for spec in self.fields}


def characters(length: int, names: str, state: FieldState = FieldState.sdoOptional) -> Iterator[FieldSpec]:
    """Text fields of this length; `names` separated by spaces, as in all of these helpers."""
    return (FieldSpec(name, VarType.sdoVarChar, length, state) for name in names.split())


def address_lines(names: str) -> Iterator[FieldSpec]:
    """Address lines: 60 characters, too long a line is refused with 83 by Update and not cut (§2.1)."""
    return (FieldSpec(name, VarType.sdoVarChar, 60, overlong="kept") for name in names.split())


def key_text(name: str, length: int) -> Iterator[FieldSpec]:
    """A text key: required; too long a key is refused by Update and not cut (§1.3, DANK)."""
    return iter([FieldSpec(name, VarType.sdoVarChar, length, FieldState.sdoRequired, overlong="kept")])


def doubles(names: str, decimals: int = 2, state: FieldState = FieldState.sdoOptional) -> Iterator[FieldSpec]:
    """Money, quantities and rates."""
    return (FieldSpec(name, VarType.sdoDouble, 8, state, decimals) for name in names.split())


def bytes_(names: str, state: FieldState = FieldState.sdoOptional) -> Iterator[FieldSpec]:
    """1-byte flags and small codes."""
    return (FieldSpec(name, VarType.sdoTinyInt, 1, state) for name in names.split())


def shorts(names: str, state: FieldState = FieldState.sdoOptional) -> Iterator[FieldSpec]:
    """2-byte whole numbers."""
    return (FieldSpec(name, VarType.sdoSmallInt, 2, state) for name in names.split())


def integers(names: str, state: FieldState = FieldState.sdoOptional) -> Iterator[FieldSpec]:
    """4-byte whole numbers."""
    return (FieldSpec(name, VarType.sdoInteger, 4, state) for name in names.split())


def dates(names: str) -> Iterator[FieldSpec]:
    """Dates without a time."""
    return (FieldSpec(name, VarType.sdoDate, 2) for name in names.split())


def timestamps(names: str) -> Iterator[FieldSpec]:
    """Dates with a time, kept by the program itself."""
    return (FieldSpec(name, VarType.sdoTimeStamp, 8, FieldState.sdoReserved) for name in names.split())


def fields(*groups: Iterable[FieldSpec]) -> tuple[FieldSpec, ...]:
    return tuple(chain.from_iterable(groups))
