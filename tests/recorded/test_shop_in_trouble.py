"""The shop client over real HTTP, when a proxy, outage or firewall answers; and how it behaves itself."""

from __future__ import annotations

import gzip
import socket
import threading
import time

import pytest

from ml_connector import __version__
from ml_connector.adobe.reads import AdobeReads
from ml_connector.adobe.shop import REQUESTS_AT_ONCE, api_root
from ml_connector.clock import SystemClock
from ml_connector.errors import Code, NeedsPerson, TryAgain
from ml_connector.sync.ports import Flow
from tests.recorded.odd_shop import RESET, http, odd_shop
from tests.recorded.shop_clients import ONE_ORDER, client, needs_person, raised_by, tries_again

pytestmark = pytest.mark.slow

JSON = "Content-Type: application/json; charset=utf-8"
HTML = "Content-Type: text/html; charset=UTF-8"
PAGE = b"<!doctype html><html><head><title>Error 503: Service Unavailable</title></head></html>"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (http("503 Service Unavailable", PAGE, HTML), Code.SHOP_UNREACHABLE),
        (http("502 Bad Gateway", PAGE, HTML), Code.SHOP_UNREACHABLE),
        (http("200 OK", b'{"items":[', JSON, length=500), Code.SHOP_UNREACHABLE),
        (http("200 OK", b"no gzip", JSON, "Content-Encoding: gzip"), Code.SHOP_ANSWER_UNREADABLE),
        (http("200 OK", b'{"items":["\xff"]}', JSON), Code.SHOP_ANSWER_UNREADABLE),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Code.SHOP_UNREACHABLE),
        (RESET, Code.SHOP_UNREACHABLE),
    ],
    ids=[
        *("maintenance", "PHP down", "an answer that breaks off"),
        *("damaged gzip", "no UTF-8", "no HTTP", "a reset"),
    ],
)
def test_what_will_pass_is_tried_again(answer: bytes, code: Code) -> None:
    with odd_shop(lambda _: answer) as odd, client(odd.url) as shop:
        tries_again(raised_by(shop), code)
        assert len(odd.heads) == 1, "the client itself repeats nothing"


@pytest.mark.parametrize("status", ["200 OK", "401 Unauthorized", "403 Forbidden", "406 Not Acceptable"])
def test_a_page_in_the_place_of_the_api_is_a_person_s_matter(status: str) -> None:
    """A sign-in page, a lock, a firewall: none of them goes away by itself."""
    with odd_shop(lambda _: http(status, PAGE, HTML)) as odd, client(odd.url) as shop:
        assert "User-Agent begins with ml-connector" in needs_person(
            raised_by(shop), Code.SHOP_ANSWER_UNREADABLE
        )


def test_a_list_that_is_cut_off_inside_the_json_is_tried_again() -> None:
    with (
        odd_shop(lambda _: http("200 OK", b'{"items":[{"entity_id":1', JSON)) as odd,
        client(odd.url) as shop,
    ):
        reads = AdobeReads(shop, SystemClock())
        with pytest.raises(TryAgain) as caught:
            reads.changes(Flow.INVOICES, "")
    assert caught.value.finding.code is Code.SHOP_ANSWER_UNREADABLE


def test_a_shop_that_is_not_there_is_tried_again() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with client(f"http://127.0.0.1:{closed.getsockname()[1]}") as shop:
            tries_again(raised_by(shop), Code.SHOP_UNREACHABLE)


def test_the_shop_says_when_to_come_back() -> None:
    answer = http("429 Too Many Requests", PAGE, HTML, "Retry-After: 17")
    with odd_shop(lambda _: answer) as odd, client(odd.url) as shop:
        assert tries_again(raised_by(shop), Code.SHOP_UNREACHABLE).after_s == 17


def test_a_redirect_is_not_followed_and_names_where_it_leads() -> None:
    answer = http("301 Moved Permanently", b"", "Location: https://www.example.com/rest/all/V1/orders")
    with odd_shop(lambda _: answer) as odd, client(odd.url) as shop:
        assert "https://www.example.com (301)" in needs_person(raised_by(shop), Code.SHOP_REFUSED)
        assert len(odd.heads) == 1


def test_a_request_says_who_asks_and_what_for_and_sends_no_cookie_back() -> None:
    body = gzip.compress(b'{"items":[],"total_count":0}')
    session = "Set-Cookie: PHPSESSID=abc; path=/; HttpOnly; SameSite=Lax"
    answer = http("200 OK", body, JSON, "Content-Encoding: gzip", session)
    with odd_shop(lambda _: answer) as odd, client(odd.url) as shop:
        assert shop.get("orders", ONE_ORDER) == '{"items":[],"total_count":0}'
        shop.get("orders", ONE_ORDER)
    first, second = (head.lower() for head in odd.heads)
    assert f"get /rest/all/v1/orders?{ONE_ORDER.lower()} http/1.1" in first
    assert "accept: application/json\r\n" in first
    assert "accept-encoding: gzip\r\n" in first
    assert f"user-agent: ml-connector/{__version__} " in first
    assert "cookie" not in second
    assert first.count("authorization: oauth ") == 1


def test_at_most_two_requests_are_under_way_at_once() -> None:
    def slowly(_: str) -> bytes:
        time.sleep(0.05)
        return http("200 OK", b"[]", JSON)

    with odd_shop(slowly) as odd, client(odd.url) as shop:
        threads = [threading.Thread(target=shop.get, args=("store/websites",)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(odd.heads) == 8
    assert odd.at_once_max == REQUESTS_AT_ONCE


@pytest.mark.parametrize(
    ("entered", "root"),
    [
        ("https://shop.example.com", "https://shop.example.com/rest/all"),
        (" https://Shop.Example.com/ ", "https://shop.example.com/rest/all"),
        ("http://127.0.0.1:8088", "http://127.0.0.1:8088/rest/all"),
        ("https://shop.example.com/uk/", "https://shop.example.com/uk/rest/all"),
        ("https://shop.example.com/index.php", "https://shop.example.com/index.php/rest/all"),
        ("https://shop.example.com/rest/default/V1/", "https://shop.example.com/rest/all"),
        ("https://shop.example.com/rest", "https://shop.example.com/rest/all"),
        ("http://[::1]:8088/", "http://[::1]:8088/rest/all"),
    ],
)
def test_the_address_that_a_person_enters_leads_to_the_api(entered: str, root: str) -> None:
    assert api_root(entered) == root


@pytest.mark.parametrize(
    "entered",
    [
        *("", "shop.example.com", "ftp://shop.example.com", "https://", "https://shop.example.com:port"),
        *("https://a:b@shop.example.com", "https://shop.example.com/?store=uk", "https://[::1"),
    ],
)
def test_what_is_no_address_is_told_when_it_is_entered(entered: str) -> None:
    with pytest.raises(NeedsPerson) as caught:
        api_root(entered)
    assert caught.value.finding.code is Code.SETTINGS_INVALID
