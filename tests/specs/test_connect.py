"""One shop, whichever way in: both kinds of credentials are entered, sealed, opened again and read with."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ml_connector.adobe.auth import OAuth1Credentials
from ml_connector.adobe.connect import ShopCredentials, kept, open_shop, root_of, to_keep
from ml_connector.adobe.ims_token import IMS_TOKEN_URL, SCOPES, ImsCredentials
from ml_connector.clock import SystemClock
from ml_connector.cloud import connections
from ml_connector.codec import NotUnderstood
from ml_connector.errors import Code, NeedsPerson
from ml_connector.sync.ports import Flow
from tests.recorded.cloud_shops import Tenant, tenant
from tests.specs.cloud_place import CONNECTION, SHOP, Cloud, a_cloud

pytestmark = pytest.mark.slow

PAAS = OAuth1Credentials(
    consumer_key="k" * 32,
    consumer_secret="s" * 32,
    access_token="t" * 32,
    access_token_secret="u" * 32,
)
IMS = ImsCredentials(client_id="id", client_secret="secret", organization_id="0A@AdobeOrg")
CANARY = "canary-client-secret"


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    with a_cloud(tmp_path) as made:
        yield made


@pytest.fixture
def shop() -> Iterator[Tenant]:
    with tenant() as running:
        yield running


@pytest.mark.parametrize("credentials", [PAAS, IMS, replace(IMS, scopes=("commerce.accs",))])
def test_credentials_come_out_of_the_vault_as_they_went_in(credentials: ShopCredentials) -> None:
    assert kept(to_keep(credentials)) == credentials


def test_a_kind_that_nobody_knows_is_not_guessed() -> None:
    for secret in (b"{}", b'{"type":"password"}', to_keep(IMS).replace(b'"ims"', b'"oauth1"')):
        with pytest.raises(NotUnderstood):
            kept(secret)


def test_the_scopes_are_those_that_the_cloud_service_asks_for() -> None:
    assert IMS.scopes == SCOPES
    assert SCOPES[-1] == "commerce.accs"
    assert IMS.token_url == IMS_TOKEN_URL


@pytest.mark.parametrize(
    ("entered", "root"),
    [
        ("https://na1.api.commerce.adobe.com/TeNaNt", "https://na1.api.commerce.adobe.com/TeNaNt"),
        (" https://NA1.api.commerce.adobe.com/TeNaNt/ ", "https://na1.api.commerce.adobe.com/TeNaNt"),
        ("https://uk1.api.commerce.adobe.com/TeNaNt/V1/", "https://uk1.api.commerce.adobe.com/TeNaNt"),
        ("http://127.0.0.1:8088/TeNaNt", "http://127.0.0.1:8088/TeNaNt"),
    ],
)
def test_a_tenant_s_address_is_taken_as_it_is(entered: str, root: str) -> None:
    assert root_of(entered, IMS) == root


@pytest.mark.parametrize(
    "entered",
    [
        *("", "na1.api.commerce.adobe.com/TeNaNt", "https://na1.api.commerce.adobe.com/"),
        *("https://na1.api.commerce.adobe.com/V1", "https://na1.api.commerce.adobe.com/TeNaNt/rest/all"),
        *("http://na1.api.commerce.adobe.com/TeNaNt", "https://u:p@na1.api.commerce.adobe.com/TeNaNt"),
    ],
)
def test_an_address_without_a_tenant_or_without_tls_is_refused(entered: str) -> None:
    with pytest.raises(NeedsPerson) as caught:
        open_shop(entered, IMS, SystemClock(), threading.Lock())
    assert caught.value.finding.code is Code.SETTINGS_INVALID


def entered_for(shop: Tenant, **changed: str) -> dict[str, str]:
    credentials = shop.credentials
    return {
        **SHOP,
        "shop_url": shop.address,
        "type": "ims",
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
        "organization_id": credentials.organization_id,
        "token_url": credentials.token_url,
        **changed,
    }


def test_a_cloud_service_shop_is_connected_and_swept(cloud: Cloud, shop: Tenant) -> None:
    """As any other: by its REST address and the three values of its credential."""
    assert cloud.post("", **entered_for(shop)).status_code == 201
    stored = connections.credentials(cloud.ledger.engine, cloud.worker.vault, CONNECTION)
    assert stored == shop.credentials
    cloud.worker.start()
    try:
        for _ in range(600):
            one = cloud.worker.state_of(CONNECTION)
            if one is not None and one.swept_at is not None and not one.sweeping:
                break
            SystemClock().sleep(0.05)
    finally:
        cloud.worker.stop()
    with cloud.ledger.begin() as tx:
        assert tx.cursor(Flow.INVOICES) != ""
    assert shop.token_calls == [200]
    assert set(shop.reads) == {200}


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("type", "password", 422),
        ("client_id", "", 422),
        ("organization_id", "", 422),
        ("organization_id", CANARY, 400),
        ("client_secret", f"{CANARY} ", 400),
        ("token_url", "http://ims.example.com/token", 400),
        ("shop_url", "https://na1.api.commerce.adobe.com", 400),
        ("shop_url", "http://na1.api.commerce.adobe.com/TeNaNt", 400),
    ],
)
def test_a_value_that_does_not_fit_makes_no_connection_and_is_not_repeated(
    cloud: Cloud, shop: Tenant, field: str, value: str, status: int
) -> None:
    response = cloud.post("", **entered_for(shop, **{"client_secret": CANARY, field: value}))
    assert response.status_code == status, response.text
    assert CANARY not in response.text
    assert cloud.get("")["connections"] == []
    assert shop.shop.requests == ()


def test_a_client_secret_is_only_where_the_vault_has_sealed_it(cloud: Cloud, shop: Tenant) -> None:
    assert cloud.post("", **entered_for(shop, client_secret=CANARY)).status_code == 201
    cloud.ledger.engine.dispose()
    assert CANARY.encode() not in b"".join(path.read_bytes() for path in cloud.folder.iterdir())
    assert CANARY not in "\n".join(f"{sealed.entry} {sealed.payload}" for sealed in cloud.trail())
