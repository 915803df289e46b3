"""The lists of one shop, asked for in pages that the shop can bring.

`listing.py` asks once; here the page size follows what the shop can do (`paging.py`), and an answer that
cannot be believed is asked for twice. Whoever waits between two attempts stands above: nothing sleeps here,
and after an answer that the shop did not bring to its end the next attempt is the caller's. When not even the
first row alone comes, time after time, that is told as `Alone`: one document may be too much for the shop.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from ml_connector.adobe.criteria import PAGE_SIZE_MAX, Filter
from ml_connector.adobe.listing import Hollow, Listing, Resource, listed
from ml_connector.adobe.paging import PageSizes
from ml_connector.adobe.shop import ShopGet
from ml_connector.adobe.trouble import Alone, Overloaded, PageTooLarge, ServerFault

PAST_THE_END = 1_000_000_000
QUESTIONS_MAX = 100
HIDDEN_PAGES_MAX = 20
ALONE_MAX = 3

_Question = tuple[str, tuple[Filter, ...]]

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Lists:
    """One per shop; its readers take turns."""

    shop: ShopGet
    sizes: PageSizes = field(default_factory=PageSizes)
    _hollow: set[_Question] = field(default_factory=set[_Question])
    _hidden: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    _alone: dict[_Question, int] = field(default_factory=dict[_Question, int])

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

        Raises `Overloaded` after having halved the page for the next attempt, and as `Alone` when the first
        row alone did not come for the third time; `ServerFault` when the shop's code fails even on the first
        row alone; and what `listed` raises.
        """
        spoilt, question = False, (resource.kind, tuple(filters))
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
            except Overloaded as error:
                self.sizes.halve(resource.kind, size)
                self._count_alone(question, size, error)
                raise
            except ServerFault:
                if size == 1:
                    raise
                self.sizes.narrow(resource.kind, size)
                spoilt = True
            except Hollow as error:
                self._believe(question, error)
                return self._further_on(resource, filters, sort, fields, size, error.counted)
            else:
                self._alone.pop(question, None)
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

    def _count_alone(self, question: _Question, size: int, error: Overloaded) -> None:
        if size > 1:
            return
        times = self._alone.pop(question, 0) + 1
        if times < ALONE_MAX:
            if len(self._alone) >= QUESTIONS_MAX:
                self._alone.clear()
            self._alone[question] = times
        else:
            raise Alone(error.finding, after_s=error.after_s) from error

    def _believe(self, question: _Question, error: Hollow) -> None:
        """Believe a page that counts rows and holds none, if the shop says so twice, or has said so before of
        as many rows of this kind: an extension hides rows from lists, and they count all the same."""
        hidden = (question[0], error.counted)
        if question not in self._hollow and hidden not in self._hidden:
            if len(self._hollow) >= QUESTIONS_MAX:
                self._hollow.clear()
            self._hollow.add(question)
            raise error
        if len(self._hidden) >= QUESTIONS_MAX:
            self._hidden.clear()
        self._hollow.discard(question)
        self._hidden.add(hidden)

    def _further_on(
        self,
        resource: Resource,
        filters: Sequence[Filter],
        sort: Sequence[str],
        fields: Sequence[str],
        size: int,
        counted: int,
    ) -> Listing:
        """The first page behind hidden rows that holds any, or an empty one. Nothing is lost by that: reading
        goes on from the last row that was shown, and the completeness check goes by ids."""
        for page in range(2, min(-(-counted // size), HIDDEN_PAGES_MAX) + 1):
            try:
                return listed(
                    self.shop, resource, filters, sort=sort, page_size=size, page=page, fields=fields
                )
            except Hollow:
                continue
        log.warning("V1/%s counts %s rows and shows none of them", resource.path, counted)
        return Listing(payloads=(), total_count=0, sent=0, asked=size)
