"""A ping of a Cloud Service: its sign-in service first, then the same steps as for any shop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ml_connector.adobe.permissions import PERMISSIONS
from ml_connector.adobe.sandbox.fault_access import ClockAhead, PermissionWithdrawn
from ml_connector.adobe.sandbox.fault_answers import FirewallPage, FrontEndFails, Maintenance
from ml_connector.adobe.sandbox.ims import TOKEN_PATH
from ml_connector.adobe.steps import Step, StepName, StepState
from ml_connector.errors import Code
from tests.recorded.cloud_shops import Tenant, tenant
from tests.recorded.ping_shops import REQUESTS_MAX, Found, pinged

pytestmark = pytest.mark.slow

CUSTOMERS = "Magento_Customer::customer"


@pytest.fixture
def cloud() -> Iterator[Tenant]:
    with tenant() as made:
        yield made
        made.shop.faults.switch_off()


def ping(cloud: Tenant) -> Found:
    return pinged(cloud.address, cloud.credentials)


def no_token(found: Found) -> Step:
    step = found.failure
    assert step.name is StepName.TOKEN
    assert found.of(StepState.OK) == [StepName.ADDRESS]
    return step


def test_a_cloud_service_that_is_well_has_a_tick_at_every_step(cloud: Tenant) -> None:
    found = ping(cloud)
    assert {step.state for step in found.steps} == {StepState.OK}
    assert [step.name for step in found.steps] == [
        *(StepName.ADDRESS, StepName.TOKEN, StepName.CONNECTION, StepName.API, StepName.CLOCK),
        *(StepName.CREDENTIALS, *[StepName.PERMISSION] * len(PERMISSIONS)),
        *(StepName.VERSION, StepName.STORES, StepName.DOCUMENTS, StepName.BACK_FILL),
    ]
    assert found[StepName.VERSION].what == "A Cloud Service has no version: Adobe renews it every month."
    assert cloud.token_calls == [200]
    assert len(cloud.reads) <= REQUESTS_MAX


def test_only_the_token_call_is_no_get(cloud: Tenant) -> None:
    ping(cloud)
    posted = [each.target for each in cloud.shop.requests if each.method != "GET"]
    assert posted == [TOKEN_PATH]


def test_a_wrong_client_secret_is_told(cloud: Tenant) -> None:
    step = no_token(pinged(cloud.address, replace(cloud.credentials, client_secret="p8e-canary-secret")))
    assert step.code is Code.SHOP_CREDENTIALS
    assert step.what == "Adobe's sign-in service (IMS) gives no token: invalid_client (401)."
    assert "enter its client ID and client secret again" in step.fix
    assert "canary" not in str(step)


def test_a_scope_that_the_credential_may_not_ask_for_is_told(cloud: Tenant) -> None:
    step = no_token(pinged(cloud.address, replace(cloud.credentials, scopes=("openid", "no.such.scope"))))
    assert "invalid_scope" in step.what
    assert "with the scope commerce.accs" in step.fix


def test_a_sign_in_service_that_is_away_is_told_apart_from_the_shop(cloud: Tenant) -> None:
    with cloud.shop.faults.on(FrontEndFails(status=503, matching=TOKEN_PATH)):
        step = no_token(ping(cloud))
    assert step.what == "Adobe's sign-in service (IMS) gives no token at the moment."
    assert "status.adobe.com" in step.fix


def test_a_token_without_the_scope_that_people_forget_is_told(cloud: Tenant) -> None:
    found = pinged(cloud.address, replace(cloud.credentials, scopes=("openid", "AdobeID")))
    step = found.failure
    assert (step.name, step.code) == (StepName.CREDENTIALS, Code.SHOP_CREDENTIALS)
    assert "lacks the scope commerce.accs" in step.why
    assert set(found.granted.values()) == {StepState.NOT_TRIED}


def test_another_organisation_than_the_instance_s_is_told(cloud: Tenant) -> None:
    found = pinged(cloud.address, replace(cloud.credentials, organization_id="0123456789ABCDEF@AdobeOrg"))
    step = found.failure
    assert (step.name, step.code) == (StepName.CREDENTIALS, Code.SHOP_PERMISSION)
    assert "User is not entitled to access this instance" in step.what
    assert step.fix.startswith("Compare the organisation ID")
    assert set(found.granted.values()) == {StepState.NOT_TRIED}


def test_another_tenant_is_told(cloud: Tenant) -> None:
    address = f"{cloud.address.rpartition('/')[0]}/OtherTenant"
    step = pinged(address, cloud.credentials).failure
    assert step.name is StepName.API
    assert step.what == f"There is no API at {address}: the answer is 404."
    assert step.fix.startswith("Copy the REST address of the instance from Commerce Cloud Manager")


def test_an_address_without_a_tenant_is_told_and_nothing_is_asked(cloud: Tenant) -> None:
    step = pinged(cloud.address.rpartition("/")[0], cloud.credentials).failure
    assert (step.name, step.code) == (StepName.ADDRESS, Code.SETTINGS_INVALID)
    assert cloud.shop.requests == ()


def test_a_missing_permission_is_told_by_its_name(cloud: Tenant) -> None:
    with cloud.shop.faults.on(PermissionWithdrawn(resource=CUSTOMERS)):
        found = ping(cloud)
    assert found.failure.facts["resource"] == CUSTOMERS
    assert f"it lacks {CUSTOMERS}" in found.failure.what
    assert found[StepName.CREDENTIALS].state is StepState.OK


@pytest.mark.parametrize(
    ("fault", "what"),
    [
        (Maintenance(matching="/V1/"), "The shop is in maintenance mode, or its front end cannot keep up"),
        (FirewallPage(matching="/V1/"), "A firewall refused the request: 403 (text/html)"),
    ],
    ids=["maintenance", "firewall"],
)
def test_what_stands_in_its_place_is_told_as_for_any_shop(
    cloud: Tenant, fault: Maintenance | FirewallPage, what: str
) -> None:
    with cloud.shop.faults.on(fault):
        step = ping(cloud).failure
    assert step.name is StepName.API
    assert step.what.startswith(what)


def test_clocks_that_differ_stop_nothing_where_nothing_is_signed(cloud: Tenant) -> None:
    with cloud.shop.faults.on(ClockAhead(seconds=-900)):
        found = ping(cloud)
    step = found[StepName.CLOCK]
    assert step.state is StepState.WARNING
    assert step.why == "Times here and times in the shop cannot be compared."
    assert found[StepName.CREDENTIALS].state is StepState.OK
