"""Each thing that can go wrong with a shop: what the connector says, and that nothing is missed or doubled.

The shop answers one page, then goes wrong, and later is well again; a sweep that stopped goes on from the
cursor that it had. Faults of lists are in `test_shop_list_faults.py`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from ml_connector.adobe.answers import LONGEST_PAUSE_S
from ml_connector.adobe.criteria import query
from ml_connector.adobe.reads import AdobeReads
from ml_connector.adobe.sandbox import PretendShop
from ml_connector.adobe.sandbox.configuration import Configuration
from ml_connector.adobe.sandbox.fault_access import ClockAhead, PermissionWithdrawn, TokenRevoked
from ml_connector.adobe.sandbox.fault_answers import (
    DatabaseDown,
    Deadlock,
    FirewallPage,
    FrontEndFails,
    LoginPage,
    Maintenance,
    Redirected,
    TooManyRequests,
)
from ml_connector.adobe.sandbox.fault_wire import ResetBefore, ResetWithin, Slow, Truncated
from ml_connector.adobe.sandbox.faults import Fault
from ml_connector.adobe.shop import ShopClient
from ml_connector.clock import SystemClock
from ml_connector.errors import Code, NeedsPerson, TryAgain
from ml_connector.sync.ports import Flow
from tests.recorded.faulty_shops import fresh_shop, in_the_shop, read_on, said
from tests.recorded.shop_clients import client, needs_person, raised_by, tries_again

pytestmark = pytest.mark.slow

TIMES = 3
PAGES = 2  # requests that a sweep of the recorded invoices takes
BUSY, ODD = Code.SHOP_UNREACHABLE, Code.SHOP_ANSWER_UNREADABLE
A_DATE = "Thu, 31 Dec 2099 23:59:59 GMT"
INVOICES = "Magento_Sales::sales_invoice"

# What goes wrong, the code it is told by, and words of the sentence. All of this is asked again.
PASSES: dict[str, tuple[Fault, Code, str]] = {
    "429, in 17 s": (TooManyRequests(retry_after="17"), BUSY, "429 to V1/invoices"),
    "429, by a date": (
        TooManyRequests(retry_after="Wed, 21 Oct 2026 07:28:00 GMT"),
        BUSY,
        "limits its callers",
    ),
    "429, no word when": (TooManyRequests(), BUSY, "429 to V1/invoices"),
    "PHP down": (FrontEndFails(status=502), BUSY, "502 to V1/invoices"),
    "front end full": (FrontEndFails(status=503), BUSY, "503 to V1/invoices"),
    "front end out of patience": (FrontEndFails(status=504), BUSY, "504 to V1/invoices"),
    "maintenance": (Maintenance(), BUSY, "503 to V1/invoices (text/html). It is in maintenance"),
    "database down": (DatabaseDown(), BUSY, "500 to V1/invoices (text/plain)"),
    "deadlock": (Deadlock(), BUSY, "Two of the shop's own tasks wanted the same rows."),
    "reset before the answer": (ResetBefore(), BUSY, "The connection failed"),
    "reset within the body": (ResetWithin(), BUSY, "The connection failed"),
    "truncated JSON": (Truncated(), ODD, "cut off"),
}
# The same for what a person has to mend.
STAYS: dict[str, tuple[Fault, Code, str]] = {
    "login page": (LoginPage(), ODD, "200 to V1/invoices (text/html). A firewall, a sign-in page"),
    "firewall": (FirewallPage(), ODD, "403 to V1/invoices (text/html). A firewall, a sign-in page"),
    "http to https": (Redirected(to="https://127.0.0.1"), Code.SHOP_REFUSED, "to https://127.0.0.1 (301)"),
    "www": (Redirected(to="https://www.example.com"), Code.SHOP_REFUSED, "with www or without"),
    "a redirect for now": (Redirected(status=302), Code.SHOP_REFUSED, "https://www.example.com (302)"),
    "permission withdrawn": (PermissionWithdrawn(resource=INVOICES), Code.SHOP_PERMISSION, INVOICES),
    "token revoked": (TokenRevoked(), Code.SHOP_CREDENTIALS, "Access token has been revoked"),
    "shop's clock behind": (ClockAhead(seconds=-700), Code.SHOP_CLOCK, "s ahead of the shop's"),
}


@pytest.fixture(scope="module")
def shop() -> PretendShop:
    return fresh_shop()


@pytest.fixture(scope="module")
def connected(shop: PretendShop) -> Iterator[ShopClient]:
    with shop.running() as url, client(url) as shop_client:
        yield shop_client


@pytest.fixture
def asking(shop: PretendShop, connected: ShopClient) -> Iterator[ShopClient]:
    yield connected
    shop.faults.switch_off()
    shop.configuration = Configuration()


@pytest.mark.parametrize("name", [*PASSES, *STAYS])
def test_a_fault_is_told_as_what_it_is_and_costs_no_document(
    shop: PretendShop, asking: ShopClient, name: str
) -> None:
    fault, code, words = {**PASSES, **STAYS}[name]
    shop.faults.switch_on(replace(fault, after=1, times=TIMES))
    asked_before = len(shop.requests)
    read = read_on(AdobeReads(asking, SystemClock()), Flow.INVOICES)
    assert read.ids == in_the_shop(shop, Flow.INVOICES)
    assert len(read.errors) == TIMES
    for error in read.errors:
        kind, told, sentence = said(error)
        assert issubclass(kind, TryAgain if name in PASSES else NeedsPerson)
        assert told == code
        assert words in sentence
    assert len(shop.requests) - asked_before == read.pages + TIMES, "the client itself repeats nothing"


def test_the_shop_says_when_to_come_back_in_seconds_or_by_a_date(
    shop: PretendShop, asking: ShopClient
) -> None:
    for retry_after, least, most in (("17", 17, 17), (A_DATE, LONGEST_PAUSE_S, LONGEST_PAUSE_S)):
        shop.faults.switch_on(TooManyRequests(retry_after=retry_after, times=1))
        after_s = tries_again(raised_by(asking), Code.SHOP_UNREACHABLE).after_s
        assert after_s is not None
        assert least <= after_s <= most
    shop.faults.switch_on(TooManyRequests(times=1))
    assert tries_again(raised_by(asking), Code.SHOP_UNREACHABLE).after_s is None


def test_a_slow_shop_is_waited_for(shop: PretendShop, asking: ShopClient) -> None:
    """Silence before each answer, and its body in drops."""
    shop.faults.switch_on(Slow(after_s=0.05, pieces=5, pause_s=0.01))
    begun = time.monotonic()
    read = read_on(AdobeReads(asking, SystemClock()), Flow.INVOICES)
    assert time.monotonic() - begun > PAGES * (0.05 + 4 * 0.01)
    assert (read.ids, read.errors) == (in_the_shop(shop, Flow.INVOICES), [])


def test_a_shop_whose_clock_is_ahead_or_a_little_behind_is_read_all_the_same(
    shop: PretendShop, asking: ShopClient
) -> None:
    for seconds in (86_400, -590):
        shop.faults.switch_on(ClockAhead(seconds=seconds))
        read = read_on(AdobeReads(asking, SystemClock()), Flow.INVOICES)
        assert (read.ids, read.errors) == (in_the_shop(shop, Flow.INVOICES), [])
        shop.faults.switch_off()


def test_how_far_the_clocks_are_apart_is_told(shop: PretendShop, asking: ShopClient) -> None:
    shop.faults.switch_on(ClockAhead(seconds=-3600))
    sentence = needs_person(raised_by(asking), Code.SHOP_CLOCK)
    assert any(f"Ours is {apart} s ahead" in sentence for apart in (3599, 3600, 3601))


def test_a_permission_withdrawn_stops_what_needs_it_and_nothing_else(
    shop: PretendShop, asking: ShopClient
) -> None:
    shop.faults.switch_on(PermissionWithdrawn(resource=INVOICES))
    reads = AdobeReads(asking, SystemClock())
    with pytest.raises(NeedsPerson):
        reads.changes(Flow.INVOICES, "")
    assert read_on(reads, Flow.CREDIT_MEMOS).ids == in_the_shop(shop, Flow.CREDIT_MEMOS)


def test_a_page_above_the_input_limit_is_refused_with_the_limit(
    shop: PretendShop, asking: ShopClient
) -> None:
    shop.configuration = Configuration(input_limit=50)
    sentence = needs_person(
        raised_by(asking, "orders", query([], sort=("entity_id",), page_size=51)), Code.SHOP_REFUSED
    )
    assert "Maximum SearchCriteria pageSize is 50" in sentence
    assert asking.get("orders", query([], sort=("entity_id",), page_size=50)).startswith('{"items":[')


def test_the_database_statement_of_a_shop_in_developer_mode_is_not_told(
    shop: PretendShop, asking: ShopClient
) -> None:
    """Nor its trace: only that the column is not there, which helps."""
    shop.configuration = Configuration(developer_mode=True)
    unknown = query([], sort=("no_such_column",), page_size=1)
    sentence = needs_person(raised_by(asking, asked=unknown), Code.SHOP_REFUSED)
    assert "Unknown column 'no_such_column' in 'ORDER BY'" in sentence
    assert "SELECT" not in sentence
    assert "{main}" not in sentence
