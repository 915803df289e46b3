"""The search criteria of a list: read from the query string, and echoed in the answer.

Grammar and oddities: adobe_commerce.md §4.2, §4.3, §9.4. Names come in camelCase or snake_case, even mixed;
a criteria value that is no array asks for everything; an unknown name is refused with the name in StudlyCaps.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from ml_connector.adobe.sandbox.errors import bad_direction, not_supported, required, wrong_type_in
from ml_connector.adobe.sandbox.jsontext import Document, Json
from ml_connector.adobe.sandbox.query import Parameters

_WHOLE_OR_DECIMAL = re.compile(r"\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*")


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition; `field` is None when the request named none, `value` when it gave none."""

    field: str | None
    value: str | None
    condition: str


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort column; no direction given sorts descending (§4.3)."""

    field: str
    direction: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """What a list was asked for: groups of filters (all groups, any filter of each), order and page."""

    groups: tuple[tuple[Filter, ...], ...] = ()
    sorts: tuple[Sort, ...] = ()
    page_size: int | None = None
    current_page: int | None = None

    def echo(self) -> Document:
        """The `search_criteria` object of the answer."""
        echo: Document = {"filter_groups": [_echo_group(group) for group in self.groups]}
        if self.sorts:
            echo["sort_orders"] = [{"field": sort.field, "direction": sort.direction} for sort in self.sorts]
        if self.page_size is not None:
            echo["page_size"] = self.page_size
        if self.current_page is not None:
            echo["current_page"] = self.current_page
        return echo


def criteria_in(parameters: Parameters) -> Criteria:
    """The criteria of a request; raises Refusal (400) when there are none or they cannot be read."""
    asked = parameters.get("searchCriteria", parameters.get("search_criteria"))
    if asked is None:
        raise required("searchCriteria")
    named = _named(asked, "filterGroups", "sortOrders", "pageSize", "currentPage")
    return Criteria(
        groups=tuple(_group(group) for group in _entries(named.get("filterGroups"))),
        sorts=tuple(_sort(sort) for sort in _entries(named.get("sortOrders"))),
        page_size=_whole("pageSize", named.get("pageSize")),
        current_page=_whole("currentPage", named.get("currentPage")),
    )


def whole(text: str) -> int | None:
    """A whole number as PHP casts one (`1.5` is 1), or None when the text is no number."""
    return int(Decimal(text.strip())) if _WHOLE_OR_DECIMAL.fullmatch(text) else None


def _named(given: str | Parameters, *known: str) -> Parameters:
    if isinstance(given, str):
        return {}
    named: Parameters = {}
    for key, value in given.items():
        studly = "".join(part[:1].upper() + part[1:] for part in key.split("_"))
        name = studly[:1].lower() + studly[1:]
        if name not in known:
            raise not_supported(studly)
        named[name] = value
    return named


def _entries(given: str | Parameters | None) -> list[str | Parameters]:
    return list(given.values()) if isinstance(given, dict) else []


def _text(given: str | Parameters | None) -> str | None:
    return given if isinstance(given, str) else None


def _whole(name: str, given: str | Parameters | None) -> int | None:
    text = _text(given)
    if text is None:
        return None
    value = whole(text)
    if value is None:
        raise wrong_type_in(name, text)
    return value


def _group(given: str | Parameters) -> tuple[Filter, ...]:
    return tuple(_filter(each) for each in _entries(_named(given, "filters").get("filters")))


def _filter(given: str | Parameters) -> Filter:
    named = _named(given, "field", "value", "conditionType")
    return Filter(
        _text(named.get("field")), _text(named.get("value")), _text(named.get("conditionType")) or "eq"
    )


def _sort(given: str | Parameters) -> Sort:
    named = _named(given, "field", "direction")
    direction = _text(named.get("direction"))
    if direction is not None and direction.upper() not in ("ASC", "DESC"):
        raise bad_direction()
    return Sort(_text(named.get("field")) or "", direction.upper() if direction else None)


def _echo_group(group: tuple[Filter, ...]) -> Json:
    return {
        "filters": [
            {"field": each.field, "value": each.value, "condition_type": each.condition} for each in group
        ]
    }
