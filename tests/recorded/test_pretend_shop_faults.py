"""The pretend shop's faults as switches: which requests meet one, for how long, and how each looks.

What a client makes of them is in `test_shop_faults.py` and `test_shop_list_faults.py`.
"""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import pytest

from ml_connector.adobe.sandbox import PretendShop
from ml_connector.adobe.sandbox.arrivals import Arrival, copies
from ml_connector.adobe.sandbox.fault_access import ClockAhead, TokenRevoked
from ml_connector.adobe.sandbox.fault_answers import Deadlock, FrontEndFails, Maintenance, TooManyRequests
from ml_connector.adobe.sandbox.fault_lists import (
    BoundaryRepeated,
    LastPageRepeated,
    PagesShifted,
    Poison,
    RowTwice,
)
from ml_connector.adobe.sandbox.fault_wire import ResetBefore, ResetWithin, Slow, Truncated
from ml_connector.adobe.sandbox.server import Request
from ml_connector.clock import SystemClock
from tests.recorded.faulty_shops import fresh_shop
from tests.recorded.replay import Signing, ask

OPEN = "/rest/V1/directory/currency"
MODULES = "/rest/V1/modules"
INVOICES = "/rest/V1/invoices?fields=items%5Bentity_id%5D,total_count&searchCriteria%5BpageSize%5D=100"
BEHIND_176 = "".join(
    f"&searchCriteria%5BfilterGroups%5D%5B0%5D%5Bfilters%5D%5B0%5D%5B{name}%5D={value}"
    for name, value in (("field", "entity_id"), ("conditionType", "gt"), ("value", "176"))
)


@pytest.fixture
def shop() -> PretendShop:
    return fresh_shop()


@pytest.fixture
def address(shop: PretendShop) -> Iterator[str]:
    with shop.running() as url:
        yield url


def statuses(shop: PretendShop, *targets: str) -> list[int]:
    """How the shop answers these requests, one after another, without a socket."""
    return [shop.answer(Request("GET", target, {}, b"")).status for target in targets]


def test_a_fault_spoils_the_next_requests_and_is_gone(shop: PretendShop) -> None:
    shop.faults.switch_on(Maintenance(times=2))
    assert statuses(shop, OPEN, OPEN, OPEN) == [503, 503, 200]
    assert shop.faults.standing == ()


def test_a_fault_leaves_some_requests_alone_first(shop: PretendShop) -> None:
    shop.faults.switch_on(Maintenance(after=2, times=1))
    assert statuses(shop, OPEN, OPEN, OPEN, OPEN) == [200, 200, 503, 200]


def test_a_fault_concerns_and_counts_only_the_requests_that_it_matches(shop: PretendShop) -> None:
    shop.faults.switch_on(Maintenance(matching="/modules", times=1, after=1))
    assert statuses(shop, OPEN, MODULES, OPEN, MODULES, MODULES) == [200, 200, 200, 503, 200]


def test_a_fault_stays_until_it_is_switched_off_alone_by_kind_or_with_all_others(shop: PretendShop) -> None:
    busy, other_busy = TooManyRequests(), TooManyRequests(matching="/modules")
    with shop.faults.on(Maintenance(matching="nowhere")):
        shop.faults.switch_on(busy, other_busy)
        shop.faults.switch_off(busy)
        assert statuses(shop, OPEN, MODULES, MODULES) == [200, 429, 429]
        shop.faults.switch_off(TooManyRequests)
        assert shop.faults.standing == (Maintenance(matching="nowhere"),)
    assert shop.faults.standing == ()
    shop.faults.switch_on(busy, Deadlock())
    shop.faults.switch_off()
    assert statuses(shop, OPEN) == [200]


