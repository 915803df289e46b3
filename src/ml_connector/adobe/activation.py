"""The activation of an integration: the shop hands over its keys by itself, instead of a person pasting them.

A merchant presses Activate; the shop calls us back with a consumer key, a secret and a verifier, and we have
300 seconds to turn them into the lasting pair in two calls (reference: adobe_commerce.md §1.8):

    accept_callback   what the shop sent, read strictly; anybody can call that address
    request_token     first call; the shop gives a request token, once
    access_token      second call; the shop gives the four values to keep

Anybody can call back and name any address, so a call back is believed only about a shop that a person has
named before (`is_about`), and the two calls go to the address of that person, never to one that came in. Each
step that raises `TryAgain` may be repeated as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, unquote_plus, urlsplit

import httpx2

from ml_connector.adobe.answers import Answer, json_text, not_answered, unreadable
from ml_connector.adobe.auth import OAuth1Credentials, authorization
from ml_connector.adobe.refusal import one_line
from ml_connector.adobe.shop import API_PATH, api_root, origin_and_path
from ml_connector.adobe.token_call import ask_for_token
from ml_connector.clock import Clock
from ml_connector.errors import Code, Finding, NeedsPerson

LASTS = timedelta(seconds=300)
"""How long the shop takes an activation for valid (§1.8)."""

# Four fields of 32 characters, one of them an address.
CALLBACK_BYTES_MAX = 4096
CALLBACK_FIELDS_MAX = 16
ADDRESS_CHARACTERS_MAX = 500

# Keys, tokens, verifiers and secrets alike (§1.2).
_VALUE = re.compile(r"[A-Za-z0-9]{32}")
_ONCE_MORE = "In the shop's admin, System > Integrations, press Activate (or Reauthorize) once more"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationCallback:
    """What the shop sent when somebody pressed Activate."""

    consumer_key: str
    consumer_secret: str = field(repr=False)
    store_base_url: str
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation:
    """An activation under way; `begun_at` is when its callback arrived, our clock, UTC. `shop_url` is the
    shop's address as a person entered it; nothing else is ever asked."""

    callback: ActivationCallback
    shop_url: str
    begun_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestToken:
    """The short-lived pair between the two calls."""

    token: str = field(repr=False)
    secret: str = field(repr=False)


def accept_callback(form: bytes) -> ActivationCallback:
    """Read the body of the shop's call (`application/x-www-form-urlencoded`).

    Each of the four fields stands in it exactly once and looks as it should; others are ignored. Raises
    `NeedsPerson` (settings-invalid) for everything else; the message names a field, never what is in it.
    """
    if len(form) > CALLBACK_BYTES_MAX:
        raise _no_callback(f"It is longer than {CALLBACK_BYTES_MAX} bytes.")
    try:
        pairs = parse_qsl(
            form.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            encoding="ascii",
            errors="strict",
            max_num_fields=CALLBACK_FIELDS_MAX,
        )
    except ValueError:
        pairs = []
    if not pairs:
        raise _no_callback("It is no form, or one with too many fields.")
    address = _the_one(pairs, "store_base_url")
    if len(address) > ADDRESS_CHARACTERS_MAX or not address.isprintable():
        raise _no_callback("Its store_base_url is no address.")
    api_root(address)
    return ActivationCallback(
        consumer_key=_value(pairs, "oauth_consumer_key"),
        consumer_secret=_value(pairs, "oauth_consumer_secret"),
        store_base_url=address,
        verifier=_value(pairs, "oauth_verifier"),
    )


def is_about(callback: ActivationCallback, shop_url: str) -> bool:
    """Whether the call back names the host of the shop that a person named. Its scheme and path may differ:
    a shop names its unsecure base URL, with a store code where it has those in its addresses."""
    return _host(callback.store_base_url) == _host(shop_url)


def _host(address: str) -> str:
    return urlsplit(origin_and_path(address)[0]).hostname or ""


def request_token(activation: Activation, clock: Clock) -> RequestToken:
    """Ask the shop for a request token. It gives one only once per activation.

    Raises `TryAgain` when the shop gave no whole answer, `NeedsPerson` when it refuses, or when the
    activation is older than `LASTS`: then nothing is asked.
    """
    token, secret = _pair(activation, clock, "oauth/token/request", RequestToken(token="", secret=""))
    return RequestToken(token=token, secret=secret)


def access_token(activation: Activation, requested: RequestToken, clock: Clock) -> OAuth1Credentials:
    """Trade the request token for the lasting values; the integration is active from then on.

    Raises as `request_token` does. When the answer to a good trade is lost, the shop has used the token up:
    the next attempt raises `NeedsPerson`, and the merchant activates anew.
    """
    token, secret = _pair(activation, clock, "oauth/token/access", requested)
    return OAuth1Credentials(
        consumer_key=activation.callback.consumer_key,
        consumer_secret=activation.callback.consumer_secret,
        access_token=token,
        access_token_secret=secret,
    )


