"""Documents that appear or change while somebody reads: late commits, bursts, edits.

A document that commits late carries an older `updated_at` than rows that could be read before it; a burst is
more documents in one second than a page holds.
"""

from __future__ import annotations

from dataclasses import dataclass

from ml_connector.adobe.sandbox.data import ShopData
from ml_connector.adobe.sandbox.faults import Happening
from ml_connector.adobe.sandbox.jsontext import Document, Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival(Happening):
    """These documents are written just before an answer is made: each in the place of the one with its id,
    or as a new one. `kind` is a list's file name (`orders`, `invoices`, …)."""

    kind: str
    documents: tuple[Document, ...]

    def happen(self, data: ShopData) -> None:
        data.write(self.kind, *self.documents)


def copies(document: Document, count: int, *, first_id: int, **changes: Json) -> tuple[Document, ...]:
    """So many documents like this one, with ids from `first_id` up, numbers to match, and these changes:
    with the same `updated_at` for all it is a burst.

    An `order_id` is kept: they are further documents of the same order.
    """
    id_field = "entity_id" if "entity_id" in document else "id"
    made: list[Document] = []
    for number in range(first_id, first_id + count):
        numbers: Document = {id_field: number}
        if "increment_id" in document:
            numbers["increment_id"] = f"{number:09}"
        made.append({**document, **numbers, **changes})
    return tuple(made)
