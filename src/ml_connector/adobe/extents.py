"""An extent of a flow, as the filters that ask for it."""

from __future__ import annotations

from ml_connector.adobe.criteria import Condition, Filter, id_not_in
from ml_connector.adobe.cursor import shop_time
from ml_connector.adobe.listing import Resource
from ml_connector.sync.ports import Flow
from ml_connector.sync.reading import Extent

_MADE = frozenset({Flow.INVOICES.value, Flow.CREDIT_MEMOS.value})


def bounds(resource: Resource, extent: Extent) -> list[Filter]:
    """All of its filters, five at most: times, ids, and what is left out."""
    filters: list[Filter] = []
    # An order from before may be invoiced today; a document is what it was when it was made.
    when = "created_at" if resource.kind in _MADE else "updated_at"
    if extent.since is not None:
        filters.append(Filter(when, Condition.GTEQ, shop_time(extent.since)))
    if extent.before is not None:
        filters.append(Filter(when, Condition.LT, shop_time(extent.before)))
    if extent.after:
        filters.append(Filter(resource.id_column, Condition.GT, str(extent.after)))
    if extent.up_to:
        filters.append(Filter(resource.id_column, Condition.LTEQ, str(extent.up_to)))
    return [*filters, *without(resource, extent)]


def without(resource: Resource, extent: Extent) -> list[Filter]:
    """The filter that leaves rows out, if there are any to leave out."""
    return [id_not_in(resource.id_column, extent.without)] if extent.without else []
