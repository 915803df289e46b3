"""Who may ask: how the pretend shop reads a signature, and what it says when it does not like one.

Reference: adobe_commerce.md §1 and §9.1, §9.2. Requests are signed by oauthlib; the base strings are compared
with `oauth_signature_vectors`, which were made with the signature classes of the real shop.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from ml_connector.adobe.sandbox import FULL, INTEGRATIONS, LIMITED, READONLY, PretendShop
from ml_connector.adobe.sandbox.natural import natural_order
from ml_connector.adobe.sandbox.oauth import (
    SignedRequest,
    authorization_parameters,
    base_string,
    signature,
)
from tests.recorded.replay import HERE, JsonObject, Reply, Signing, ask

ORDERS = "/rest/V1/orders?searchCriteria%5BpageSize%5D=1"
INVALID = {"message": "The signature is invalid. Verify and try again."}
NONCE_INVALID = {"message": "An error occurred validating the nonce"}


def vectors() -> list[JsonObject]:
    every: list[JsonObject] = json.loads(
        lzma.decompress((HERE / "oauth_signature_vectors.json.xz").read_bytes())
    )
    return [vector for vector in every if vector["name"] != "sha1"]  # 2.4.7 does not take HMAC-SHA1 at all


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with PretendShop().running() as url:
        yield url


def ask_with(base_url: str, header: str, target: str = ORDERS) -> Reply:
    return ask(base_url, target, headers={"Authorization": header})


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["name"])
def test_the_base_string_is_that_of_2_4_7_and_so_is_the_verdict(vector: JsonObject) -> None:
    scheme, _, rest = vector["url"].partition("://")
    host, _, target = rest.partition("/")
    path, _, query = target.partition("?")
    request = SignedRequest(
        method=vector["method"],
        scheme=scheme,
        host=host,
        path=f"/{path}",
        query=query,
        content_type=vector.get("ctype", ""),
        body=vector["body"].encode(),
    )
    given = authorization_parameters(vector["auth"]) or {}
    assert base_string(request, given) == vector["server_base_2_4_7"]
    accepted = signature(request, given, vector["cs"], vector["ts"]) == given["oauth_signature"]
    assert accepted is vector["accepted_2_4_7_code"]


@pytest.mark.parametrize(
    ("first", "second"),
    [("f[2]", "f[10]"), ("a9", "a10"), ("a", "b"), ("B", "a"), ("a", "a0"), ("a01", "a1"), ("a1b2", "a1b11")],
)
def test_natural_order_reads_digits_as_numbers(first: str, second: str) -> None:
    assert natural_order(first, second) == -1
    assert natural_order(second, first) == 1
    assert natural_order(first, first) == 0


def test_a_nonce_counts_per_integration(base_url: str) -> None:
    """Fine for another integration, and refused for the same one whatever the time stamp."""
    statuses = [
        ask(
            base_url, ORDERS, signing=Signing(integration=integration, nonce="shared", seconds=seconds)
        ).status
        for integration, seconds in ((FULL, 0), (LIMITED, 0), (FULL, -5))
    ]
    assert statuses == [200, 200, 401]


def test_the_refusal_of_a_nonce_names_the_number_of_the_consumer(base_url: str) -> None:
    signing = Signing(integration=READONLY, nonce="named")
    assert ask(base_url, ORDERS, signing=signing).status == 200
    assert ask(base_url, ORDERS, signing=signing).json() == {
        "message": "The nonce is already being used by the consumer with ID %1",
        "parameters": ["3"],
    }


def test_two_long_nonces_with_the_same_first_32_characters_collide(base_url: str) -> None:
    start = "collides" * 4
    assert ask(base_url, ORDERS, signing=Signing(nonce=start + "one")).status == 200
    collided = ask(base_url, ORDERS, signing=Signing(nonce=start + "two"))
    assert (collided.status, collided.json()) == (401, NONCE_INVALID)


def test_a_request_sent_twice_as_it_is_gets_refused(base_url: str) -> None:
    """The retry must be signed anew: the shop has used up the nonce."""
    header = Signing().header(base_url + ORDERS, "GET")
    assert [ask_with(base_url, header).status for _ in range(2)] == [200, 401]


@pytest.mark.parametrize(
    ("usual", "other"),
    [("OAuth", "oauth"), ("OAuth ", 'OAuth realm="shop", '), (", ", ",")],
)
def test_the_header_may_be_written_otherwise(base_url: str, usual: str, other: str) -> None:
    """Scheme in small letters, a realm in front, no spaces behind the commas: the same request."""
    header = Signing().header(base_url + ORDERS, "GET")
    assert usual in header
    assert ask_with(base_url, header.replace(usual, other)).status == 200


def test_a_space_travels_as_20_and_never_as_plus(base_url: str) -> None:
    """What most URL encoders make of a space is a wrong signature here: the shop reads a plus as a plus."""
    name = "searchCriteria%5BfilterGroups%5D%5B0%5D%5Bfilters%5D%5B0%5D%5B{}%5D"
    target = f"/rest/V1/orders?{name.format('field')}=updated_at&{name.format('value')}=2026-11-20{{}}12"
    assert ask(base_url, target.format("%20"), signing=Signing()).status == 200
    refused = ask(base_url, target.format("+"), signing=Signing())
    assert (refused.status, refused.json()) == (401, INVALID)


def test_more_than_ten_filter_groups_must_be_signed_in_natural_order(base_url: str) -> None:
    """A standard OAuth library puts index 10 before 2 and is refused; natural order passes (§9.1)."""
    group = "searchCriteria%5BfilterGroups%5D%5B{0}%5D%5Bfilters%5D%5B0%5D%5B{1}%5D={2}"
    pairs = [
        group.format(index, *pair) for index in range(12) for pair in (("field", "state"), ("value", "new"))
    ]
    target = f"/rest/V1/orders?{'&'.join(pairs)}"
    assert ask(base_url, target, signing=Signing()).status == 401

    path, _, query = target.partition("?")
    request = SignedRequest(method="GET", host=base_url.removeprefix("http://"), path=path, query=query)
    given = authorization_parameters(Signing().header(base_url + target, "GET")) or {}
    natural = signature(request, given, FULL.consumer_secret, FULL.access_token_secret)
    header = ", ".join(
        f'{name}="{quote(value)}"' for name, value in (given | {"oauth_signature": natural}).items()
    )
    assert ask_with(base_url, f"OAuth {header}", target).status == 200


@pytest.mark.parametrize(
    "missing",
    ["oauth_consumer_key", "oauth_token", "oauth_signature_method", "oauth_timestamp", "oauth_nonce"],
)
def test_a_missing_oauth_value_is_named(base_url: str, missing: str) -> None:
    given = authorization_parameters(Signing().header(base_url + ORDERS, "GET")) or {}
    header = "OAuth " + ", ".join(f'{name}="{value}"' for name, value in given.items() if name != missing)
    reply = ask_with(base_url, header)
    assert reply.status == 400
    assert reply.json() == {
        "message": '"%fieldName" is required. Enter and try again.',
        "parameters": {"fieldName": missing},
    }


def test_another_oauth_version_is_refused(base_url: str) -> None:
    header = Signing().header(base_url + ORDERS, "GET").replace('oauth_version="1.0"', 'oauth_version="2.0"')
    reply = ask_with(base_url, header)
    assert reply.status == 400
    assert reply.json() == {"message": 'The "%1" Oauth version isn\'t supported.', "parameters": ["2.0"]}


def test_key_and_token_match_whatever_their_case(base_url: str) -> None:
    shouted = {"consumer_key": FULL.consumer_key.upper(), "access_token": FULL.access_token.upper()}
    assert ask(base_url, ORDERS, signing=Signing(wrong=shouted)).status == 200


@pytest.mark.parametrize("signed_for", ["http://shop.example", "https://{host}", "http://127.0.0.1"])
def test_scheme_host_and_port_are_signed(base_url: str, signed_for: str) -> None:
    """A proxy that hides https or drops the port makes every call fail, with right credentials."""
    other = signed_for.format(host=base_url.removeprefix("http://"))
    reply = ask(base_url, ORDERS, signing=Signing(over=other + ORDERS))
    assert (reply.status, reply.json()) == (401, INVALID)


def test_a_reserved_character_in_the_path_is_signed_decoded(base_url: str) -> None:
    """A SKU with a slash: refused when signed as sent, found when signed over the literal slash (§9.1)."""
    sent = "/rest/V1/products/sku%20with%20spaces%2Fand%20slash"
    assert ask(base_url, sent, signing=Signing()).status == 401
    reply = ask(base_url, sent, signing=Signing(over=base_url + sent.replace("%2F", "/")))
    assert (reply.status, reply.json()["sku"]) == (200, "sku with spaces/and slash")


@pytest.mark.parametrize("target", ["/rest/V1/directory/currency", "/rest/V1/modules"])
def test_open_endpoints_are_no_test_of_credentials(base_url: str, target: str) -> None:
    """They answer 200 to a wrong secret and to nobody (§10.9)."""
    assert ask(base_url, target, signing=Signing(wrong={"consumer_secret": "wrong"})).status == 200
    assert ask(base_url, target).status == 200


def test_a_missing_permission_is_401_and_names_the_resource_to_grant(base_url: str) -> None:
    reply = ask(base_url, "/rest/V1/transactions?searchCriteria=", signing=Signing(integration=READONLY))
    assert reply.status == 401
    assert reply.json() == {
        "message": "The consumer isn't authorized to access %resources.",
        "parameters": {"resources": "Magento_Sales::transactions_fetch"},
    }


def test_credentials_are_dummies_of_32_characters() -> None:
    for keys in INTEGRATIONS:
        for value in (keys.consumer_key, keys.consumer_secret, keys.access_token, keys.access_token_secret):
            assert len(value) == 32
            assert value.startswith("sandbox")
