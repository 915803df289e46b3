"""Webhooks over real HTTP: durable before the 2xx, and a bare refusal that stores and tells nothing."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from ml_connector.adobe.contracts import PRESETS
from ml_connector.adobe.webhooks import BODY_BYTES_MAX
from ml_connector.records.inbox import SAME_BODY
from tests.recorded.deliveries import BODY, SECRET, SIGNED_AT, cases, headers_of, recorded_headers, vector
from tests.specs.hook_place import SHOP, HookPlace, a_hook_place, order, signed


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HookPlace]:
    with a_hook_place(tmp_path_factory.mktemp("hooks")) as made:
        yield made


@pytest.fixture
def place(service: HookPlace) -> Iterator[HookPlace]:
    yield service
    service.clear()


# What is taken


def test_a_signed_delivery_is_stored_as_a_hint_and_answered(place: HookPlace) -> None:
    name = place.endpoint()
    response = place.post(name, order(46), signed(order(46)))
    assert (response.status_code, response.content) == (200, b"")
    assert place.stored(name) == ["orders:46"]
    assert place.counts(name) == {"accepted": 1}


@pytest.mark.parametrize(
    "case",
    [each for each in cases() if "x-magento-signature" in headers_of(each)],
    ids=lambda case: str(case.get("note", case["profile"])),
)
def test_the_recorded_vectors_come_to_the_same_over_the_wire(
    place: HookPlace, case: Mapping[str, object]
) -> None:
    name = place.endpoint()
    value = headers_of(case)["x-magento-signature"]
    status = sent(place, name, [b"X-Magento-Signature: " + value.encode()], BODY)
    assert status == (200 if case["valid"] else 401)
    assert place.stored(name) == (["orders:46"] if case["valid"] else [])


def test_commerce_webhooks_are_told_that_they_may_go_on(place: HookPlace) -> None:
    """Its module waits for an operation, and takes anything else for an error."""
    name = place.endpoint(PRESETS["commerce-webhooks"], [vector("public_key_2"), vector("public_key_1")])
    headers = recorded_headers("adobe commerce webhooks module")
    response = place.post(name, BODY, headers)
    assert (response.status_code, response.json()) == (200, {"op": "success"})
    assert place.post(name, BODY + b" ", headers).content == b""


def test_an_event_that_no_books_follow_is_answered_and_not_stored(place: HookPlace) -> None:
    name = place.endpoint()
    assert place.deliver(name, b'{"event": "catalog_product_save_after", "entity_id": 7}') == 200
    assert place.stored(name) == []


# What is refused: nothing is stored, nothing told, one count each


def sent(place: HookPlace, name: str, headers: list[bytes], body: bytes) -> int:
    """A request byte by byte, as no client would send it; returns the status."""
    parts = urlsplit(place.url)
    head = [
        f"POST /hooks/{SHOP}/{name} HTTP/1.1".encode(),
        b"Host: shop.example.com",
        b"Content-Type: application/json",
        b"Connection: close",
        f"Content-Length: {len(body)}".encode(),
        *headers,
    ]
    with socket.create_connection((parts.hostname, parts.port or 0), timeout=20) as connection:
        connection.sendall(b"\r\n".join(head) + b"\r\n\r\n" + body)
        answer = b""
        while received := connection.recv(65_536):
            answer += received
    assert answer.endswith(b"\r\n\r\n"), "a refusal has no body"
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize(
    ("headers", "status", "counted"),
    [
        ([], 401, "unsigned"),
        ([b"X-Magento-Signature: "], 401, "unsigned"),
        ([b"X-Magento-Signature: a", b"X-Magento-Signature: b"], 401, "header-repeated"),
        ([b"X-Magento-Signature: " + b"a" * 5000], 401, "header-too-long"),
        ([b"X-Magento-Signature: " + "é".encode() * 64], 401, "header-not-ascii"),
        ([b"X-Magento-Signature: " + b"\xff" * 64], 401, "header-not-ascii"),
        ([b"X-Magento-Signature: nonsense"], 401, "signature-malformed"),
        ([b"X-Magento-Signature: " + b"0" * 64], 401, "signature-wrong"),
        ([b"X-Magento-Signature: " + b"0" * 64, b"Content-Type: text/html"], 400, "content-type"),
    ],
)
def test_a_delivery_that_is_not_right_leaves_one_count_and_nothing_else(
    place: HookPlace, headers: list[bytes], status: int, counted: str
) -> None:
    name = place.endpoint()
    assert sent(place, name, headers, BODY) == status
    assert place.counts(name) == {counted: 1}
    assert place.stored(name) == []


def test_a_signed_body_that_is_no_json_is_a_bad_request(place: HookPlace) -> None:
    name = place.endpoint()
    assert place.deliver(name, b"entity_id=46") == 400
    assert place.counts(name) == {"body-malformed": 1}


def test_a_late_delivery_is_refused_like_any_other(place: HookPlace) -> None:
    name = place.endpoint(PRESETS["standard-webhooks"])
    place.clock.at = SIGNED_AT + timedelta(seconds=301)
    response = place.post(name, BODY, recorded_headers("standard-webhooks"))
    assert response.status_code == 401
    assert place.counts(name) == {"late": 1}


def test_a_body_that_says_it_is_too_large_is_not_even_read(place: HookPlace) -> None:
    name = place.endpoint()
    parts = urlsplit(place.url)
    with socket.create_connection((parts.hostname, parts.port or 0), timeout=20) as connection:
        head = (
            f"POST /hooks/{SHOP}/{name} HTTP/1.1\r\nHost: x\r\nContent-Length: {BODY_BYTES_MAX + 1}\r\n\r\n"
        )
        connection.sendall(head.encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 413")
    assert place.counts(name) == {"oversized": 1}


def test_a_body_that_grows_too_large_is_not_read_on(place: HookPlace) -> None:
    name = place.endpoint()
    piece = b"x" * 65_536

    def pieces() -> Iterator[bytes]:
        for _ in range(BODY_BYTES_MAX // len(piece) + 1):
            yield piece

    response = place.client.post(f"{place.url}/hooks/{SHOP}/{name}", content=pieces())
    assert (response.status_code, response.content) == (413, b"")
    assert place.counts(name) == {"oversized": 1}


def test_a_stranger_cannot_tell_an_endpoint_that_exists_from_one_that_does_not(place: HookPlace) -> None:
    name = place.endpoint()
    there = place.post(name, BODY)
    answers = [
        place.post("nobody-made-this", BODY, signed(BODY)),
        place.client.post(f"{place.url}/hooks/another-shop/{name}", content=BODY, headers=signed(BODY)),
        place.client.get(f"{place.url}/hooks/{SHOP}/{name}"),
        place.client.get(f"{place.url}/hooks/{SHOP}/{name}?challenge=word"),
        place.client.put(f"{place.url}/hooks/{SHOP}/{name}", content=BODY, headers=signed(BODY)),
    ]
    for answer in answers:
        assert (answer.status_code, answer.content) == (401, b"")
        assert {*answer.headers} == {*there.headers}
    assert place.hooks.counts()["unknown-endpoint"] >= 2


def test_names_that_nobody_made_take_no_memory(place: HookPlace) -> None:
    before = place.hooks.counts().get("unknown-endpoint", 0)
    for number in range(50):
        place.post(f"nobody-{number}", b"{}")
    assert place.hooks.counts() == {"unknown-endpoint": before + 50}


# Again


def test_a_delivery_that_is_sent_again_is_answered_and_stored_once(place: HookPlace) -> None:
    """The sender did not hear our answer; if it were told 4xx, it would give up or disable the hook."""
    name, body = place.endpoint(), order()
    assert [place.deliver(name, body) for _ in range(3)] == [200, 200, 200]
    assert len(place.stored(name)) == 1
    assert place.counts(name) == {"accepted": 1, "repeated": 2}


def test_the_same_words_are_news_again_after_ten_minutes(place: HookPlace) -> None:
    name, body = place.endpoint(), order()
    place.deliver(name, body)
    place.clock.at = SIGNED_AT + SAME_BODY - timedelta(seconds=1)
    place.deliver(name, body)
    assert len(place.stored(name)) == 1
    place.clock.at = SIGNED_AT + SAME_BODY
    place.deliver(name, body)
    assert len(place.stored(name)) == 2


def test_a_delivery_with_a_signed_id_is_told_by_it_for_longer(place: HookPlace) -> None:
    name = place.endpoint(PRESETS["standard-webhooks"])
    headers = recorded_headers("standard-webhooks")
    assert [place.post(name, BODY, headers).status_code for _ in range(2)] == [200, 200]
    assert place.counts(name) == {"accepted": 1, "repeated": 1}


# Several secrets


def test_a_secret_is_changed_without_losing_a_delivery(place: HookPlace) -> None:
    name = place.endpoint()
    drawn = place.hooks.book.rotate(place.ledger, name, "", "ann", "a year has passed").encode()
    assert [place.deliver(name, order(), secret) for secret in (SECRET, drawn)] == [200, 200]
    place.hooks.book.retire(place.ledger, name, "ann", "the shop has the new one")
    assert [place.deliver(name, order(), secret) for secret in (SECRET, drawn)] == [401, 200]
    place.hooks.book.remove(place.ledger, name, "ann", "not needed")
    assert place.deliver(name, order(), drawn) == 401


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE secrets SET sealed = x'00' WHERE name = 'hook/' || :name",
        "DELETE FROM secrets WHERE name = 'hook/' || :name",
        "UPDATE hook_endpoints SET contract = '{}' || contract WHERE endpoint = :name",
        'UPDATE hook_endpoints SET contract = \'{"scheme":"magic"}\' WHERE endpoint = :name',
    ],
)
def test_an_endpoint_that_cannot_be_opened_takes_nothing_and_spares_the_others(
    place: HookPlace, damage: str
) -> None:
    broken, whole = place.endpoint(), place.endpoint()
    with place.ledger.engine.begin() as connection:
        connection.execute(text(damage), {"name": broken})
    place.hooks.book.reload()
    assert [place.deliver(name, order()) for name in (broken, whole)] == [401, 200]
    place.hooks.book.remove(place.ledger, broken, "ann", "it is made anew")
