"""Strict access to a JSON object of the shop: what is missing or of the wrong type names itself.

A null and a missing field are the same, and an amount that is missing is 0 (reference: adobe_commerce.md
§4.1). Everything else that is asked for must be there, or the document is held as `document-unreadable`:
a wrong guess here would be a wrong posting there. Amounts are read from the text of the number, never float.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import cast

from ml_connector import codec
from ml_connector.documents.money import ZERO
from ml_connector.errors import Code, Finding, NeedsPerson


@dataclass(frozen=True, slots=True)
class Fields:
    """One JSON object; `what` is what a person would call it, `at` where in it we are."""

    what: str
    values: Mapping[str, object]
    at: str = ""

    def amount(self, name: str) -> Decimal:
        """An exact amount; 0 when the shop left it out."""
        value = self.values.get(name)
        if value is None or value == "":
            return ZERO
        if isinstance(value, Decimal):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return Decimal(value)
        if isinstance(value, str):
            try:
                amount = Decimal(value)
            except InvalidOperation:
                raise self.unreadable(name, "is not an amount") from None
            if amount.is_finite():
                return amount
        raise self.unreadable(name, "is not an amount")

    def needed_amount(self, name: str) -> Decimal:
        """An exact amount that has to be there."""
        self._needed(name)
        return self.amount(name)

    def number(self, name: str) -> int:
        """A whole number that has to be there; the shop writes some ids as text."""
        value = self._needed(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and value.isdecimal():
            return int(value)
        raise self.unreadable(name, "is not a whole number")

    def number_or_none(self, name: str) -> int | None:
        """A whole number, or None when the shop left it out."""
        return None if self.values.get(name) is None else self.number(name)

    def text(self, name: str) -> str:
        """Text that has to be there and not be empty."""
        value = self._needed(name)
        if isinstance(value, str) and value:
            return value
        raise self.unreadable(name, "is not text")

    def text_or_empty(self, name: str) -> str:
        """Text, “” when the shop left it out or put something else there."""
        value = self.values.get(name)
        return value if isinstance(value, str) else ""

    def id(self, name: str) -> str:
        """An id as text, whether the shop writes it as a number or as text; it has to be there."""
        return str(self.number(name))

    def instant(self, name: str) -> datetime:
        """A time of the shop: UTC, written without a zone whatever the shop's zone (§4.6)."""
        try:
            return datetime.strptime(self.text(name), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        except ValueError:
            raise self.unreadable(name, "is not a date and time") from None

    def inner(self, name: str) -> Fields | None:
        """The object under this name; None when there is none. PHP writes an empty object as a list."""
        value = self.values.get(name)
        if isinstance(value, dict):
            return Fields(self.what, cast(dict[str, object], value), self._path(name))
        return None

    def needed(self, name: str) -> Fields:
        """The object under this name, which has to be there."""
        found = self.inner(name)
        if found is None:
            raise self.unreadable(name, "is missing or no object")
        return found

    def rows(self, name: str) -> tuple[Fields, ...]:
        """The list of objects under this name, empty when the shop left it out."""
        value = self.values.get(name)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self.unreadable(name, "is no list")
        rows: list[Fields] = []
        for n, row in enumerate(cast(list[object], value)):
            if not isinstance(row, dict):
                raise self.unreadable(f"{name}[{n}]", "is no object")
            rows.append(Fields(self.what, cast(dict[str, object], row), self._path(f"{name}[{n}]")))
        return tuple(rows)

    def needed_rows(self, name: str) -> tuple[Fields, ...]:
        """The list of objects under this name, which has to be there."""
        self._needed(name)
        return self.rows(name)

    def texts(self, name: str) -> tuple[str, ...]:
        """The list of texts under this name; a single text is a list of one."""
        value = self.values.get(name)
        if isinstance(value, str):
            return (value,)
        if isinstance(value, list):
            return tuple(item for item in cast(list[object], value) if isinstance(item, str))
        return ()

    def ids(self, name: str) -> tuple[str, ...]:
        """The list of ids under this name, as text."""
        value = self.values.get(name)
        if not isinstance(value, list):
            return ()
        return tuple(str(item) for item in cast(list[object], value))

    def unreadable(self, name: str, wrong: str) -> NeedsPerson:
        """The error that names a field of this object and what is wrong with it."""
        return NeedsPerson(
            Finding(
                code=Code.DOCUMENT_UNREADABLE,
                what=f"The shop's {self.what} cannot be read: `{self._path(name)}` {wrong}.",
                why="Posting it would mean guessing what the shop meant, so nothing of it was posted.",
                fix="Look at this document in the shop. If an extension changes what the API sends, its "
                "maker has to leave this field as Adobe Commerce defines it; then read the document again.",
            )
        )

    def _needed(self, name: str) -> object:
        value = self.values.get(name)
        if value is None:
            raise self.unreadable(name, "is missing")
        return value

    def _path(self, name: str) -> str:
        return f"{self.at}.{name}" if self.at else name


def parsed(what: str, text: str) -> Fields:
    """The object of a JSON text; `what` names it. Raises NeedsPerson when it is no JSON object."""
    try:
        value = codec.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Fields(what, {}).unreadable("(the whole)", "is no JSON object")
    return Fields(what, cast(dict[str, object], value))
