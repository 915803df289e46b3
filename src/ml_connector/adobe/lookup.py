"""Entities by their ids, and what belongs to an order: asked by `in` lists of at most fifty ids.

Lists instead of single reads, because one request for fifty orders costs the shop far less than fifty, and
because an id never stands in a path that has to be signed (reference: adobe_commerce.md §1.3, §7.2). The shop
compares loosely (`12abc` matches 12, §10.3): a row that was not asked for is dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ml_connector.adobe.criteria import Condition, Filter, id_in
from ml_connector.adobe.listing import RESOURCES, Resource, listed, unfit
from ml_connector.adobe.shop import ShopGet
from ml_connector.errors import Defect
from ml_connector.sync.ports import Payload

IDS_AT_ONCE = 50
WITH_OWN_ID = frozenset({"orders", "invoices", "creditmemos", "customers", "products"})
OF_AN_ORDER = frozenset({"invoices", "creditmemos", "transactions"})


def by_id(shop: ShopGet, kind: str, ids: Sequence[int]) -> tuple[Payload, ...]:
    """The entities with these ids, ascending by id; one that the shop does not have is left out.

    Raises `TryAgain`, `NeedsPerson`; `Defect` for a kind that is not in `WITH_OWN_ID` or an id below 1.
    """
    resource = _resource(kind, WITH_OWN_ID)
    found: list[Payload] = []
    for asked in _batches(ids):
        rows = _all(shop, resource, id_in(resource.id_column, asked))
        found += [row for row in rows if row.entity_id in asked]
    return tuple(found)


def of_orders(shop: ShopGet, kind: str, order_ids: Sequence[int]) -> tuple[Payload, ...]:
    """All invoices, credit memos or transactions of these orders.

    Raises `TryAgain`, `NeedsPerson`; `Defect` for a kind that is not in `OF_AN_ORDER` or an id below 1.
    """
    resource = _resource(kind, OF_AN_ORDER)
    found: list[Payload] = []
    for asked in _batches(order_ids):
        rows = _all(shop, resource, id_in("order_id", asked))
        found += [row for row in rows if row.order_id in asked]
    return tuple(found)


def _all(shop: ShopGet, resource: Resource, condition: Filter) -> Iterator[Payload]:
    """Every row that passes, by keyset on the id: an order can have more documents than a page has rows."""
    last, more = 0, True
    while more:
        behind = [Filter(resource.id_column, Condition.GT, str(last))] if last else []
        listing = listed(shop, resource, [condition, *behind], sort=(resource.id_column,))
        for row in listing.payloads:
            if row.entity_id <= last:
                raise unfit(resource, "Its rows are not behind the id that was asked for, or not in order.")
            last = row.entity_id
            yield row
        more = listing.rest > 0


def _batches(ids: Sequence[int]) -> Iterator[list[int]]:
    distinct = sorted(set(ids))
    if distinct and distinct[0] < 1:
        raise Defect(f"{distinct[0]} is no id of the shop.")
    for first in range(0, len(distinct), IDS_AT_ONCE):
        yield distinct[first : first + IDS_AT_ONCE]


def _resource(kind: str, allowed: frozenset[str]) -> Resource:
    if kind not in allowed:
        raise Defect(f"{kind} is not read like this; {', '.join(sorted(allowed))} are.")
    return RESOURCES[kind]
