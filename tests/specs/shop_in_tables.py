"""A whole shop in the pretend shop's tables, without HTTP: lists that change, and documents that it fails on.

Beside the columns that lists are searched by, a document holds what `sync_kit.Teller` reads of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ml_connector.adobe.sandbox.criteria import criteria_in
from ml_connector.adobe.sandbox.entities import ENTITIES
from ml_connector.adobe.sandbox.jsontext import Document, Json, write
from ml_connector.adobe.sandbox.projection import project
from ml_connector.adobe.sandbox.query import parse
from ml_connector.adobe.sandbox.table import Row, Table
from ml_connector.adobe.trouble import NoSuchEntity, Overloaded, PageTooLarge, ServerFault
from ml_connector.errors import Code, Finding
from tests.specs.shop_tables import second
from tests.specs.sync_kit import ANNA

REPORT = "Internal Error. Report ID: webapi-6b0442e2c3777"
FAULT = Finding(code=Code.SHOP_REFUSED, what=f"The shop failed (500): {REPORT}.", why="Why.", fix="Fix.")
OVERLOAD = Finding(code=Code.SHOP_UNREACHABLE, what="504 to V1/….", why="Too much.", fix="Ask again.")
KINDS = ("orders", "invoices", "creditmemos", "transactions", "products")


class TablesShop:
    """Answers every list. `fails` are documents that it cannot load, as (kind, id): each spoils every page
    that holds it. `before` is called ahead of every answer; `named` are those that it can name all the same,
    when nothing else of them is asked for; those `hidden` answer to their own id, and stand in no list once
    they are deleted from the tables. Every count is wrong by `lies`; the documents `twice` come twice;
    pages of more than `limit` rows are refused, and those of more than `brings` do not come to their end."""

    def __init__(self, **documents: Iterable[Document]) -> None:
        entities = {each.kind: each for each in ENTITIES}
        self.tables = {kind: Table.of(entities[kind], documents.get(kind, ())) for kind in KINDS}
        self.fails: set[tuple[str, int]] = set()
        self.named: set[tuple[str, int]] = set()
        self.hidden: set[tuple[str, int]] = set()
        self.twice: set[tuple[str, int]] = set()
        self.lies, self.limit, self.brings = 0, 300, 300
        self.before: Callable[[str], None] = lambda _: None
        self.asked: list[tuple[str, str]] = []

    def get(self, path: str, query: str = "") -> str:
        self.before(path)
        self.asked.append((path, query))
        if path.rpartition("/")[2].isdigit():
            return self._single(*path.rsplit("/", 1))
        table = next(each for each in self.tables.values() if each.entity.listing == path)
        parameters = parse(query)
        criteria = criteria_in(parameters)
        self._bear(criteria.page_size or 0)
        rows, count = table.search(criteria)
        fields = parameters.get("fields")
        projection = fields if isinstance(fields, str) else ""
        self._load(table, rows, projection)
        shown = [row.document for row in rows for _ in range(self._times(table, row))]
        counted = max(0, count + self.lies)
        answer: Document = {"items": [*shown[: criteria.page_size]], "total_count": counted}
        return write(project(answer, projection) if projection else answer)

    def _single(self, path: str, entity_id: str) -> str:
        table = next(each for each in self.tables.values() if each.entity.single == path)
        row = table.row_of(int(entity_id))
        if row is None and (table.entity.kind, int(entity_id)) not in self.hidden:
            raise NoSuchEntity(FAULT)
        return write(row.document) if row else "{}"

    def write(self, kind: str, *documents: Document) -> None:
        """Let documents appear or change."""
        self.tables[kind] = self.tables[kind].with_documents(documents)

    def delete(self, kind: str, *ids: int) -> None:
        table = self.tables[kind]
        self.tables[kind] = Table(table.entity, [row for row in table.rows if id_of(row) not in ids])

    def documents(self, kind: str) -> Mapping[int, Document]:
        """All of a kind, by id."""
        return {id_of(row): row.document for row in self.tables[kind].rows}

    def _bear(self, asked: int) -> None:
        if asked > self.limit:
            raise PageTooLarge(FAULT, self.limit)
        if asked > self.brings:
            raise Overloaded(OVERLOAD)

    def _times(self, table: Table, row: Row) -> int:
        return 2 if (table.entity.kind, id_of(row)) in self.twice else 1

    def _load(self, table: Table, rows: list[Row], projection: str) -> None:
        kind = table.entity.kind
        bare = projection == f"items[{table.entity.id_field}],total_count"
        for row in rows:
            key = (kind, id_of(row))
            if key in self.fails and not (bare and key in self.named):
                raise ServerFault(FAULT, REPORT)


def id_of(row: Row) -> int:
    return int(str(row.columns.get("entity_id", row.columns.get("transaction_id"))))


def shop_document(
    entity_id: int,
    at: str,
    *,
    order: int = 0,
    total: str = "12.00",
    created: str = "",
    **more: Json,
) -> Document:
    """An invoice or credit memo; its order has the same number unless another is given."""
    created = created or at
    return {
        "entity_id": entity_id,
        "order_id": order or entity_id,
        "created_at": created,
        "updated_at": at,
        "id": entity_id,
        "order": order or entity_id,
        "total": total,
        "currency": "GBP",
        "captured": True,
        "shopper": ANNA,
        "products": [],
        "made": f"{created.replace(' ', 'T')}+00:00",
        **more,
    }


def shop_order(entity_id: int, at: str, **more: Json) -> Document:
    return {"entity_id": entity_id, "created_at": at, "updated_at": at, **more}


def shop_transaction(entity_id: int, order: int) -> Document:
    return {"transaction_id": entity_id, "order_id": order, "created_at": second(0)}


def filled(number: int) -> TablesShop:
    """So many orders with an invoice each, one per second."""
    return TablesShop(
        orders=[shop_order(each, second(each)) for each in range(1, number + 1)],
        invoices=[shop_document(each, second(each)) for each in range(1, number + 1)],
    )
