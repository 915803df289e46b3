"""The cloud side over its own ASGI application, for tests: an operator's key, one connection, one agent.

Nothing sweeps here: the worker is made and not started, so that a test decides what happens.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

import httpx2
from starlette.testclient import TestClient

from ml_connector.adobe.io_keys import KeyRing
from ml_connector.clock import ManualClock
from ml_connector.cloud.app import make_app
from ml_connector.cloud.hooks import Hooks
from ml_connector.cloud.worker import Worker
from ml_connector.codec import canonical, from_json, loads
from ml_connector.posting.company import CompanyIdentity, Watermark
from ml_connector.records import trail
from ml_connector.records.chain import Sealed
from ml_connector.records.ledger import Ledger
from ml_connector.records.vault import Vault
from ml_connector.records.verify import verify
from ml_connector.sync.protocol import PROTOCOL_VERSION, Hello, Pair, Paired, Welcome
from tests.specs.databases import empty_database

KEY = "operator-key-of-the-test"
CONNECTION = "shop-1"
SECRETS = {
    "consumer_key": "canary-consumer-key",
    "consumer_secret": "canary-consumer-secret",
    "access_token": "canary-access-token",
    "access_token_secret": "canary-access-token-secret",
}
SHOP = {
    "connection_id": CONNECTION,
    "name": "Hearth & Loom",
    "tag": "K7",
    "shop_url": "http://127.0.0.1:1/",
    "by": "ann",
}
CALLS = [
    ("GET", "/api/connections"),
    ("POST", "/api/connections"),
    ("GET", f"/api/connections/{CONNECTION}"),
    ("GET", f"/api/connections/{CONNECTION}/chart/proposal"),
    ("GET", f"/api/connections/{CONNECTION}/chart"),
    ("POST", f"/api/connections/{CONNECTION}/chart"),
    ("GET", f"/api/connections/{CONNECTION}/preview?number=1"),
    ("POST", f"/api/connections/{CONNECTION}/acts/pause"),
    ("POST", f"/api/connections/{CONNECTION}/pairing-code"),
    ("POST", f"/api/connections/{CONNECTION}/sweep"),
    ("POST", f"/api/connections/{CONNECTION}/ledger-reading"),
    ("GET", f"/api/connections/{CONNECTION}/ping"),
    ("GET", f"/api/connections/{CONNECTION}/proof"),
    ("GET", f"/api/connections/{CONNECTION}/records"),
    ("GET", f"/api/connections/{CONNECTION}/trail"),
    ("GET", f"/api/connections/{CONNECTION}/hooks"),
    ("POST", f"/api/connections/{CONNECTION}/hooks"),
    ("POST", f"/api/connections/{CONNECTION}/journal"),
    ("POST", f"/api/connections/{CONNECTION}/credentials"),
    ("POST", f"/api/connections/{CONNECTION}/activation"),
    ("POST", "/api/activations"),
    ("GET", f"/api/activations/{CONNECTION}"),
    ("GET", f"/api/connections/{CONNECTION}/customers"),
    ("POST", f"/api/connections/{CONNECTION}/customers/answer"),
    ("GET", f"/api/connections/{CONNECTION}/cut-over"),
    ("POST", f"/api/connections/{CONNECTION}/cut-over/answer"),
    ("GET", "/api/openapi.json"),
    ("GET", "/api/docs"),
    ("GET", "/api/nothing"),
]
"""Every call of the operator's API, and some that do not exist."""
COMPANY = CompanyIdentity(name="Hearth & Loom Ltd", company_id="company-1", version="29.2")

Answer = TypeVar("Answer")


@dataclass
class Cloud:
    """A cloud side with its doors: `operator` shows the key, `anybody` shows nothing."""

    folder: Path
    clock: ManualClock
    ledger: Ledger
    worker: Worker
    operator: TestClient
    anybody: TestClient

    def post(self, path: str, **body: object) -> httpx2.Response:
        return self.operator.post(f"/api/connections{path}", content=canonical(body), headers=JSON)

    def get(self, path: str) -> dict[str, object]:
        response = self.operator.get(f"/api/connections{path}")
        assert response.status_code == 200, response.text
        return cast(dict[str, object], loads(response.content))

    def connect(self) -> None:
        response = self.post("", **SHOP, **SECRETS)
        assert response.status_code == 201, response.text

    def pairing_code(self) -> str:
        response = self.post(f"/{CONNECTION}/pairing-code", by="ann", why="the office PC")
        return str(cast(dict[str, object], loads(response.content))["code"])

    def trail(self) -> list[Sealed]:
        with self.ledger.begin() as tx:
            return list(trail.entries(tx.connection, CONNECTION))

    def last_entry(self) -> tuple[str, str, Mapping[str, object]]:
        """Who did what, and the payload, in the newest entry of the trail."""
        sealed = self.trail()[-1]
        payload = cast(Mapping[str, object], loads(sealed.payload or "{}"))
        return sealed.entry.actor, sealed.entry.action, payload

    def pair(self) -> AgentLine:
        code = self.pairing_code()
        message = Pair(code=code, instance_id="instance-1", agent_version="1.0")
        response = self.anybody.post("/agent/v1/pair", content=canonical(message))
        assert response.status_code == 200, response.text
        paired = from_json(Paired, loads(response.content))
        return AgentLine(self.anybody, paired.agent_id, paired.credential)


@dataclass
class AgentLine:
    """One paired agent's line to the cloud."""

    client: TestClient
    agent_id: str
    credential: str

    def send(self, name: str, message: object) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.credential}"}
        return self.client.post(f"/agent/v1/{name}", content=canonical(message), headers=headers)

    def ask(self, name: str, message: object, kind: type[Answer]) -> Answer:
        response = self.send(name, message)
        assert response.status_code == 200, response.text
        return from_json(kind, loads(response.content))

    def hello(self, company: CompanyIdentity = COMPANY, *, header: int = 100) -> Welcome:
        return self.ask("hello", hello_message(company, header=header), Welcome)


JSON = {"Content-Type": "application/json"}


def hello_message(
    company: CompanyIdentity = COMPANY, *, header: int = 100, protocol: int = PROTOCOL_VERSION
) -> Hello:
    return Hello(
        protocol=protocol,
        agent_version="1.0",
        instance_id="instance-1",
        capabilities=("effects-1",),
        company=company,
        watermark=Watermark(document=50, header=header),
        trail_head="",
    )


@contextmanager
def a_cloud(folder: Path) -> Generator[Cloud]:
    """A cloud for one test; at its end the trail must verify."""
    clock = ManualClock()
    engine = empty_database(folder / "records.sqlite3")
    vault = Vault.open(folder / "vault.key", clock)
    worker = Worker(engine, clock, vault, 300)
    hooks = Hooks(engine, clock, vault, KeyRing(clock))
    app = make_app(engine, clock, vault, worker, hooks, KEY)
    hooks.start()
    key = {"Authorization": f"Bearer {KEY}"}
    with (
        TestClient(app, raise_server_exceptions=False) as anybody,
        TestClient(app, raise_server_exceptions=False, headers=key) as operator,
    ):
        cloud = Cloud(folder, clock, Ledger(engine, clock, CONNECTION), worker, operator, anybody)
        yield cloud
        with cloud.ledger.begin() as tx:
            head = trail.head(tx.connection, CONNECTION)
        assert verify(cloud.trail(), head) == ()
    hooks.stop()
    engine.dispose()
