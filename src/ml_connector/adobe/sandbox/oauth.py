"""Who is asking: OAuth 1.0a as Magento 2.4.7 verifies it, which is not quite RFC 5849.

Facts: adobe_commerce.md §1.1 to §1.5, §9.1, §9.2; checked against `oauth_signature_vectors`. The differences:
only HMAC-SHA256; the query is decoded with rawurldecode, so a `+` stays a plus; a parameter without exactly
one `=` is dropped, and of two equal names the last wins; parameters are sorted in *natural* order, so that
index 10 comes after 2; reserved characters of the path are decoded before signing. Only the future is
refused as a time stamp, and a nonce is remembered for good, cut to 32 characters.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cmp_to_key
from threading import Lock
from urllib.parse import quote, unquote

from ml_connector.adobe.sandbox.credentials import Integration
from ml_connector.adobe.sandbox.errors import Refusal, bad_signature, required
from ml_connector.adobe.sandbox.natural import natural_order
from ml_connector.adobe.sandbox.server import Request

TokenSecret = Callable[[Integration, Mapping[str, str]], str]
"""The secret of the token that an integration signed with; raises Refusal for one that it does not have."""

_FORM = "application/x-www-form-urlencoded"
_LENGTH = 32
_FUTURE_SECONDS = 600
NEEDED = ("consumer_key", "signature", "signature_method", "nonce", "timestamp")
_PATH_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_PATH_LITERAL = re.compile(r"[A-Za-z0-9_.~:@&=+$,/;%-]")
_PATH_REWRITE = re.compile(r"[^A-Za-z0-9_.~:@&=+$,/;%-]+|%(?![0-9A-Fa-f]{2})")
_HEADER_PAIR = re.compile(r'\s*([A-Za-z_]+)\s*=\s*"?([^",]*)"?\s*')


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRequest:
    """What a signature covers: the request line as received, the Host header, and a form's body."""

    method: str
    host: str
    path: str
    query: str
    authorization: str | None = None
    content_type: str = ""
    body: bytes = b""
    scheme: str = "http"


def signed_request(request: Request) -> SignedRequest:
    """What the signature of a received request covers."""
    path, _, query = request.target.partition("?")
    return SignedRequest(
        method=request.method,
        host=request.header("Host") or "",
        path=path,
        query=query,
        authorization=request.header("Authorization"),
        content_type=request.header("Content-Type") or "",
        body=request.body,
    )


class Verifier:
    """The shop's integrations and the nonces that they have used."""

    def __init__(self, integrations: Iterable[Integration]) -> None:
        self._integrations = tuple(integrations)
        self._nonces: set[tuple[int, str]] = set()
        self._lock = Lock()

    def integration_of(self, request: SignedRequest, *, clock_ahead_s: float = 0.0) -> Integration | None:
        """The integration that signed, or None for a request without OAuth, which is anonymous.

        `clock_ahead_s` is how far the shop's clock is ahead of the true time.

        Raises Refusal (400 or 401) for anything that is wrong with the signature. The nonce is used up
        before the signature is compared, so a badly signed request burns it: never resend one (§9.2). When
        several things are wrong, which one is told is not recorded.
        """
        given = authorization_parameters(request.authorization)
        if given is None:
            return None
        return self.verified(
            request, given, (*NEEDED, "token"), self._access_secret, clock_ahead_s=clock_ahead_s
        )

    def verified(
        self,
        request: SignedRequest,
        given: Mapping[str, str],
        needed: Iterable[str],
        secret_of: TokenSecret,
        *,
        clock_ahead_s: float = 0.0,
    ) -> Integration:
        """The integration that signed with the `given` values, of which the `needed` ones must be there;
        `secret_of` gives the secret of the token among them, or raises. Raises Refusal as above."""
        integration = self._consumer_of(given, needed)
        latest = time.time() + clock_ahead_s + _FUTURE_SECONDS
        self._use_nonce(integration, given["oauth_nonce"], given["oauth_timestamp"], latest)
        secret = secret_of(integration, given)
        expected = signature(request, given, integration.consumer_secret, secret)
        if not hmac.compare_digest(expected.encode(), given["oauth_signature"].encode()):
            raise bad_signature()
        return integration

    def give(self, integration: Integration, token: str, secret: str) -> None:
        """Let an integration have another access token; the one before opens nothing any more."""
        with self._lock:
            self._integrations = tuple(
                replace(each, access_token=token, access_token_secret=secret)
                if each.consumer_id == integration.consumer_id
                else each
                for each in self._integrations
            )

    def bearer_of(self, authorization: str | None) -> Integration | None:
        """The integration whose access token stands as a bearer in the Authorization header (§1.7)."""
        scheme, _, token = (authorization or "").strip().partition(" ")
        if scheme.lower() != "bearer":
            return None
        return next((each for each in self._integrations if each.access_token == token.strip()), None)

    def _consumer_of(self, given: Mapping[str, str], needed: Iterable[str]) -> Integration:
        version = given.get("oauth_version", "1.0")
        if version != "1.0":
            raise Refusal(400, 'The "%1" Oauth version isn\'t supported.', [version])
        for name in needed:
            if not given.get(f"oauth_{name}"):
                raise required(f"oauth_{name}")
        if len(given.get("oauth_token", "t" * _LENGTH)) != _LENGTH:
            raise Refusal(400, "The token length is invalid. Check the length and try again.")
        method = given["oauth_signature_method"]
        if method != "HMAC-SHA256":
            raise Refusal(400, "Signature method %1 is not supported", [method])
        key = given["oauth_consumer_key"]
        if len(key) != _LENGTH:
            raise Refusal(401, "Consumer key is not the correct length")
        # Keys and tokens are looked up by a database that does not regard case (§10.9).
        for integration in self._integrations:
            if integration.consumer_key.lower() == key.lower():
                return integration
        raise Refusal(401, "A consumer having the specified key does not exist")

    def _access_secret(self, integration: Integration, given: Mapping[str, str]) -> str:
        token = given["oauth_token"].lower()
        owners = [each for each in self._integrations if each.access_token.lower() == token]
        if not owners:
            raise Refusal(401, "Specified token does not exist")
        if owners[0].consumer_id != integration.consumer_id:
            raise Refusal(401, "Token is not associated with the specified consumer")
        return owners[0].access_token_secret

    def _use_nonce(self, integration: Integration, nonce: str, timestamp: str, latest: float) -> None:
        digits = re.match(r"\s*\d+", timestamp)
        stored = (integration.consumer_id, nonce[:_LENGTH])
        invalid = Refusal(401, "An error occurred validating the nonce")
        if not 0 < (int(digits[0]) if digits else 0) <= latest:
            raise invalid
        with self._lock:
            if stored not in self._nonces:
                self._nonces.add(stored)
                return
        if len(nonce) > _LENGTH:  # the look-up takes the whole nonce and finds nothing; storing it cut fails
            raise invalid
        message = "The nonce is already being used by the consumer with ID %1"
        raise Refusal(401, message, [str(integration.consumer_id)])


