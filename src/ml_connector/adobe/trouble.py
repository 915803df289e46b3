"""What went wrong with a request, as far as the reader of lists can do something about it.

`answers.py` tells the shop's errors apart by what happens next; these are the ones after which a smaller page
is worth asking for, or that say something about one document. To everybody else they are what they derive
from (reference: adobe_commerce.md §4.3, §4.5, §9.3).
"""

from __future__ import annotations

from ml_connector.errors import Finding, NeedsPerson, TryAgain


class Overloaded(TryAgain):
    """The shop did not bring its answer to an end: a page with fewer rows may come through."""


class Alone(Overloaded):
    """Not even the first row alone comes, time after time. The shop is too slow for anything, or this one
    document is too much for it: it runs out of time or of memory, and its own code never gets to say so."""


class ServerFault(NeedsPerson):
    """The shop's own code failed on the request (500 with its error message).

    One document is enough for that, and then every page that holds it fails alike. `told` is the shop's
    message with its report number.
    """

    def __init__(self, finding: Finding, told: str) -> None:
        self.told = told
        super().__init__(finding)


class NoSuchEntity(NeedsPerson):
    """The shop answered that it has no entity with the id that stands in the path (404)."""


class PageTooLarge(NeedsPerson):
    """The shop limits its pages to `most` rows, and more were asked for."""

    def __init__(self, finding: Finding, most: int) -> None:
        self.most = most
        super().__init__(finding)
