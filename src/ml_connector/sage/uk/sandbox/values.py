"""What a field is and what may stand in it: types, lengths, states, and how a client's value becomes ours.

A row is a plain dict from field name to text, whole number, float, date or timestamp. Money is an IEEE double
in SDO (reference sage50_uk_sdo.md §2.1); the engine itself calculates in `Decimal`, from `amount` to `money`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import IntEnum
from typing import Literal

from .com import ErrorCode, Refusal

Stored = str | int | float | date | None
"""A value inside the engine; a timestamp is a datetime, a date field a date, an empty one None."""

Row = dict[str, Stored]

_PENNY = Decimal("0.01")
_FIRST_DAY, _LAST_DAY = date(1970, 1, 1), date(2099, 12, 31)
_NO_DATE = datetime(1899, 12, 30, tzinfo=UTC)


class VarType(IntEnum):
    """`Field.Type` (§2.1)."""

    sdoVarChar = 12
    sdoInteger = 4
    sdoSmallInt = 5
    sdoTinyInt = -6
    sdoDouble = 8
    sdoTimeStamp = 11
    sdoDate = 9


class FieldState(IntEnum):
    """`Field.State` (§2.1). Reserved fields are the program's own: writing one is refused."""

    sdoOptional = 0
    sdoRequired = 1
    sdoSpecial = 2
    sdoReserved = 3


_WHOLE_RANGE = {VarType.sdoTinyInt: (-128, 255), VarType.sdoSmallInt: (-(2**15), 2**15 - 1)}
_WHOLE_RANGE[VarType.sdoInteger] = (-(2**31), 2**31 - 1)


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field: its name, type, length in characters or bytes, and state.

    `overlong` says what too long a text does: the switch decides, or the record keeps it whole so that
    `Update` refuses it by its own code (keys and address lines).
    """

    name: str
    type: VarType
    length: int
    state: FieldState = FieldState.sdoOptional
    decimals: int = 0
    overlong: Literal["by_switch", "kept"] = "by_switch"

    @property
    def blank(self) -> Stored:
        """What a field holds before anybody has set it."""
        if self.type is VarType.sdoVarChar:
            return ""
        if self.type in (VarType.sdoDate, VarType.sdoTimeStamp):
            return None
        return 0.0 if self.type is VarType.sdoDouble else 0


def take(spec: FieldSpec, value: object, overlong_text: Literal["cut", "refuse"]) -> Stored:
    """What the field stores when a client assigns `value`, as VARIANT coercion would have it (§2.1).

    Raises Refusal 18 for a value that the type cannot hold and 87 for a date outside 1970–2099; TypeError
    for a Python value that has no business on this boundary (a Decimal, a date without time), because pywin32
    takes the first as currency and refuses the second.
    """
    if isinstance(value, Decimal) or (isinstance(value, date) and not isinstance(value, datetime)):
        raise TypeError(f"{spec.name}: give a float or a datetime, not {type(value).__name__}")
    if spec.type is VarType.sdoVarChar:
        return _take_text(spec, value, overlong_text)
    if spec.type in (VarType.sdoDate, VarType.sdoTimeStamp):
        return _take_date(spec, value)
    try:
        number = float(value) if isinstance(value, str | int | float) else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise Refusal(ErrorCode.sdoInvalidValue, f"{spec.name} takes a number, not {value!r}")
    if spec.type is VarType.sdoDouble:
        return number
    low, high = _WHOLE_RANGE[spec.type]
    if not number.is_integer() or not low <= number <= high:
        raise Refusal(ErrorCode.sdoInvalidValue, f"{spec.name} takes {low} to {high}, not {value!r}")
    return int(number)


def give(spec: FieldSpec, value: Stored, empty_date: Literal["1899-12-30", "none"]) -> object:
    """What a client reads: dates as pywin32 shows VT_DATE, an aware datetime whose clock time is Sage's."""
    if spec.type not in (VarType.sdoDate, VarType.sdoTimeStamp):
        return value
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return _NO_DATE if empty_date == "1899-12-30" else None


def take_day(value: object) -> date:
    """A date that a method takes as its argument. Raises like `take`."""
    day = _take_date(FieldSpec("the date", VarType.sdoDate, 2), value)
    if day is None:
        raise Refusal(ErrorCode.sdoInvalidDate, "no date")
    return day


def _take_text(spec: FieldSpec, value: object, overlong_text: Literal["cut", "refuse"]) -> str:
    if value is None:
        return ""
    if not isinstance(value, str | int | float):
        raise Refusal(ErrorCode.sdoInvalidValue, f"{spec.name} takes text, not {value!r}")
    # The files hold single-byte text (§6): what code page 1252 does not know is lost.
    text = str(value).encode("cp1252", "replace").decode("cp1252")
    if len(text) <= spec.length or spec.overlong == "kept":
        return text
    if overlong_text == "refuse":
        raise Refusal(ErrorCode.sdoInvalidValue, f"{spec.name} takes {spec.length} characters")
    return text[: spec.length]


def _take_date(spec: FieldSpec, value: object) -> date | None:
    if value is None:
        return None
    if not isinstance(value, datetime):
        raise Refusal(ErrorCode.sdoInvalidDate, f"{spec.name} takes a date, not {value!r}")
    if not _FIRST_DAY <= value.date() <= _LAST_DAY:
        raise Refusal(ErrorCode.sdoInvalidDate, f"{spec.name}: {value.date():%d/%m/%Y}")
    return value.replace(tzinfo=None) if spec.type is VarType.sdoTimeStamp else value.date()


def money(value: Decimal) -> Decimal:
    """Rounded to pennies, halves away from zero ([L], §4.3)."""
    return value.quantize(_PENNY, ROUND_HALF_UP)


def text(row: Mapping[str, Stored], name: str) -> str:
    value = row[name]
    return value if isinstance(value, str) else ""


def whole(row: Mapping[str, Stored], name: str) -> int:
    value = row[name]
    return value if isinstance(value, int) else 0


def number(row: Mapping[str, Stored], name: str) -> Decimal:
    """A double as the decimal that was meant by it: 0.1 is a tenth."""
    value = row[name]
    return Decimal(repr(value)) if isinstance(value, int | float) else Decimal(0)


def amount(row: Mapping[str, Stored], name: str) -> Decimal:
    """A money field, in pennies exactly."""
    return money(number(row, name))


def day(row: Mapping[str, Stored], name: str) -> date | None:
    value = row[name]
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None
