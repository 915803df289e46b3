"""A shop for the specs of the feed: the pretend shop's tables without HTTP, and shops that answer oddly."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from ml_connector.adobe.sandbox.criteria import criteria_in
from ml_connector.adobe.sandbox.entities import ENTITIES
from ml_connector.adobe.sandbox.jsontext import Document
from ml_connector.adobe.sandbox.query import parse
from ml_connector.adobe.sandbox.table import Table

MIDDAY = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CALLS_MAX = 2_000


def second(number: int) -> str:
    """A time as the shop writes it: so many seconds after midday."""
    return f"{MIDDAY + timedelta(seconds=number):%Y-%m-%d %H:%M:%S}"


def document(entity_id: int, updated_at: str, **more: int) -> Document:
    """As much of a sales document as a list is searched by."""
    return {"entity_id": entity_id, "updated_at": updated_at, "order_id": entity_id, **more}


class TableShop:
    """Answers searches of one kind of document from a table. `before` is called ahead of every answer."""

    def __init__(self, kind: str, documents: Iterable[Document], *, cap: int | None = None) -> None:
        entity = next(each for each in ENTITIES if each.kind == kind)
        self.table = Table.of(entity, documents)
        self.before: Callable[[], None] = lambda: None
        self.asked: list[str] = []
        self._cap = cap

    def get(self, path: str, query: str = "") -> str:
        self.before()
        self.asked.append(query)
        assert path == self.table.entity.listing
        assert len(self.asked) < CALLS_MAX, "this reading never ends"
        rows, count = self.table.search(criteria_in(parse(query)))
        items = ",".join(row.text for row in rows[: self._cap])
        return f'{{"items":[{items}],"search_criteria":{{}},"total_count":{count}}}'

    def write(self, written: Iterable[Document]) -> None:
        """Let documents appear or change."""
        by_id = {row.document["entity_id"]: row.document for row in self.table.rows}
        by_id |= {each["entity_id"]: each for each in written}
        self.table = Table.of(self.table.entity, by_id.values())


class SaysShop:
    """Says the same to every question."""

    def __init__(self, text: str) -> None:
        self._text = text

    def get(self, path: str, query: str = "") -> str:
        del path, query
        return self._text
