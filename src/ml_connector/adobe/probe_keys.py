"""Why a signed request is refused or taken for nobody's, tried out: a few more reads, each signed otherwise.

“The signature is invalid” has three causes that look alike: a wrong secret, a proxy that hides the port, and
one that hides https (reference: adobe_commerce.md §1.3, §9.1.2). “The consumer isn't authorized” has two:
nothing is granted, or the Authorization header never arrived (§1.3, §9.2).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import httpx2

from ml_connector.adobe.auth import OAuth1, OAuth1Credentials, authorization
from ml_connector.adobe.permissions import STORES, Permission
from ml_connector.adobe.shop import ShopClient
from ml_connector.clock import Clock
from ml_connector.errors import Code, ConnectorError, Finding, NeedsPerson

# Consumer key, token and secrets alike (§1.2).
LENGTH = 32

_HOST = "Let it pass on the Host header with its port (in nginx: fastcgi_param HTTP_HOST $http_host)."
_HTTPS = "Let it pass on X-Forwarded-Proto: https, and let the shop's offloader header setting name it."


def about_the_signature(finding: Finding, root: str, credentials: OAuth1Credentials, clock: Clock) -> Finding:
    """The finding of refused credentials; when it is the signature, what is wrong with it, if that shows."""
    if "signat" not in finding.what.lower():
        return finding
    lengths = " ".join(_wrong_lengths(credentials))
    if lengths:
        return replace(
            finding,
            why=lengths,
            fix="In the shop's admin, System > Integrations, open the integration and copy both secrets once"
            " more, whole and without a space.",
        )
    own = urlsplit(root)
    for origin, fix in _seen_behind_a_proxy(root):
        if _fits(root, _SignedAs(credentials, clock, origin), clock):
            return replace(
                finding,
                what=f"The shop takes our requests for requests to {origin}, and so their signatures for"
                " invalid.",
                why=f"They go to {own.scheme}://{own.netloc}; a proxy or web server before the shop's PHP"
                " hides that. The credentials are right.",
                fix=fix,
            )
    return finding


def header_is_dropped(root: str, credentials: OAuth1Credentials, clock: Clock) -> bool:
    """Whether the Authorization header gets lost on the way: a wrong signature is then not even noticed."""
    wrong = replace(credentials, consumer_secret="0" * LENGTH)
    with ShopClient(root, OAuth1(wrong, clock), clock) as client:
        return _refusal(client, STORES) is Code.SHOP_PERMISSION


def opens_as_bearer(root: str, credentials: OAuth1Credentials, clock: Clock, read: Permission) -> bool | None:
    """Whether the access token alone opens what `read` reads (§1.7); None when that cannot be told."""
    with ShopClient(root, _Bearer(credentials.access_token), clock) as client:
        return {None: True, Code.SHOP_PERMISSION: False}.get(_refusal(client, read))


class _SignedAs(httpx2.Auth):
    """Signs for another origin than the one that is asked."""

    def __init__(self, credentials: OAuth1Credentials, clock: Clock, origin: str) -> None:
        self._credentials, self._clock, self._origin = credentials, clock, origin

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        request.headers["Authorization"] = authorization(
            self._credentials,
            request.method,
            f"{self._origin}{request.url.raw_path.decode('ascii')}",
            nonce=self._clock.new_id(),
            timestamp=int(self._clock.now().timestamp()),
        )
        yield request


class _Bearer(httpx2.Auth):
    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


def _wrong_lengths(credentials: OAuth1Credentials) -> Iterator[str]:
    values = {
        "consumer secret": credentials.consumer_secret,
        "access token secret": credentials.access_token_secret,
    }
    for name, value in values.items():
        if len(value) != LENGTH:
            yield f"The {name} has {len(value)} characters instead of {LENGTH}."


def _seen_behind_a_proxy(root: str) -> Iterator[tuple[str, str]]:
    """What a shop may take its own origin for, and how that is mended."""
    parts = urlsplit(root)
    host = parts.netloc.removesuffix(f":{parts.port}") if parts.port else parts.netloc
    if parts.port:
        yield f"{parts.scheme}://{host}", _HOST
    if parts.scheme == "https":
        yield f"http://{parts.netloc}", _HTTPS
        if parts.port:
            yield f"http://{host}", f"{_HOST} {_HTTPS}"


def _fits(root: str, auth: httpx2.Auth, clock: Clock) -> bool:
    with ShopClient(root, auth, clock) as client:
        return _refusal(client, STORES) in (None, Code.SHOP_PERMISSION)


def _refusal(client: ShopClient, read: Permission) -> Code | None:
    """The code of what kept this from being read; None when it was read, `DEFECT` for what says nothing."""
    try:
        client.get(read.path, read.query)
    except NeedsPerson as error:
        return error.finding.code
    except ConnectorError:
        return Code.DEFECT
    return None