def authorization_parameters(header: str | None) -> dict[str, str] | None:
    """The `oauth_*` values of an Authorization header, decoded; None when it is of another scheme."""
    scheme, _, rest = (header or "").strip().partition(" ")
    if scheme.lower() != "oauth":
        return None
    pairs = (_HEADER_PAIR.fullmatch(part) for part in rest.split(","))
    return {pair[1]: unquote(pair[2]) for pair in pairs if pair and pair[1] != "realm"}


def signature(
    request: SignedRequest, oauth: Mapping[str, str], consumer_secret: str, token_secret: str
) -> str:
    """The signature that the shop computes for a request: base64 of HMAC-SHA256."""
    key = f"{_encoded(consumer_secret)}&{_encoded(token_secret)}".encode()
    digest = hmac.new(key, base_string(request, oauth).encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def base_string(request: SignedRequest, oauth: Mapping[str, str]) -> str:
    """The text that is signed: method, URL without query, and all parameters in natural order."""
    parameters = _pairs(request.query)
    if request.content_type.startswith(_FORM):
        parameters |= _pairs(request.body.decode("utf-8", "replace"))
    parameters |= {name: value for name, value in oauth.items() if name != "oauth_signature"}
    encoded = {_encoded(name): _encoded(value) for name, value in parameters.items()}
    ordered = sorted(encoded, key=cmp_to_key(natural_order))
    signed = "&".join(f"{name}={encoded[name]}" for name in ordered)
    return "&".join(_encoded(part) for part in (request.method.upper(), _url(request), signed))


def _url(request: SignedRequest) -> str:
    default_port = {"http": ":80", "https": ":443"}[request.scheme]
    host = request.host.lower().removesuffix(default_port)
    path = _PATH_ESCAPE.sub(_decoded_if_literal, request.path)
    return f"{request.scheme}://{host}{_PATH_REWRITE.sub(lambda found: _encoded(found[0]), path)}"


def _decoded_if_literal(escaped: re.Match[str]) -> str:
    letter = chr(int(escaped[1], 16))
    return letter if _PATH_LITERAL.fullmatch(letter) else escaped[0].upper()


def _pairs(text: str) -> dict[str, str]:
    pairs = (part.split("=") for part in text.split("&"))
    return {unquote(pair[0]): unquote(pair[1]) for pair in pairs if len(pair) == 2}


def _encoded(text: str) -> str:
    return quote(text, safe="-._~")
