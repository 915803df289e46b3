"""Who we are to the shop: OAuth 1.0a with HMAC-SHA256, signed over the bytes that are sent.

`OAuth1` stands between the REST client and the wire and signs each attempt anew: a nonce is never used twice.
The free functions below it are the arithmetic of RFC 5849. What some version of the shop is known to verify
differently (a plus sign, an index of ten and more, an encoded slash in a path …) is refused here as our own
defect instead of being sent, so that “signature invalid” always means something that a person can mend
(reference: adobe_commerce.md §1.3, §9.1).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote_to_bytes, urlsplit

import httpx2

from ml_connector.clock import Clock
from ml_connector.errors import Defect

# HMAC-SHA256 is the one method that every version since 2.3.0 accepts (§1.1).
SIGNATURE_METHOD = "HMAC-SHA256"

_DEFAULT_PORT = {"http": ":80", "https": ":443"}
_SENDABLE_PATH = re.compile(r"(?:[A-Za-z0-9._~/-]|%20|%[89A-F][0-9A-F])*")
_LONG_INDEX = re.compile(rb"\[[0-9]{2,}\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth1Credentials:
    """The four values of a shop's integration, as its admin screen shows them. Only the key is printed:
    where the shop lets tokens be used as a bearer (§1.7), the token alone opens it."""

    consumer_key: str
    consumer_secret: str = field(repr=False)
    access_token: str = field(repr=False)
    access_token_secret: str = field(repr=False)
    type: str = "oauth1"


class OAuth1(httpx2.Auth):
    """Signs every attempt with a fresh nonce and the present time."""

    def __init__(self, credentials: OAuth1Credentials, clock: Clock) -> None:
        self._credentials = credentials
        self._clock = clock

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        sent = f"{request.url.scheme}://{request.headers['Host']}{request.url.raw_path.decode('ascii')}"
        request.headers["Authorization"] = authorization(
            self._credentials,
            request.method,
            sent,
            nonce=self._clock.new_id(),
            timestamp=int(self._clock.now().timestamp()),
        )
        yield request


def authorization(
    credentials: OAuth1Credentials, method: str, url: str, *, nonce: str, timestamp: int, verifier: str = ""
) -> str:
    """The value of the Authorization header for one attempt.

    `url` is exactly what goes onto the wire; `nonce` has at most 32 characters, for the shop keeps no more;
    `timestamp` is in seconds since 1970, UTC. During the activation (§1.8) there is no token at first: an
    empty one is left out; then there is a `verifier`. Raises `Defect` for what some shop could not verify.
    """
    if not 0 < len(nonce) <= 32:
        raise Defect(f"A nonce has 1 to 32 characters; this one has {len(nonce)}.")
    oauth = {
        "oauth_consumer_key": credentials.consumer_key,
        "oauth_nonce": nonce,
        "oauth_signature_method": SIGNATURE_METHOD,
        "oauth_timestamp": str(timestamp),
        "oauth_version": "1.0",
    }
    if credentials.access_token:
        oauth["oauth_token"] = credentials.access_token
    if verifier:
        oauth["oauth_verifier"] = verifier
    base = base_string(method, url, oauth)
    oauth["oauth_signature"] = signature(base, credentials.consumer_secret, credentials.access_token_secret)
    return "OAuth " + ", ".join(f'{name}="{_encoded(value)}"' for name, value in oauth.items())


def signature(base: str, consumer_secret: str, token_secret: str) -> str:
    """The Base64 text of the HMAC-SHA256 of a base string (RFC 5849 §3.4.2)."""
    key = f"{_encoded(consumer_secret)}&{_encoded(token_secret)}"
    return base64.b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha256).digest()).decode()


def base_string(method: str, url: str, oauth: Mapping[str, str]) -> str:
    """What is signed: method, address and sorted parameters (RFC 5849 §3.4.1).

    Host in lower case and without a default port. Raises `Defect` for a URL that some shop could not verify.
    """
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORT or parts.fragment or "@" in parts.netloc:
        raise Defect("A signed address is http or https, without a user name or a fragment.")
    host = parts.netloc.lower().removesuffix(_DEFAULT_PORT[parts.scheme])
    if not _SENDABLE_PATH.fullmatch(parts.path):
        raise Defect("A signed path holds a character that shops decode before they verify it.")
    pairs = [(_encoded(name), _encoded(value)) for name, value in _query(parts.query)]
    pairs += [(_encoded(name), _encoded(value)) for name, value in oauth.items()]
    parameters = "&".join(f"{name}={value}" for name, value in sorted(pairs))
    address = f"{parts.scheme}://{host}{parts.path or '/'}"
    return "&".join((method.upper(), _encoded(address), _encoded(parameters)))


def _query(query: str) -> list[tuple[bytes, bytes]]:
    """The decoded parameters of a query that every version of the shop reads alike."""
    pairs: list[tuple[bytes, bytes]] = []
    for piece in query.split("&") if query else ():
        name, equals, value = piece.partition("=")
        if not equals or "=" in value or "+" in piece:
            raise Defect("A signed parameter has exactly one '=' and no '+'.")
        pairs.append((unquote_to_bytes(name), unquote_to_bytes(value)))
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise Defect("A signed parameter appears twice.")
    if any(b"." in name or _LONG_INDEX.search(name) for name in names):
        raise Defect(
            "A signed parameter's name holds a dot or an index above 9, which shops sort differently."
        )
    if b"searchCriteria" in names and len(names) > 1:
        raise Defect("A blank searchCriteria stands alone.")
    return pairs


def _encoded(value: str | bytes) -> str:
    """Percent-encoded: everything outside A-Z a-z 0-9 - . _ ~, in upper-case hexadecimal."""
    return quote(value, safe="-._~")
