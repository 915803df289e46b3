"""The lists of one shop, asked for in pages that the shop can bring.

`listing.py` asks once; here the page size follows what the shop can do (`paging.py`), and an answer that
cannot be believed is asked for twice. Whoever waits between two attempts stands above: nothing sleeps here,
and after an answer that the shop did not bring to its end the next attempt is the caller's.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from ml_connector.adobe.criteria import PAGE_SIZE_MAX, Filter
from ml_connector.adobe.listing import Hollow, Listing, Resource, listed
from ml_connector.adobe.paging import PageSizes
from ml_connector.adobe.shop import ShopGet
from ml_connector.adobe.trouble import Overloaded, PageTooLarge, ServerFault

PAST_THE_END = 1_000_000_000
HOLLOW_MAX = 100

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Lists:
    """One per shop; its readers take turns."""

    shop: ShopGet
    sizes: PageSizes = field(default_factory=PageSizes)
    _hollow: set[tuple[str, tuple[Filter, ...]]] = field(default_factory=set[tuple[str, tuple[Filter, ...]]])

    def first(
        self,
        resource: Resource,
        filters: Sequence[Filter],
        *,
        sort: Sequence[str],
        fields: Sequence[str] = (),
        most: int = PAGE_SIZE_MAX,
    ) -> Listing:
        """The first rows, as many as the shop can bring at once, and at `most` so many.

        Raises `Overloaded` after having halved the page for the next attempt; `ServerFault` when the shop's
        code fails even on the first row alone; and what `listed` raises.
        """
        spoilt = False
        while True:
            size = min(self.sizes.of(resource.kind, resource.page_size), most)
            try:
                listing = listed(self.shop, resource, filters, sort=sort, page_size=size, fields=fields)
            except PageTooLarge as error:
                if error.most >= size:
                    raise
                self.sizes.limit(error.most)
                if size == 1:
                    raise
            except Overloaded:
                self.sizes.halve(resource.kind, size)
                raise
            except ServerFault:
                if size == 1:
                    raise
                self.sizes.narrow(resource.kind, size)
                spoilt = True
            except Hollow as error:
                return self._nothing(resource, filters, size, error)
            else:
                if not spoilt:
                    self.sizes.answered(resource.kind, size, resource.page_size)
                return listing

    def one(
        self,
        resource: Resource,
        filters: Sequence[Filter],
        *,
        sort: Sequence[str],
        descending: bool = False,
        fields: Sequence[str] = (),
    ) -> Listing:
        """The first row alone, or none. Raises `ServerFault` when the shop's code fails on it."""
        try:
            return listed(
                self.shop, resource, filters, sort=sort, page_size=1, descending=descending, fields=fields
            )
        except Hollow:
            return Listing(payloads=(), total_count=0, sent=0, asked=1)

    def count(self, resource: Resource, filters: Sequence[Filter]) -> int:
        """How many rows match, as the shop counts them. Asked behind the last page, where shops since 2.4.0
        have to load no row for it, and older ones the last (§4.3)."""
        sort = (resource.id_column,)
        try:
            found = listed(self.shop, resource, filters, sort=sort, page_size=1, page=PAST_THE_END)
        except Hollow as error:
            return error.counted
        return found.total_count

    def _nothing(self, resource: Resource, filters: Sequence[Filter], size: int, error: Hollow) -> Listing:
        """Believe an empty page that counts rows, if they had all fitted on it and the shop says so twice: an
        extension hides rows from lists, and they count all the same. Nothing is lost by that: reading goes
        on from the last row that was shown."""
        asked = (resource.kind, tuple(filters))
        if error.counted > size or asked not in self._hollow:
            if len(self._hollow) >= HOLLOW_MAX:
                self._hollow.clear()
            self._hollow.add(asked)
            raise error
        self._hollow.discard(asked)
        log.warning("V1/%s counts %s rows and shows none of them", resource.path, error.counted)
        return Listing(payloads=(), total_count=0, sent=0, asked=size)
