"""A merchant presses Activate: the callback to the integration, and the two endpoints that answer it.

Facts: adobe_commerce.md §1.8. The shop sends the keys and a verifier to the callback URL. Then
`/oauth/token/request` gives one request token, and `/oauth/token/access` trades it, with the verifier, for
the lasting pair. Both answer in form text, errors too (§1.5). Which of several faults is told first is not
recorded.
"""

from __future__ import annotations

import re
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http.client import HTTPMessage
from threading import Lock
from typing import IO
from urllib.parse import quote_plus, urlencode

from ml_connector.adobe.sandbox.credentials import Integration
from ml_connector.adobe.sandbox.errors import Refusal
from ml_connector.adobe.sandbox.oauth import (
    NEEDED,
    SignedRequest,
    TokenSecret,
    Verifier,
    authorization_parameters,
    signed_request,
)
from ml_connector.adobe.sandbox.server import Answer, Request

REQUEST_PATH = "/oauth/token/request"
ACCESS_PATH = "/oauth/token/access"
LASTS_S = 300.0
CALLBACK_TIMEOUT_S = 5.0
_PLACEHOLDER = re.compile(r"%([0-9]+|[A-Za-z]+)")


@dataclass(frozen=True, slots=True)
class _Pending:
    """An activation under way: the verifier that was sent out, and the request token once it was given."""

    verifier: str
    begun_at: float
    token: str = ""
    secret: str = ""


class Activations:
    """The activations of a shop's integrations. `lasts_s` is how long each may take, in seconds."""

    def __init__(self, verifier: Verifier, *, lasts_s: float = LASTS_S) -> None:
        self.lasts_s = lasts_s
        self._verifier = verifier
        self._pending: dict[int, _Pending] = {}
        self._lock = Lock()

    def press(self, integration: Integration, callback_url: str, store_base_url: str) -> int:
        """The merchant presses Activate: call the integration back; gives the status that it answered.

        Five seconds at most, and no redirect is followed. Raises OSError when nobody answers.
        """
        verifier = _new_value()
        with self._lock:
            self._pending[integration.consumer_id] = _Pending(verifier, time.monotonic())
        form = {
            "oauth_consumer_key": integration.consumer_key,
            "oauth_consumer_secret": integration.consumer_secret,
            "store_base_url": store_base_url,
            "oauth_verifier": verifier,
        }
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())
        try:
            with opener.open(callback_url, urlencode(form).encode(), CALLBACK_TIMEOUT_S) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    def answer(self, request: Request) -> Answer | None:
        """The answer of one of the two endpoints; None for every other path."""
        path = request.target.partition("?")[0]
        giving = {REQUEST_PATH: self._request_token, ACCESS_PATH: self._access_token}.get(path)
        if giving is None or request.method != "POST":
            return None
        try:
            token, secret = giving(signed_request(request))
        except Refusal as refusal:
            body = f"oauth_problem={quote_plus(_filled(refusal))}"
            return Answer(refusal.status, "text/html; charset=UTF-8", body.encode())
        body = urlencode({"oauth_token": token, "oauth_token_secret": secret})
        return Answer(200, "text/html; charset=UTF-8", body.encode())

    def _request_token(self, signed: SignedRequest) -> tuple[str, str]:
        integration, _ = self._verified(signed, (), lambda _integration, _given: "")
        with self._lock:
            pending = self._still_pending(integration)
            if pending is None or pending.token:
                raise Refusal(
                    401, "Cannot create request token because consumer token is not a verifier token"
                )
            pending = replace(pending, token=_new_value(), secret=_new_value())
            self._pending[integration.consumer_id] = pending
        return pending.token, pending.secret

    def _access_token(self, signed: SignedRequest) -> tuple[str, str]:
        integration, given = self._verified(signed, ("token", "verifier"), self._request_secret)
        with self._lock:
            pending = self._still_pending(integration)
            if pending is None or pending.token != given["oauth_token"]:
                raise _no_such_token()
            if pending.verifier != given["oauth_verifier"]:
                raise Refusal(401, "Token verifier and verifier token do not match")
            del self._pending[integration.consumer_id]
        token, secret = _new_value(), _new_value()
        self._verifier.give(integration, token, secret)
        return token, secret

    def _verified(
        self, signed: SignedRequest, more: tuple[str, ...], secret_of: TokenSecret
    ) -> tuple[Integration, Mapping[str, str]]:
        given = authorization_parameters(signed.authorization) or {}
        return self._verifier.verified(signed, given, (*NEEDED, *more), secret_of), given

    def _request_secret(self, integration: Integration, given: Mapping[str, str]) -> str:
        with self._lock:
            pending = self._pending.get(integration.consumer_id)
        if pending is None or pending.token != given["oauth_token"]:
            raise _no_such_token()
        return pending.secret

    def _still_pending(self, integration: Integration) -> _Pending | None:
        pending = self._pending.get(integration.consumer_id)
        if pending is not None and time.monotonic() - pending.begun_at > self.lasts_s:
            raise Refusal(401, "Consumer key has expired")
        return pending


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        """Follow none."""


def _no_such_token() -> Refusal:
    return Refusal(401, "Specified token does not exist")


def _new_value() -> str:
    """A key, token, verifier or secret: 32 characters (§1.2)."""
    return secrets.token_hex(16)


def _filled(refusal: Refusal) -> str:
    """A refusal's message with its parameters in their places."""
    given = refusal.parameters
    if isinstance(given, list):
        given = {str(number): value for number, value in enumerate(given, start=1)}
    names = given if isinstance(given, dict) else {}
    return _PLACEHOLDER.sub(lambda found: str(names.get(found[1], found[0])), refusal.message)
