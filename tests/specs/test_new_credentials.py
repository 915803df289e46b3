"""A connected shop gets new credentials: tried out first, kept if they work, used by the service at once."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import pytest

from ml_connector.adobe.auth import OAuth1Credentials
from ml_connector.adobe.reads import AdobeReads
from ml_connector.adobe.sandbox import FULL, PretendShop
from ml_connector.adobe.sandbox.fault_access import PermissionWithdrawn
from ml_connector.adobe.sandbox.fault_answers import Maintenance
from ml_connector.clock import SystemClock
from ml_connector.cloud.shop_settings import SHOP_SETTINGS
from ml_connector.codec import canonical, digest
from ml_connector.errors import Code
from tests.recorded.cloud_shops import Tenant, recorded, tenant
from tests.recorded.shop_clients import client
from tests.specs.cloud_place import CONNECTION, SHOP, Cloud, a_cloud
from tests.specs.credentials_place import connected, four_values, stored

pytestmark = pytest.mark.slow

CLOCK = SystemClock()
NOT_REPLACED = "The credentials were not replaced."


@pytest.fixture
def shop() -> PretendShop:
    return PretendShop(recorded())


@pytest.fixture
def url(shop: PretendShop) -> Iterator[str]:
    with shop.running() as running:
        yield running


@pytest.fixture
def cloud(tmp_path: Path, url: str) -> Iterator[Cloud]:
    """A connection whose credentials (the canaries) the shop does not know."""
    with connected(tmp_path, url) as made:
        yield made


def replace(cloud: Cloud, status: int, **values: object) -> Mapping[str, object]:
    response = cloud.post(f"/{CONNECTION}/credentials", by="ben", why="they were renewed", **values)
    assert response.status_code == status, response.text
    return json.loads(response.content)


def refused(cloud: Cloud, code: Code, **values: object) -> str:
    """What is said of values that were not kept; the old ones are there, and nothing is in the trail."""
    before, entries = stored(cloud), len(cloud.trail())
    said = replace(cloud, 400, **values)
    assert (said["code"], said["what"]) == (code, NOT_REPLACED)
    assert (stored(cloud), len(cloud.trail())) == (before, entries)
    return f"{said['why']} {said['fix']}"


def test_credentials_that_work_are_kept_and_the_trail_names_none(cloud: Cloud) -> None:
    answer = replace(cloud, 200, **four_values())
    assert stored(cloud) == OAuth1Credentials(**four_values())
    assert cloud.last_entry() == (
        "user ben",
        "credentials replaced",
        {"type": "oauth1", "why": "they were renewed"},
    )
    said = f"{answer} {cloud.trail()}"
    assert not any(value in said for value in four_values().values())
    assert answer["replaced"] is True


def test_the_base_url_may_be_named_again_and_written_otherwise(cloud: Cloud, url: str) -> None:
    replace(cloud, 200, **four_values(), shop_url=f" {url}/rest/default/")
    assert stored(cloud) == OAuth1Credentials(**four_values())


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"consumer_secret": "s" * 32}, "signature is invalid"),
        ({"consumer_secret": "s" * 31}, "31 characters instead of 32"),
        ({"access_token": "t" * 32}, "Specified token does not exist"),
        ({"consumer_key": "k" * 32}, "A consumer having the specified key does not exist"),
    ],
)
def test_credentials_that_do_not_work_are_refused_with_the_words_of_a_ping(
    cloud: Cloud, wrong: dict[str, str], words: str
) -> None:
    said = refused(cloud, Code.SHOP_CREDENTIALS, **four_values() | wrong)
    assert words in said
    assert not any(value in said for value in (four_values() | wrong).values())


def test_a_permission_that_the_new_ones_lack_is_named(cloud: Cloud, shop: PretendShop) -> None:
    with shop.faults.on(PermissionWithdrawn(resource="Magento_Tax::manage_tax")):
        said = refused(cloud, Code.SHOP_PERMISSION, **four_values())
    assert "Magento_Tax::manage_tax" in said
    assert "Stores > Taxes" in said


def test_while_the_shop_is_away_nothing_is_changed(cloud: Cloud, shop: PretendShop) -> None:
    with shop.faults.on(Maintenance()):
        assert "maintenance" in refused(cloud, Code.SHOP_UNREACHABLE, **four_values())


def test_another_address_is_another_connection(cloud: Cloud, shop: PretendShop) -> None:
    said = refused(cloud, Code.SETTINGS_INVALID, **four_values(), shop_url="https://other.example.com")
    assert "another address was given" in said
    assert shop.requests == ()


def test_a_credential_of_a_cloud_service_does_not_fit_a_shop_of_one_s_own(cloud: Cloud) -> None:
    values = {"type": "ims", "client_id": "i", "client_secret": "s", "organization_id": "O@AdobeOrg"}
    assert "tenant" in refused(cloud, Code.SETTINGS_INVALID, **values)


def read_settings(cloud: Cloud, url: str, **changed: object) -> None:
    """What an earlier sweep has stored of the shop; `changed` is what its first website was then."""
    with client(url) as asking:
        settings = dict(AdobeReads(asking, CLOCK).settings())
        sites = cast(list[dict[str, object]], settings["websites"])
    settings["websites"] = [site | changed if site["id"] == 1 else site for site in sites]
    with cloud.ledger.begin() as tx:
        tx.save_fact(SHOP_SETTINGS, digest(settings), canonical(settings).decode())


def test_the_websites_of_the_connection_have_to_be_there(cloud: Cloud, url: str) -> None:
    read_settings(cloud, url, code="bygone")
    said = refused(cloud, Code.SETTINGS_INVALID, **four_values())
    assert "no website bygone" in said
    assert "Another shop is a connection of its own" in said


def test_the_same_shop_is_known_by_its_websites(cloud: Cloud, url: str) -> None:
    read_settings(cloud, url)
    replace(cloud, 200, **four_values())


def test_a_value_of_the_wrong_form_is_not_repeated(cloud: Cloud) -> None:
    response = cloud.post(
        f"/{CONNECTION}/credentials", by="", why=7, **four_values() | {"access_token": "canary" * 99}
    )
    assert response.status_code == 422
    assert "canary" not in response.text
    assert FULL.consumer_secret not in response.text


def test_a_connection_that_does_not_exist_has_none(cloud: Cloud) -> None:
    response = cloud.post("/nowhere/credentials", by="ben", why="to see", **four_values())
    assert response.status_code == 400
    assert "There is no connection" in response.text


# A running service


def until(cloud: Cloud, *, swept: bool) -> None:
    for _ in range(600):
        one = cloud.worker.state_of(CONNECTION)
        if one is not None and (one.swept_at is not None if swept else one.trouble is not None):
            return
        CLOCK.sleep(0.05)
    raise AssertionError("it does not come about")


@pytest.mark.slow
def test_a_running_service_uses_new_credentials_without_a_restart(
    cloud: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    cloud.worker.start()
    try:
        until(cloud, swept=False)
        one = cloud.worker.state_of(CONNECTION)
        assert one is not None
        assert one.trouble is not None
        assert one.trouble.code is Code.SHOP_CREDENTIALS
        replace(cloud, 200, **four_values())
        until(cloud, swept=True)
    finally:
        cloud.worker.stop()
    seen = cloud.get(f"/{CONNECTION}")
    assert (seen["shop_trouble"], seen["opened"]) == (None, True)
    assert "canary" not in caplog.text
    assert not any(value in caplog.text for value in four_values().values())


@pytest.fixture
def instance() -> Iterator[Tenant]:
    with tenant() as running:
        yield running


@pytest.mark.slow
def test_a_cloud_service_s_token_is_dropped_with_its_credential(tmp_path: Path, instance: Tenant) -> None:
    """The token still lasted for a day; the new credential fetches one of its own."""
    keys = instance.credentials
    values = {
        "type": "ims",
        "client_id": keys.client_id,
        "client_secret": keys.client_secret,
        "organization_id": keys.organization_id,
        "token_url": keys.token_url,
    }
    with a_cloud(tmp_path) as cloud:
        assert cloud.post("", **SHOP | values | {"shop_url": instance.address}).status_code == 201
        cloud.worker.start()
        try:
            until(cloud, swept=True)
            first = cloud.worker.state_of(CONNECTION)
            assert instance.token_calls == [200]
            replace(cloud, 200, **values)
            for _ in range(600):
                now = cloud.worker.state_of(CONNECTION)
                if now is not None and now is not first and now.swept_at is not None:
                    break
                CLOCK.sleep(0.05)
            assert instance.token_calls == [200, 200, 200], "one for the trial, one for the shop opened anew"
        finally:
            cloud.worker.stop()
