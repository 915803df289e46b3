"""I/O Events, pushed: keys from Adobe's host only, one right signature, our recipient, the challenge."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from ml_connector.adobe.io_events import IoEvents, Unverified, challenge, validation_url, verified
from ml_connector.adobe.io_keys import FETCHES_MAX, IN_S, KEPT_S, NO_KEY_KEPT_S, VISITS_MAX, KeyRing
from ml_connector.adobe.sandbox.io_events import PretendIoEvents
from ml_connector.adobe.webhooks import Accepted, Refused, Verdict
from ml_connector.clock import ManualClock
from ml_connector.sync.hints import Hint
from ml_connector.sync.ports import Flow
from tests.recorded.deliveries import raw, recorded_event, sample

pytestmark = pytest.mark.slow

SAVED = "observer.sales_order_save_commit_after"
ADOBE = "https://csm.adobe.io"


@pytest.fixture(scope="module")
def adobe() -> PretendIoEvents:
    return PretendIoEvents()


@pytest.fixture
def origin(adobe: PretendIoEvents) -> Iterator[str]:
    adobe.down = False
    with adobe.running() as address:
        yield address


@pytest.fixture
def keys(origin: str) -> KeyRing:
    return KeyRing(ManualClock(), origin=origin, validation_origin=origin)


def ours(adobe: PretendIoEvents) -> IoEvents:
    return IoEvents(client_ids=frozenset({adobe.client.client_id}))


def order(adobe: PretendIoEvents, recipient: str = "") -> bytes:
    return json.dumps(adobe.event(SAVED, {"entity_id": "46"}, recipient)).encode()


def verdict(adobe: PretendIoEvents, keys: KeyRing, body: bytes, headers: dict[str, str]) -> Verdict:
    """What a delivery comes to, its keys fetched."""
    delivery = ours(adobe).look(raw(headers), body)
    if isinstance(delivery, Refused):
        return delivery
    keys.fetch(keys.wanted(delivery.by))
    return verified(delivery, keys.known(delivery.by))


# Signatures


def test_a_delivery_of_adobe_is_accepted_and_names_its_order(adobe: PretendIoEvents, keys: KeyRing) -> None:
    body = order(adobe)
    found = verdict(adobe, keys, body, adobe.signed(body))
    assert isinstance(found, Accepted)
    assert [notice.hints for notice in found.notices] == [(Hint(Flow.ORDERS, 46),)]


@pytest.mark.parametrize("number", [1, 2])
def test_one_right_signature_is_enough(adobe: PretendIoEvents, keys: KeyRing, number: int) -> None:
    body = order(adobe)
    headers = adobe.signed(body)
    wrong = adobe.signed(b"something else")
    headers[f"x-adobe-digital-signature-{number}"] = wrong[f"x-adobe-digital-signature-{number}"]
    assert isinstance(verdict(adobe, keys, body, headers), Accepted)
    del headers[f"x-adobe-digital-signature-{number}"]
    assert isinstance(verdict(adobe, keys, body, headers), Accepted)


def test_no_right_signature_is_none(adobe: PretendIoEvents, keys: KeyRing) -> None:
    body = order(adobe)
    assert verdict(adobe, keys, body, adobe.signed(body + b" ")) is Refused.SIGNATURE_WRONG
    stranger = PretendIoEvents().signed(body)
    paths = {name: value for name, value in adobe.signed(body).items() if name.endswith("path")}
    assert verdict(adobe, keys, body, stranger | paths) is Refused.SIGNATURE_WRONG


def test_a_batch_is_verified_as_a_whole(adobe: PretendIoEvents, keys: KeyRing) -> None:
    batch = [adobe.event(SAVED, {"entity_id": str(number)}) for number in range(1, 21)]
    body = json.dumps(batch).encode()
    found = verdict(adobe, keys, body, adobe.signed(body))
    assert isinstance(found, Accepted)
    assert [hint.entity_id for notice in found.notices for hint in notice.hints] == [*range(1, 21)]


# Refused before any key is fetched


@pytest.mark.parametrize(
    "path",
    [
        "@evil.example/k.pem",
        "//evil.example/k.pem",
        "https://evil.example/prod/keys/pub-key-1.pem",
        "/prod/keys/pub-key-1.pem@evil.example",
        "/prod/keys/../../pub-key-1.pem",
        "/prod/keys/pub-key-1.pem?x=1",
        "/prod/keys/pub-key-1.pem#x",
        "/prod/keys/pub-key-%2e%2e.pem",
        "/prod/keys/pub-key-1.pem\nx",
        "/stage/keys/pub-key-1.pem",
        f"/prod/keys/pub-key-{'1' * 65}.pem",
        "/prod/keys/pub-key-.pem",
    ],
)
def test_a_key_is_looked_for_on_adobe_s_host_at_its_own_paths_only(
    adobe: PretendIoEvents, keys: KeyRing, path: str
) -> None:
    body, asked = order(adobe), len(adobe.requests)
    headers = adobe.signed(body)
    headers["x-adobe-public-key1-path"] = headers["x-adobe-public-key2-path"] = path
    assert verdict(adobe, keys, body, headers) is Refused.KEY_PATH
    assert not keys.fetch([path])
    assert len(adobe.requests) == asked


def test_an_evil_path_beside_a_good_signature_is_not_visited(adobe: PretendIoEvents, keys: KeyRing) -> None:
    body, asked = order(adobe), len(adobe.requests)
    headers = adobe.signed(body) | {"x-adobe-public-key1-path": "//evil.example/k.pem"}
    assert isinstance(verdict(adobe, keys, body, headers), Accepted)
    assert adobe.requests[asked:] == adobe.key_paths[1:]


def test_an_event_for_somebody_else_is_refused_though_adobe_signed_it(
    adobe: PretendIoEvents, keys: KeyRing
) -> None:
    """Everybody's events are signed with the same keys."""
    asked = len(adobe.requests)
    for body in (
        order(adobe, recipient="somebody-else-s-client-id"),
        json.dumps([json.loads(order(adobe)), json.loads(order(adobe, recipient="somebody-else"))]).encode(),
        json.dumps({"entity_id": 46}).encode(),
        json.dumps({"specversion": "1.0", "id": "1", "recipientclientid": [adobe.client.client_id]}).encode(),
        b"[]",
        b"7",
    ):
        assert verdict(adobe, keys, body, adobe.signed(body)) is Refused.OTHER_RECIPIENT
    assert len(adobe.requests) == asked


