"""Cloud and agent over real HTTPS on loopback: the cloud's own certificate, the agent's own client."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn

from ml_connector.adobe.auth import OAuth1Credentials
from ml_connector.adobe.io_keys import KeyRing
from ml_connector.agent.link import Link
from ml_connector.agent.tls import context, pin
from ml_connector.clock import SystemClock
from ml_connector.cloud import connections
from ml_connector.cloud.app import make_app
from ml_connector.cloud.certificate import Certificate, ensure
from ml_connector.cloud.hooks import Hooks
from ml_connector.cloud.worker import Worker
from ml_connector.errors import Code, NeedsPerson
from ml_connector.posting.company import LedgerEntry
from ml_connector.records.ledger import Ledger
from ml_connector.records.vault import Vault
from ml_connector.sync.protocol import Heartbeat, LeaseRequest, LedgerIs, Pair, Paired, Receipts
from tests.specs.cloud_place import COMPANY, CONNECTION, KEY, hello_message
from tests.specs.cloud_place import SECRETS as CREDENTIALS
from tests.specs.databases import empty_database

pytestmark = pytest.mark.slow

CLOCK = SystemClock()


@dataclass
class Service:
    """A cloud side that listens: its address, its certificate, and the records of its one connection."""

    url: str
    certificate: Certificate
    ledger: Ledger

    def pairing_code(self) -> str:
        return connections.pairing_code(self.ledger, "ann", "the office PC")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    engine = empty_database(tmp_path / "records.sqlite3")
    vault = Vault.open(tmp_path / "vault.key", CLOCK)
    new = connections.NewConnection(
        connection_id=CONNECTION,
        name="Hearth & Loom",
        tag="K7",
        shop_url="http://127.0.0.1:1/",
        credentials=OAuth1Credentials(**CREDENTIALS),
    )
    connections.create(engine, CLOCK, vault, new, "ann")
    certificate = ensure(tmp_path / "tls", ("127.0.0.1",), CLOCK)
    hooks = Hooks(engine, CLOCK, vault, KeyRing(CLOCK))
    app = make_app(engine, CLOCK, vault, Worker(engine, CLOCK, vault, 300), hooks, KEY)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host="127.0.0.1",
            port=0,
            ssl_certfile=certificate.cert_path,
            ssl_keyfile=certificate.key_path,
            log_level="warning",
            lifespan="off",
        )
    )
    listening = server.config.bind_socket()
    listening.listen()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield Service(
        f"https://127.0.0.1:{listening.getsockname()[1]}", certificate, Ledger(engine, CLOCK, CONNECTION)
    )
    server.should_exit = True
    thread.join()
    listening.close()
    engine.dispose()


def link(service: Service, pinned: Path, credential: str = "") -> Link:
    return Link(service.url, context(pinned), CLOCK, credential=credential)


def paired(service: Service, pinned: Path) -> Paired:
    """What a person does at the PC: compare the fingerprint, type the code."""
    pin(service.url, service.certificate.fingerprint, pinned)
    with link(service, pinned) as line:
        return line.pair(Pair(code=service.pairing_code(), instance_id="instance-1", agent_version="1.0"))


def test_an_agent_pins_the_certificate_pairs_and_is_known_from_then_on(
    service: Service, tmp_path: Path
) -> None:
    pinned = tmp_path / "agent" / "cloud.pem"
    credential = paired(service, pinned).credential
    with link(service, pinned, credential) as line:
        welcome = line.hello(hello_message())
        assert (welcome.finding, welcome.catalogue_hash) == (None, "")
        leased = line.lease(LeaseRequest(instance_id="instance-1", most=10))
        assert (leased.commands, leased.send_catalogue) == ((), True)
        assert line.receipts(Receipts(instance_id="instance-1", receipts=())).command_ids == ()
        line.ledger(LedgerIs(instance_id="instance-1", entries=tuple[LedgerEntry, ...]()))
        taken = line.heartbeat(Heartbeat(instance_id="instance-1"))
    with service.ledger.begin() as tx:
        assert taken.trail_head == tx.trail_head()


def test_a_certificate_that_nobody_compared_is_not_believed(service: Service, tmp_path: Path) -> None:
    with link(service, tmp_path / "none.pem", "credential") as line, pytest.raises(NeedsPerson) as refused:
        line.hello(hello_message())
    assert refused.value.finding.code is Code.CLOUD_CERTIFICATE


def test_a_fingerprint_that_differs_is_not_pinned(service: Service, tmp_path: Path) -> None:
    with pytest.raises(NeedsPerson) as refused:
        pin(service.url, "00:" * 31 + "00", tmp_path / "cloud.pem")
    assert refused.value.finding.code is Code.CLOUD_CERTIFICATE
    assert not (tmp_path / "cloud.pem").exists()


def test_what_the_cloud_refuses_comes_out_at_the_agent_in_the_cloud_s_words(
    service: Service, tmp_path: Path
) -> None:
    pinned = tmp_path / "cloud.pem"
    paired(service, pinned)
    with link(service, pinned) as line, pytest.raises(NeedsPerson) as wrong_code:
        line.pair(Pair(code="WRONGCODE123", instance_id="instance-1", agent_version="1.0"))
    assert wrong_code.value.finding.code is Code.PAIRING_CODE
    with link(service, pinned, "revoked") as line, pytest.raises(NeedsPerson) as unknown:
        line.hello(hello_message())
    assert unknown.value.finding.code is Code.AGENT_UNKNOWN
    assert COMPANY.name not in str(unknown.value)
