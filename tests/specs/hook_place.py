"""The webhook endpoints over real HTTP on loopback: server, writer and database as the service has them."""

from __future__ import annotations

import hmac
import json
import threading
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import httpx2
import uvicorn
from sqlalchemy import delete, select

from ml_connector.adobe.auth import OAuth1Credentials
from ml_connector.adobe.contracts import PRESETS, Contract
from ml_connector.adobe.io_keys import KeyRing
from ml_connector.adobe.sandbox import FULL
from ml_connector.clock import ManualClock
from ml_connector.cloud import connections
from ml_connector.cloud.app import make_app
from ml_connector.cloud.hooks import Hooks
from ml_connector.cloud.serve import HTTP
from ml_connector.cloud.worker import Worker
from ml_connector.records import tables
from ml_connector.records.ledger import Ledger
from ml_connector.records.vault import Vault
from tests.recorded.deliveries import SECRET, SIGNED_AT
from tests.specs.databases import EmptyDatabase, empty_database

SHOP = "shop-1"
SECRET_TEXT = SECRET.decode()
KEYS = OAuth1Credentials(
    consumer_key=FULL.consumer_key,
    consumer_secret=FULL.consumer_secret,
    access_token=FULL.access_token,
    access_token_secret=FULL.access_token_secret,
)


@dataclass
class HookPlace:
    """A service with one connection; the worker is made, and started by whom needs it."""

    url: str
    clock: ManualClock
    ledger: Ledger
    hooks: Hooks
    worker: Worker
    client: httpx2.Client
    _names: Counter[str] = field(default_factory=Counter[str])

    def endpoint(
        self, contract: Contract = PRESETS["async-events"], secrets: Sequence[str] = (SECRET_TEXT,)
    ) -> str:
        """A new endpoint; returns its name."""
        self._names["hook"] += 1
        name = f"hook-{self._names['hook']}"
        self.hooks.book.make(self.ledger, name, contract, secrets, "ann", "to hear of orders")
        return name

    def clear(self) -> None:
        """Take every endpoint away, and set the clock back."""
        with self.ledger.engine.begin() as connection:
            connection.execute(delete(tables.hook_endpoints))
        self.hooks.book.reload()
        self.clock.at = SIGNED_AT

    def post(self, name: str, body: bytes, headers: Mapping[str, str] | None = None) -> httpx2.Response:
        """A delivery with these headers, which are taken as JSON's."""
        return self.client.post(
            f"{self.url}/hooks/{SHOP}/{name}",
            content=body,
            headers={"Content-Type": "application/json", **(headers or {})},
        )

    def deliver(self, name: str, body: bytes, secret: bytes = SECRET) -> int:
        """A delivery as Async Events signs it; returns the status."""
        return self.post(name, body, signed(body, secret)).status_code

    def stored(self, name: str) -> list[str]:
        """The hints of what was stored for an endpoint, delivery by delivery."""
        table = tables.deliveries.c
        with self.ledger.engine.begin() as connection:
            rows = connection.execute(select(table.hints).where(table.endpoint == name))
            return [row.hints for row in rows]

    def counts(self, name: str) -> dict[str, int]:
        return self.hooks.counts(SHOP, name)


_NUMBERS = count(1)


def order(entity_id: int = 0) -> bytes:
    """The body of a delivery about an order; each is about another one unless it is told which."""
    return json.dumps({"event": "sales.order.updated", "entity_id": entity_id or next(_NUMBERS)}).encode()


def signed(body: bytes, secret: bytes = SECRET) -> dict[str, str]:
    return {"x-magento-signature": hmac.digest(secret, body, "sha256").hex()}


@contextmanager
def a_hook_place(
    folder: Path,
    empty: EmptyDatabase = empty_database,
    *,
    io_events: str = "http://127.0.0.1:1",
    shop_url: str = "http://127.0.0.1:1/",
) -> Generator[HookPlace]:
    """A service whose keys of I/O Events come from `io_events`."""
    clock = ManualClock(SIGNED_AT)
    engine = empty(folder / "records.sqlite3")
    vault = Vault.open(folder / "vault.key", clock)
    new = connections.NewConnection(
        connection_id=SHOP, name="Shop", tag="K7", shop_url=shop_url, credentials=KEYS
    )
    connections.create(engine, clock, vault, new, "ann")
    hooks = Hooks(engine, clock, vault, KeyRing(clock, origin=io_events, validation_origin=io_events))
    worker = Worker(engine, clock, vault, 300)
    app = make_app(engine, clock, vault, worker, hooks, "operator-key")
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, **HTTP))
    listening = server.config.bind_socket()
    listening.listen()
    hooks.start()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with httpx2.Client(timeout=20, trust_env=False) as client:
            yield HookPlace(url, clock, Ledger(engine, clock, SHOP), hooks, worker, client)
    finally:
        server.should_exit = True
        thread.join()
        worker.stop()
        hooks.stop()
        listening.close()
        engine.dispose()
