"""What may answer in the place of a shop's API, as a ping tells it: each in its own words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ml_connector.adobe.sandbox import PretendShop
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
from ml_connector.adobe.sandbox.fault_wire import Truncated
from ml_connector.adobe.sandbox.faults import Fault
from ml_connector.adobe.sandbox.pages import server_page
from ml_connector.adobe.steps import StepName, StepState
from ml_connector.errors import Code
from tests.recorded.ping_shops import before, fresh, pinged

pytestmark = pytest.mark.slow

BUSY, ODD, MOVED = Code.SHOP_UNREACHABLE, Code.SHOP_ANSWER_UNREADABLE, Code.SHOP_REFUSED

# The fault, its code, how the sentence about it goes, and what a person is told to do.
PLACES: dict[str, tuple[Fault, Code, str, str]] = {
    "maintenance": (
        Maintenance(),
        BUSY,
        "The shop is in maintenance mode, or its front end cannot keep up: it answered 503 (text/html).",
        "Wait until maintenance is over (bin/magento maintenance:status tells), then run ping again.",
    ),
    "PHP down": (
        FrontEndFails(status=502),
        BUSY,
        "The shop's web server runs, and PHP behind it does not: it answered 502 (text/html).",
        "Ask whoever runs the shop to look at PHP-FPM; then run ping again.",
    ),
    "too slow": (
        FrontEndFails(status=504),
        BUSY,
        "The shop is too slow for its own front end: it answered 504 (text/html).",
        "Ask whoever runs the shop what slows it down; then run ping again.",
    ),
    "a CDN": (
        FrontEndFails(status=507),
        BUSY,
        "A front end answered in the shop's place: 507 (text/html).",
        "Ask whoever runs the shop's front end or CDN; then run ping again.",
    ),
    "limited": (
        TooManyRequests(retry_after="17"),
        BUSY,
        "The shop limits its callers: it answered 429.",
        "Wait, then run ping again. If it stays, let the front end pass this machine's address.",
    ),
    "database down": (
        DatabaseDown(),
        BUSY,
        "The shop itself has failed: it answered 500 with a page (text/plain).",
        "Open the shop in a browser. If it shows an error too, give that to whoever runs it.",
    ),
    "firewall": (
        FirewallPage(),
        ODD,
        "A firewall refused the request: 403 (text/html), and not in the words of the API.",
        "Let it pass requests to /rest/ whose User-Agent begins with ml-connector.",
    ),
    "login page": (
        LoginPage(),
        ODD,
        "A page answered in the place of the API: 200 (text/html).",
        "Open the address on this machine to see it; then let it pass /rest/ through.",
    ),
    "http to https": (
        Redirected(to="https://127.0.0.1"),
        MOVED,
        "The shop sent the request on to https://127.0.0.1 (301).",
        "Enter https://127.0.0.1 as the shop's address.",
    ),
    "www": (
        Redirected(to="https://www.example.com", status=302),
        MOVED,
        "The shop sent the request on to https://www.example.com (302).",
        "Enter https://www.example.com as the shop's address.",
    ),
    "a store code": (
        Redirected(to="https://www.example.com/uk", status=308),
        MOVED,
        "The shop sent the request on to https://www.example.com (308).",
        "Enter https://www.example.com/uk as the shop's address.",
    ),
    "a redirect with a secret": (
        Redirected(to="https://someone:hunter2@example.com"),
        MOVED,
        "The shop sent the request on to a page of its own (301).",
        "Let the web server answer /rest/ without sending it on; then run ping again.",
    ),
}


@pytest.fixture
def shop() -> Iterator[tuple[PretendShop, str]]:
    with fresh() as made:
        yield made


@pytest.mark.parametrize("name", PLACES)
def test_what_stands_in_the_place_of_the_api_is_told_as_what_it_is(
    shop: tuple[PretendShop, str], name: str
) -> None:
    fault, code, what, fix = PLACES[name]
    pretend, url = shop
    with pretend.faults.on(fault):
        found = pinged(url)
    step = found.failure
    assert (step.name, step.code, step.what, step.fix) == (StepName.API, code, what, fix)
    assert found.of(StepState.OK) == [StepName.ADDRESS, StepName.CONNECTION]
    assert len(pretend.requests) == 1
    assert "hunter2" not in found.text


def test_every_place_has_words_of_its_own() -> None:
    assert len({what for _, _, what, _ in PLACES.values()}) == len(PLACES)


def test_plain_http_to_a_port_of_https_is_told(shop: tuple[PretendShop, str]) -> None:
    """A web server that notices answers 400 with a page; any other cuts the connection."""
    with before(shop[0], lambda _: server_page(400)) as url:
        step = pinged(url).failure
    assert step.what == "A page answered in the place of the API: 400 (text/html)."
    assert step.why == "This port may want https; or a front end takes the request for a malformed one."
    assert step.fix == "Enter the address with https://, then run ping again."


def test_a_redirect_within_the_shop_is_told_as_such(shop: tuple[PretendShop, str]) -> None:
    pretend, url = shop
    with pretend.faults.on(Redirected(to=f"{url}/customer/account/login")):
        assert pinged(url).failure.what == "The shop sent the request on to a page of its own (301)."


def test_how_long_a_shop_wants_to_be_left_alone_is_told(shop: tuple[PretendShop, str]) -> None:
    pretend, url = shop
    with pretend.faults.on(TooManyRequests(retry_after="17")):
        assert pinged(url).failure.why.startswith("It asks to be left alone for 17 s.")
    with pretend.faults.on(TooManyRequests()):
        assert pinged(url).failure.why.startswith("It does not say for how long.")


def test_a_staging_shop_behind_a_password_of_its_web_server_is_told(shop: tuple[PretendShop, str]) -> None:
    with before(shop[0], lambda _: server_page(401)) as url:
        step = pinged(url).failure
    assert step.what == "The web server asks for a password of its own: 401 (text/html)."
    assert step.fix.startswith("Let the web server pass /rest/ without its own password")


def test_a_deadlock_at_one_list_is_told_there(shop: tuple[PretendShop, str]) -> None:
    pretend, url = shop
    with pretend.faults.on(Deadlock(matching="/V1/creditmemos")):
        found = pinged(url)
    assert found.failure.what.startswith("The shop's database was busy at V1/creditmemos")
    assert found.failure.facts["resource"] == "Magento_Sales::sales_creditmemo"


def test_answers_that_are_cut_off_are_told_where_they_are_used(shop: tuple[PretendShop, str]) -> None:
    pretend, url = shop
    with pretend.faults.on(Truncated(matching="storeConfigs"), Truncated(matching="/V1/invoices")):
        found = pinged(url)
    assert found.of(StepState.FAILED) == [StepName.STORES, StepName.DOCUMENTS, StepName.BACK_FILL]
    assert found[StepName.STORES].code is ODD
    assert "cut off" in found[StepName.STORES].why
