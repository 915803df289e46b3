"""Calls to an activation that are refused, and activations that cannot be begun: nothing is stored."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from ml_connector.adobe.sandbox.fault_answers import Maintenance
from ml_connector.adobe.sandbox.fault_wire import Slow
from ml_connector.cloud import connections
from ml_connector.cloud.activation_book import EXPECTED_FOR
from tests.specs.activation_place import CANARY, Place, a_place, opened, posted
from tests.specs.cloud_place import CONNECTION, SECRETS, SHOP

pytestmark = pytest.mark.slow


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with a_place(tmp_path) as made:
        yield made


# Calls


def test_too_late_is_told_and_pressing_once_more_helps(place: Place) -> None:
    callback = place.expect()
    place.paas.activations.lasts_s = -1
    assert place.press(callback) == 200
    state = place.ended()
    assert state["phase"] == "failed"
    assert "Consumer key has expired" in str(state["finding"])
    assert "once more" in str(state["finding"])
    assert place.connections() == []
    place.paas.activations.lasts_s = 300
    assert place.press(callback) == 200
    assert place.ended()["phase"] == "done"


def test_a_second_call_is_refused_while_the_first_is_answered_and_when_it_is_done(place: Place) -> None:
    callback = place.expect()
    form = CANARY | {"store_base_url": f"{place.shop_url}/"}
    with place.shop.faults.on(Slow(matching="oauth/token/request", after_s=0.5)):
        assert place.press(callback) == 200
        again = posted(callback, form)
        assert (again.status_code, "being answered" in again.text) == (400, True)
        assert place.ended()["phase"] == "done"
    stored = connections.credentials(place.ledger.engine, place.vault, CONNECTION)
    again = posted(callback, form)
    assert (again.status_code, "This activation is over" in again.text) == (400, True)
    assert "canary" not in again.text
    assert connections.credentials(place.ledger.engine, place.vault, CONNECTION) == stored
    assert len(place.asked) == 2


@pytest.mark.parametrize(
    "base_url",
    ["https://evil.example/", "http://localhost/", "http://127.0.0.1.evil.example/", "http://[::1]/"],
)
def test_a_call_about_another_host_is_refused_and_nobody_is_asked(place: Place, base_url: str) -> None:
    """An address that only the caller names is never fetched."""
    answer = posted(place.expect(), CANARY | {"store_base_url": base_url})
    assert answer.status_code == 400
    assert f"Another shop called than {place.shop_url}" in answer.text
    state = place.state()
    assert (state["phase"], "Another shop called" in str(state["finding"])) == ("expected", True)
    assert "evil" not in str(state)
    assert place.nothing_is_stored()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"canary",
        b'{"oauth_consumer_key":"canary"}',
        b"x=" + b"canary" * 2000,
        {"oauth_consumer_key": "canary", "store_base_url": "http://127.0.0.1/"},
        CANARY,
    ],
)
def test_a_call_of_another_form_is_refused_and_nothing_of_it_kept(
    place: Place, body: bytes | dict[str, str]
) -> None:
    answer = posted(place.expect(), body)
    assert answer.status_code == 400
    assert "not the call that a shop makes" in answer.text
    assert "canary" not in answer.text + str(place.state())
    assert place.nothing_is_stored()


def test_a_stranger_s_ticket_opens_nothing(place: Place) -> None:
    callback = place.expect()
    form = CANARY | {"store_base_url": f"{place.shop_url}/"}
    for wrong in (callback[:-1], f"{callback[:-32]}{'0' * 32}", callback.replace(CONNECTION, "shop-2")):
        assert posted(wrong, form).status_code == 404
        assert opened(wrong).status_code == 404
    assert place.state()["finding"] is None
    assert place.nothing_is_stored()


def test_after_an_hour_nobody_expects_it(place: Place) -> None:
    callback = place.expect()
    place.clock.at += EXPECTED_FOR + timedelta(seconds=1)
    assert place.press(callback) == 404
    assert opened(callback).status_code == 404
    assert place.nothing_is_stored()


def test_a_newer_activation_takes_the_place_of_an_older_one(place: Place) -> None:
    first, second = place.expect(), place.expect()
    assert place.press(first) == 404
    assert place.press(second) == 200
    assert place.ended()["phase"] == "done"


def test_a_call_that_was_cut_off_by_a_restart_is_told_and_the_next_one_is_let_in(place: Place) -> None:
    callback = place.expect()
    with place.shop.faults.on(Maintenance()):
        place.press(callback)
        assert place.state()["phase"] == "called"
        place.clock.at += timedelta(seconds=301)
        state = place.state()
        assert (state["phase"], "cut off" in str(state["finding"])) == ("failed", True)
        place.ended()
    for _ in range(200):
        if "five minutes" in str(place.state()["finding"]):
            break
        time.sleep(0.05)
    assert "five minutes" in str(place.state()["finding"]), "the service itself was still there, and gave up"
    assert place.press(callback) == 200
    assert place.ended()["phase"] == "done"


# What cannot be begun


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"shop_url": "nowhere"}, "no address"),
        ({"tag": "k7"}, "tag"),
        ({"connection_id": "Shop 1"}, "connection_id"),
        ({"why": ""}, "why"),
    ],
)
def test_what_can_be_no_connection_is_not_expected(place: Place, changed: dict[str, str], words: str) -> None:
    new = {"connection_id": CONNECTION, "name": "H", "tag": "K7", "shop_url": place.shop_url}
    response = place.call("POST", "/activations", **{**new, "by": "ann", "why": "new", **changed})
    assert response.status_code in (400, 422)
    assert words in response.text
    assert place.call("GET", f"/activations/{CONNECTION}").status_code == 400


def test_a_name_that_is_taken_is_not_expected(place: Place) -> None:
    place.call("POST", "/connections", **SHOP | SECRETS | {"shop_url": place.shop_url})
    new = {"connection_id": "another", "name": "H", "tag": "K7", "shop_url": place.shop_url}
    response = place.call("POST", "/activations", **new, by="ann", why="new")
    assert (response.status_code, "the tag K7 already" in response.text) == (400, True)


def test_without_a_public_address_none_can_be_begun(tmp_path: Path) -> None:
    with a_place(tmp_path, public=False) as place:
        new = {"connection_id": CONNECTION, "name": "H", "tag": "K7", "shop_url": place.shop_url}
        response = place.call("POST", "/activations", **new, by="ann", why="new")
        assert (response.status_code, "public_address" in response.text) == (400, True)
