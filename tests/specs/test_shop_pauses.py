"""A shop that names a time is asked nothing before it, however long that is, and after a restart too."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from ml_connector.adobe.answers import LONGEST_PAUSE_S
from ml_connector.adobe.sandbox import PretendShop, ShopData
from ml_connector.adobe.sandbox.fault_answers import FrontEndFails, TooManyRequests
from ml_connector.clock import SystemClock
from ml_connector.cloud.rounds import Round
from ml_connector.cloud.worker import Worker
from ml_connector.errors import Code
from tests.acceptance.small_shop import cut
from tests.specs.cloud_place import CONNECTION, SHOP, Cloud, a_cloud
from tests.specs.credentials_place import four_values

pytestmark = pytest.mark.slow

CLOCK = SystemClock()
INTERVAL_S = 300
# The worker looks every 0.2 s: whatever it would do, it has done by then.
A_WHILE_S = 0.7


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> ShopData:
    return ShopData.in_folder(cut(tmp_path_factory.mktemp("shop"), (5,)))


@pytest.fixture
def shop(data: ShopData) -> PretendShop:
    return PretendShop(data)


@pytest.fixture
def cloud(tmp_path: Path, shop: PretendShop) -> Iterator[Cloud]:
    with shop.running() as url, a_cloud(tmp_path) as made:
        made.clock.at = CLOCK.now() - timedelta(days=1)
        assert made.post("", **SHOP | {"shop_url": url}, **four_values()).status_code == 201
        yield made


@contextmanager
def running(cloud: Cloud) -> Generator[Worker]:
    worker = Worker(cloud.ledger.engine, cloud.clock, cloud.worker.vault, INTERVAL_S)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


def until(holds: Callable[[], object]) -> None:
    for _ in range(300):
        if holds():
            return
        CLOCK.sleep(0.02)
    raise AssertionError("it does not come about")


def first_trouble(worker: Worker) -> Round:
    until(lambda: (one := worker.state_of(CONNECTION)) is not None and one.trouble is not None)
    one = worker.state_of(CONNECTION)
    assert one is not None
    return one


def asked_in_a_while(shop: PretendShop) -> int:
    before = len(shop.requests)
    CLOCK.sleep(A_WHILE_S)
    return len(shop.requests) - before


def test_a_pause_longer_than_the_interval_is_kept_to_the_second(cloud: Cloud, shop: PretendShop) -> None:
    """No sweep, no hint and no completeness check comes before its end; then all is read."""
    with shop.faults.on(TooManyRequests(retry_after="3600")), running(cloud) as worker:
        one = first_trouble(worker)
        assert one.rests_until == one.next_at == cloud.clock.now() + timedelta(hours=1)
        asked = len(shop.requests)
        cloud.clock.at += timedelta(seconds=INTERVAL_S + 1)
        worker.check_now(CONNECTION)
        assert asked_in_a_while(shop) == 0
        cloud.clock.at += timedelta(seconds=3600 - INTERVAL_S - 2)
        assert asked_in_a_while(shop) == 0
        assert len(shop.requests) == asked
        shop.faults.switch_off()
        cloud.clock.at += timedelta(seconds=1)
        until(lambda: one.swept_at is not None)
        assert (one.rests_until, one.trouble) == (None, None)


def test_a_date_is_kept_as_well_as_seconds(cloud: Cloud, shop: PretendShop) -> None:
    until_then = format_datetime(CLOCK.now() + timedelta(seconds=5000), usegmt=True)
    with shop.faults.on(FrontEndFails(status=503, retry_after=until_then)), running(cloud) as worker:
        one = first_trouble(worker)
        assert one.rests_until is not None
        assert 4990 < (one.rests_until - cloud.clock.now()).total_seconds() <= 5000


def test_a_pause_of_years_is_taken_for_a_mistake_and_bounded(cloud: Cloud, shop: PretendShop) -> None:
    with shop.faults.on(TooManyRequests(retry_after="99999999")), running(cloud) as worker:
        one = first_trouble(worker)
        assert one.rests_until == cloud.clock.now() + timedelta(seconds=LONGEST_PAUSE_S)
        assert one.trouble is not None
        assert "taken for a mistake" in one.trouble.fix


def test_the_pause_is_shown_and_survives_a_restart(cloud: Cloud, shop: PretendShop) -> None:
    with shop.faults.on(TooManyRequests(retry_after="3600")), running(cloud) as worker:
        ends = first_trouble(worker).rests_until
        until(lambda: cloud.get(f"/{CONNECTION}")["shop_rests_until"] is not None)
    shown = cloud.get(f"/{CONNECTION}")
    assert ends is not None
    assert shown["shop_rests_until"] == ends.isoformat()
    assert isinstance(shown["shop_trouble"], dict)
    assert Code.SHOP_UNREACHABLE.value in shown["shop_trouble"].values()
    asked = len(shop.requests)
    with running(cloud) as worker:
        until(lambda: worker.state_of(CONNECTION) is not None)
        assert asked_in_a_while(shop) == 0
        cloud.clock.at = ends
        until(lambda: len(shop.requests) > asked)


def test_a_person_may_ask_the_shop_sooner(cloud: Cloud, shop: PretendShop) -> None:
    with running(cloud) as worker:
        shop.faults.switch_on(TooManyRequests(retry_after="3600", times=1))
        one = first_trouble(worker)
        worker.sweep_now(CONNECTION)
        until(lambda: one.swept_at is not None)
        assert one.rests_until is None


def test_without_a_time_the_shop_is_asked_again_soon(cloud: Cloud, shop: PretendShop) -> None:
    with shop.faults.on(TooManyRequests()), running(cloud) as worker:
        one = first_trouble(worker)
        assert one.rests_until is None
        assert one.next_at == cloud.clock.now() + timedelta(seconds=30)
