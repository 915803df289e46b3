"""A request ends in time, however its answer drips: every single read of it is quick, and it has no end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import httpx2
import pytest

from ml_connector.adobe.auth import OAuth1
from ml_connector.adobe.sandbox import PretendShop
from ml_connector.adobe.sandbox.fault_wire import Slow, Tarpit
from ml_connector.adobe.sandbox.faults import Fault
from ml_connector.adobe.shop import READ_S, WHOLE_S, ShopClient, api_root
from ml_connector.adobe.token_call import ask_for_token
from ml_connector.adobe.trouble import Overloaded
from ml_connector.clock import SystemClock
from ml_connector.errors import Code
from tests.recorded.cloud_shops import recorded
from tests.recorded.shop_clients import ONE_ORDER, credentials, raised_by

pytestmark = pytest.mark.slow

CLOCK = SystemClock()
WHOLE = 0.4
DRIPS = [
    pytest.param(Slow(pieces=400, pause_s=0.02), id="in the body"),
    pytest.param(Tarpit(), id="in the headers"),
]


@pytest.fixture
def shop() -> PretendShop:
    return PretendShop(recorded())


@pytest.fixture
def url(shop: PretendShop) -> Iterator[str]:
    with shop.running() as running:
        yield running


@pytest.fixture
def asking(url: str) -> Iterator[ShopClient]:
    with ShopClient(api_root(url), OAuth1(credentials(), CLOCK), CLOCK, whole_s=WHOLE) as client:
        yield client


def seconds(act: Callable[[], object]) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began


@pytest.mark.parametrize("drip", DRIPS)
def test_an_answer_that_drips_is_given_up_and_tried_again_with_fewer_rows(
    shop: PretendShop, asking: ShopClient, drip: Fault
) -> None:
    with shop.faults.on(drip):
        took = seconds(lambda: raised_by(asking))
        error = raised_by(asking)
    assert WHOLE * 0.9 < took < WHOLE + 2
    assert isinstance(error, Overloaded)
    assert error.finding.code is Code.SHOP_UNREACHABLE
    assert "in time" in error.finding.why


def test_after_an_answer_that_dripped_the_shop_is_read_on(shop: PretendShop, asking: ShopClient) -> None:
    """Its connection was given up with it, and the next request has its whole time again."""
    with shop.faults.on(Slow(pieces=400, pause_s=0.02)):
        raised_by(asking)
    for _ in range(3):
        assert asking.get("orders", ONE_ORDER).startswith('{"items":[')


def test_an_answer_that_is_slow_and_ends_in_time_is_read(shop: PretendShop, asking: ShopClient) -> None:
    with shop.faults.on(Slow(after_s=0.05, pieces=5, pause_s=0.01)):
        assert asking.get("orders", ONE_ORDER).startswith('{"items":[')


@pytest.mark.parametrize("drip", DRIPS)
def test_a_call_for_a_token_is_given_up_as_well(shop: PretendShop, url: str, drip: Fault) -> None:
    def ask() -> None:
        with pytest.raises(httpx2.TimeoutException):
            ask_for_token(f"{url}/oauth/token/request", "the token", CLOCK, whole_s=WHOLE)

    with shop.faults.on(drip):
        assert WHOLE * 0.9 < seconds(ask) < WHOLE + 2


def test_a_request_may_take_longer_than_a_shop_s_front_end_waits() -> None:
    assert WHOLE_S > READ_S > 60
