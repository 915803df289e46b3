"""`Fields` and `Field`: how a client reads and writes what an object holds (reference sage50_uk_sdo.md §2.1).

`Buffer` is the row in hand: the values, and which of them the client has assigned since it was filled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .com import ErrorCode, Refusal
from .session import Session
from .tables.table import Table
from .values import FieldSpec, FieldState, Row, Stored, give, take


class Buffer:
    """The row that an object has in hand."""

    __slots__ = ("assigned", "table", "values")

    def __init__(self, table: Table) -> None:
        self.table = table
        self.values: Row = table.blank_row()
        self.assigned: set[str] = set()

    def fill(self, row: Mapping[str, Stored] | None = None) -> None:
        """Hold this row, or a bare one; nothing is assigned."""
        self.values = self.table.blank_row() if row is None else dict(row)
        self.assigned = set()

    def visible(self) -> Row:
        """The fields of the row, without the engine's hidden columns."""
        return {name: self.values[name] for name in self.table.by_name}


class Fields:
    """IFields. A new one is given at each access, as COM does; they all look at the same buffer."""

    __slots__ = ("_buffer", "_read_only", "_session")

    def __init__(self, session: Session, buffer: Buffer, *, read_only: bool = False) -> None:
        self._session = session
        self._buffer = buffer
        self._read_only = read_only

    @property
    def Count(self) -> int:
        return len(self._buffer.table.fields)

    def Item(self, Index: str | int) -> Field:
        """A field by name, in any case, or by number from 1. Raises ComError (15) for an unknown one."""
        return self._session.read(lambda: self._field(Index))

    def __iter__(self) -> Iterator[Field]:
        return (self.Item(spec.name) for spec in self._buffer.table.fields)

    def _field(self, index: str | int) -> Field:
        table = self._buffer.table
        if isinstance(index, str):
            spec = table.by_name.get(index.upper())
        else:
            spec = table.fields[index - 1] if 1 <= index <= len(table.fields) else None
        if spec is None:
            raise Refusal(ErrorCode.sdoInvalidName, f"{table.name} has no field {index!r}")
        return Field(self._session, self._buffer, spec, self._read_only)


class Field:
    """IField."""

    __slots__ = ("_buffer", "_read_only", "_session", "_spec")

    def __init__(self, session: Session, buffer: Buffer, spec: FieldSpec, read_only: bool) -> None:
        self._session = session
        self._buffer = buffer
        self._spec = spec
        self._read_only = read_only

    @property
    def Name(self) -> str:
        return self._spec.name

    @property
    def Length(self) -> int:
        return self._spec.length

    @property
    def DecimalPlaces(self) -> int:
        return self._spec.decimals

    @property
    def Type(self) -> int:
        return int(self._spec.type)

    @property
    def State(self) -> int:
        return int(self._spec.state)

    @property
    def Description(self) -> str:
        return self._spec.name.replace("_", " ").capitalize()

    @property
    def Value(self) -> object:
        """Text, a whole number, a float, or for dates an aware datetime whose clock time is Sage's."""
        return give(self._spec, self._buffer.values[self._spec.name], self._session.switches.empty_date)

    @Value.setter
    def Value(self, value: object) -> None:
        """Raises ComError: 18 or 87 for what the field cannot hold, 32 or 19 when it is not to be written."""
        self._session.read(lambda: self._assign(value))

    def _assign(self, value: object) -> None:
        if self._read_only:
            raise Refusal(ErrorCode.sdoReadOnlyAccess, self._spec.name)
        if self._spec.state is FieldState.sdoReserved:
            raise Refusal(ErrorCode.sdoInvalidUse, f"{self._spec.name} is the program's own")
        stored = take(self._spec, value, self._session.switches.overlong_text)
        self._buffer.values[self._spec.name] = stored
        self._buffer.assigned.add(self._spec.name)
