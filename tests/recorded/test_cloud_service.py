"""A Cloud Service shop over real HTTP: read like any other, and opened by a bearer token of IMS only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from subprocess import DEVNULL
from typing import cast

import pytest

from ml_connector.adobe.connect import open_shop
from ml_connector.adobe.reads import AdobeReads
from ml_connector.adobe.sandbox import FULL, PretendIms, PretendShop
from ml_connector.adobe.sandbox.cloud_service import TENANT_ID
from ml_connector.adobe.sandbox.credentials import CUSTOMERS
from ml_connector.adobe.sandbox.fault_access import PermissionWithdrawn
from ml_connector.adobe.sandbox.fault_answers import FirewallPage
from ml_connector.adobe.sandbox.server import Answer, Request
from ml_connector.adobe.shop import ShopClient
from ml_connector.clock import SystemClock
from ml_connector.errors import Code
from ml_connector.sync.ports import Flow, Payload
from tests.recorded.cloud_shops import Tenant, answering, ims_credentials, json_answer, tenant
from tests.recorded.replay import HERE, Signing, ask
from tests.recorded.shop_clients import ONE_ORDER, client, needs_person, raised_by

pytestmark = pytest.mark.slow

OPENED = '{"items":['


@pytest.fixture
def cloud() -> Iterator[Tenant]:
    with tenant() as running:
        yield running


def everything(shop: ShopClient) -> dict[str, object]:
    """All that the connector can read of a shop, by what it asked for."""
    reads = AdobeReads(shop, SystemClock())
    read: dict[str, object] = {}
    for flow in Flow:
        cursor, more = "", True
        payloads: list[Payload] = []
        while more:
            page = reads.changes(flow, cursor)
            payloads += page.payloads
            cursor, more = page.cursor, page.more
        read[flow] = payloads
        read[f"{flow} by id"] = reads.by_id(flow, [1, 2, 3])
    orders = [payload.entity_id for payload in cast(list[Payload], read[Flow.ORDERS])]
    for kind in ("invoices", "creditmemos", "transactions"):
        read[f"{kind} of orders"] = reads.of_orders(kind, orders)
    read["products"] = reads.by_id("products", range(1, 400))
    read["settings"] = reads.settings()
    return read


def test_the_whole_shop_reads_the_same_through_either_face(cloud: Tenant) -> None:
    """With only GET, and one POST: that for the token."""
    paas = PretendShop()
    with paas.running() as url, client(url) as shop:
        through_paas = everything(shop)
    with cloud.client() as shop:
        through_the_cloud = everything(shop)
    assert through_the_cloud == through_paas
    assert len(cast(list[Payload], through_paas[Flow.INVOICES])) == 176
    sent = [(request.method, request.target.partition("?")[0]) for request in cloud.shop.requests]
    assert sent[0] == ("POST", "/ims/token/v3")
    assert {method for method, _ in sent[1:]} == {"GET"}
    assert all(path.startswith(f"/{TENANT_ID}/V1/") for _, path in sent[1:])
    assert {request.status for request in cloud.shop.requests} == {200}
    assert {request.method for request in paas.requests} == {"GET"}


def test_a_request_carries_the_token_and_names_client_organisation_and_store(cloud: Tenant) -> None:
    seen: list[Request] = []

    def look(request: Request) -> Answer:
        seen.append(request)
        return json_answer("[]")

    with answering(look) as url:
        elsewhere = replace(cloud, address=f"{url}/tenant/")
        with elsewhere.client() as shop:
            shop.get("store/websites")
            shop.get("store/websites")
    tokens = {request.header("Authorization") for request in seen}
    assert len(seen) == 2
    assert len(tokens) == 1
    assert str(tokens.pop()).startswith("Bearer eyJ-sandbox.")
    assert seen[0].target == "/tenant/V1/store/websites"
    assert seen[0].header("x-api-key") == cloud.credentials.client_id
    assert seen[0].header("x-gw-ims-org-id") == cloud.credentials.organization_id
    assert seen[0].header("Store") == "all"
    assert seen[0].header("Cookie") is None


def test_a_token_that_ended_early_is_renewed_once_and_the_request_sent_again(cloud: Tenant) -> None:
    with cloud.client() as shop:
        shop.get("orders", ONE_ORDER)
        cloud.ims.revoke_all()
        assert shop.get("orders", ONE_ORDER).startswith(OPENED)
        shop.get("orders", ONE_ORDER)
    assert cloud.reads == [200, 401, 200, 200]
    assert cloud.ims.fetches == 2


def test_a_second_401_is_a_matter_of_credentials_and_never_a_loop(cloud: Tenant) -> None:
    """A token without commerce.accs, the scope that people forget: given gladly, and opens nothing."""
    forgot = replace(cloud.credentials, scopes=("openid", "AdobeID"))
    with cloud.client(forgot) as shop:
        assert "commerce.accs" in needs_person(raised_by(shop), Code.SHOP_CREDENTIALS)
    assert cloud.reads == [401, 401]
    assert cloud.token_calls == [200, 200]


def test_a_wrong_organisation_is_told_as_such(cloud: Tenant) -> None:
    other = replace(cloud.credentials, organization_id="0123456789ABCDEF@AdobeOrg")
    with cloud.client(other) as shop:
        said = needs_person(raised_by(shop), Code.SHOP_PERMISSION)
    assert "User is not entitled to access this instance" in said
    assert "organisation ID" in said
    assert cloud.reads == [403]


def test_a_missing_permission_is_told_by_its_name(cloud: Tenant) -> None:
    with cloud.shop.faults.on(PermissionWithdrawn(resource=CUSTOMERS)), cloud.client() as shop:
        shop.get("orders", ONE_ORDER)
        assert CUSTOMERS in needs_person(raised_by(shop, "customers/search"), Code.SHOP_PERMISSION)
    assert cloud.reads == [200, 401, 401]


def test_a_firewall_s_page_is_no_matter_of_credentials(cloud: Tenant) -> None:
    with cloud.client() as shop:
        shop.get("orders", ONE_ORDER)
        with cloud.shop.faults.on(FirewallPage(matching="/V1/")):
            needs_person(raised_by(shop), Code.SHOP_ANSWER_UNREADABLE)
        assert shop.get("orders", ONE_ORDER).startswith(OPENED)


def test_what_else_goes_wrong_is_told_as_for_any_shop(cloud: Tenant) -> None:
    with cloud.client() as shop:
        assert "any route" in needs_person(raised_by(shop, "no/such/route"), Code.SHOP_REFUSED)


# The face itself


def bearer(cloud: Tenant, **headers: str) -> dict[str, str]:
    body = json.loads(
        cloud.ims.answer(
            Request(
                "POST",
                "/ims/token/v3",
                {"content-type": "application/x-www-form-urlencoded"},
                f"grant_type=client_credentials&client_id={cloud.credentials.client_id}"
                f"&client_secret={cloud.credentials.client_secret}&scope=openid,commerce.accs".encode(),
            )
        ).body
    )
    return {"Authorization": f"Bearer {body['access_token']}", **headers}


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("V1/modules", {}, 200),
        ("V1/orders/1", {"Store": "all"}, 200),
        ("V1/orders/1", {"Store": "eu_en"}, 200),
        ("V1/orders/1", {"Store": "no_such_store"}, 400),
        ("V1/orders/1", {"Store": "admin"}, 400),
        ("V1/orders/1", {"x-gw-ims-org-id": "other@AdobeOrg"}, 403),
        ("V1/orders/1", {"x-api-key": "other"}, 403),
        ("all/V1/orders/1", {}, 404),
        ("rest/V1/orders/1", {}, 404),
        ("V1/directory/currency", {}, 404),
        ("V2/orders/1", {}, 404),
    ],
)
def test_addresses_and_headers_are_those_of_the_cloud_service(
    cloud: Tenant, path: str, headers: dict[str, str], status: int
) -> None:
    base = cloud.address.removesuffix(f"/{TENANT_ID}")
    assert ask(base, f"/{TENANT_ID}/{path}", headers=bearer(cloud, **headers)).status == status


def test_neither_a_signature_nor_an_integration_s_token_opens_it(cloud: Tenant) -> None:
    base = cloud.address.removesuffix(f"/{TENANT_ID}")
    path = f"/{TENANT_ID}/V1/orders/1"
    assert ask(base, path, signing=Signing()).status == 401
    assert ask(base, path).status == 401
    assert ask(base, path, headers={"Authorization": f"Bearer {FULL.access_token}"}).status == 401
    assert ask(base, "/rest/V1/orders/1", signing=Signing()).status == 401
    assert ask(base, "/other-tenant/V1/orders/1", headers=bearer(cloud)).status == 404


def test_a_token_ends_when_its_time_is_over() -> None:
    with tenant(PretendIms(expires_in=1)) as cloud:
        base = cloud.address.removesuffix(f"/{TENANT_ID}")
        headers = bearer(cloud)
        assert ask(base, f"/{TENANT_ID}/V1/orders/1", headers=headers).status == 200
        SystemClock().sleep(1.05)
        assert ask(base, f"/{TENANT_ID}/V1/orders/1", headers=headers).status == 401


def test_a_call_for_a_token_that_is_no_form_gives_none(cloud: Tenant) -> None:
    base = cloud.address.removesuffix(f"/{TENANT_ID}")
    assert ask(base, "/ims/token/v3").status == 400
    assert ask(base, "/ims/token/v3", method="POST").status == 400
    assert cloud.ims.fetches == 0


@pytest.mark.slow
def test_the_process_can_be_a_cloud_service_too(tmp_path: Path) -> None:
    """It prints the REST address; tokens are given on the same host."""
    ready = tmp_path / "ready"
    command = [sys.executable, "-m", "ml_connector.adobe.sandbox", "--face", "cloud-service"]
    environment = {**os.environ, "PYTHONPATH": str(HERE.parents[1] / "src")}
    with subprocess.Popen([*command, "--ready-file", str(ready)], env=environment, stdout=DEVNULL) as process:
        try:
            for _ in range(1000):
                if ready.exists():
                    break
                SystemClock().sleep(0.01)
            address = ready.read_text().strip()
            token_url = f"{address.removesuffix(f'/{TENANT_ID}')}/ims/token/v3"
            keys = ims_credentials(token_url)
            with open_shop(address, keys, SystemClock(), threading.Lock()) as shop:
                assert shop.get("orders", ONE_ORDER).startswith(OPENED)
        finally:
            process.terminate()
