"""A service that listens, and a shop whose merchant can press Activate: for tests of their handshake."""

from __future__ import annotations

import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import urlencode

import httpx2
import uvicorn

from ml_connector.adobe.io_keys import KeyRing
from ml_connector.adobe.sandbox import FULL, Paas, PretendShop
from ml_connector.clock import ManualClock, SystemClock
from ml_connector.cloud.app import make_app
from ml_connector.cloud.hooks import Hooks
from ml_connector.cloud.worker import Worker
from ml_connector.codec import canonical, loads
from ml_connector.records import trail
from ml_connector.records.ledger import Ledger
from ml_connector.records.vault import Vault
from tests.recorded.cloud_shops import recorded
from tests.specs.cloud_place import CONNECTION, JSON, KEY
from tests.specs.databases import empty_database

CANARY = {
    "oauth_consumer_key": "k" * 32,
    "oauth_consumer_secret": "canarysecret0123456789abcdefghij",
    "oauth_verifier": "canaryverifier0123456789abcdefgh",
}


@dataclass
class Place:
    """`service` and `shop_url` are where the two listen; nothing sweeps here."""

    folder: Path
    clock: ManualClock
    shop: PretendShop
    paas: Paas
    shop_url: str
    service: str
    ledger: Ledger
    vault: Vault

    def call(self, method: str, path: str, **body: object) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {KEY}", **JSON}
        content = canonical(body) if body else b""
        with httpx2.Client(trust_env=False) as http:
            return http.request(method, f"{self.service}/api{path}", content=content, headers=headers)

    def expect(self, **changed: object) -> str:
        """An operator begins an activation; gives the callback URL."""
        new = {"connection_id": CONNECTION, "name": "Hearth & Loom", "tag": "K7", "shop_url": self.shop_url}
        response = self.call("POST", "/activations", **{**new, "by": "ann", "why": "new", **changed})
        assert response.status_code == 201, response.text
        begun = cast(Mapping[str, str], loads(response.content))
        assert begun["callback_url"] == begun["identity_link_url"]
        return begun["callback_url"]

    def press(self, callback_url: str) -> int:
        """The merchant presses Activate; gives what the shop was answered."""
        return self.paas.activations.press(FULL, callback_url, f"{self.shop_url}/")

    def state(self) -> Mapping[str, object]:
        response = self.call("GET", f"/activations/{CONNECTION}")
        assert response.status_code == 200, response.text
        return cast(Mapping[str, object], loads(response.content))

    def ended(self) -> Mapping[str, object]:
        """How it ended, once it has."""
        for _ in range(400):
            state = self.state()
            if state["phase"] in ("done", "failed"):
                return state
            SystemClock().sleep(0.025)
        raise AssertionError("it does not come to its end")

    def connections(self) -> object:
        return cast(Mapping[str, object], loads(self.call("GET", "/connections").content))["connections"]

    @property
    def asked(self) -> list[tuple[str, str, int]]:
        return [(each.method, each.target, each.status) for each in self.shop.requests]

    def trail(self) -> list[tuple[str, str, str]]:
        with self.ledger.begin() as tx:
            entries = list(trail.entries(tx.connection, CONNECTION))
        return [(each.entry.actor, each.entry.action, each.payload or "") for each in entries]

    def nothing_is_stored(self) -> bool:
        """Neither a connection nor a secret, and the shop was asked nothing."""
        with self.ledger.engine.begin() as connection:
            secrets = connection.exec_driver_sql("SELECT count(*) FROM secrets").scalar_one()
        return self.connections() == [] and secrets == 0 and self.asked == []


def posted(url: str, body: bytes | Mapping[str, str]) -> httpx2.Response:
    """A call as a shop makes it, by somebody."""
    content = body if isinstance(body, bytes) else urlencode(body).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    with httpx2.Client(trust_env=False) as http:
        return http.post(url, content=content, headers=headers)


def opened(url: str, **query: str) -> httpx2.Response:
    """A page as a browser gets it, without following where it leads."""
    with httpx2.Client(trust_env=False, follow_redirects=False) as http:
        return http.get(url, params=query)


@contextmanager
def a_place(folder: Path, *, public: bool = True) -> Generator[Place]:
    clock = ManualClock(at=SystemClock().now())
    engine = empty_database(folder / "records.sqlite3")
    vault = Vault.open(folder / "vault.key", clock)
    worker = Worker(engine, clock, vault, 300)
    hooks = Hooks(engine, clock, vault, KeyRing(clock))
    listening = uvicorn.Config("", host="127.0.0.1", port=0, log_level="warning").bind_socket()
    service = f"http://127.0.0.1:{listening.getsockname()[1]}"
    app = make_app(engine, clock, vault, worker, hooks, KEY, service if public else "")
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    listening.listen()
    thread.start()
    paas = Paas()
    shop = PretendShop(recorded(), face=paas)
    try:
        with shop.running() as shop_url:
            ledger = Ledger(engine, clock, CONNECTION)
            yield Place(folder, clock, shop, paas, shop_url, service, ledger, vault)
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
        engine.dispose()
