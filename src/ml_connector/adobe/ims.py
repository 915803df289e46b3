"""Who we are to the Cloud Service: a bearer token of IMS on every request, renewed ahead of its end.

One `ImsAuth` per connection, shared by all its threads. A token is fetched by one of them at a time, and the
others wait for it; while IMS is away, a token that still lasts goes on being used. A request that is answered
401 is sent once more with a new token, never twice; what is refused then leaves as an error of our tree,
because only here it is known that the token was good (reference: adobe_commerce.md §2.2, §2.3).
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

import httpx2

from ml_connector.adobe.ims_token import ImsCredentials, fetch_token
from ml_connector.adobe.refusal import refusal_in
from ml_connector.clock import Clock
from ml_connector.errors import Code, Finding, NeedsPerson, TryAgain

# All store views at once; the path has no store code here (§2.1).
STORE = "all"

# Renewed at the later of these two, which is before the end however short a token lasts.
USED_PART = 0.8
SPARE_S = 600.0

# How long a token that still lasts is used on, before IMS is asked again.
ASK_AGAIN_S = 60.0


def renew_after(lasts_s: float) -> float:
    """Seconds after which a token is renewed that lasts `lasts_s` seconds."""
    return max(lasts_s * USED_PART, lasts_s - SPARE_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A token in use; both times are of the monotonic clock."""

    access_token: str = field(repr=False)
    renew_at: float
    ends_at: float


class ImsAuth(httpx2.Auth):
    """Puts the token and the tenant's headers on every request.

    `one_at_a_time` is the lock of whoever has threads: they are made above, in the shells, and so is it.
    """

    requires_response_body = True

    def __init__(
        self, credentials: ImsCredentials, clock: Clock, one_at_a_time: AbstractContextManager[object]
    ) -> None:
        self._credentials = credentials
        self._clock = clock
        self._one_at_a_time = one_at_a_time
        self._held: _Held | None = None
        self._fetches = 0
        self._failure: TryAgain | NeedsPerson | None = None

    def sign_in(self) -> None:
        """Fetch a token unless a fresh one is held. Raises what `fetch_token` raises."""
        self._token()

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        token = self._token()
        response = yield self._with_headers(request, token)
        if response.status_code == 401:
            token = self._token(refused=token)
            response = yield self._with_headers(request, token)
        if response.status_code in (401, 403):
            error = _not_accepted(request, response.status_code, _without(token, response.content))
            if error is not None:
                raise error

    def _with_headers(self, request: httpx2.Request, token: str) -> httpx2.Request:
        request.headers["Authorization"] = f"Bearer {token}"
        request.headers["x-api-key"] = self._credentials.client_id
        request.headers["x-gw-ims-org-id"] = self._credentials.organization_id
        request.headers["Store"] = STORE
        return request

    def _token(self, refused: str = "") -> str:
        """A token to use now, and not the `refused` one. Raises what `fetch_token` raises."""
        held = self._held
        if held is not None and self._fresh(held, refused):
            return held.access_token
        fetches = self._fetches
        with self._one_at_a_time:
            held = self._held
            if held is not None and self._fresh(held, refused):
                return held.access_token
            if self._failure is not None and self._fetches != fetches:
                # Another thread has just been refused while this one waited: asking again changes nothing.
                raise _again(self._failure)
            return self._fetched(held, refused)

    def _fresh(self, held: _Held, refused: str) -> bool:
        return held.access_token != refused and self._clock.monotonic() < held.renew_at

    def _fetched(self, held: _Held | None, refused: str) -> str:
        asked_at = self._clock.monotonic()
        try:
            token = fetch_token(self._credentials, self._clock)
        except (TryAgain, NeedsPerson) as error:
            if (
                not isinstance(error, TryAgain)
                or held is None
                or held.access_token == refused
                or asked_at >= held.ends_at
            ):
                self._keep(None, error)
                raise
            wait_s = max(ASK_AGAIN_S, error.after_s or 0.0)
            held = replace(held, renew_at=min(asked_at + wait_s, held.ends_at))
        else:
            held = _Held(
                access_token=token.access_token,
                renew_at=asked_at + renew_after(token.lasts_s),
                ends_at=asked_at + token.lasts_s,
            )
        self._keep(held, None)
        return held.access_token

    def _keep(self, held: _Held | None, failure: TryAgain | NeedsPerson | None) -> None:
        self._held, self._failure = held, failure and _again(failure)
        self._fetches += 1


def _without(token: str, body: bytes) -> bytes:
    """A body that may be quoted from, whatever it repeats."""
    return body.replace(token.encode(), b"-")


def _not_accepted(request: httpx2.Request, status: int, body: bytes) -> NeedsPerson | None:
    """The error for a good token that is refused all the same; None for a 403 that is no JSON: it comes from
    a firewall, and `answers.py` reads it."""
    refusal = refusal_in(body)
    if status == 403 and refusal is None:
        return None
    _, version, below = request.url.path.partition("/V1/")
    asked = f"V1/{below}" if version else request.url.path
    said = refusal.message if refusal is not None and refusal.message else "no reason given"
    if refusal is not None and refusal.resource:
        return _person(
            Code.SHOP_PERMISSION,
            f"The credential may not read {asked}: it lacks {refusal.resource}.",
            "The shop does not grant it this resource; or it does not take the token for this instance.",
            f"Let the shop's administrator grant {refusal.resource} to the credential.",
        )
    if status == 403:
        return _person(
            Code.SHOP_PERMISSION,
            f"The shop refused {asked} (403): {said}.",
            "The organisation ID is another one than the instance's, or the credential has no access to it.",
            "Compare the organisation ID with the one of the Adobe Developer Console; then let the"
            " administrator of the organisation give the credential access to this Commerce instance.",
        )
    return _person(
        Code.SHOP_CREDENTIALS,
        f"The shop does not accept a token that Adobe has just given for {asked}: {said}.",
        "The credential lacks the scope commerce.accs, or belongs to another organisation than the instance.",
        "In the Adobe Developer Console, see that the project's OAuth Server-to-Server credential has the"
        " Adobe Commerce API and the scope commerce.accs; then compare the REST address of the instance.",
    )


def _again(error: TryAgain | NeedsPerson) -> TryAgain | NeedsPerson:
    """The same error as a new one, without the traceback of the thread that met it."""
    if isinstance(error, TryAgain):
        return TryAgain(error.finding, after_s=error.after_s)
    return NeedsPerson(error.finding)


def _person(code: Code, what: str, why: str, fix: str) -> NeedsPerson:
    return NeedsPerson(Finding(code=code, what=what, why=why, fix=fix))