def test_of_faults_that_answer_in_the_shops_place_the_first_goes_first(shop: PretendShop) -> None:
    """The others are not used up by a request that never reached them."""
    shop.faults.switch_on(Maintenance(times=1), Truncated(times=1), FrontEndFails(status=504, times=1))
    whole = fresh_shop().answer(Request("GET", OPEN, {}, b"")).body
    assert statuses(shop, OPEN, OPEN) == [503, 504]
    assert shop.faults.standing == (Truncated(times=1),)
    assert shop.answer(Request("GET", OPEN, {}, b"")).body == whole[: len(whole) // 2]


def test_documents_arrive_once_even_ahead_of_an_outage(shop: PretendShop) -> None:
    burst = copies(shop.document("invoices", 1), 3, first_id=9001, updated_at="2026-12-01 00:00:00")
    shop.faults.switch_on(Arrival(kind="invoices", documents=burst, after=1), Maintenance(after=1, times=1))
    assert statuses(shop, OPEN, OPEN, OPEN) == [200, 503, 200]
    assert shop.faults.standing == ()
    arrived = [shop.document("invoices", 9001 + number) for number in range(3)]
    assert [each["increment_id"] for each in arrived] == ["000009001", "000009002", "000009003"]
    assert [each["updated_at"] for each in arrived] == ["2026-12-01 00:00:00"] * 3
    assert [each["order_id"] for each in arrived] == [shop.document("invoices", 1)["order_id"]] * 3


def test_a_reset_is_a_reset_before_the_answer_or_within_it(shop: PretendShop, address: str) -> None:
    shop.faults.switch_on(ResetBefore(times=1), ResetWithin(after=1, times=1))
    with pytest.raises(ConnectionResetError):
        ask(address, OPEN)
    connection = http.client.HTTPConnection(address.removeprefix("http://"))
    connection.request("GET", OPEN)
    response = connection.getresponse()
    assert response.status == 200
    with pytest.raises((ConnectionResetError, http.client.IncompleteRead)):
        response.read()
    connection.close()
    assert [request.status for request in shop.requests] == [200, 200], "the shop did its work"
    assert ask(address, OPEN).status == 200


def test_a_shop_that_is_stopped_does_not_finish_its_silence() -> None:
    shop = fresh_shop()
    clock = SystemClock()
    shop.faults.switch_on(Slow(after_s=30))
    begun = clock.monotonic()
    with shop.running() as url:
        connection = http.client.HTTPConnection(url.removeprefix("http://"))
        connection.request("GET", OPEN)
        while not shop.requests:
            clock.sleep(0.005)
    connection.close()
    assert clock.monotonic() - begun < 5


def test_the_shops_clock_shows_in_the_date_and_in_the_time_stamps_it_takes(
    shop: PretendShop, address: str
) -> None:
    shop.faults.switch_on(ClockAhead(seconds=-3600))
    assert ask(address, INVOICES, signing=Signing()).status == 401
    reply = ask(address, INVOICES, signing=Signing(seconds=-3600))
    behind = SystemClock().now() - parsedate_to_datetime(reply.headers["date"])
    assert (reply.status, round(behind.total_seconds() / 60)) == (200, 60)


def test_a_revoked_token_opens_nothing_and_the_rest_stays_open(shop: PretendShop, address: str) -> None:
    shop.faults.switch_on(TokenRevoked())
    reply = ask(address, INVOICES, signing=Signing())
    assert (reply.status, reply.json()) == (401, {"message": "Access token has been revoked"})
    assert ask(address, OPEN).status == 200


def ids(address: str, more: str = "") -> list[int]:
    found = ask(address, INVOICES + more, signing=Signing()).json()
    return [row["entity_id"] for row in found["items"] or ()]


def test_past_the_end_24_sends_nothing_and_23_its_last_page_again(shop: PretendShop, address: str) -> None:
    first, last, past = (f"&searchCriteria%5BcurrentPage%5D={page}" for page in (1, 2, 9999))
    pages = [ids(address, page) for page in (first, last, past)]
    assert [len(page) for page in pages] == [100, 76, 0]
    with shop.faults.on(LastPageRepeated()):
        assert [ids(address, page) for page in (first, last, past)] == [pages[0], pages[1], pages[1]]
        nothing = BEHIND_176.replace("176", "100000")
        assert ids(address, nothing + past) == []


def test_rows_come_twice_in_a_page_on_two_pages_or_behind_a_boundary(shop: PretendShop, address: str) -> None:
    first, second = (ids(address, f"&searchCriteria%5BcurrentPage%5D={page}") for page in (1, 2))
    with shop.faults.on(RowTwice(entity_id=first[3])):
        assert ids(address) == [*first[:4], first[3], *first[4:-1]]
    with shop.faults.on(PagesShifted(by=2)):
        assert ids(address) == first
        assert ids(address, "&searchCriteria%5BcurrentPage%5D=2") == [*first[-2:], *second]
    assert ids(address, BEHIND_176) == [177]
    with shop.faults.on(BoundaryRepeated()):
        assert ids(address, BEHIND_176) == [176, 177]


def test_a_poison_document_spoils_every_page_that_holds_it_whatever_is_asked_of_it(
    shop: PretendShop, address: str
) -> None:
    shop.faults.switch_on(Poison(kind="invoices", entity_id=177))
    asked = {
        INVOICES: 200,
        f"{INVOICES}&searchCriteria%5BcurrentPage%5D=2": 500,
        f"{INVOICES}{BEHIND_176}".replace("items%5Bentity_id%5D,", ""): 500,
        "/rest/V1/invoices/176": 200,
        "/rest/V1/invoices/177": 500,
        "/rest/V1/orders/177": 200,
    }
    assert {target: ask(address, target, signing=Signing()).status for target in asked} == asked
