"""The worker: one thread that reads shops over HTTP, shows its troubles, and is stopped by none of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, update

from ml_connector.adobe.auth import OAuth1Credentials
from ml_connector.adobe.sandbox import FULL, PretendShop, ShopData
from ml_connector.clock import SystemClock
from ml_connector.cloud import connections
from ml_connector.cloud.agents import Agent, take_catalogue
from ml_connector.cloud.overview import overview
from ml_connector.cloud.proposing import accepted_chart
from ml_connector.cloud.worker import AGAIN_S, Worker
from ml_connector.codec import digest
from ml_connector.errors import Code, Finding, NeedsPerson, TryAgain
from ml_connector.posting.company import Catalogue
from ml_connector.records import tables
from ml_connector.records.ledger import Ledger
from ml_connector.records.vault import Vault
from ml_connector.sync.passage import State
from ml_connector.sync.protocol import CatalogueIs
from tests.acceptance.small_shop import cut
from tests.specs.databases import empty_database
from tests.specs.retail_company import company

pytestmark = pytest.mark.slow

CLOCK = SystemClock()
ORDERS = (5, 11, 22)
NOBODY_LISTENS = "http://127.0.0.1:1/"


class Service:
    """The cloud side without its sockets: records, vault and a worker that a test starts."""

    def __init__(self, folder: Path) -> None:
        self.engine: Engine = empty_database(folder / "records.sqlite3")
        self.vault = Vault.open(folder / "vault.key", CLOCK)
        self.worker = Worker(self.engine, CLOCK, self.vault, 300)

    def connect(self, name: str, url: str, tag: str) -> Ledger:
        keys = OAuth1Credentials(
            consumer_key=FULL.consumer_key,
            consumer_secret=FULL.consumer_secret,
            access_token=FULL.access_token,
            access_token_secret=FULL.access_token_secret,
        )
        new = connections.NewConnection(
            connection_id=name, name=name, tag=tag, shop_url=url, credentials=keys
        )
        connections.create(self.engine, CLOCK, self.vault, new, "ann")
        return Ledger(self.engine, CLOCK, name)

    def swept(self, name: str) -> bool:
        one = self.worker.state_of(name)
        return one is not None and one.swept_at is not None


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    made = Service(tmp_path)
    yield made
    made.worker.stop()
    made.engine.dispose()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Three orders of the recorded shop, with all that belongs to them."""
    folder = cut(tmp_path_factory.mktemp("shop"), ORDERS)
    with PretendShop(ShopData.in_folder(folder)).running() as url:
        yield url


def until(holds: Callable[[], bool]) -> None:
    """Wait for what the worker's thread is to bring about."""
    for _ in range(400):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("it does not come about")


def in_state(ledger: Ledger, *states: State) -> int:
    with ledger.begin() as tx:
        return len(tx.records(states=states))


def due(ledger: Ledger) -> int:
    with ledger.begin() as tx:
        return len(tx.records(due=True))


def read_company(ledger: Ledger, catalogue: Catalogue) -> None:
    take_catalogue(Agent("agent-1", ledger), CatalogueIs(hash=digest(catalogue), catalogue=catalogue))


def test_a_shop_is_read_and_nothing_is_decided_before_a_chart_is_accepted(
    service: Service, address: str
) -> None:
    ledger = service.connect("shop-1", address, "K7")
    service.worker.start()
    until(lambda: service.swept("shop-1"))
    with pytest.raises(TryAgain):
        accepted_chart(ledger, "ann", "looks right", "invoiced")
    noticed = in_state(ledger, State.NOTICED)
    assert noticed == in_state(ledger) > 0

    read_company(ledger, company())
    chart = accepted_chart(ledger, "ann", "looks right", "invoiced")
    assert connections.accept_chart(ledger, chart, "ann", "looks right") == 1
    service.worker.wake()
    until(lambda: due(ledger) == 0)
    assert in_state(ledger, State.NOTICED) == 0
    assert in_state(ledger, State.QUEUED, State.SENT) == 0, "nobody has approved the road"
    assert in_state(ledger, State.PLANNED) > 0


def test_a_chart_that_cannot_hold_is_not_accepted_and_everything_wrong_is_said(
    service: Service, address: str
) -> None:
    ledger = service.connect("shop-1", address, "K7")
    service.worker.start()
    until(lambda: service.swept("shop-1"))
    read_company(ledger, replace(company(), nominals=(), default_nominal="4000"))
    with pytest.raises(NeedsPerson) as refused:
        accepted_chart(ledger, "ann", "looks right", "complete")
    finding = refused.value.finding
    assert finding.code is Code.CHART_INVALID
    assert finding.why.count("N/C 4000") >= 2


