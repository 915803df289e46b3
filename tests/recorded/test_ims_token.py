"""Tokens of the Cloud Service over real HTTP: fetched once for all, renewed ahead of their end, not shown."""

from __future__ import annotations

import json
import logging
import socket
import threading
import traceback
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_connector.adobe.ims import ASK_AGAIN_S, ImsAuth, renew_after
from ml_connector.adobe.ims_token import ImsCredentials, fetch_token
from ml_connector.adobe.sandbox import CLIENT, PretendIms
from ml_connector.adobe.sandbox.fault_answers import FrontEndFails, Redirected, TooManyRequests
from ml_connector.adobe.sandbox.server import Answer
from ml_connector.clock import ManualClock, SystemClock
from ml_connector.errors import Code, ConnectorError, NeedsPerson
from tests.recorded.cloud_shops import Tenant, answering, at_once, ims_credentials, json_answer, tenant
from tests.recorded.shop_clients import ONE_ORDER, needs_person, raised_by, tries_again

pytestmark = pytest.mark.slow
IMS = "/ims/token"
CANARY = "canary-client-secret-3f9d"


def refused_by(credentials: ImsCredentials) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        fetch_token(credentials, SystemClock())
    return caught.value


@pytest.mark.parametrize(
    ("expires_in", "renewed_after_s", "ends_after_s"),
    [
        (86399, 85799, 86399),
        (3000, 2400, 3000),
        (1000, 800, 1000),
        (10, 8, 10),
        (1, 0.8, 1),
        (86_399_000, 85799, 86399),
    ],
    ids=["a day", "where both rules meet", "short", "very short", "a second", "a day in milliseconds"],
)
def test_a_token_is_used_until_shortly_before_its_end(
    expires_in: int, renewed_after_s: float, ends_after_s: float
) -> None:
    """Ten minutes ahead, or a fifth of a short life: by our clock, so that nobody meets a 401."""
    assert renewed_after_s < ends_after_s
    clock = ManualClock()
    with tenant(PretendIms(expires_in=expires_in)) as cloud, cloud.client(clock=clock) as shop:
        shop.get("store/websites")
        clock.at += timedelta(seconds=renewed_after_s - 0.01)
        shop.get("store/websites")
        assert cloud.ims.fetches == 1
        clock.at += timedelta(seconds=0.02)
        shop.get("store/websites")
        shop.get("store/websites")
        assert cloud.ims.fetches == 2
    assert set(cloud.reads) == {200}


@given(st.floats(min_value=0.001, max_value=1e9))
def test_however_long_a_token_lasts_it_is_renewed_before_its_end_and_never_at_once(lasts_s: float) -> None:
    assert 0.8 * lasts_s <= renew_after(lasts_s) < lasts_s
    assert lasts_s - renew_after(lasts_s) <= 600.0001


def test_twenty_threads_that_ask_at_the_same_time_fetch_one_token() -> None:
    with tenant(PretendIms(slowness_s=0.2)) as cloud, cloud.client() as shop:
        assert at_once(20, lambda: shop.get("store/websites")) == []
        assert cloud.ims.fetches == 1
        cloud.ims.revoke_all()
        assert at_once(20, lambda: shop.get("store/websites")) == []
        assert cloud.ims.fetches == 2
    assert set(cloud.reads) == {200, 401}


def test_twenty_threads_that_wait_for_a_token_are_refused_together() -> None:
    with tenant(PretendIms(slowness_s=0.5)) as cloud:
        wrong = replace(cloud.credentials, client_secret="wrong")
        with cloud.client(wrong) as shop:
            raised = at_once(20, lambda: shop.get("store/websites"))
    assert len(raised) == 20
    assert {type(error) for error in raised} == {NeedsPerson}
    assert len(set(map(id, raised))) == 20
    assert cloud.token_calls == [401]


