"""A list of the shop: where it is, how it is asked for, and its entities as they came.

The one place that knows the envelope: paths, what ids are called, and that a list says how many rows match
(reference: adobe_commerce.md §4.1, §4.3, §9.7). What else stands inside an entity is `reader.py`'s matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from ml_connector.adobe.answers import unreadable
from ml_connector.adobe.criteria import Filter, query
from ml_connector.adobe.shop import ShopGet
from ml_connector.adobe.slices import sliced
from ml_connector.errors import TryAgain
from ml_connector.sync.ports import Flow, Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One list of the shop.

    `id_field` is the id in an entity, `id_column` the same in filters and sorts. `page_size` is rows per
    request: an order costs the shop about 12 queries, an invoice 2 (§7.2).
    """

    kind: str
    path: str
    id_field: str = "entity_id"
    id_column: str = "entity_id"
    page_size: int = 100


RESOURCES = {
    resource.kind: resource
    for resource in (
        Resource(kind=Flow.INVOICES.value, path="invoices"),
        Resource(kind=Flow.CREDIT_MEMOS.value, path="creditmemos"),
        Resource(kind=Flow.ORDERS.value, path="orders", page_size=50),
        Resource(kind=Flow.CUSTOMERS.value, path="customers/search", id_field="id"),
        Resource(kind="products", path="products", id_field="id", page_size=50),
        Resource(
            kind="transactions",
            path="transactions",
            id_field="transaction_id",
            id_column="transaction_id",
        ),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The entities of one answer in its order, and how many match the request in all."""

    payloads: tuple[Payload, ...]
    total_count: int

    @property
    def rest(self) -> int:
        """How many more rows match than were sent."""
        return self.total_count - len(self.payloads)


def listed(shop: ShopGet, resource: Resource, filters: Sequence[Filter], *, sort: Sequence[str]) -> Listing:
    """The first rows, ascending by `sort`, that pass all filters: at most a page of the resource.

    Raises `TryAgain` for an answer that is no whole list, and for one that counts rows but holds none: going
    on from it would lose them, or ask for them without end.
    """
    text = shop.get(resource.path, query(filters, sort=sort, page_size=resource.page_size))
    try:
        elements, others = sliced(text, "items")
        payloads = tuple(_payload(resource, value, body) for value, body in elements or ())
    except (ValueError, RecursionError) as error:
        # The decoder's words quote no data, as in “Expecting value: line 1 column 7 (char 6)”.
        raise unfit(resource, f"It is cut off or no list of {resource.kind}: {error}.") from None
    total_count = others.get("total_count")
    if elements is None or not _whole(total_count):
        raise unfit(resource, "It has no items, or does not say how many rows match.")
    listing = Listing(payloads=payloads, total_count=cast(int, total_count))
    if listing.rest > 0 and not payloads:
        raise unfit(resource, f"It counts {listing.total_count} rows and holds none.")
    return listing


def unfit(resource: Resource, why: str) -> TryAgain:
    """The error for an answer that is not the list that was asked for."""
    return unreadable(f"V1/{resource.path}", why)


def _payload(resource: Resource, value: object, body: str) -> Payload:
    entity = cast(dict[str, object], value) if isinstance(value, dict) else {}
    entity_id, order_id = entity.get(resource.id_field), entity.get("order_id", 0)
    updated_at = entity.get("updated_at", "")
    if not (_whole(entity_id) and _whole(order_id) and isinstance(updated_at, str)):
        raise ValueError(f"an entity has no whole {resource.id_field} or order_id, or no text as updated_at")
    return Payload(
        kind=resource.kind,
        entity_id=cast(int, entity_id),
        order_id=cast(int, order_id),
        updated_at=updated_at,
        body=body,
    )


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