def test_a_sweep_that_is_asked_for_is_made_at_once(service: Service, address: str) -> None:
    service.connect("shop-1", address, "K7")
    service.worker.start()
    until(lambda: service.swept("shop-1"))
    one = service.worker.state_of("shop-1")
    assert one is not None
    first = one.swept_at
    service.worker.sweep_now("shop-1")
    until(lambda: not one.sweeping and one.swept_at != first)
    assert one.changed == 0


def test_a_shop_that_does_not_answer_is_shown_and_asked_again_soon(service: Service) -> None:
    service.connect("shop-1", NOBODY_LISTENS, "K7")
    began = CLOCK.now()
    service.worker.start()
    until(lambda: (one := service.worker.state_of("shop-1")) is not None and one.trouble is not None)
    one = service.worker.state_of("shop-1")
    assert one is not None
    assert one.trouble is not None
    assert (one.trouble.code, one.swept_at, one.sweeping) == (Code.SHOP_UNREACHABLE, None, False)
    assert 0 < (one.next_at - began).total_seconds() < AGAIN_S + 20


def test_what_is_wrong_with_one_connection_does_not_stop_the_others(service: Service, address: str) -> None:
    """A secret that does not open, one that is gone, a shop that does not answer, and then one that does."""
    for name in ("damaged", "gone", "silent", "well"):
        service.connect(name, NOBODY_LISTENS if name == "silent" else address, name.upper()[:4])
    secret = tables.secrets.c.connection_id
    with service.engine.begin() as connection:
        connection.execute(update(tables.secrets).where(secret == "damaged").values(sealed=b"damaged"))
        connection.execute(delete(tables.secrets).where(secret == "gone"))
    service.worker.start()
    until(lambda: service.swept("well"))
    assert [service.worker.state_of(name) for name in ("damaged", "gone")] == [None, None]
    assert not service.swept("silent")
    assert in_state(Ledger(service.engine, CLOCK, "well")) > 0


def test_a_worker_that_is_stopped_has_ended(service: Service, address: str) -> None:
    ledger = service.connect("shop-1", address, "K7")
    service.worker.start()
    service.worker.stop()
    before = in_state(ledger)
    service.worker.sweep_now("shop-1")
    time.sleep(0.3)
    assert in_state(ledger) == before


def test_a_connection_that_cannot_be_opened_is_shown_with_what_to_do(service: Service, address: str) -> None:
    """In the API and in the report, which are other processes' and threads' than the worker's."""
    ledgers = {name: service.connect(name, address, name.upper()[:4]) for name in ("damaged", "gone", "well")}
    secret = tables.secrets.c.connection_id
    with service.engine.begin() as connection:
        connection.execute(update(tables.secrets).where(secret == "damaged").values(sealed=b"damaged"))
        connection.execute(delete(tables.secrets).where(secret == "gone"))
    service.worker.start()
    until(lambda: service.swept("well"))
    shown = {name: overview(ledger, service.worker.state_of(name)) for name, ledger in ledgers.items()}
    assert [shown[name]["opened"] for name in ledgers] == [False, False, True]
    assert [shown[name]["sweeping"] for name in ("damaged", "gone")] == [False, False]
    troubles = {name: shown[name]["shop_trouble"] for name in ledgers}
    assert isinstance(troubles["damaged"], Finding)
    assert troubles["damaged"].code is Code.VAULT_KEY
    assert "enter the secret again" in troubles["damaged"].fix
    assert isinstance(troubles["gone"], Finding)
    assert troubles["gone"].code is Code.SHOP_CREDENTIALS
    assert troubles["well"] is None


def test_a_connection_is_opened_as_soon_as_its_credentials_are_there_again(
    service: Service, address: str
) -> None:
    ledger = service.connect("shop-1", address, "K7")
    with service.engine.begin() as connection:
        (row,) = connection.execute(tables.secrets.select()).all()
        connection.execute(delete(tables.secrets))
    service.worker.start()
    until(lambda: overview(ledger, None)["opened"] is False)
    with service.engine.begin() as connection:
        again = {"connection_id": row.connection_id, "name": row.name, "sealed": row.sealed}
        connection.execute(tables.secrets.insert().values(**again))
    until(lambda: service.swept("shop-1"))
    until(lambda: overview(ledger, None)["opened"] is True)
    assert overview(ledger, None)["shop_trouble"] is None