def test_the_older_name_of_the_recipient_is_read_too(adobe: PretendIoEvents, keys: KeyRing) -> None:
    event = dict(adobe.event(SAVED, {"entity_id": "46"}))
    del event["recipientclientid"]
    body = json.dumps(event).encode()
    assert isinstance(verdict(adobe, keys, body, adobe.signed(body)), Accepted)


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({"x-adobe-digital-signature-1": "é", "x-adobe-digital-signature-2": ""}, Refused.HEADER_NOT_ASCII),
        (
            {"x-adobe-digital-signature-1": "!", "x-adobe-digital-signature-2": "!"},
            Refused.SIGNATURE_MALFORMED,
        ),
        ({"x-adobe-digital-signature-1": "", "x-adobe-digital-signature-2": ""}, Refused.UNSIGNED),
        ({"x-adobe-public-key1-path": "", "x-adobe-public-key2-path": ""}, Refused.UNSIGNED),
        (
            {"x-adobe-digital-signature-1": "A" * 2000, "x-adobe-digital-signature-2": ""},
            Refused.HEADER_TOO_LONG,
        ),
    ],
)
def test_odd_headers_are_refused_without_an_error(
    adobe: PretendIoEvents, keys: KeyRing, changed: dict[str, str], refused: Refused
) -> None:
    body = order(adobe)
    assert verdict(adobe, keys, body, adobe.signed(body) | changed) is refused


def test_the_legacy_hmac_header_is_not_believed(adobe: PretendIoEvents, keys: KeyRing) -> None:
    assert verdict(adobe, keys, order(adobe), {"x-adobe-signature": "QUJD"}) is Refused.UNSIGNED


def test_a_body_that_is_no_json_is_malformed_and_costs_no_fetch(
    adobe: PretendIoEvents, keys: KeyRing
) -> None:
    asked = len(adobe.requests)
    assert verdict(adobe, keys, b"{", adobe.signed(b"{")) is Refused.BODY_MALFORMED
    assert len(adobe.requests) == asked


def test_the_recorded_event_is_read_as_far_as_its_signature(adobe: PretendIoEvents) -> None:
    event = recorded_event("sales_order_save_commit_after")
    contract = IoEvents(client_ids=frozenset({str(event["recipientclientid"])}))
    body = sample("event__sales_order_save_commit_after")
    assert isinstance(contract.look(raw(adobe.signed(body)), body), Unverified)


