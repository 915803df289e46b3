"""A small shop, read over HTTP by the conductor itself into records on SQLite, while something goes wrong.

Five recorded orders with all that belongs to them, in pages of two: the shop limits its input, so the
first request of each reading is refused, and everything else that goes wrong comes on top of that.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from ml_connector.adobe.connect import ShopCredentials, open_shop
from ml_connector.adobe.reader import glance, product_ids
from ml_connector.adobe.reads import AdobeReads
from ml_connector.adobe.sandbox import Face, Paas, PretendShop, ShopData
from ml_connector.adobe.sandbox.arrivals import copies
from ml_connector.adobe.sandbox.configuration import Configuration
from ml_connector.adobe.sandbox.data import SETTINGS
from ml_connector.adobe.sandbox.entities import ENTITIES
from ml_connector.adobe.sandbox.jsontext import Document
from ml_connector.adobe.sandbox.table import Table
from ml_connector.adobe.shop import ShopClient
from ml_connector.clock import SystemClock
from ml_connector.documents.identity import Kind, reference
from ml_connector.errors import NeedsPerson, TryAgain
from ml_connector.sync.completeness import ask_for_check
from ml_connector.sync.engine import Conductor
from ml_connector.sync.passage import State
from ml_connector.sync.ports import Flow, Seen
from tests.recorded.shop_clients import credentials
from tests.specs.sync_kit import SHOP, Teller
from tests.specs.sync_place import Place, must_hold
from tests.specs.sync_plans import TAG

ORDERS = frozenset({1, 49, 60, 61, 62})
INVOICES = (1, 45, 58, 59, 60)
PAGE = 2
AFTER_THE_RECORDING = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
DOCUMENTS = {Flow.INVOICES: "invoice", Flow.CREDIT_MEMOS: "creditmemo"}
ATTEMPTS_MAX = 60


class Sees(Teller):
    """Sees the recorded documents, as the service does."""

    def see(self, kind: Kind, body: str) -> Seen:
        seen = glance(kind, body)
        return Seen(
            kind=kind,
            entity_id=seen.entity_id,
            order_id=seen.order_id,
            number=seen.number,
            reference=reference(TAG, kind, seen.entity_id),
            captured=seen.captured,
            made_at=seen.created_at,
            currency=seen.base_currency,
            total=seen.base_total,
        )

    def products(self, document: str, order: str) -> tuple[int, ...]:
        del order
        return product_ids(document)


@cache
def _small() -> ShopData:
    recorded = ShopData.recorded()
    tables = {entity.kind: recorded.table(entity.kind) for entity in ENTITIES}
    for kind in ("orders", "invoices", "creditmemos", "transactions"):
        number = "entity_id" if kind == "orders" else "order_id"
        rows = [row for row in tables[kind].rows if row.document.get(number) in ORDERS]
        tables[kind] = Table(tables[kind].entity, rows)
    wanted = re.findall(r'"product_id":(\d+)', "".join(row.text for row in tables["orders"].rows))
    products = [row for row in tables["products"].rows if str(row.document["id"]) in wanted]
    tables["products"] = Table(tables["products"].entity, products)
    return ShopData(tables, {name: recorded.setting(name) for name in SETTINGS})


@dataclass
class KeptShop:
    """The shop, its client, and what was kept of it; `troubles` are all that the readers met."""

    shop: PretendShop
    address: str
    client: ShopClient
    place: Place
    reads: AdobeReads
    troubles: list[TryAgain | NeedsPerson] = field(default_factory=list[TryAgain | NeedsPerson])

    @property
    def conductor(self) -> Conductor:
        return Conductor(
            connection_id=SHOP,
            store=self.place.ledger,
            shop=self.reads,
            decider=Sees,
            clock=self.place.clock,
        )

    def wait(self, **span: int) -> None:
        self.place.clock.at += timedelta(**span)

    def sweep(self) -> int:
        self.wait(seconds=30)
        return self.conductor.sweep()

    def sweep_until_read(self) -> list[TryAgain | NeedsPerson]:
        """Sweep, and again after whatever stands in the way, until everything was read; gives what did."""
        before = len(self.troubles)
        for _ in range(ATTEMPTS_MAX):
            try:
                self.sweep()
            except (TryAgain, NeedsPerson) as error:
                self.troubles.append(error)
            else:
                return self.troubles[before:]
        raise AssertionError(f"no sweep comes to its end: {self.troubles[-1]}")

    def check(self) -> None:
        """A whole completeness check; again after whatever stands in its way."""
        with self.place.ledger.begin() as tx:
            ask_for_check(tx)
        for _ in range(ATTEMPTS_MAX):
            self.wait(seconds=30)
            try:
                if not self.conductor.check():
                    return
            except (TryAgain, NeedsPerson) as error:
                self.troubles.append(error)
        raise AssertionError("this check never ends")

    # ---------------------------------------------------------------- what is there, and what was kept

    def there(self, flow: Flow) -> dict[int, str]:
        """The shop's own documents of a flow: the text of each, by its id."""
        return {int(str(row.document["entity_id"])): row.text for row in self.shop.data.table(flow).rows}

    def noticed(self, flow: Flow = Flow.INVOICES) -> list[int]:
        kind = DOCUMENTS[flow]
        records = [each for each in self.place.records() if each.key.kind.value == kind]
        return sorted(int(each.key.entity) for each in records)

    def failing(self, flow: Flow) -> tuple[int, ...]:
        with self.place.ledger.begin() as tx:
            return tx.failing(flow)

    def held(self) -> list[str]:
        return [str(record.key) for record in self.place.records(State.HELD)]

    def burst(self, count: int, *, at: str, first_id: int = 9001) -> tuple[Document, ...]:
        """New invoices of order 60 that were all written in one second."""
        like = self.shop.document("invoices", 58)
        return copies(like, count, first_id=first_id, created_at=at, updated_at=at)

    def must_be_whole(self, *, but: Sequence[tuple[Flow, int]] = ()) -> None:
        """Every document was noticed exactly once, and is kept as the shop has it; the same for orders. `but`
        are those that the shop does not let be read: they were noticed too, by their numbers."""
        entries = [each.entry for each in self.place.trail() if each.entry.action == "noticed"]
        assert set(Counter(entry.key for entry in entries).values()) == {1}
        for flow in (Flow.ORDERS, *DOCUMENTS):
            there = self.there(flow)
            if flow in DOCUMENTS:
                assert self.noticed(flow) == sorted(there)
            with self.place.ledger.begin() as tx:
                kept = {each: tx.payload(flow, each) for each in there if (flow, each) not in but}
            assert kept == {each: there[each] for each in kept}
        assert len(entries) == len(self.noticed(Flow.INVOICES)) + len(self.noticed(Flow.CREDIT_MEMOS))
        assert {request.method for request in self.shop.requests if "/V1/" in request.target} == {"GET"}


@contextmanager
def a_kept_shop(
    folder: Path,
    face: Face | None = None,
    keys: Callable[[PretendShop, str], ShopCredentials] = lambda _shop, _url: credentials(),
) -> Generator[KeptShop]:
    """A shop that has just been connected, and nothing read of it; at the end everything must hold.

    `keys` are its credentials, by the running shop and its URL.
    """
    shop = PretendShop(_small().copy(), face=face or Paas())
    shop.configuration = Configuration(input_limit=PAGE)
    place = Place.made(folder)
    place.clock.at = AFTER_THE_RECORDING
    try:
        with shop.running() as url:
            address = shop.face.address(url)
            with open_shop(address, keys(shop, url), SystemClock(), threading.Lock()) as client:
                yield KeptShop(shop, address, client, place, AdobeReads(client, place.clock))
        must_hold(place)
    finally:
        place.ledger.engine.dispose()
