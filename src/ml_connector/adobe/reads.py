"""One shop as the conductor knows it: the port `ShopReads`, over one REST client.

A cursor is the caller's, and is saved with the page that it stands behind. All that is kept here is how many
rows this shop can bring at once (`paging.py`), and that only while the process lives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ml_connector.adobe.by_its_id import is_missing
from ml_connector.adobe.feed import changes
from ml_connector.adobe.lists import Lists
from ml_connector.adobe.lookup import by_id, count, ids, of_orders
from ml_connector.adobe.settings import SettingsRead, settings, settings_by_list
from ml_connector.adobe.shop import ShopGet
from ml_connector.clock import Clock
from ml_connector.sync.ports import Flow, Ids, Page, Payload
from ml_connector.sync.reading import EVERYTHING, Extent


class AdobeReads:
    """Reads of one shop; `sync/ports.py` says what each gives, the named modules how."""

    def __init__(self, shop: ShopGet, clock: Clock) -> None:
        self._lists = Lists(shop)
        self._clock = clock

    def changes(self, flow: Flow, cursor: str, extent: Extent = EVERYTHING) -> Page:
        return changes(self._lists, flow, cursor, self._clock.now(), extent)

    def by_id(self, kind: str, ids: Sequence[int]) -> tuple[Payload, ...]:
        return by_id(self._lists, kind, ids)

    def is_missing(self, flow: Flow, entity_id: int) -> bool:
        return is_missing(self._lists.shop, flow, entity_id)

    def ids(self, flow: Flow, extent: Extent) -> Ids:
        return ids(self._lists, flow, extent)

    def count(self, flow: Flow, extent: Extent) -> int:
        return count(self._lists, flow, extent)

    def of_orders(self, kind: str, order_ids: Sequence[int]) -> tuple[Payload, ...]:
        return of_orders(self._lists, kind, order_ids)

    def settings(self) -> Mapping[str, object]:
        return settings(self._lists)

    def settings_by_list(self) -> SettingsRead:
        """As `settings`, of which each list may be refused for itself (`adobe/settings.py`)."""
        return settings_by_list(self._lists)
