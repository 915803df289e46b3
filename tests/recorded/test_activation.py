"""An integration is activated over real HTTP: a merchant presses Activate, and four values are ours to keep.

Reference: adobe_commerce.md §1.8. Each thing that can go wrong on the way is told with what to do about it.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from ml_connector.adobe.activation import (
    LASTS,
    Activation,
    ActivationCallback,
    RequestToken,
    accept_callback,
    access_token,
    is_about,
    request_token,
)
from ml_connector.adobe.auth import OAuth1Credentials
from ml_connector.adobe.sandbox import FULL, LIMITED, Paas, PretendShop
from ml_connector.adobe.sandbox.fault_answers import FrontEndFails, LoginPage, Maintenance, Redirected
from ml_connector.adobe.sandbox.server import Answer, Request
from ml_connector.clock import ManualClock, SystemClock
from ml_connector.errors import Code, ConnectorError
from tests.recorded.cloud_shops import answering, recorded
from tests.recorded.shop_clients import ONE_ORDER, client, credentials, needs_person, raised_by, tries_again

pytestmark = pytest.mark.slow

CLOCK = SystemClock()
NOBODY_LISTENS = "http://127.0.0.1:1/"
CALLBACK = ActivationCallback(
    consumer_key="k" * 32, consumer_secret="s" * 32, store_base_url=NOBODY_LISTENS, verifier="v" * 32
)


@dataclass
class Merchant:
    """A shop whose merchant can press Activate, and what the callback URL was sent."""

    shop: PretendShop
    paas: Paas
    url: str
    callback_url: str
    sent: list[Request] = field(default_factory=list[Request])

    def activate(self) -> Activation:
        """Press, and read what came."""
        assert self.paas.activations.press(FULL, self.callback_url, f"{self.url}/") == 200
        return Activation(
            callback=accept_callback(self.sent[-1].body), shop_url=self.url, begun_at=CLOCK.now()
        )

    @property
    def asked(self) -> list[tuple[str, str, int]]:
        return [(each.method, each.target, each.status) for each in self.shop.requests]


@contextmanager
def a_merchant() -> Generator[Merchant]:
    sent: list[Request] = []

    def take(request: Request) -> Answer:
        sent.append(request)
        return Answer(200, "text/plain", b"")

    paas = Paas()
    shop = PretendShop(recorded(), face=paas)
    with shop.running() as url, answering(take) as callback_url:
        yield Merchant(shop, paas, url, f"{callback_url}/activations", sent)


def refused(act: Callable[[], object]) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        act()
    return caught.value


def test_pressing_activate_ends_in_keys_that_open_the_shop() -> None:
    """Two signed POSTs, then only reads; what opened the shop before opens it no more."""
    with a_merchant() as merchant:
        activation = merchant.activate()
        assert activation.callback.consumer_key == FULL.consumer_key
        keys = access_token(activation, request_token(activation, CLOCK), CLOCK)
        with client(merchant.url, keys) as shop:
            assert shop.get("orders", ONE_ORDER).startswith('{"items":[')
        with client(merchant.url, credentials(FULL)) as shop:
            assert "does not exist" in needs_person(raised_by(shop), Code.SHOP_CREDENTIALS)
        assert merchant.asked[:2] == [
            ("POST", "/oauth/token/request", 200),
            ("POST", "/oauth/token/access", 200),
        ]
        assert {method for method, _, _ in merchant.asked[2:]} == {"GET"}
        assert merchant.sent[0].header("Content-Type") == "application/x-www-form-urlencoded"


def test_each_step_works_once() -> None:
    with a_merchant() as merchant:
        activation = merchant.activate()
        requested = request_token(activation, CLOCK)
        again = refused(lambda: request_token(activation, CLOCK))
        assert "not a verifier token" in needs_person(again, Code.SHOP_CREDENTIALS)
        access_token(activation, requested, CLOCK)
        again = refused(lambda: access_token(activation, requested, CLOCK))
        assert "Specified token does not exist" in needs_person(again, Code.SHOP_CREDENTIALS)
        assert "once more" in str(again)


def test_pressing_twice_makes_the_first_one_worthless() -> None:
    with a_merchant() as merchant:
        first = merchant.activate()
        second = merchant.activate()
        requested = request_token(second, CLOCK)
        error = refused(lambda: access_token(replace(second, callback=first.callback), requested, CLOCK))
        said = needs_person(error, Code.SHOP_CREDENTIALS)
        assert "Token verifier and verifier token do not match" in said
        assert access_token(second, requested, CLOCK).consumer_key == FULL.consumer_key


def test_the_keys_of_another_integration_do_not_fit() -> None:
    with a_merchant() as merchant:
        activation = merchant.activate()
        of_another = {"consumer_key": LIMITED.consumer_key, "consumer_secret": LIMITED.consumer_secret}
        for words, changed in (
            ("signature is invalid", {"consumer_secret": "x" * 32}),
            ("consumer having the specified key", {"consumer_key": "x" * 32}),
            ("not a verifier token", of_another),
        ):
            other = replace(activation, callback=replace(activation.callback, **changed))
            error = refused(lambda other=other: request_token(other, CLOCK))
            assert words in needs_person(error, Code.SHOP_CREDENTIALS)
        assert request_token(activation, CLOCK)


def test_a_request_token_that_was_never_given_opens_nothing() -> None:
    with a_merchant() as merchant:
        activation = merchant.activate()
        made_up = RequestToken(token="t" * 32, secret="s" * 32)
        error = refused(lambda: access_token(activation, made_up, CLOCK))
        assert "Specified token does not exist" in needs_person(error, Code.SHOP_CREDENTIALS)


def test_after_five_minutes_the_shop_is_not_even_asked() -> None:
    with a_merchant() as merchant:
        activation = merchant.activate()
        clock = ManualClock(at=activation.begun_at + LASTS)
        requested = request_token(activation, clock)
        clock.at += timedelta(seconds=1)
        for act in (
            lambda: request_token(activation, clock),
            lambda: access_token(activation, requested, clock),
        ):
            assert "five minutes" in needs_person(refused(act), Code.SHOP_CREDENTIALS)
        assert len(merchant.asked) == 1


def test_a_shop_that_finds_it_too_late_is_believed() -> None:
    with a_merchant() as merchant:
        merchant.paas.activations.lasts_s = -1
        activation = merchant.activate()
        error = refused(lambda: request_token(activation, CLOCK))
        assert "Consumer key has expired" in needs_person(error, Code.SHOP_CREDENTIALS)


def test_a_clock_that_is_ahead_is_told_as_a_clock() -> None:
    with a_merchant() as merchant:
        activation = merchant.activate()
        ahead = ManualClock(at=CLOCK.now() + timedelta(seconds=900))
        activation = replace(activation, begun_at=ahead.now())
        needs_person(refused(lambda: request_token(activation, ahead)), Code.SHOP_CLOCK)


def test_what_will_pass_may_be_tried_again_as_it_is() -> None:
    with a_merchant() as merchant:
        activation = merchant.activate()
        for fault, code in (
            (Maintenance(times=1), Code.SHOP_UNREACHABLE),
            (FrontEndFails(times=1), Code.SHOP_UNREACHABLE),
        ):
            merchant.shop.faults.switch_on(fault)
            tries_again(refused(lambda: request_token(activation, CLOCK)), code)
        requested = request_token(activation, CLOCK)
        merchant.shop.faults.switch_on(FrontEndFails(status=504, times=1))
        tries_again(refused(lambda: access_token(activation, requested, CLOCK)), Code.SHOP_UNREACHABLE)
        assert access_token(activation, requested, CLOCK)


def test_a_page_in_the_shop_s_place_is_told_and_costs_the_activation_nothing() -> None:
    with a_merchant() as merchant:
        activation = merchant.activate()
        with merchant.shop.faults.on(LoginPage()):
            needs_person(refused(lambda: request_token(activation, CLOCK)), Code.SHOP_ANSWER_UNREADABLE)
        assert request_token(activation, CLOCK)


def test_a_redirect_is_not_followed() -> None:
    with a_merchant() as merchant, a_merchant() as other:
        activation = merchant.activate()
        with merchant.shop.faults.on(Redirected(to=other.url, status=307)):
            needs_person(refused(lambda: request_token(activation, CLOCK)), Code.SHOP_REFUSED)
        assert other.asked == []


def test_an_address_without_this_endpoint_is_told_as_refused() -> None:
    with a_merchant() as merchant:
        activation = replace(merchant.activate(), shop_url=f"{merchant.url}/de/")
        assert "any route" in needs_person(
            refused(lambda: request_token(activation, CLOCK)), Code.SHOP_REFUSED
        )


def test_only_the_address_that_a_person_named_is_ever_asked() -> None:
    """A call back that names another address makes nobody ask there."""
    with a_merchant() as merchant, a_merchant() as other:
        activation = merchant.activate()
        callback = replace(activation.callback, store_base_url=f"{other.url}/")
        assert request_token(replace(activation, callback=callback), CLOCK)
        assert (len(merchant.asked), other.asked) == (1, [])


@pytest.mark.parametrize(
    ("named", "about_it"),
    [
        ("https://shop.example.com/", True),
        ("http://SHOP.example.com/index.php/", True),
        ("https://shop.example.com:8443/de/", True),
        ("https://www.shop.example.com/", False),
        ("https://shop.example.com.evil.example/", False),
        ("https://evil.example/shop.example.com/", False),
    ],
)
def test_a_call_back_is_about_a_shop_when_it_names_its_host(named: str, about_it: bool) -> None:
    assert is_about(replace(CALLBACK, store_base_url=named), "https://shop.example.com") is about_it


def test_a_shop_that_is_not_there_is_tried_again() -> None:
    activation = Activation(callback=CALLBACK, shop_url=NOBODY_LISTENS, begun_at=CLOCK.now())
    tries_again(refused(lambda: request_token(activation, CLOCK)), Code.SHOP_UNREACHABLE)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"oauth_token=short&oauth_token_secret=short",
        b"oauth_token=" + b"t" * 32,
        b"oauth_token=" + b"t" * 31 + b"%0A&oauth_token_secret=" + b"s" * 32,
        "oauth_token=§".encode(),
        b'{"oauth_token":"' + b"t" * 32 + b'"}',
        b"x" * 100_000,
    ],
)
def test_an_answer_that_holds_no_token_is_not_used(body: bytes) -> None:
    with answering(lambda _: Answer(200, "application/json", body)) as url:
        activation = Activation(callback=CALLBACK, shop_url=url, begun_at=CLOCK.now())
        error = refused(lambda: request_token(activation, CLOCK))
        tries_again(error, Code.SHOP_ANSWER_UNREADABLE)


def test_no_secret_of_an_activation_is_shown() -> None:
    callback = replace(CALLBACK, consumer_secret="canary" * 5 + "00", verifier="canary" * 5 + "00")
    activation = Activation(callback=callback, shop_url=NOBODY_LISTENS, begun_at=CLOCK.now())
    requested = RequestToken(token="canarytoken", secret="canarysecret")
    keys = OAuth1Credentials(
        consumer_key="k", consumer_secret="canary", access_token="canary", access_token_secret="canary"
    )
    told = [repr(value) for value in (callback, activation, requested, keys)]
    for act in (lambda: request_token(activation, CLOCK), lambda: access_token(activation, requested, CLOCK)):
        told.append("".join(traceback.format_exception(refused(act))))
    assert "canary" not in "".join(told)


# The merchant's side


def test_the_shop_follows_no_redirect_of_a_callback_and_tells_its_status() -> None:
    """So a callback URL must be the final one; the merchant then sees that it failed."""
    with a_merchant() as merchant, answering(lambda _: Answer(500, "text/plain", b"")) as failing:
        moved = {"Location": merchant.callback_url}
        with answering(lambda _: Answer(302, "text/plain", b"", headers=moved)) as moving:
            assert merchant.paas.activations.press(FULL, moving, f"{merchant.url}/") == 302
        assert merchant.paas.activations.press(FULL, failing, f"{merchant.url}/") == 500
        assert merchant.sent == []
        with pytest.raises(OSError, match="refused"):
            merchant.paas.activations.press(FULL, NOBODY_LISTENS, f"{merchant.url}/")
