"""The two calls of an activation are signed as OAuth 1.0a says: without a token, then with a verifier."""

from __future__ import annotations

import re
from typing import Protocol, cast
from urllib.parse import unquote

import pytest
from oauthlib.oauth1 import Client

from ml_connector.adobe.auth import OAuth1Credentials, authorization


class Oracle(Protocol):
    def sign(self, uri: str, http_method: str) -> tuple[str, dict[str, str], object]: ...


def oauth_values(header: str) -> dict[str, str]:
    pairs = cast(list[tuple[str, str]], re.findall(r'(oauth_\w+)="([^"]*)"', header))
    return {name: unquote(value) for name, value in pairs}


@pytest.mark.parametrize(
    ("path", "token", "secret", "verifier"),
    [
        ("oauth/token/request", "", "", ""),
        ("oauth/token/access", "t" * 32, "s3cr3tofthetoken0123456789abcdef", "v" * 32),
    ],
    ids=["for a request token", "for the lasting pair"],
)
@pytest.mark.parametrize("base", ["https://shop.example.com", "http://127.0.0.1:8088/index.php"])
def test_a_call_for_a_token_is_signed_as_oauthlib_signs_it(
    base: str, path: str, token: str, secret: str, verifier: str
) -> None:
    consumer_secret = "s3cr3tconsumer0123456789abcdefgh"
    oracle = cast(
        Oracle,
        Client(
            "k" * 32,
            client_secret=consumer_secret,
            resource_owner_key=token or None,
            resource_owner_secret=secret or None,
            verifier=verifier or None,
            signature_method="HMAC-SHA256",
            nonce="n" * 32,
            timestamp="1764000000",
        ),
    )
    _, headers, _ = oracle.sign(f"{base}/{path}", "POST")
    keys = OAuth1Credentials(
        consumer_key="k" * 32,
        consumer_secret=consumer_secret,
        access_token=token,
        access_token_secret=secret,
    )
    ours = authorization(
        keys, "POST", f"{base}/{path}", nonce="n" * 32, timestamp=1764000000, verifier=verifier
    )
    assert oauth_values(ours) == oauth_values(headers["Authorization"])
    assert ("oauth_token" in oauth_values(ours)) is bool(token)
