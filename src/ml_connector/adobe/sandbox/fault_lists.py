"""Faults of lists: documents that cannot be loaded, pages that repeat, counts that lie, rows that come twice.

`Poison`, `TooHeavy` and `TooMuch` are shops in trouble; `LastPageRepeated` and `RowTotalsOf248` are how other
versions behave (reference: adobe_commerce.md §4.3, §5.2); the others are what an extension or a stale cache
may make of a list.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import cast

from ml_connector.adobe.sandbox.criteria import Criteria
from ml_connector.adobe.sandbox.errors import internal_error
from ml_connector.adobe.sandbox.faults import InDocument, InSearch, Interrupted, Matches, Search
from ml_connector.adobe.sandbox.jsontext import Document, Json
from ml_connector.adobe.sandbox.pages import server_page
from ml_connector.adobe.sandbox.table import Row, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Poison(InDocument):
    """One document that the shop cannot load: 500 for itself and for every page that holds it, whatever
    `fields` asks for, because rows are loaded before they are cut (§4.4)."""

    kind: str
    entity_id: int

    def shown(self, table: Table, row: Row) -> Row:
        if table.entity.kind == self.kind and row.columns.get(table.entity.id_column) == self.entity_id:
            raise internal_error({"message": "Call to a member function on null"})
        return row


@dataclass(frozen=True, slots=True, kw_only=True)
class TooHeavy(InDocument):
    """One document that the shop does not bring to its end: it runs out of time or memory over it, and so
    over every page that holds it, and its front end answers with 504."""

    kind: str
    entity_id: int

    def shown(self, table: Table, row: Row) -> Row:
        if table.entity.kind == self.kind and row.columns.get(table.entity.id_column) == self.entity_id:
            raise Interrupted(server_page(504))
        return row


@dataclass(frozen=True, slots=True, kw_only=True)
class TooMuch(InSearch):
    """The shop is too slow for a page of more than so many rows: its front end gives up with 504 (§4.5)."""

    rows: int

    def searched(self, search: Search, criteria: Criteria) -> Matches:
        found, total_count = search(criteria)
        if len(found) > self.rows:
            raise Interrupted(server_page(504))
        return found, total_count


@dataclass(frozen=True, slots=True, kw_only=True)
class FewerRows(InSearch):
    """The shop sends so many rows a page at most, whatever it is asked for, and says nothing of it."""

    rows: int

    def searched(self, search: Search, criteria: Criteria) -> Matches:
        found, total_count = search(criteria)
        return found[: self.rows], total_count


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsHidden(InSearch):
    """Documents of these ids are taken off a page after it was made, as by an extension that shows each user
    only their own; they count all the same."""

    first_id: int
    last_id: int

    def searched(self, search: Search, criteria: Criteria) -> Matches:
        found, total_count = search(criteria)
        hidden = range(self.first_id, self.last_id + 1)
        return [row for row in found if not any(each in hidden for each in _ids(row))], total_count


@dataclass(frozen=True, slots=True, kw_only=True)
class DatesIgnored(InSearch):
    """A date that was asked for is taken for garbage, and lets everything pass (§4.2)."""

    def searched(self, search: Search, criteria: Criteria) -> Matches:
        groups = (
            tuple(each for each in group if not str(each.field).endswith("_at")) for group in criteria.groups
        )
        return search(replace(criteria, groups=tuple(group for group in groups if group)))


@dataclass(frozen=True, slots=True, kw_only=True)
class LastPageRepeated(InSearch):
    """Past the end comes the last page again, as up to 2.3; since 2.4.0 it is an empty one (§4.3)."""

    def searched(self, search: Search, criteria: Criteria) -> Matches:
        found, total_count = search(criteria)
        size = criteria.page_size or 0
        last = max(1, -(-total_count // size)) if size > 0 else 1
        if (criteria.current_page or 1) <= last:
            return found, total_count
        return search(replace(criteria, current_page=last))


@dataclass(frozen=True, slots=True, kw_only=True)
class CountLies(InSearch):
    """`total_count` is wrong by so many rows; never below 0."""

    by: int

    def searched(self, search: Search, criteria: Criteria) -> Matches:
        found, total_count = search(criteria)
        return found, max(0, total_count + self.by)


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesShifted(InSearch):
    """Every page but the first begins so many rows early, as when rows appeared meanwhile in front of it."""

    by: int = 1

    def searched(self, search: Search, criteria: Criteria) -> Matches:
        found, total_count = search(criteria)
        page, size = criteria.current_page or 1, criteria.page_size or 0
        if page < 2 or size < 1:
            return found, total_count
        before, _ = search(replace(criteria, current_page=page - 1))
        return [*before[-self.by :], *found][:size], total_count


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryRepeated(InSearch):
    """`gt` is answered as `gteq`: a row that was read comes again at the head of the page behind it."""

    def searched(self, search: Search, criteria: Criteria) -> Matches:
        groups = tuple(
            tuple(replace(each, condition="gteq") if each.condition == "gt" else each for each in group)
            for group in criteria.groups
        )
        return search(replace(criteria, groups=groups))


@dataclass(frozen=True, slots=True, kw_only=True)
class RowTwice(InSearch):
    """One document comes twice in a row where it comes at all, and counts twice, as after a bad join."""

    entity_id: int

    def searched(self, search: Search, criteria: Criteria) -> Matches:
        found, total_count = search(criteria)
        doubled: list[Row] = []
        for row in found:
            doubled += [row, row] if self.entity_id in _ids(row) else [row]
        return doubled[: criteria.page_size or None], total_count + len(doubled) - len(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowTotalsOf248(InDocument):
    """An order's rows as 2.4.8 sends them: `row_total` is the unit price less the discount of the whole row,
    not below 0, and the quantity is lost (§5.2; checked against the samples `lab248rt__*`)."""

    def shown(self, table: Table, row: Row) -> Row:
        if table.entity.kind != "orders":
            return row
        return Row(table.entity, cast(Document, _with_row_totals(row.document)))


def _ids(row: Row) -> tuple[object, object]:
    return row.document.get("entity_id"), row.document.get("id")


def _with_row_totals(value: Json) -> Json:
    """The same value with the row totals of 2.4.8 wherever an order item stands in it."""
    if isinstance(value, list):
        return [_with_row_totals(each) for each in value]
    if not isinstance(value, dict):
        return value
    changed = {name: _with_row_totals(each) for name, each in value.items()}
    for base in ("", "base_"):
        if "qty_ordered" in value and f"{base}row_total" in value:
            left = _number(value.get(f"{base}price")) - _number(value.get(f"{base}discount_amount"))
            changed[f"{base}row_total"] = _plain(max(left, Decimal(0)))
    return changed


def _number(value: Json) -> Decimal:
    return Decimal(value) if isinstance(value, int | Decimal) else Decimal(0)


def _plain(amount: Decimal) -> int | Decimal:
    """An amount with the digits that the shop writes: no zeros at its end."""
    whole = amount.to_integral_value()
    return int(whole) if whole == amount else Decimal(f"{amount:f}".rstrip("0"))
