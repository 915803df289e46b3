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
from ml_connector.adobe.elements import Elements, Entity, elements
from ml_connector.adobe.shop import ShopGet
from ml_connector.adobe.trouble import Overloaded
from ml_connector.errors import Finding, TryAgain
from ml_connector.sync.ports import Flow, Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One list of the shop.

    `id_field` is the id in an entity, `id_column` the same in filters and sorts. `page_size` is rows per
    request while nothing is wrong (§4.3, §8.4).
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
        Resource(kind=Flow.ORDERS.value, path="orders"),
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
    """The entities of one answer in its order, each once.

    `asked` is how many rows were asked for at most, `sent` how many came, `total_count` how many match in
    all, as the shop counts them.
    """

    payloads: tuple[Payload, ...]
    total_count: int
    sent: int
    asked: int

    @property
    def rest(self) -> int:
        """How many more rows match than were sent, if the shop counts right."""
        return max(0, self.total_count - self.sent)

    @property
    def more(self) -> bool:
        """Whether there may be rows behind these: the shop counts some, or the page is full. A count that is
        too low costs a request, and no row."""
        return self.rest > 0 or self.sent >= self.asked


class Hollow(TryAgain):
    """An answer that counts rows but holds none: going on from it would lose them, or never end."""

    def __init__(self, finding: Finding, counted: int) -> None:
        self.counted = counted
        super().__init__(finding)


def listed(
    shop: ShopGet,
    resource: Resource,
    filters: Sequence[Filter],
    *,
    sort: Sequence[str],
    page_size: int,
    page: int = 1,
    descending: bool = False,
    fields: Sequence[str] = (),
) -> Listing:
    """The first rows, ascending by `sort`, that pass all filters; with `fields`, only these of each.

    A row that comes twice, as after a bad join in an extension, counts once. Raises `TryAgain` for an answer
    that is no whole list; `Overloaded` for one that breaks off, `Hollow` for one that holds no row though it
    counts some; and what `ShopGet` raises.
    """
    projection = f"items[{','.join(fields)}],total_count" if fields else ""
    asked = query(
        filters, sort=sort, page_size=page_size, page=page, descending=descending, fields=projection
    )
    answer = _read(resource, shop.get(resource.path, asked))
    rows = answer.of
    if rows is None and projection and answer.is_null:
        rows = []  # of an empty list a projection leaves null (§4.4)
    if rows is None or not _whole(answer.total_count):
        raise unfit(resource, "It has no items, or does not say how many rows match.")
    listing = Listing(
        payloads=_each_once(resource, [_payload(resource, entity, body) for entity, body in rows]),
        total_count=cast(int, answer.total_count),
        sent=len(rows),
        asked=page_size,
    )
    if listing.rest > 0 and not rows:
        why = f"It counts {listing.total_count} rows and holds none."
        raise Hollow(unfit(resource, why).finding, listing.total_count)
    return listing


def _read(resource: Resource, text: str) -> Elements:
    try:
        return elements(text)
    except (ValueError, RecursionError) as error:
        # The decoder's words quote no data, as in “Expecting value: line 1 column 7 (char 6)”.
        why = f"It is cut off or no list of {resource.kind}: {error}."
        raise Overloaded(unfit(resource, why).finding) from None


def _each_once(resource: Resource, rows: Sequence[Payload]) -> tuple[Payload, ...]:
    unique = {row.entity_id: row for row in rows}
    if len(unique) < len(rows) and any(unique[row.entity_id] != row for row in rows):
        raise unfit(resource, "It holds one entity twice, and not the same.")
    return tuple(unique.values())


def unfit(resource: Resource, why: str) -> TryAgain:
    """The error for an answer that is not the list that was asked for."""
    return unreadable(f"V1/{resource.path}", why)


def _payload(resource: Resource, entity: Entity, body: str) -> Payload:
    entity_id, order_id, updated_at = getattr(entity, resource.id_field), entity.order_id, entity.updated_at
    if not (_whole(entity_id) and _whole(order_id) and isinstance(updated_at, str)):
        what = f"an entity has no whole {resource.id_field} or order_id, or no text as updated_at"
        raise unfit(resource, f"It is no list of {resource.kind}: {what}.")
    return Payload(
        kind=resource.kind,
        entity_id=cast(int, entity_id),
        order_id=cast(int, order_id),
        updated_at=updated_at,
        body=body,
    )


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
