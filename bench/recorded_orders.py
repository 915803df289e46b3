"""Orders by the hundred thousand, made of five recorded ones, and the page of them that a request asks for.

The texts are the shop's own, of its orders with one row (5.4 to 6.1 kB each), with ids, times and a buyer's
e-mail of their own in each copy. Order n has entity_id n and was changed n minutes after the first, so that
the two sort orders that the readers ask for are one, and a page is found by arithmetic. What is not
understood is an error, never ignored: whoever asked for something else would be measured for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ml_connector.adobe.sandbox.criteria import Criteria, Filter, criteria_in
from ml_connector.adobe.sandbox.data import ShopData
from ml_connector.adobe.sandbox.jsontext import Json, write
from ml_connector.adobe.sandbox.query import parse

TEMPLATES = (19, 36, 37, 38, 162)
"""Entity ids of the recorded orders."""
READY = 20_000
FIRST_AT = datetime(2025, 1, 1, tzinfo=UTC)
APART = timedelta(minutes=1)

_MARKS = {
    **dict.fromkeys(("entity_id", "order_id", "parent_id", "item_id"), "{id}"),
    **dict.fromkeys(("created_at", "updated_at"), "{at}"),
    "increment_id": "{number}",
    **dict.fromkeys(("customer_email", "email"), "{email}"),
}
_SORTS = {("entity_id",), ("updated_at", "entity_id")}


class NotAskedLikeThis(Exception):
    """A request that these orders are not made for."""


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders 1 to `count`."""

    count: int
    templates: tuple[str, ...]
    ready: tuple[str, ...]
    """The texts of the first orders, made beforehand: the shop's time is no part of what is measured."""

    @classmethod
    def of(cls, count: int) -> Orders:
        rows = {row.columns["entity_id"]: row.document for row in ShopData.recorded().table("orders").rows}
        templates = tuple(_template(rows[number]) for number in TEMPLATES)
        ready = tuple(_filled(templates, number) for number in range(1, min(count, READY) + 1))
        return cls(count, templates, ready)

    def page(self, query: str) -> bytes:
        """The answer to `V1/orders?query`; raises `NotAskedLikeThis`, or `Refusal` without any criteria."""
        criteria = criteria_in(parse(query))
        _check(criteria)
        first, last = 1, self.count
        for group in criteria.groups:
            for each in group:
                lowest, highest = _numbers(each)
                first, last = max(first, lowest), min(last, highest)
        size, page = criteria.page_size or 0, criteria.current_page or 0
        begin = first + size * (page - 1)
        texts = ",".join(self.text(each) for each in range(begin, min(begin + size - 1, last) + 1))
        echo, total = write(criteria.echo()), max(0, last - first + 1)
        return f'{{"items":[{texts}],"search_criteria":{echo},"total_count":{total}}}'.encode()

    def text(self, number: int) -> str:
        """One order as it stands in an answer."""
        return self.ready[number - 1] if number <= len(self.ready) else _filled(self.templates, number)


def _filled(templates: tuple[str, ...], number: int) -> str:
    own = {
        "id": number,
        "number": f'"{number:09}"',
        "at": f'"{time_of(number)}"',
        "email": f'"shopper{number}@example.com"',
    }
    return templates[number % len(templates)] % own


def time_of(number: int) -> str:
    """When this order was made, and changed last; UTC, as the shop writes it."""
    return (FIRST_AT + number * APART).strftime("%Y-%m-%d %H:%M:%S")


def _template(document: Json) -> str:
    """The text of an order with a place for each value that differs between its copies."""
    text = write(_marked(document)).replace("%", "%%")
    for mark in {*_MARKS.values()}:
        text = text.replace(f'"{mark}"', f"%({mark[1:-1]})s")
    return text


def _marked(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _MARKS[key] if key in _MARKS else _marked(each) for key, each in value.items()}
    return [_marked(each) for each in value] if isinstance(value, list) else value


def _check(criteria: Criteria) -> None:
    if (
        not criteria.page_size
        or not criteria.current_page
        or any(len(group) != 1 for group in criteria.groups)
    ):
        raise NotAskedLikeThis("pageSize, currentPage and one filter in each group are needed")
    upwards = all(sort.direction == "ASC" for sort in criteria.sorts)
    if tuple(sort.field for sort in criteria.sorts) not in _SORTS or not upwards:
        raise NotAskedLikeThis(f"sorted by {criteria.sorts}")


def _numbers(condition: Filter) -> tuple[int, int]:
    """The first and the last order that pass a condition; beyond all of them where it has no end."""
    value = condition.value or ""
    if condition.condition not in ("eq", "gt", "gteq"):
        raise NotAskedLikeThis(f"filtered with {condition.condition}")
    if condition.field == "updated_at":
        past, rest = divmod(datetime.fromisoformat(value).replace(tzinfo=UTC) - FIRST_AT, APART)
        number, exact = past, not rest
    elif condition.field == "entity_id":
        number, exact = int(value), True
    else:
        raise NotAskedLikeThis(f"filtered by {condition.field}")
    if condition.condition == "eq":
        return (number, number) if exact else (1, 0)
    above = condition.condition == "gt" or not exact
    return number + above, 1 << 40
