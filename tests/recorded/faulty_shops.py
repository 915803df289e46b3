"""Reading a shop in which something goes wrong: asked again after each error, from where it stood."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from ml_connector.adobe.reads import AdobeReads
from ml_connector.adobe.sandbox import PretendShop, ShopData
from ml_connector.errors import Code, ConnectorError, NeedsPerson, TryAgain
from ml_connector.sync.ports import Flow

ASKED_MAX = 40


@dataclass(slots=True)
class Read:
    """What a sweep brought: the entities in order as ids with their times, the cursor, and the errors met."""

    seen: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    cursor: str = ""
    pages: int = 0
    errors: list[ConnectorError] = field(default_factory=list[ConnectorError])

    @property
    def ids(self) -> list[int]:
        """The ids as they came, sorted: one that came twice is there twice."""
        return sorted(entity_id for entity_id, _ in self.seen)


def read_on(reads: AdobeReads, flow: Flow, cursor: str = "") -> Read:
    """One sweep to its end, by somebody who keeps what was read together with the cursor behind it.

    An error of our tree is met by asking again, be it that the shop was mended or a person has acted.
    """
    read = Read(cursor=cursor)
    for _ in range(ASKED_MAX):
        try:
            page = reads.changes(flow, read.cursor)
        except ConnectorError as error:
            read.errors.append(error)
            continue
        read.seen += [(payload.entity_id, payload.updated_at) for payload in page.payloads]
        read.cursor = page.cursor
        read.pages += 1
        if not page.more:
            return read
    raise AssertionError(f"this sweep never ends; it met {[str(error) for error in read.errors[-2:]]}")


def fresh_shop() -> PretendShop:
    """The recorded shop, to be changed; its documents are read from the package once."""
    return PretendShop(_recorded().copy())


@cache
def _recorded() -> ShopData:
    return ShopData.recorded()


def in_the_shop(shop: PretendShop, flow: Flow) -> list[int]:
    """The ids of all documents of a flow that the shop has, sorted."""
    id_field = shop.data.table(flow.value).entity.id_field
    return sorted(int(str(row.document[id_field])) for row in shop.data.table(flow.value).rows)


def said(error: ConnectorError) -> tuple[type[ConnectorError], Code, str]:
    """What happens next, the code, and what a person reads."""
    assert isinstance(error, TryAgain | NeedsPerson)
    return TryAgain if isinstance(error, TryAgain) else NeedsPerson, error.finding.code, str(error)
