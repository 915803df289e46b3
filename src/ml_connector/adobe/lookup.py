"""Entities by their ids, and what belongs to an order: asked by `in` lists of at most fifty ids.

Lists instead of single reads, because one request for fifty orders costs the shop far less than fifty, and
because an id never stands in a path that has to be signed (reference: adobe_commerce.md §1.3, §7.2). The shop
compares loosely (`12abc` matches 12, §10.3): a row that was not asked for is dropped. A row on which the shop
fails comes as its number (`isolate.py`), among the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ml_connector.adobe.criteria import Condition, Filter, id_in
from ml_connector.adobe.extents import bounds, without
from ml_connector.adobe.isolate import FAILING_MAX, UNSERVED, Failing
from ml_connector.adobe.listing import RESOURCES, Resource, unfit
from ml_connector.adobe.lists import Lists
from ml_connector.errors import Defect
from ml_connector.sync.ports import Flow, Ids, Payload
from ml_connector.sync.reading import Extent

IDS_AT_ONCE = 50
WITH_OWN_ID = frozenset({"orders", "invoices", "creditmemos", "customers", "products", "transactions"})
OF_AN_ORDER = frozenset({"invoices", "creditmemos", "transactions"})


def by_id(lists: Lists, kind: str, ids: Sequence[int]) -> tuple[Payload, ...]:
    """The entities with these ids, ascending by id; one that the shop does not have is left out.

    Raises `TryAgain`, `NeedsPerson`; `Defect` for a kind that is not in `WITH_OWN_ID` or an id below 1.
    """
    resource = _resource(kind, WITH_OWN_ID)
    found: list[Payload] = []
    for asked in _batches(ids):
        rows = _all(lists, resource, id_in(resource.id_column, asked), ids=asked)
        found += [row for row in rows if row.entity_id in asked]
    return tuple(found)


def of_orders(lists: Lists, kind: str, order_ids: Sequence[int]) -> tuple[Payload, ...]:
    """All invoices, credit memos or transactions of these orders.

    Raises `TryAgain`, `NeedsPerson`; `Defect` for a kind that is not in `OF_AN_ORDER` or an id below 1.
    """
    resource = _resource(kind, OF_AN_ORDER)
    found: list[Payload] = []
    for asked in _batches(order_ids):
        rows = _all(lists, resource, id_in("order_id", asked), order_ids=asked)
        found += [row for row in rows if row.order_id in asked or row.failure]
    return tuple(found)


def ids(lists: Lists, flow: Flow, extent: Extent) -> Ids:
    """The first ids of an extent, a page of them, with the times by which a change shows. The shop's work is
    that of a page of whole entities all the same (§4.4); only the bytes are fewer."""
    resource = RESOURCES[flow]
    filters, order = bounds(resource, extent), (resource.id_column,)
    try:
        listing = lists.first(resource, filters, sort=order, fields=(resource.id_field, "updated_at"))
    except UNSERVED as fault:
        if len(extent.without) >= FAILING_MAX:
            raise
        known = without(resource, extent)
        failing = Failing(
            lists=lists, resource=resource, filters=filters, sort=order, fault=fault, known=known
        )
        return Ids(found={}, failing=(failing.first(),), more=True)
    _check_order(resource, listing.payloads, extent.after)
    found = {row.entity_id: row.updated_at for row in listing.payloads}
    return Ids(found=found, failing=(), more=listing.more)


def count(lists: Lists, flow: Flow, extent: Extent) -> int:
    """How many entities an extent holds, as the shop counts them."""
    resource = RESOURCES[flow]
    return lists.count(resource, bounds(resource, extent))


def _all(
    lists: Lists,
    resource: Resource,
    condition: Filter,
    *,
    order_ids: Sequence[int] = (),
    ids: Sequence[int] = (),
) -> Iterator[Payload]:
    """Every row that passes, by keyset on the id: an order can have more documents than a page has rows.

    `ids`, ascending, are all that can come, where they are known.
    """
    last, more, sort = 0, True, (resource.id_column,)
    most = len(ids) or resource.page_size
    while more:
        behind = [Filter(resource.id_column, Condition.GT, str(last))] if last else []
        filters = [condition, *behind]
        try:
            listing = lists.first(resource, filters, sort=sort, most=most)
        except UNSERVED as fault:
            among = [each for each in ids if each > last]
            failing = Failing(
                lists=lists, resource=resource, filters=filters, sort=sort, fault=fault, among=among
            )
            row = failing.first()
            last = row.entity_id
            yield replace(row, order_id=failing.order_of(last, order_ids)) if order_ids else row
            continue
        _check_order(resource, listing.payloads, last)
        last = listing.payloads[-1].entity_id if listing.payloads else last
        yield from listing.payloads
        more = listing.more and not (ids and last >= ids[-1])


def _check_order(resource: Resource, rows: Sequence[Payload], last: int) -> None:
    for row in rows:
        if row.entity_id <= last:
            raise unfit(resource, "Its rows are not behind the id that was asked for, or not in order.")
        last = row.entity_id


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