def test_while_ims_is_away_a_token_that_still_lasts_is_used_on() -> None:
    """IMS is asked again after a minute, not with every request; once the token is over, nothing is read."""
    clock = ManualClock()
    with tenant() as cloud, cloud.client(clock=clock) as shop:
        shop.get("store/websites")
        clock.at += timedelta(seconds=85_800)
        with cloud.shop.faults.on(FrontEndFails(matching=IMS, status=503)):
            for _ in range(3):
                shop.get("store/websites")
            assert cloud.token_calls == [200, 503]
            clock.at += timedelta(seconds=ASK_AGAIN_S)
            shop.get("store/websites")
            assert cloud.token_calls == [200, 503, 503]
            clock.at += timedelta(seconds=600)
            tries_again(raised_by(shop), Code.SHOP_UNREACHABLE)
        assert set(cloud.reads) == {200}
        shop.get("store/websites")
    assert cloud.ims.fetches == 2


def test_while_ims_is_busy_it_is_asked_again_when_it_says_so() -> None:
    clock = ManualClock()
    with tenant() as cloud, cloud.client(clock=clock) as shop:
        shop.get("store/websites")
        clock.at += timedelta(seconds=85_800)
        with cloud.shop.faults.on(TooManyRequests(matching=IMS, retry_after="300")):
            shop.get("store/websites")
            clock.at += timedelta(seconds=299)
            shop.get("store/websites")
            assert cloud.token_calls == [200, 429]
            clock.at += timedelta(seconds=2)
            shop.get("store/websites")
            assert cloud.token_calls == [200, 429, 429]


def test_a_credential_that_was_withdrawn_is_told_at_the_next_renewal() -> None:
    """Although the old token would still open the shop for ten minutes."""
    clock = ManualClock()
    with tenant() as cloud, cloud.client(clock=clock) as shop:
        shop.get("store/websites")
        cloud.ims.withdraw(CLIENT)
        clock.at += timedelta(seconds=85_800)
        needs_person(raised_by(shop), Code.SHOP_CREDENTIALS)
        assert cloud.token_calls == [200, 401]


def test_a_401_while_ims_is_away_is_tried_again_later() -> None:
    with tenant() as cloud, cloud.client() as shop:
        shop.get("store/websites")
        cloud.ims.revoke_all()
        with cloud.shop.faults.on(FrontEndFails(matching=IMS, status=502)):
            tries_again(raised_by(shop), Code.SHOP_UNREACHABLE)
        shop.get("store/websites")


# What IMS answers


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"client_id": "another-client"}, "enter its client ID and client secret again"),
        ({"client_secret": "another-secret"}, "enter its client ID and client secret again"),
        ({"scopes": ("openid", "no.such.scope")}, "with the scope commerce.accs"),
    ],
    ids=["client id", "client secret", "scope"],
)
def test_a_credential_that_is_refused_is_told_with_what_to_mend(
    wrong: Mapping[str, object], words: str
) -> None:
    with tenant() as cloud:
        credentials = replace(cloud.credentials, **wrong)
        assert words in needs_person(refused_by(credentials), Code.SHOP_CREDENTIALS)
        assert cloud.ims.fetches == 0


def test_ims_says_when_to_come_back() -> None:
    with tenant() as cloud, cloud.shop.faults.on(TooManyRequests(matching=IMS, retry_after="17")):
        assert tries_again(refused_by(cloud.credentials), Code.SHOP_UNREACHABLE).after_s == 17


def test_ims_that_is_not_there_is_tried_again() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}{IMS}/v3"
        tries_again(refused_by(ims_credentials(url)), Code.SHOP_UNREACHABLE)


def test_the_secret_is_not_sent_on_to_another_address() -> None:
    with tenant() as other, tenant() as cloud:
        to = other.credentials.token_url.removesuffix("/ims/token/v3")
        with cloud.shop.faults.on(Redirected(matching=IMS, to=to, status=307)):
            assert "one address only" in needs_person(refused_by(cloud.credentials), Code.SHOP_CREDENTIALS)
        assert other.shop.requests == ()


GOOD = {"access_token": "eyJ-good", "token_type": "bearer", "expires_in": 60}


