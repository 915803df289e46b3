"""How many rows are asked for at once: fewer while the shop struggles, more again once it copes.

The shop is asked for a whole page first. After trouble the page halves, down to a single row; after some
good answers in a row it doubles again. How many answers that takes grows each time the shop struggles anew,
so that a shop which can only bring twenty rows is not driven into its limit over and over, and falls again
once larger pages come through. A limit that the shop itself names is obeyed at once and for good (reference:
adobe_commerce.md §4.3, §4.5, §8.4).

Where one document spoils its page, the page is narrowed down to that document and then whole again: that
says nothing about what the shop can bring.
"""

from __future__ import annotations

from dataclasses import dataclass, field

GOOD_ANSWERS = 3
GOOD_ANSWERS_MAX = 48


@dataclass(slots=True)
class _Paging:
    size: int
    good: int = 0
    needed: int = GOOD_ANSWERS
    grows: bool = False


@dataclass(slots=True)
class PageSizes:
    """The page sizes of one shop, by kind of list; kept in memory only, since a cursor fits every size."""

    _most: int | None = None
    _kinds: dict[str, _Paging] = field(default_factory=dict[str, _Paging])
    _spoilt: dict[str, int] = field(default_factory=dict[str, int])

    def of(self, kind: str, whole: int) -> int:
        """Rows to ask for now; `whole` is the page while nothing is wrong."""
        return min(self._of(kind, whole).size, whole, self._most or whole, self._spoilt.get(kind, whole))

    def halve(self, kind: str, asked: int) -> None:
        """So many rows were too much for the shop."""
        paging = self._of(kind, asked)
        paging.size, paging.good, paging.grows = max(1, asked // 2), 0, False
        paging.needed = min(2 * paging.needed, GOOD_ANSWERS_MAX)

    def narrow(self, kind: str, asked: int) -> None:
        """Among so many rows is one that spoils the page."""
        self._spoilt[kind] = max(1, asked // 2)

    def widen(self, kind: str) -> None:
        """The row that spoilt the page was found, or is none any more."""
        self._spoilt.pop(kind, None)

    def forget(self, kind: str) -> None:
        """Whatever this kind's pages suffered from was one row, and is found: begin anew."""
        self.widen(kind)
        self._kinds.pop(kind, None)

    def answered(self, kind: str, asked: int, whole: int) -> None:
        """A page of so many rows came through."""
        if kind in self._spoilt:
            self._spoilt[kind] = 2 * asked
            if 2 * asked >= whole:
                self.widen(kind)
        paging = self._of(kind, whole)
        paging.good += 1
        if asked < min(paging.size, whole) or paging.good < paging.needed:
            return
        if paging.grows:
            paging.needed = max(GOOD_ANSWERS, paging.needed // 2)
        paging.size, paging.good, paging.grows = min(2 * asked, whole), 0, asked < whole

    def limit(self, most: int) -> None:
        """The shop says that it sends no more rows at once than these."""
        self._most = max(1, most)

    def _of(self, kind: str, whole: int) -> _Paging:
        return self._kinds.setdefault(kind, _Paging(whole))
