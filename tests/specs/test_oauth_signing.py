"""Signing: what every version of the shop verifies, and nothing that one of them would not.

The oracle is oauthlib. The vectors were verified by the shop's own signature code of 2.4.7 and 2.4.8.
"""

from __future__ import annotations

import json
import lzma
import re
from datetime import timedelta
from pathlib import Path
from typing import Protocol, cast
from urllib.parse import quote, unquote

import httpx2
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from oauthlib.oauth1 import Client

from ml_connector.adobe.auth import OAuth1, OAuth1Credentials, authorization, base_string, signature
from ml_connector.clock import ManualClock
from ml_connector.errors import Defect

VECTORS_FILE = Path(__file__).parents[1] / "recorded" / "oauth_signature_vectors.json.xz"
SHOP = "https://shop.example.com/rest/all/V1/orders"
CREDENTIALS = OAuth1Credentials(
    consumer_key="k" * 32,
    consumer_secret="s3cr3tconsumer0123456789abcdefgh",
    access_token="t" * 32,
    access_token_secret="tokensecret0123456789abcdefghijk",
)

Vector = dict[str, str]


class Oracle(Protocol):
    def sign(self, uri: str, http_method: str) -> tuple[str, dict[str, str], object]: ...


def vectors() -> dict[str, Vector]:
    read = cast(list[Vector], json.loads(lzma.decompress(VECTORS_FILE.read_bytes())))
    return {vector["name"]: vector for vector in read}


VECTORS = vectors()

# Each of these is refused by some version, is never needed, or (a plus sign) is read in two ways.
NEVER_SENT = {
    "space as + (signed as space)",
    "space as + (signed as literal +)",
    "flat param space as + signed as space",
    "flat param space as + signed as +",
    "11 filter groups rfc sort",
    "11 filter groups decoded sort",
    "value with raw =",
    "bare searchCriteria",
    "bare searchCriteria + pageSize",
    "sku path encoded slash",
    "sku path with plus",
    "sku path lower hex",
    "sku path unreserved encoded ~",
    "dup params",
    "dot in key",
}
# Signed in another way than ours on purpose: another method, a query left out, a form, a host in capitals.
OTHER_SIGNERS = {"sha1", "query not signed", "form body signed", "upper host"}


def oauth_values(header: str) -> dict[str, str]:
    pairs = cast(list[tuple[str, str]], re.findall(r'(oauth_\w+)="([^"]*)"', header))
    return {name: unquote(value) for name, value in pairs}


@pytest.mark.parametrize("name", sorted(set(VECTORS) - NEVER_SENT - OTHER_SIGNERS))
def test_what_both_versions_accept_is_signed_as_they_verify_it(name: str) -> None:
    vector = VECTORS[name]
    assert vector["accepted_2_4_7_code"]
    assert vector["accepted_2_4_8_code"]
    values = oauth_values(vector["auth"])
    expected = values.pop("oauth_signature")
    base = base_string(vector["method"], vector["url"], values)
    assert base == vector["client_base"]
    assert signature(base, vector["cs"], vector["ts"]) == expected


@pytest.mark.parametrize("name", sorted(NEVER_SENT))
def test_what_some_version_would_verify_differently_is_never_sent(name: str) -> None:
    with pytest.raises(Defect):
        base_string("GET", VECTORS[name]["url"], {})


def test_every_vector_that_a_version_refuses_is_one_that_we_never_make() -> None:
    refused = {
        name
        for name, vector in VECTORS.items()
        if not (vector["accepted_2_4_7_code"] and vector["accepted_2_4_8_code"])
    }
    assert refused - NEVER_SENT == {"query not signed", "upper host"}


def test_a_host_in_capitals_is_signed_in_lower_case() -> None:
    shouted, said = "https://Shop.Example.com/rest/V1/orders/1", "https://shop.example.com/rest/V1/orders/1"
    assert VECTORS["upper host"]["url"] == shouted
    assert base_string("GET", shouted, {}) == base_string("GET", said, {})


