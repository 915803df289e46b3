"""One document asked for by its own id, and by no list: whether the shop says that there is none.

Extensions narrow lists, for a user or a website, and what a list does not show may be there all the same. The
path of one document does not go through them (reference: adobe_commerce.md §4.1). Only the shop's own 404
about the entity counts; an unknown route is 404 too, and says nothing about a document (§9.3).
"""

from __future__ import annotations

from ml_connector.adobe.shop import ShopGet
from ml_connector.adobe.trouble import NoSuchEntity
from ml_connector.errors import Defect
from ml_connector.sync.ports import Flow

_PATHS = {
    Flow.ORDERS.value: "orders",
    Flow.INVOICES.value: "invoices",
    Flow.CREDIT_MEMOS.value: "creditmemo",  # singular, unlike its list
}


def is_missing(shop: ShopGet, kind: str, entity_id: int) -> bool:
    """Whether the shop has no such order, invoice or credit memo. Raises `TryAgain`, `NeedsPerson` when it
    does not say; `Defect` for another kind or an id below 1."""
    if kind not in _PATHS or entity_id < 1:
        raise Defect(f"{kind} {entity_id} is not asked for by its id")
    try:
        shop.get(f"{_PATHS[kind]}/{entity_id}")
    except NoSuchEntity:
        return True
    return False
