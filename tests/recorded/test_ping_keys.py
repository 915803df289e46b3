"""Which of the four values is wrong, as a ping tells it: each has its own sentence and its own remedy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ml_connector.adobe.auth import OAuth1Credentials
from ml_connector.adobe.permissions import PERMISSIONS
from ml_connector.adobe.sandbox import FULL, LIMITED, PretendShop
from ml_connector.adobe.sandbox.fault_access import ClockAhead, PermissionWithdrawn, TokenRevoked
from ml_connector.adobe.sandbox.fault_wire import Slow
from ml_connector.adobe.sandbox.server import Answer, Request
from ml_connector.adobe.steps import StepName, StepState
from ml_connector.errors import Code
from tests.recorded.ping_shops import Shown, before, fresh, over_tls, pinged, with_header
from tests.recorded.shop_clients import credentials

pytestmark = pytest.mark.slow

GOOD = credentials()
ADDED = "x" * 32


@dataclass(frozen=True)
class Wrong:
    """What was entered, and the sentences that a person then reads."""

    entered: OAuth1Credentials
    what: str
    why: str
    fix: str


WRONG = {
    "consumer key cut": Wrong(
        replace(GOOD, consumer_key=GOOD.consumer_key[:-1]),
        "The shop does not accept our credentials: Consumer key is not the correct length.",
        "The consumer key does not have 32 characters: a part is missing, or something more was copied.",
        "copy the consumer key once more, whole and without a space.",
    ),
    "consumer key of another shop": Wrong(
        replace(GOOD, consumer_key=ADDED),
        "The shop does not accept our credentials: A consumer having the specified key does not exist.",
        "No integration of this shop has this consumer key: it is mistyped, the integration was deleted, or"
        " it is another shop's.",
        "See that the address is this shop's.",
    ),
    "token cut": Wrong(
        replace(GOOD, access_token=GOOD.access_token[1:]),
        "The shop does not accept our credentials: The token length is invalid. Check the length and try"
        " again.",
        "The access token does not have 32 characters: a part is missing, or something more was copied.",
        "copy the access token once more, whole and without a space.",
    ),
    "token unknown": Wrong(
        replace(GOOD, access_token=ADDED),
        "The shop does not accept our credentials: Specified token does not exist.",
        "The consumer key is right and the access token is not: it is mistyped, or the integration was"
        " activated anew since, which gives it other tokens.",
        "each activation changes the access token and its secret.",
    ),
    "token of another integration": Wrong(
        replace(GOOD, access_token=LIMITED.access_token, access_token_secret=LIMITED.access_token_secret),
        "The shop does not accept our credentials: Token is not associated with the specified consumer.",
        "The consumer key and the access token belong to two different integrations of this shop.",
        "copy all four values and enter them, all of this one.",
    ),
    "consumer secret wrong": Wrong(
        replace(GOOD, consumer_secret=ADDED),
        "The shop does not accept our credentials: The signature is invalid. Verify and try again.",
        "A secret is wrong; or a proxy before the shop hides its https, host or port, which are signed.",
        "Enter the integration's two secrets again; if they are right, let the proxy pass on Host, with its"
        " port, and X-Forwarded-Proto.",
    ),
    "token secret wrong": Wrong(
        replace(GOOD, access_token_secret=ADDED),
        "The shop does not accept our credentials: The signature is invalid. Verify and try again.",
        "A secret is wrong; or a proxy before the shop hides its https, host or port, which are signed.",
        "Enter the integration's two secrets again",
    ),
    "consumer secret cut": Wrong(
        replace(GOOD, consumer_secret=GOOD.consumer_secret[:-1]),
        "The shop does not accept our credentials: The signature is invalid. Verify and try again.",
        "The consumer secret has 31 characters instead of 32.",
        "copy both secrets once more, whole and without a space.",
    ),
    "both secrets with a space": Wrong(
        replace(
            GOOD,
            consumer_secret=f"{GOOD.consumer_secret} ",
            access_token_secret=f" {GOOD.access_token_secret}",
        ),
        "The shop does not accept our credentials: The signature is invalid. Verify and try again.",
        "The consumer secret has 33 characters instead of 32. The access token secret has 33 characters"
        " instead of 32.",
        "copy both secrets once more, whole and without a space.",
    ),
}


@pytest.fixture
def shop() -> Iterator[tuple[PretendShop, str]]:
    with fresh() as made:
        yield made


@pytest.mark.parametrize("name", WRONG)
def test_the_value_that_is_wrong_is_told(shop: tuple[PretendShop, str], name: str) -> None:
    wrong = WRONG[name]
    found = pinged(shop[1], wrong.entered)
    step = found.failure
    assert (step.name, step.code) == (StepName.CREDENTIALS, Code.SHOP_CREDENTIALS)
    assert (step.what, step.why) == (wrong.what, wrong.why)
    assert wrong.fix in step.fix
    assert set(found.granted.values()) == {StepState.NOT_TRIED}
    assert found[StepName.STORES].why == "The step “credentials” failed before it."
    assert ADDED not in found.text


def test_a_token_that_was_revoked_is_told_as_such(shop: tuple[PretendShop, str]) -> None:
    pretend, url = shop
    with pretend.faults.on(TokenRevoked()):
        step = pinged(url).failure
    assert step.what == "The shop does not accept our credentials: Access token has been revoked."
    assert step.why == "The integration was deactivated, or its tokens were withdrawn."
    assert "activate the integration again" in step.fix


# What looks like a wrong secret and is none


def test_a_proxy_that_hides_the_port_is_told_and_the_credentials_are_right(
    shop: tuple[PretendShop, str],
) -> None:
    """The shop computes the signature for the Host that it is shown (reference §9.1.2)."""
    with before(shop[0], lambda request: with_header(request, "host", "127.0.0.1")) as url:
        step = pinged(url).failure
    assert step.what == (
        "The shop takes our requests for requests to http://127.0.0.1, and so their signatures for invalid."
    )
    assert step.why == (
        f"They go to {url}; a proxy or web server before the shop's PHP hides that."
        " The credentials are right."
    )
    assert step.fix == (
        "Let it pass on the Host header with its port (in nginx: fastcgi_param HTTP_HOST $http_host)."
    )


def test_a_proxy_that_hides_https_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shop behind a proxy that ends TLS, and that is not told so."""
    trusts(monkeypatch, tmp_path)
    with over_tls(tmp_path, Shown(names=(ANYWHERE,), self_signed=False), host=ANYWHERE) as url:
        found = pinged(url)
    assert found[StepName.CONNECTION].what.endswith(
        "answers over https, with a certificate that is trusted here."
    )
    step = found.failure
    assert step.what.startswith(
        f"The shop takes our requests for requests to {url.replace('https', 'http')},"
    )
    assert step.fix == (
        "Let it pass on X-Forwarded-Proto: https, and let the shop's offloader header setting name it."
    )


