"""A shop of any number of documents, each made when it is asked for: nothing of it is kept in memory.

Document number n of each kind belongs to order n. So many are made per second, in the order of their numbers,
and none is ever changed: then the order in time is that of the ids, and every filter is a range of ids.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ml_connector.adobe.sandbox.criteria import Criteria, Filter, criteria_in
from ml_connector.adobe.sandbox.query import parse
from tests.specs.sync_kit import ANNA

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
DOCUMENTS = {"orders": "orders", "invoices": "invoices", "creditmemos": "creditmemos"}


@dataclass
class RunningShop:
    """`number` of each kind that is named in `kinds`; the other lists are empty."""

    number: int
    kinds: tuple[str, ...] = ("orders", "invoices")
    per_second: int = 7
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def get(self, path: str, query: str = "") -> str:
        self.asked.append((path, query))
        criteria = criteria_in(parse(query))
        found = self._matching(criteria) if path in self.kinds else []
        size, page = criteria.page_size or 0, criteria.current_page or 1
        first = (page - 1) * size
        items = ",".join(self.document(number) for number in found[first : first + size])
        return f'{{"items":[{items}],"total_count":{len(found)}}}'

    def document(self, number: int) -> str:
        at = f"{BEGAN + timedelta(seconds=number // self.per_second):%Y-%m-%d %H:%M:%S}"
        return json.dumps(
            {
                "entity_id": number,
                "order_id": number,
                "created_at": at,
                "updated_at": at,
                "id": number,
                "order": number,
                "total": "12.00",
                "currency": "GBP",
                "captured": True,
                "shopper": ANNA,
                "products": [],
                "made": f"{at.replace(' ', 'T')}+00:00",
                "filling": "x" * 400,
            }
        )

    def _matching(self, criteria: Criteria) -> range | list[int]:
        low, high, chosen = 1, self.number, None
        for each in (each for group in criteria.groups for each in group):
            if each.condition == "in":
                chosen = sorted(int(one) for one in str(each.value).split(","))
            else:
                low, high = (max(low, self._range(each)[0]), min(high, self._range(each)[1]))
        if chosen is not None:
            return [one for one in chosen if low <= one <= high]
        return range(low, high + 1)

    def _range(self, each: Filter) -> tuple[int, int]:
        """The ids for which one filter holds, from and to."""
        value = str(each.value)
        if each.field in ("updated_at", "created_at"):
            seconds = int((datetime.fromisoformat(f"{value}+00:00") - BEGAN).total_seconds())
            first, last = seconds * self.per_second, seconds * self.per_second + self.per_second - 1
        else:
            first = last = int(value)
        return {
            "eq": (first, last),
            "gt": (last + 1, self.number),
            "gteq": (first, self.number),
            "lt": (1, first - 1),
            "lteq": (1, last),
        }[each.condition]


def bodies(shop: RunningShop) -> Iterator[str]:
    """Every document of one kind, as it is sent."""
    return (shop.document(number) for number in range(1, shop.number + 1))
