"""What was deleted in the shop, and when that is believed of a document that may be in Sage.

As long as nothing was written it is enough that the lists do not show a document: it is held, and goes on by
itself when it is back. What may be in Sage becomes disputed, so there the shop has to say it itself: asked
for the document by its own id it answers that there is none (404). An extension that hides rows does not.
"""

from __future__ import annotations

from collections.abc import Sequence

from ml_connector.documents.identity import Key
from ml_connector.sync.passage import NOTHING_WRITTEN
from ml_connector.sync.ports import Flow, ShopReads, Store
from ml_connector.sync.sight import KIND_OF


def believed_gone(
    store: Store, shop: ShopReads, connection_id: str, flow: Flow, unseen: Sequence[int]
) -> list[int]:
    """Of the ids that no list shows, those that are gone. Raises `TryAgain`, `NeedsPerson`."""
    with store.begin() as tx:
        records = {
            entity_id: tx.record(Key(connection_id, KIND_OF[flow], str(entity_id)))
            for entity_id in unseen
            if flow in KIND_OF
        }
    booked = {each for each, record in records.items() if record and record.state not in NOTHING_WRITTEN}
    return [each for each in unseen if each not in booked or shop.is_missing(flow, each)]