@pytest.mark.parametrize(
    "answer",
    [
        json_answer(json.dumps(GOOD | {"expires_in": 0})),
        json_answer(json.dumps(GOOD | {"expires_in": -5})),
        json_answer(json.dumps(GOOD | {"expires_in": True})),
        json_answer(json.dumps(GOOD | {"expires_in": "soon"})),
        json_answer(json.dumps({"access_token": "eyJ-good", "token_type": "bearer"})),
        json_answer(json.dumps(GOOD | {"token_type": "mac"})),
        json_answer(json.dumps(GOOD | {"access_token": ""})),
        json_answer(json.dumps(GOOD | {"access_token": "two\r\nlines"})),
        json_answer(json.dumps([GOOD])),
        json_answer('{"access_token":"eyJ-go'),
        json_answer(json.dumps(GOOD | {"more": "x" * 70_000})),
        json_answer("[" * 100_000),
        json_answer('{"message":"not found"}', 404),
        Answer(200, "text/html", b"<html>sign in to the network</html>"),
        Answer(403, "text/html", b"<html>blocked</html>"),
    ],
    ids=[
        *("no life", "a negative life", "a life of true", "a life in words", "no life told"),
        *("another type", "an empty token", "a token of two lines", "a list", "cut off", "too long"),
        *("too deep", "not found", "a login page", "a firewall"),
    ],
)
def test_an_answer_that_is_no_token_is_not_used_and_asked_again(answer: Answer) -> None:
    with answering(lambda _: answer) as url:
        tries_again(refused_by(ims_credentials(f"{url}/token")), Code.SHOP_ANSWER_UNREADABLE)


def test_an_error_word_that_nobody_knows_is_not_repeated() -> None:
    answer = json_answer(json.dumps({"error": f"no {CANARY}", "error_description": CANARY}), 400)
    with answering(lambda _: answer) as url:
        said = needs_person(refused_by(ims_credentials(f"{url}/token")), Code.SHOP_CREDENTIALS)
    assert "an unknown error (400)" in said
    assert CANARY not in said


# Secrets


def test_neither_secret_nor_token_is_in_any_log_message_or_traceback(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Both are canaries, and both are repeated by the other side wherever it can."""
    caplog.set_level(logging.DEBUG)
    canary = replace(CLIENT, client_secret=CANARY)
    told: list[str] = []

    def tell(cloud: Tenant, credentials: ImsCredentials) -> None:
        with cloud.client(credentials) as shop:
            try:
                shop.get("orders", ONE_ORDER)
            except ConnectorError as error:
                told.append("".join(traceback.format_exception(error)))

    with tenant(PretendIms(canary)) as cloud:
        keys = ims_credentials(cloud.credentials.token_url, canary)
        auth = ImsAuth(keys, SystemClock(), threading.Lock())
        told += [repr(keys), str(keys), repr(auth), repr(fetch_token(keys, SystemClock()))]
        tell(cloud, replace(keys, client_id="another"))
        tell(cloud, replace(keys, scopes=("no.such.scope",)))
        tell(cloud, replace(keys, scopes=("openid",)))
        tell(cloud, replace(keys, organization_id="0A@AdobeOrg"))
        with cloud.shop.faults.on(FrontEndFails(matching=IMS, status=503)):
            tell(cloud, keys)
        with answering(lambda request: json_answer(request.body.decode(), 400)) as echo:
            tell(cloud, replace(keys, token_url=f"{echo}/token"))

        def repeat(request: object) -> Answer:
            return json_answer(json.dumps({"message": f"I do not know {request!r}"}), 401)

        with answering(repeat) as echo:
            tell(replace(cloud, address=f"{echo}/tenant"), keys)
    assert len(told) == 4 + 7
    everything = "\n".join((*told, caplog.text, *capfd.readouterr()))
    assert CANARY not in everything
    assert "eyJ-sandbox" not in everything
    assert "httpx2" in caplog.text, "so the log was looked at"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("client_id", ""),
        ("client_id", f"{CANARY} "),
        ("client_secret", f"{CANARY}\n"),
        ("client_secret", ""),
        ("organization_id", CANARY),
        ("organization_id", "0A@AdobeOrg\n"),
        ("scopes", ()),
        ("scopes", (f"{CANARY},openid",)),
        ("token_url", "http://ims.example.com/token"),
        ("token_url", "ims.example.com"),
        ("token_url", "https://ims.example.com:99999/"),
    ],
)
def test_a_value_that_can_be_none_is_told_before_it_is_stored(field: str, value: object) -> None:
    right = ims_credentials("https://ims.example.com/token")
    changed: dict[str, object] = {field: value}
    with pytest.raises(NeedsPerson) as caught:
        replace(right, **changed)
    assert caught.value.finding.code is Code.SETTINGS_INVALID
    assert CANARY not in str(caught.value)