def test_a_web_server_that_drops_the_authorization_header_is_told_from_missing_permissions(
    shop: tuple[PretendShop, str],
) -> None:
    with before(shop[0], lambda request: with_header(request, "authorization", None)) as url:
        found = pinged(url)
    step = found.failure
    assert step.what == "The shop takes us for nobody: the Authorization header does not reach it."
    assert step.fix == "Let the web server pass the header on (Apache: CGIPassAuth On)."
    assert set(found.granted.values()) == {StepState.NOT_TRIED}


def test_an_integration_with_nothing_ticked_is_told_by_each_permission(
    shop: tuple[PretendShop, str],
) -> None:
    pretend, url = shop
    pretend.faults.switch_on(*(PermissionWithdrawn(resource=each.resource) for each in PERMISSIONS))
    found = pinged(url)
    assert found[StepName.CREDENTIALS].what == "The shop accepts the credentials."
    assert set(found.granted.values()) == {StepState.FAILED}
    assert found[StepName.VERSION].state is StepState.NOT_TRIED


# The clock


@pytest.mark.parametrize(
    ("shop_ahead", "state", "what"),
    [
        (0, StepState.OK, "This machine's clock agrees with the shop's."),
        (-50, StepState.OK, "This machine's clock agrees with the shop's."),
        (-90, StepState.WARNING, "This machine's clock is {} s ahead of the shop's."),
        (90, StepState.WARNING, "This machine's clock is {} s behind the shop's."),
        (86_400, StepState.WARNING, "This machine's clock is {} s behind the shop's."),
        (-700, StepState.FAILED, "This machine's clock is {} s ahead of the shop's."),
    ],
)
def test_clocks_that_differ_are_told_by_how_much(
    shop: tuple[PretendShop, str], shop_ahead: int, state: StepState, what: str
) -> None:
    pretend, url = shop
    with pretend.faults.on(ClockAhead(seconds=shop_ahead)):
        found = pinged(url)
    step = found[StepName.CLOCK]
    ahead = step.facts["ahead_s"]
    assert isinstance(ahead, int)
    assert abs(ahead + shop_ahead) <= 2
    assert (step.state, step.what) == (state, what.format(abs(ahead)))
    assert (step.fix == "") is (state is StepState.OK)
    assert (found[StepName.CREDENTIALS].state is StepState.OK) is (state is not StepState.FAILED)


