"""I/O Events over real HTTP, with a pretend Adobe: registration, keys, one event and many, and Adobe away."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from ml_connector.adobe.contracts import PRESETS
from ml_connector.adobe.sandbox.io_events import PretendIoEvents
from tests.specs.hook_place import SHOP, HookPlace, a_hook_place

pytestmark = pytest.mark.slow

SAVED, INVOICED = "observer.sales_order_save_commit_after", "observer.sales_order_invoice_save_after"


@dataclass
class Registration:
    """An endpoint, and the pretend Adobe that delivers to it."""

    place: HookPlace
    adobe: PretendIoEvents
    origin: str
    name: str = ""

    def deliver(self, *events: object) -> int:
        """One event, or a batch of them; returns the status."""
        body = json.dumps(events[0] if len(events) == 1 else events).encode()
        return self.place.post(self.name, body, self.adobe.signed(body)).status_code

    @property
    def stored(self) -> list[str]:
        return self.place.stored(self.name)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registration]:
    adobe = PretendIoEvents()
    with (
        adobe.running() as origin,
        a_hook_place(tmp_path_factory.mktemp("hooks"), io_events=origin) as place,
    ):
        yield Registration(place, adobe, origin)


@pytest.fixture
def registration(service: Registration) -> Iterator[Registration]:
    service.adobe.down = False
    service.name = service.place.endpoint(PRESETS["io-events"], [service.adobe.client.client_id])
    yield service
    service.place.clear()


def test_a_registration_is_answered_with_its_word_as_plain_text(registration: Registration) -> None:
    url = f"{registration.place.url}/hooks/{SHOP}/{registration.name}"
    response = registration.place.client.get(f"{url}?challenge=8ec8d794-e0ab-42df")
    assert (response.status_code, response.text) == (200, "8ec8d794-e0ab-42df")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert registration.place.client.get(f"{url}?challenge=%3Cscript%3E").status_code == 401


def test_a_registration_that_wants_a_visit_is_visited_after_it_was_answered(
    registration: Registration,
) -> None:
    visit = f"{registration.origin}/csm/registrations/validate?id=1&challenge=2"
    response = registration.place.post(registration.name, json.dumps({"validationUrl": visit}).encode())
    assert (response.status_code, response.content) == (200, b"")
    target = "/csm/registrations/validate?id=1&challenge=2"
    for _ in range(100):
        if target in registration.adobe.requests:
            break
        time.sleep(0.1)
    assert registration.adobe.requests.count(target) == 1


def test_a_visit_to_anybody_else_is_refused(registration: Registration) -> None:
    asked = len(registration.adobe.requests)
    for url in (
        "https://csm.adobe.io/csm/registrations/validate?id=1",
        f"{registration.origin}/prod/keys/x?id=1",
    ):
        body = json.dumps({"validationUrl": url}).encode()
        assert registration.place.post(registration.name, body).status_code == 401
    assert len(registration.adobe.requests) == asked


def test_an_event_is_stored_once_however_often_adobe_sends_it(registration: Registration) -> None:
    event = registration.adobe.event(SAVED, {"entity_id": "46", "grand_total": "217.7300"})
    assert [registration.deliver(event) for _ in range(3)] == [200, 200, 200]
    assert registration.stored == ["orders:46"]
    assert registration.place.counts(registration.name) == {"accepted": 1, "repeated": 2}


def test_the_two_keys_are_fetched_once(registration: Registration) -> None:
    for entity in range(1, 4):
        registration.deliver(registration.adobe.event(SAVED, {"entity_id": str(entity)}))
    keys = [each for each in registration.adobe.requests if each.startswith("/prod/keys/")]
    assert sorted(keys) == sorted(registration.adobe.key_paths)


def test_each_event_of_a_batch_is_stored_and_a_second_batch_adds_only_what_is_new(
    registration: Registration,
) -> None:
    events = [registration.adobe.event(INVOICED, {"entity_id": str(number)}) for number in range(1, 21)]
    assert registration.deliver(*events) == 200
    assert registration.deliver(*events[10:], registration.adobe.event(INVOICED, {"entity_id": "21"})) == 200
    assert sorted(registration.stored) == sorted(f"invoices:{number}" for number in range(1, 22))


def test_an_event_for_somebody_else_is_refused(registration: Registration) -> None:
    assert registration.deliver(registration.adobe.event(SAVED, {"entity_id": "46"}, "somebody-else")) == 401
    assert registration.stored == []


def test_while_adobe_s_keys_cannot_be_fetched_adobe_is_to_come_again(registration: Registration) -> None:
    """A 401 would not be sent again, and the event would be lost to the hook (adobe_commerce.md §3.2)."""
    event = registration.adobe.event(SAVED, {"entity_id": "46"})
    registration.place.clock.sleep(25 * 3600)
    registration.adobe.down = True
    assert registration.deliver(event) == 503
    registration.adobe.down = False
    assert registration.deliver(event) == 200
    assert registration.place.counts(registration.name) == {"keys-unreachable": 1, "accepted": 1}
