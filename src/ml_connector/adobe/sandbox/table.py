"""One list of the shop: its rows, its columns, and what a search over them returns.

Rows keep the order in which the shop gave them, which is the order of an unsorted list. Only columns can be
filtered and sorted by; they are read off the documents, since the recordings hold no database schema.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import cast

from ml_connector.adobe.sandbox.conditions import ColumnType, Scalar, Test, sort_key, test_for
from ml_connector.adobe.sandbox.criteria import Criteria, Filter
from ml_connector.adobe.sandbox.entities import Entity
from ml_connector.adobe.sandbox.errors import bad_attribute, internal_error, unknown_column
from ml_connector.adobe.sandbox.jsontext import Document, write


class Row:
    """One document with its columns, and its JSON text, which is made once."""

    __slots__ = ("_text", "columns", "document")

    def __init__(self, entity: Entity, document: Document) -> None:
        self.document = document
        self.columns = _columns_of(entity, document)
        self._text: str | None = None

    @property
    def text(self) -> str:
        """The document as it stands in an answer."""
        if self._text is None:
            self._text = write(self.document)
        return self._text


class Table:
    """The rows of one kind of document. It is never changed: `with_documents` makes the next one."""

    def __init__(self, entity: Entity, rows: Iterable[Row]) -> None:
        self.entity = entity
        self.rows = tuple(rows)
        self._by_id = {str(row.columns.get(entity.id_column)): row for row in self.rows}
        self._types = _column_types(entity, self.rows)

    @classmethod
    def of(cls, entity: Entity, documents: Iterable[Document]) -> Table:
        """The table of these documents, in this order."""
        return cls(entity, (Row(entity, document) for document in documents))

    def with_documents(self, documents: Iterable[Document]) -> Table:
        """The table after these were written: each in the place of the one with its id, or at the end."""
        rows = {str(row.columns.get(self.entity.id_column)): row for row in self.rows}
        for document in documents:
            row = Row(self.entity, document)
            rows[str(row.columns.get(self.entity.id_column))] = row
        return Table(self.entity, rows.values())

    def row_of(self, entity_id: Scalar) -> Row | None:
        """The row with this id, if there is one."""
        return self._by_id.get(str(entity_id))

    def row_where(self, column: str, value: str) -> Row | None:
        """The first row that the database finds for this value of a text column."""
        test = test_for(ColumnType.TEXT, "eq", value)
        return next((row for row in self.rows if test(row.columns.get(column))), None)

    def search(self, criteria: Criteria) -> tuple[list[Row], int]:
        """The rows of the asked page, and how many match in all; raises Refusal for an unknown column."""
        found = list(self.rows)
        for group in criteria.groups:
            if group:
                test = self._group_test(group)
                found = [row for row in found if test(row)]
        self._sort(found, criteria)
        return _page(found, criteria), len(found)

    def _group_test(self, group: tuple[Filter, ...]) -> Callable[[Row], bool]:
        alternatives: dict[tuple[str, object], list[Test]] = {}
        for index, each in enumerate(group):
            if each.field is None:
                raise internal_error()
            # `from` and `to` on one field of one group are one range, not two alternatives (§10.8).
            key = (each.field, "range" if each.condition in ("from", "to") else index)
            test = test_for(self._type_of(each.field, "WHERE"), each.condition, each.value)
            alternatives.setdefault(key, []).append(test)
        choices = [(field, tests) for (field, _), tests in alternatives.items()]

        def passes(row: Row) -> bool:
            return any(all(test(row.columns.get(field)) for test in tests) for field, tests in choices)

        return passes

    def _sort(self, found: list[Row], criteria: Criteria) -> None:
        for sort in reversed(criteria.sorts):
            if self.entity.attributes and sort.field not in self._types:
                continue
            kind = self._type_of(sort.field, "ORDER BY")
            _sort_rows(found, sort.field, kind, descending=sort.direction != "ASC")
        if not criteria.sorts:
            for group in criteria.groups:
                fields = {each.field for each in group}
                if len(group) > 1 and len(fields) == 1 and fields <= set(self.entity.indexes):
                    _sort_rows(found, cast(str, group[0].field), ColumnType.TEXT, descending=False)

    def _type_of(self, column: str, clause: str) -> ColumnType:
        kind = self._types.get(column)
        if kind is None:
            raise bad_attribute(column) if self.entity.attributes else unknown_column(column, clause)
        return kind


def _columns_of(entity: Entity, document: Document) -> Mapping[str, Scalar]:
    columns: dict[str, Scalar] = {}
    for name, value in document.items():
        if not isinstance(value, dict | list):
            columns[entity.id_column if name == entity.id_field else name] = value
    for attribute in _attributes(document):
        name, value = attribute.get("attribute_code"), attribute.get("value")
        if isinstance(name, str) and not isinstance(value, dict | list):
            columns.setdefault(name, value)
    return columns


def _attributes(document: Document) -> list[Document]:
    given = document.get("custom_attributes")
    return [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []


def _column_types(entity: Entity, rows: Iterable[Row]) -> dict[str, ColumnType]:
    types = dict.fromkeys(entity.columns, ColumnType.TEXT)
    types |= {name: ColumnType.DATE if name.endswith("_at") else ColumnType.NUMBER for name in entity.links}
    types[entity.id_column] = ColumnType.NUMBER
    for row in rows:
        for name, value in row.columns.items():
            if name.endswith(("_at", "dob")):
                types[name] = ColumnType.DATE
            elif isinstance(value, int | Decimal):
                types[name] = ColumnType.NUMBER
            else:
                types.setdefault(name, ColumnType.TEXT)
    return types


def _sort_rows(rows: list[Row], column: str, kind: ColumnType, *, descending: bool) -> None:
    rows.sort(key=lambda row: sort_key(kind, row.columns.get(column)), reverse=descending)


def _page(found: list[Row], criteria: Criteria) -> list[Row]:
    size = criteria.page_size
    if not size:
        return found
    if size < 0:  # seen for -1: one row (§4.3)
        return found[:1]
    first = (max(criteria.current_page or 1, 1) - 1) * size
    return found[first : first + size]
