"""A shop is connected by pressing Activate in its admin: over real HTTP, from both sides.

Reference: adobe_commerce.md §1.8. The shop calls the service, the service asks the shop for the keys.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ml_connector import cli
from ml_connector.adobe.auth import OAuth1Credentials
from ml_connector.adobe.sandbox.fault_access import PermissionWithdrawn
from ml_connector.adobe.sandbox.fault_answers import Maintenance
from ml_connector.adobe.sandbox.fault_wire import Slow
from ml_connector.cloud import connections
from tests.recorded.shop_clients import ONE_ORDER, client
from tests.specs.activation_place import CANARY, Place, a_place, opened, posted
from tests.specs.cloud_place import CONNECTION, SECRETS, SHOP

pytestmark = pytest.mark.slow


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with a_place(tmp_path) as made:
        yield made


def keys(place: Place) -> object:
    return connections.credentials(place.ledger.engine, place.vault, CONNECTION)


def opens_the_shop(place: Place) -> bool:
    stored = connections.credentials(place.ledger.engine, place.vault, CONNECTION)
    assert isinstance(stored, OAuth1Credentials)
    with client(place.shop_url, stored, place.clock) as shop:
        return shop.get("orders", ONE_ORDER).startswith('{"items":[')


# All well


def test_pressing_activate_makes_a_connection_that_reads_the_shop(place: Place) -> None:
    callback = place.expect(cut_over="2026-01-01")
    assert callback.startswith(f"{place.service}/activate/{CONNECTION}/")
    assert place.connections() == []
    assert place.press(callback) == 200
    assert place.ended()["phase"] == "done"
    assert place.asked[:2] == [("POST", "/oauth/token/request", 200), ("POST", "/oauth/token/access", 200)]
    assert place.connections() == [CONNECTION]
    assert opens_the_shop(place)
    assert [entry[:2] for entry in place.trail()] == [
        ("user ann", "activation expected"),
        ("user ann", "connection made"),
    ]
    assert '"cut_over":"2026-01-01"' in place.trail()[-1][2]


def test_the_shop_is_answered_before_it_is_asked(place: Place) -> None:
    """It waits five seconds, and may well be busy with this very call."""
    callback = place.expect()
    with place.shop.faults.on(Slow(matching="oauth/token/request", after_s=1.0)):
        began = time.monotonic()
        assert place.press(callback) == 200
        assert time.monotonic() - began < 0.9
        assert place.state()["phase"] == "called"
        assert place.ended()["phase"] == "done"


def test_a_shop_that_is_away_for_a_moment_is_asked_again(place: Place) -> None:
    callback = place.expect()
    with place.shop.faults.on(Maintenance(times=1)):
        assert place.press(callback) == 200
        assert place.ended()["phase"] == "done"
    assert [status for *_, status in place.asked] == [503, 200, 200]


def test_a_connection_that_is_there_gets_new_keys(place: Place) -> None:
    place.call("POST", "/connections", **SHOP | SECRETS | {"shop_url": place.shop_url})
    before = keys(place)
    response = place.call("POST", f"/connections/{CONNECTION}/activation", by="ben", why="renewed")
    assert place.press(response.json()["callback_url"]) == 200
    assert place.ended()["phase"] == "done"
    assert keys(place) != before
    assert opens_the_shop(place)
    assert [entry[1] for entry in place.trail()] == [
        "connection made",
        "activation expected",
        "credentials replaced",
    ]


def test_new_keys_that_lack_a_permission_leave_the_old_ones(place: Place) -> None:
    place.call("POST", "/connections", **SHOP | SECRETS | {"shop_url": place.shop_url})
    before = keys(place)
    response = place.call("POST", f"/connections/{CONNECTION}/activation", by="ben", why="renewed")
    with place.shop.faults.on(PermissionWithdrawn(resource="Magento_Sales::sales_invoice")):
        assert place.press(response.json()["callback_url"]) == 200
        finding = place.ended()["finding"]
    assert "Magento_Sales::sales_invoice" in str(finding)
    assert "press Reauthorize once more" in str(finding)
    assert keys(place) == before


# The merchant's browser


def test_the_browser_is_sent_back_to_the_shop_when_all_is_done(place: Place) -> None:
    callback = place.expect()
    back = f"{place.shop_url}/admin/integration/loginSuccessCallback?x=1"
    assert opened(callback, success_call_back=back).status_code == 200, "nothing is done yet"
    place.press(callback)
    place.ended()
    answer = opened(callback, oauth_consumer_key="k" * 32, success_call_back=back)
    assert (answer.status_code, answer.headers["location"]) == (303, back)


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "http://127.0.0.1@evil.example/", ""],
)
def test_the_browser_is_sent_nowhere_else(place: Place, elsewhere: str) -> None:
    callback = place.expect()
    place.press(callback)
    place.ended()
    answer = opened(callback, success_call_back=elsewhere)
    assert (answer.status_code, "location" in answer.headers) == (200, False)
    assert "The shop is connected" in answer.text
    assert "evil" not in answer.text


def test_while_it_is_under_way_the_page_waits_and_a_failure_is_told(place: Place) -> None:
    callback = place.expect()
    waiting = opened(callback)
    assert 'http-equiv="refresh"' in waiting.text
    assert waiting.headers["cache-control"] == "no-store"
    assert waiting.headers["referrer-policy"] == "no-referrer"
    place.paas.activations.lasts_s = -1
    place.press(callback)
    place.ended()
    assert "Consumer key has expired" in opened(callback).text


# The command, and secrets


def test_the_command_prints_the_two_addresses_and_tells_how_far_it_is(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = place.folder / "cloud.toml"
    settings.write_text(f'data_dir = "."\npublic_address = "{place.service}"\n')
    (place.folder / "ml-connector.sqlite3").symlink_to(place.folder / "records.sqlite3")

    def command(*words: str) -> tuple[object, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main(["activation", *words])
        printed = capsys.readouterr()
        return ended.value.code, printed.out + printed.err

    who = ["--by", "Ann", "--why", "new shop"]
    shop = ["--shop-url", place.shop_url, "--name", "Hearth & Loom", "--tag", "K7"]
    code, said = command("start", str(settings), CONNECTION, *who, *shop)
    assert code == 0, said
    (callback,) = {word for word in said.split() if "/activate/" in word}
    assert said.count(callback) == 2
    assert command("show", str(settings), CONNECTION)[1].startswith("expected since")
    assert posted(callback, CANARY | {"store_base_url": "https://evil.example/"}).status_code == 400
    code, said = command("show", str(settings), CONNECTION)
    assert (code, "Another shop called" in said) == (1, True)
    assert place.press(callback) == 200
    place.ended()
    assert command("show", str(settings), CONNECTION)[0] == 0
    code, said = command("start", str(settings), "nowhere", *who)
    assert (code, "There is no connection" in said) == (1, True)


def test_no_secret_of_a_handshake_is_logged_stored_in_the_clear_or_in_the_trail(
    place: Place, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whatever comes of the call: its canaries, and the keys that the shop gives in the end."""
    caplog.set_level(logging.DEBUG)
    callback = place.expect()
    ticket = callback.rpartition("/")[2]
    assert posted(callback, CANARY | {"store_base_url": f"{place.shop_url}/"}).status_code == 200
    assert place.ended()["phase"] == "failed", "the shop knows no such consumer"
    told = str(place.state()) + opened(callback).text
    assert ticket not in told
    assert place.press(callback) == 200
    assert place.ended()["phase"] == "done"
    stored = connections.credentials(place.ledger.engine, place.vault, CONNECTION)
    secrets = ["canary", *(getattr(stored, name) for name in SECRETS if name != "consumer_key")]
    told += caplog.text + "".join(capfd.readouterr()) + str(place.trail())
    files = b"".join(path.read_bytes() for path in place.folder.iterdir())
    assert ticket.encode() not in files
    assert ticket not in str(place.trail())
    for secret in secrets:
        assert secret not in told
        assert secret.encode() not in files