@pytest.mark.parametrize(
    ("written", "signed"),
    [
        ("https://shop.example.com:443/rest/V1/x", "https://shop.example.com/rest/V1/x"),
        ("http://shop.example.com:80/rest/V1/x", "http://shop.example.com/rest/V1/x"),
        ("https://shop.example.com:80/rest/V1/x", "https://shop.example.com:80/rest/V1/x"),
        ("http://127.0.0.1:8088/rest/V1/x", "http://127.0.0.1:8088/rest/V1/x"),
        ("https://shop.example.com", "https://shop.example.com/"),
    ],
)
def test_only_a_default_port_is_left_out_of_what_is_signed(written: str, signed: str) -> None:
    assert base_string("GET", written, {}).split("&")[1] == quote(signed, safe="")


@pytest.mark.parametrize("url", ["ftp://shop.example.com/x", "https://a:b@shop.example.com/x", f"{SHOP}#top"])
def test_an_address_with_more_than_scheme_host_path_and_query_is_refused(url: str) -> None:
    with pytest.raises(Defect):
        base_string("GET", url, {})


NAMES = st.from_regex(r"[a-zA-Z][a-zA-Z_-]{0,12}(\[[a-z_]{1,8}\]|\[[0-9]\]){0,4}", fullmatch=True)
KEYS = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=32, max_size=32)
SECRETS = st.text(min_size=1, max_size=32).filter(lambda text: text.isprintable())
PARAMETERS = st.dictionaries(NAMES, st.text(max_size=20), max_size=8)


@settings(deadline=None)
@given(
    host=st.sampled_from(["https://shop.example.com", "http://127.0.0.1:8088", "https://Shop.Example.COM"]),
    parameters=PARAMETERS,
    keys=st.tuples(KEYS, SECRETS, KEYS, SECRETS),
    nonce=st.text("0123456789abcdef", min_size=1, max_size=32),
    timestamp=st.integers(1, 4_000_000_000),
)
def test_any_request_is_signed_as_oauthlib_signs_it(
    host: str, parameters: dict[str, str], keys: tuple[str, str, str, str], nonce: str, timestamp: int
) -> None:
    assume("searchCriteria" not in parameters or len(parameters) == 1)
    query = "&".join(f"{quote(name)}={quote(value, safe='-._~')}" for name, value in parameters.items())
    url = f"{host}/rest/all/V1/orders?{query}" if query else f"{host}/rest/all/V1/orders"
    oracle = cast(
        Oracle,
        Client(
            keys[0],
            client_secret=keys[1],
            resource_owner_key=keys[2],
            resource_owner_secret=keys[3],
            signature_method="HMAC-SHA256",
            nonce=nonce,
            timestamp=str(timestamp),
        ),
    )
    _, headers, _ = oracle.sign(url, "GET")
    ours = authorization(
        OAuth1Credentials(
            consumer_key=keys[0],
            consumer_secret=keys[1],
            access_token=keys[2],
            access_token_secret=keys[3],
        ),
        "GET",
        url,
        nonce=nonce,
        timestamp=timestamp,
    )
    assert oauth_values(ours) == oauth_values(headers["Authorization"])


def test_each_attempt_has_a_new_nonce_and_the_present_time() -> None:
    clock = ManualClock()
    auth = OAuth1(CREDENTIALS, clock)
    request = httpx2.Request("GET", f"{SHOP}?searchCriteria%5BpageSize%5D=1")
    first = oauth_values(next(auth.auth_flow(request)).headers["Authorization"])
    clock.at += timedelta(seconds=90)
    second = oauth_values(next(auth.auth_flow(request)).headers["Authorization"])
    assert first["oauth_nonce"] != second["oauth_nonce"]
    assert int(second["oauth_timestamp"]) - int(first["oauth_timestamp"]) == 90
    assert int(second["oauth_timestamp"]) == clock.now().timestamp()
    assert first["oauth_signature"] != second["oauth_signature"]


def test_a_nonce_is_never_longer_than_the_shop_keeps() -> None:
    """The column has 32 characters; two that agree in those would be one nonce to the shop."""
    authorization(CREDENTIALS, "GET", SHOP, nonce="n" * 32, timestamp=1)
    with pytest.raises(Defect):
        authorization(CREDENTIALS, "GET", SHOP, nonce="n" * 33, timestamp=1)


def test_secrets_are_not_shown_when_credentials_are_printed() -> None:
    shown = f"{CREDENTIALS!r} {CREDENTIALS}"
    for secret in (
        CREDENTIALS.consumer_secret,
        CREDENTIALS.access_token,
        CREDENTIALS.access_token_secret,
    ):
        assert secret not in shown
    assert CREDENTIALS.consumer_key in shown