def test_a_clock_that_is_too_far_ahead_is_told_with_the_shop_s_limit(shop: tuple[PretendShop, str]) -> None:
    pretend, url = shop
    with pretend.faults.on(ClockAhead(seconds=-700)):
        step = pinged(url).failure
    assert (step.name, step.code) == (StepName.CLOCK, Code.SHOP_CLOCK)
    assert step.why == "The shop refuses what is signed more than 600 s in its future."
    assert step.fix == "Set this machine's clock, or the shop's, by a time server."


def test_a_shop_whose_php_has_another_clock_than_its_front_end_is_told(
    shop: tuple[PretendShop, str],
) -> None:
    """The shop refuses the time, and the Date that we see is right."""
    refused = b'{"message":"An error occurred validating the nonce"}'

    def instead(request: Request) -> Answer:
        del request
        return Answer(401, "application/json; charset=utf-8", refused)

    with before(shop[0], instead) as url:
        step = pinged(url).failure
    assert (step.name, step.code) == (StepName.CLOCK, Code.SHOP_CLOCK)
    assert step.fix == "Set the clock of the machine that runs the shop's PHP by a time server."


def test_a_slow_answer_is_no_difference_of_clocks(shop: tuple[PretendShop, str]) -> None:
    pretend, url = shop
    with pretend.faults.on(Slow(after_s=1.2, times=1)):
        assert pinged(url)[StepName.CLOCK].facts == {"ahead_s": 0}


# Silence


def test_a_shop_that_repeats_what_it_was_sent_gives_no_secret_away(shop: tuple[PretendShop, str]) -> None:
    """An error page of a developer may show the Authorization header; no sentence of ours does."""

    def repeating(request: Request) -> Answer:
        said = " ".join(re.findall(r'="([^"]*)"', request.headers["authorization"]))
        return Answer(401, "application/json; charset=utf-8", f'{{"message":"You sent {said}"}}'.encode())

    with before(shop[0], repeating) as url:
        found = pinged(url)
    assert found.failure.what.startswith("The shop does not accept our credentials: You sent … ")
    for value in (FULL.consumer_key, FULL.consumer_secret, FULL.access_token, FULL.access_token_secret):
        assert value not in found.text


# An address that is not this machine's loopback, so that the trusted certificates of the environment count.
ANYWHERE = "0.0.0.0"


def trusts(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "authority.pem"))
    monkeypatch.setenv("NO_PROXY", "*")