def _pair(activation: Activation, clock: Clock, path: str, held: RequestToken) -> tuple[str, str]:
    """Token and secret in the shop's answer to one of the two calls."""
    if clock.now() - activation.begun_at > LASTS:
        raise _person(
            "The activation was not finished in time.",
            "The shop takes it for valid for five minutes from when Activate was pressed.",
            f"{_ONCE_MORE}, and finish within five minutes.",
        )
    callback = activation.callback
    url = f"{api_root(activation.shop_url).removesuffix(API_PATH)}/{path}"
    signed = authorization(
        OAuth1Credentials(
            consumer_key=callback.consumer_key,
            consumer_secret=callback.consumer_secret,
            access_token=held.token,
            access_token_secret=held.secret,
        ),
        "POST",
        url,
        nonce=clock.new_id(),
        timestamp=int(clock.now().timestamp()),
        verifier=callback.verifier if held.token else "",
    )
    try:
        answer = ask_for_token(url, path, clock, headers={"Authorization": signed})
    except httpx2.RequestError as error:
        trouble = not_answered(path, error)
    else:
        return _pair_in(answer)
    raise trouble


def _pair_in(answer: Answer) -> tuple[str, str]:
    try:
        fields = dict(parse_qsl(answer.body.decode("ascii"), strict_parsing=True))
    except ValueError:
        fields = {}
    token, secret = fields.get("oauth_token", ""), fields.get("oauth_token_secret", "")
    if answer.status == 200 and _VALUE.fullmatch(token) and _VALUE.fullmatch(secret):
        return token, secret
    problem = _problem_in(answer.body)
    if problem:
        raise _refused(answer, problem)
    # A redirect, a page, an outage, JSON: told as for every other path of the shop.
    json_text(answer)
    raise unreadable(answer.asked, "It holds no token.")


def _problem_in(body: bytes) -> str:
    """The shop's words when it refuses: errors here are form text, not JSON (§1.5)."""
    name, equals, words = body.decode("utf-8", "replace").partition("&")[0].partition("=")
    return one_line(unquote_plus(words)) if equals and name == "oauth_problem" else ""


def _refused(answer: Answer, problem: str) -> NeedsPerson:
    words = problem.lower()
    what = f"The shop did not finish the activation at {answer.asked}: {problem}."
    if "expired" in words:
        why, fix = "It is valid for five minutes from when Activate was pressed.", f"{_ONCE_MORE}."
    elif "not a verifier token" in words or "token does not exist" in words:
        why = "This activation was used already, or a newer one has taken its place."
        fix = f"{_ONCE_MORE}, and once only."
    elif "verifier" in words:
        why, fix = "The callback belongs to another activation than the last one.", f"{_ONCE_MORE}."
    elif "nonce" in words or "timestamp" in words:
        return NeedsPerson(
            Finding(
                code=Code.SHOP_CLOCK,
                what=what,
                why="A request may be at most 600 s ahead of the shop's clock.",
                fix=f"Set this machine's clock, or the shop's, by a time server. {_ONCE_MORE}.",
            )
        )
    elif "signat" in words:
        why = "A proxy before the shop hides its https, host or port, which are signed."
        fix = f"Let the proxy pass on Host, with its port, and X-Forwarded-Proto. {_ONCE_MORE}."
    else:
        why = "The integration was removed or changed, or the address is another shop's."
        fix = f"{_ONCE_MORE}; or leave its callback URL empty, and enter its four values here."
    return _person(what, why, fix)


def _the_one(pairs: list[tuple[str, str]], name: str) -> str:
    values = [value for given, value in pairs if given == name]
    if len(values) != 1:
        raise _no_callback(f"It has {len(values)} fields {name} instead of one.")
    return values[0]


def _value(pairs: list[tuple[str, str]], name: str) -> str:
    value = _the_one(pairs, name)
    if not _VALUE.fullmatch(value):
        raise _no_callback(f"Its {name} does not have 32 letters and digits.")
    return value


def _person(what: str, why: str, fix: str) -> NeedsPerson:
    return NeedsPerson(Finding(code=Code.SHOP_CREDENTIALS, what=what, why=why, fix=fix))


def _no_callback(why: str) -> NeedsPerson:
    return NeedsPerson(
        Finding(
            code=Code.SETTINGS_INVALID,
            what="This is not the call that a shop makes when an integration is activated.",
            why=why,
            fix="Enter this address as the integration's callback URL, and let the shop call it.",
        )
    )
