"""One shop as the conductor knows it: the port `ShopReads`, over one REST client.

It holds no state of its own: a cursor is the caller's, and is saved with the page that it stands behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ml_connector.adobe.feed import changes
from ml_connector.adobe.lookup import by_id, of_orders
from ml_connector.adobe.settings import settings
from ml_connector.adobe.shop import ShopGet
from ml_connector.clock import Clock
from ml_connector.sync.ports import Flow, Page, Payload


class AdobeReads:
    """Reads of one shop; `sync/ports.py` says what each gives, the named modules how."""

    def __init__(self, shop: ShopGet, clock: Clock) -> None:
        self._shop = shop
        self._clock = clock

    def changes(self, flow: Flow, cursor: str) -> Page:
        return changes(self._shop, flow, cursor, self._clock.now())

    def by_id(self, kind: str, ids: Sequence[int]) -> tuple[Payload, ...]:
        return by_id(self._shop, kind, ids)

    def of_orders(self, kind: str, order_ids: Sequence[int]) -> tuple[Payload, ...]:
        return of_orders(self._shop, kind, order_ids)

    def settings(self) -> Mapping[str, object]:
        return settings(self._shop)
