"""A wrong address, name, port or certificate, as a ping tells it: what is wrong there, and what to do."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from ml_connector.adobe.sandbox import PretendShop
from ml_connector.adobe.sandbox.pages import server_page
from ml_connector.adobe.sandbox.server import Answer, Request
from ml_connector.adobe.steps import Step, StepName, StepState
from ml_connector.adobe.way_there import no_answer
from ml_connector.clock import SystemClock
from ml_connector.errors import Code
from tests.recorded.odd_shop import RESET, http, odd_shop
from tests.recorded.ping_shops import Shown, before, fresh, over_tls, pinged

pytestmark = pytest.mark.slow

ANYWHERE = "0.0.0.0"
"""This machine by an address that is not its loopback: what holds for shops elsewhere holds for it too."""


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def shop() -> Iterator[PretendShop]:
    with fresh() as (made, _):
        yield made


def lost(address: str) -> Step:
    """The failed connection; everything behind it was not tried."""
    found = pinged(address)
    step = found.failure
    assert (step.name, step.code) == (StepName.CONNECTION, Code.SHOP_UNREACHABLE)
    assert found.of(StepState.OK) == [StepName.ADDRESS]
    return step


# The address itself


def test_what_is_no_address_is_told_and_nothing_is_asked() -> None:
    found = pinged("shop.example.com")
    assert (found.failure.name, found.failure.code) == (StepName.ADDRESS, Code.SETTINGS_INVALID)
    assert found.failure.why == "It does not begin with https:// (or http://) and a host name."
    assert found.of(StepState.OK) == []


def test_a_cloud_service_s_address_does_not_go_with_an_integration_s_keys() -> None:
    step = pinged("https://na1.api.commerce.adobe.com/AbCdEf").failure
    assert step.what == (
        "na1.api.commerce.adobe.com is a Cloud Service, and the credentials are those of an integration."
    )
    assert step.fix == "Connect it as a Cloud Service, with client ID, client secret and organisation ID."


def test_a_shop_behind_index_php_is_found_there(shop: PretendShop) -> None:
    def without_rewriting(request: Request) -> Request | Answer:
        return request if request.target.startswith("/index.php/") else server_page(404)

    with before(shop, without_rewriting) as url:
        step = pinged(url).failure
        assert (step.name, step.code) == (StepName.API, Code.SHOP_REFUSED)
        assert step.what == f"There is no API at {url}/rest/all: the answer is 404."
        assert step.why == "The shop's web server rewrites no addresses, so its API stands behind index.php."
        assert step.fix == f"Enter {url}/index.php as the shop's address."
        assert pinged(f"{url}/index.php").of(StepState.FAILED) == []


def test_an_address_below_the_shop_s_own_is_told(shop: PretendShop) -> None:
    def at_the_root(request: Request) -> Request | Answer:
        return server_page(404) if request.target.startswith("/uk/") else request

    with before(shop, at_the_root) as url:
        step = pinged(f"{url}/uk").failure
    assert step.why == "The API stands at the root of the host, not below /uk."
    assert step.fix == f"Enter {url} as the shop's address."


def test_a_web_server_without_a_shop_is_told(shop: PretendShop) -> None:
    with before(shop, lambda _: server_page(404)) as url:
        step = pinged(f"{url}/shop").failure
    assert step.what == f"There is no API at {url}/shop/rest/all: the answer is 404."
    assert step.why.startswith("It is not the address of an Adobe Commerce shop")
    assert "Stores > Configuration > General > Web" in step.fix


def test_a_shop_without_encryption_is_read_and_warned_about(shop: PretendShop) -> None:
    with shop.running(ANYWHERE) as url:
        found = pinged(url)
    step = found[StepName.CONNECTION]
    assert step.state is StepState.WARNING
    assert step.what == f"{url.removeprefix('http://')} answers, without encryption."
    assert found[StepName.BEARER].why == "Without https the token would be readable."
    assert found.of(StepState.FAILED) == []


# Name and port


def test_a_host_name_that_nobody_knows_is_told() -> None:
    step = lost("https://shop.invalid")
    assert step.what == "The host name shop.invalid is not known here."
    assert step.fix in (
        "Correct the address, or add the name to DNS.",
        "Check this machine's name servers.",
    )


def test_a_port_at_which_nothing_listens_is_told() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        step = lost(f"http://127.0.0.1:{port}")
    assert step.what == f"Nothing listens at port {port} of 127.0.0.1."
    assert step.fix == "Check the port in the address; then see that the web server runs."


def test_what_is_no_web_server_is_told() -> None:
    with odd_shop(lambda _: b"SSH-2.0-OpenSSH_9.2\r\n") as odd:
        step = lost(odd.url)
    assert step.what.endswith("of 127.0.0.1 is no web server, or ended the connection at once.")
    assert step.fix.startswith("Enter https:// instead of http:// or the other way round")


def test_a_connection_that_is_cut_is_told() -> None:
    with odd_shop(lambda _: RESET) as odd:
        step = lost(odd.url)
    assert step.what == "The connection to 127.0.0.1 broke off."
    assert step.fix.startswith("Run ping again. If it stays, try https:// instead of http://")


def test_https_to_a_port_of_http_is_told(shop: PretendShop) -> None:
    with shop.running() as url:
        step = lost(url.replace("http://", "https://"))
    assert "does not speak TLS at port" in step.what
    assert step.fix.startswith("Enter http:// or the port of its https")


def test_http_to_a_port_of_https_is_told(tmp_path: Path) -> None:
    with over_tls(tmp_path, Shown()) as url:
        step = lost(url.replace("https://", "http://"))
    assert "try https:// instead of http://" in step.fix


def test_a_proxy_of_this_machine_that_refuses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with odd_shop(lambda _: http("403 Forbidden")) as proxy:
        monkeypatch.delenv("NO_PROXY")
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        step = lost("https://shop.example.com")
        assert proxy.heads[0].startswith("CONNECT shop.example.com:443 ")
    assert step.what == "This machine's proxy does not lead to shop.example.com."
    assert step.why == "The proxy of the environment refused: 403 Forbidden."
    assert step.fix == "Correct HTTPS_PROXY and NO_PROXY of this machine, or let the proxy pass the shop."


@pytest.mark.parametrize(
    ("error", "what", "fix"),
    [
        (
            httpx2.ConnectTimeout("timed out"),
            "shop.example.com gave no sign of life at port 443.",
            "Let the firewalls on both sides pass this machine to that port.",
        ),
        (
            httpx2.ReadTimeout("timed out"),
            "shop.example.com took the request and did not answer in time.",
            "Open the shop in a browser; if it is slow there too, ask whoever runs it.",
        ),
    ],
    ids=["no connection", "no answer"],
)
def test_silence_is_told_by_where_it_began(error: httpx2.RequestError, what: str, fix: str) -> None:
    """Told by the error itself: over HTTP these two take ten and ninety seconds."""
    finding = no_answer("https://shop.example.com/rest/all", error, SystemClock().now())
    assert (finding.what, finding.fix) == (what, fix)


# The certificate


def test_a_self_signed_certificate_is_told(tmp_path: Path) -> None:
    with over_tls(tmp_path, Shown()) as url:
        step = lost(url)
    assert step.what == "The certificate of 127.0.0.1 is not trusted."
    assert step.why == "It is self-signed: nobody vouches for it."
    assert step.fix == "Give the shop a certificate of a public authority."


def test_a_certificate_of_an_unknown_authority_is_told(tmp_path: Path) -> None:
    with over_tls(tmp_path, Shown(self_signed=False)) as url:
        step = lost(url)
    assert step.why.startswith("Who issued it is not trusted here, or the shop does not send")
    assert "SSL_CERT_FILE" in step.fix


@pytest.mark.parametrize(
    ("shown", "why", "fix"),
    [
        (
            Shown(names=(ANYWHERE,), self_signed=False, begins=-20, ends=-10),
            "It ended on {ends} (this machine's clock says {now}).",
            "Renew it at the shop; or set this machine's clock, if that is wrong.",
        ),
        (
            Shown(names=(ANYWHERE,), self_signed=False, begins=10, ends=20),
            "It begins only on {begins} (this machine's clock says {now}).",
            "Set this machine's clock, or wait until it is valid.",
        ),
        (
            Shown(names=("shop.example.com", "*.example.net"), self_signed=False),
            "It is for shop.example.com, *.example.net, and not for 0.0.0.0.",
            "Enter the shop's address with a name that is in it, or let the certificate name this one too.",
        ),
    ],
    ids=["expired", "not yet valid", "another host"],
)
def test_a_certificate_of_a_trusted_authority_that_does_not_fit_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown: Shown, why: str, fix: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    with over_tls(tmp_path, shown, host=ANYWHERE) as url:
        step = lost(url)
    assert step.what == "The certificate of 0.0.0.0 is not trusted."
    assert step.why == why.format(
        begins=f"{shown.day(shown.begins):%d/%m/%Y}",
        ends=f"{shown.day(shown.ends):%d/%m/%Y}",
        now=f"{SystemClock().now():%d/%m/%Y}",
    )
    assert step.fix == fix


def test_everything_that_is_wrong_with_a_certificate_is_told_at_once(tmp_path: Path) -> None:
    with over_tls(tmp_path, Shown(names=("shop.example.com",), begins=-20, ends=-10)) as url:
        why = lost(url).why
    assert "It ended on" in why
    assert "It is for shop.example.com, and not for 127.0.0.1." in why
    assert "It is self-signed" in why