# Keys


def test_a_key_is_fetched_once_a_day(adobe: PretendIoEvents, origin: str) -> None:
    clock = ManualClock()
    keys, path = KeyRing(clock, origin=origin), adobe.key_paths[0]
    assert keys.wanted([path]) == (path,)
    assert keys.fetch([path])
    clock.sleep(KEPT_S - 1)
    assert (keys.wanted([path]), [*keys.known([path])]) == ((), [path])
    clock.sleep(1)
    assert (keys.wanted([path]), [*keys.known([path])]) == ((path,), [])


def test_a_key_that_does_not_exist_is_asked_for_once_a_minute(origin: str) -> None:
    clock = ManualClock()
    keys, path = KeyRing(clock, origin=origin), "/prod/keys/pub-key-nobody-s.pem"
    assert keys.fetch([path])
    assert (keys.wanted([path]), keys.known([path])) == ((), {})
    clock.sleep(NO_KEY_KEPT_S)
    assert keys.wanted([path]) == (path,)


def test_a_host_that_does_not_answer_is_told_apart_from_a_key_that_is_not_there(
    adobe: PretendIoEvents, keys: KeyRing
) -> None:
    adobe.down = True
    path = adobe.key_paths[0]
    assert not keys.fetch([path])
    assert not KeyRing(ManualClock(), origin="http://127.0.0.1:1").fetch([path])
    adobe.down = False
    assert keys.fetch([path])


def test_a_stranger_cannot_make_us_ask_without_end(adobe: PretendIoEvents, origin: str) -> None:
    clock = ManualClock()
    keys, asked = KeyRing(clock, origin=origin), len(adobe.requests)
    paths = [f"/prod/keys/pub-key-{number}.pem" for number in range(FETCHES_MAX + 5)]
    assert not keys.fetch(paths)
    assert len(adobe.requests) == asked + FETCHES_MAX
    clock.sleep(IN_S)
    assert keys.fetch(paths[-5:])


# A registration


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("challenge=8ec8d794-e0ab-42df-9017-e3dada8e84f7", "8ec8d794-e0ab-42df-9017-e3dada8e84f7"),
        ("a=b&challenge=x", "x"),
        ("", None),
        ("challenge=", None),
        ("challenge=<script>", None),
        ("challenge=%3Cscript%3E", None),
        ("challenge=a&challenge=b", None),
        ("challenge=" + "a" * 201, None),
    ],
)
def test_a_challenge_is_answered_with_its_own_word_if_it_is_a_plain_one(query: str, word: str | None) -> None:
    assert challenge(query) == word


def test_the_recorded_validation_is_adobe_s() -> None:
    body = json.loads(sample("event__async_validation_post"))
    assert validation_url(body, ADOBE) == body["validationUrl"]


@pytest.mark.parametrize(
    "url",
    [
        "http://csm.adobe.io/csm/registrations/validate?id=1",
        "https://csm.adobe.io.evil.example/csm/registrations/validate?id=1",
        "https://csm.adobe.io@evil.example/csm/registrations/validate?id=1",
        "https://csm.adobe.io:444/csm/registrations/validate?id=1",
        "https://csm.adobe.io/csm/registrations/validate?id=1#x",
        "https://csm.adobe.io/csm/registrations/validate?id=1 x",
        "https://csm.adobe.io/another?id=1",
        "https://127.0.0.1/csm/registrations/validate?id=1",
        "",
    ],
)
def test_a_validation_anywhere_else_is_not_visited(keys: KeyRing, adobe: PretendIoEvents, url: str) -> None:
    asked = len(adobe.requests)
    assert validation_url({"validationUrl": url}, ADOBE) is None
    assert not keys.confirm(url)
    assert len(adobe.requests) == asked


def test_a_validation_is_visited_and_not_too_often(keys: KeyRing, adobe: PretendIoEvents) -> None:
    url = f"{keys.validation_origin}/csm/registrations/validate?id=1&challenge=2"
    assert validation_url({"validationUrl": url}, keys.validation_origin) == url
    assert [keys.confirm(url) for _ in range(VISITS_MAX + 1)] == [True] * VISITS_MAX + [False]
    assert adobe.requests[-1] == "/csm/registrations/validate?id=1&challenge=2"
