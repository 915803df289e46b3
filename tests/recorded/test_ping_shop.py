"""A ping of a shop that is well: what it tells, and what it costs the shop; and what waits to be read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import cast

import pytest

from ml_connector.adobe.permissions import PERMISSIONS
from ml_connector.adobe.probe_reads import Known
from ml_connector.adobe.reads import AdobeReads
from ml_connector.adobe.sandbox import LIMITED, READONLY, PretendShop
from ml_connector.adobe.sandbox.configuration import Configuration
from ml_connector.adobe.sandbox.fault_access import PermissionWithdrawn
from ml_connector.adobe.sandbox.fault_answers import FirewallPage, TooManyRequests
from ml_connector.adobe.sandbox.fault_lists import LastPageRepeated
from ml_connector.adobe.steps import StepName, StepState
from ml_connector.clock import SystemClock
from ml_connector.errors import Code
from ml_connector.sync.ports import Flow
from tests.recorded.faulty_shops import in_the_shop, read_on
from tests.recorded.ping_shops import REQUESTS_MAX, fresh, known, pinged
from tests.recorded.shop_clients import client, credentials

pytestmark = pytest.mark.slow

WELL = [StepState.OK]


@pytest.fixture
def shop() -> Iterator[tuple[PretendShop, str]]:
    with fresh() as made:
        yield made


def test_a_shop_that_is_well_has_a_tick_at_every_step(shop: tuple[PretendShop, str]) -> None:
    _, url = shop
    found = pinged(url)
    assert {step.state for step in found.steps} == {StepState.OK}
    assert [step.name for step in found.steps] == [
        *(StepName.ADDRESS, StepName.CONNECTION, StepName.API, StepName.CLOCK, StepName.CREDENTIALS),
        *[StepName.PERMISSION] * len(PERMISSIONS),
        *(StepName.BEARER, StepName.VERSION, StepName.STORES, StepName.DOCUMENTS, StepName.BACK_FILL),
    ]
    assert all(step.what and not step.fix and step.code is None for step in found.steps)


def test_a_ping_sends_a_dozen_reads_of_one_row_and_nothing_else(shop: tuple[PretendShop, str]) -> None:
    pretend, url = shop
    for cursor in ("", cursor_of(url, Flow.INVOICES)):
        before = len(pretend.requests)
        pinged(url, known=known({Flow.INVOICES: cursor}))
        asked = pretend.requests[before:]
        assert len(asked) <= REQUESTS_MAX
        assert {request.method for request in asked} == {"GET"}
        lists = [request.target for request in asked if "searchCriteria" in request.target]
        assert len(lists) == 8
        assert all("%5BpageSize%5D=1&" in target for target in lists)


def test_the_stores_are_told_with_currency_and_time_zone(shop: tuple[PretendShop, str]) -> None:
    _, url = shop
    step = pinged(url)[StepName.STORES]
    assert step.what == (
        "3 websites: base (GBP, Europe/London; default, eu_en, old_view);"
        " uk_inc (GBP, Europe/London; uk_inc_en); ie (EUR, Europe/Dublin; ie_en)."
    )
    websites = cast(list[dict[str, object]], step.facts["websites"])
    assert [(site["id"], site["code"], site["base_currencies"]) for site in websites] == [
        ("1", "base", ("GBP",)),
        ("2", "uk_inc", ("GBP",)),
        ("3", "ie", ("EUR",)),
    ]


def test_the_version_is_told_as_far_as_it_shows(shop: tuple[PretendShop, str]) -> None:
    pretend, url = shop
    step = pinged(url)[StepName.VERSION]
    assert step.what == (
        "It behaves like Adobe Commerce or Magento 2.4.4 or later; its API does not tell the patch level."
        " It has 346 modules, of which those of Local, PayPal are not Adobe's own."
    )
    with pretend.faults.on(FirewallPage(matching="/modules")):
        assert "Magento 2.4.0 or later" in pinged(url)[StepName.VERSION].what
        with pretend.faults.on(LastPageRepeated(matching="taxClasses")):
            assert pinged(url)[StepName.VERSION].what == (
                "It behaves like Magento 2.3; its API does not tell the patch level."
            )
        with pretend.faults.on(PermissionWithdrawn(resource="Magento_Tax::manage_tax")):
            assert pinged(url)[StepName.VERSION].state is StepState.NOT_TRIED


def test_whether_a_token_opens_the_shop_by_itself_is_told_and_harms_nothing(
    shop: tuple[PretendShop, str],
) -> None:
    pretend, url = shop
    assert pinged(url)[StepName.BEARER].facts == {"integration_as_bearer": False}
    pretend.configuration = Configuration(integration_as_bearer=True)
    step = pinged(url)[StepName.BEARER]
    assert (step.state, step.facts) == (StepState.OK, {"integration_as_bearer": True})
    assert "enable_integration_as_bearer is 1" in step.why
    assert "does not need it" in step.why


# Permissions


@pytest.mark.parametrize("permission", PERMISSIONS, ids=lambda each: each.resource)
def test_a_missing_permission_is_told_by_its_name_and_where_to_tick_it(
    shop: tuple[PretendShop, str], permission: object
) -> None:
    pretend, url = shop
    wanted = next(each for each in PERMISSIONS if each is permission)
    with pretend.faults.on(PermissionWithdrawn(resource=wanted.resource)):
        found = pinged(url)
    step = found.failure
    assert step.code is Code.SHOP_PERMISSION
    assert step.what == f"{wanted.opens} may not be read: the integration lacks {wanted.resource}."
    assert step.fix == (
        "In the shop's admin, System > Integrations, open the integration, tick"
        f" {wanted.ticked_at} ({wanted.resource}) under API, save, and activate it again."
    )
    assert found[StepName.CREDENTIALS].state is StepState.OK
    others = {resource: state for resource, state in found.granted.items() if resource != wanted.resource}
    assert set(others.values()) == {StepState.OK}


def test_every_permission_is_looked_at_when_some_are_missing(shop: tuple[PretendShop, str]) -> None:
    _, url = shop
    missing = {
        resource
        for resource, state in pinged(url, credentials(READONLY)).granted.items()
        if state not in WELL
    }
    assert missing == {"Magento_Sales::transactions_fetch", "Magento_Customer::group"}


def test_an_integration_that_may_read_orders_only_is_told_so_and_what_follows(
    shop: tuple[PretendShop, str],
) -> None:
    _, url = shop
    found = pinged(url, credentials(LIMITED))
    assert [resource for resource, state in found.granted.items() if state is StepState.OK] == [
        "Magento_Sales::actions_view"
    ]
    assert found[StepName.STORES].why == "The step “permission” failed before it."
    assert found[StepName.DOCUMENTS].what == "198 orders wait to be read; none was read yet."
    assert found[StepName.BACK_FILL].why == "Invoices or credit memos may not be read."


def test_a_firewall_that_stops_one_path_is_told_for_that_path_alone(shop: tuple[PretendShop, str]) -> None:
    pretend, url = shop
    with pretend.faults.on(FirewallPage(matching="customers/search")):
        step = pinged(url).failure
    assert step.facts["resource"] == "Magento_Customer::customer"
    assert step.what == "A firewall refused the request: 403 (text/html), and not in the words of the API."


def test_a_shop_that_asks_for_a_pause_is_left_alone_at_once(shop: tuple[PretendShop, str]) -> None:
    pretend, url = shop
    with pretend.faults.on(TooManyRequests(after=4, retry_after="30")):
        found = pinged(url)
    assert found.failure.why.startswith("It asks to be left alone for 30 s.")
    assert list(found.granted.values()).count(StepState.NOT_TRIED) == 4
    assert found[StepName.DOCUMENTS].state is StepState.NOT_TRIED
    assert [each.status for each in pretend.requests] == [200, 200, 200, 200, 429]


# What waits


def cursor_of(url: str, flow: Flow) -> str:
    with client(url) as shop_client:
        return read_on(AdobeReads(shop_client, SystemClock()), flow).cursor


def first_page(url: str, flow: Flow) -> tuple[str, int]:
    with client(url) as shop_client:
        page = AdobeReads(shop_client, SystemClock()).changes(flow, "")
    assert page.more
    return page.cursor, len(page.payloads)


def test_before_the_first_sweep_everything_waits_and_the_oldest_document_is_told(
    shop: tuple[PretendShop, str],
) -> None:
    pretend, url = shop
    found = pinged(url)
    assert found[StepName.DOCUMENTS].what == (
        "176 invoices, 38 credit memos and 198 orders wait to be read; none was read yet."
    )
    dates = [
        str(row.document["created_at"])
        for kind in ("invoices", "creditmemos")
        for row in pretend.data.table(kind).rows
    ]
    year, month, day = min(dates)[:10].split("-")
    assert found[StepName.BACK_FILL].what == (
        f"The first back-fill begins with {day}/{month}/{year},"
        " the date of the oldest invoice or credit memo."
    )
    assert found[StepName.BACK_FILL].facts["oldest"] == min(dates)


def test_during_the_first_sweep_what_is_left_is_counted_behind_the_cursor(
    shop: tuple[PretendShop, str],
) -> None:
    pretend, url = shop
    cursor, read = first_page(url, Flow.INVOICES)
    found = pinged(url, known=Known(cursors={Flow.INVOICES: cursor}, read={Flow.INVOICES: read}))
    left = len(in_the_shop(pretend, Flow.INVOICES)) - read
    assert found[StepName.DOCUMENTS].facts["invoices"] == {"waiting": left, "read": read}
    assert found[StepName.DOCUMENTS].what.startswith(
        f"{read} invoices, 0 credit memos and 0 orders were read;"
    )
    assert found[StepName.BACK_FILL].what == "The first back-fill is under way: not far yet."


def test_how_far_the_first_sweep_has_come_is_told_by_the_flow_that_is_behind(
    shop: tuple[PretendShop, str],
) -> None:
    _, url = shop
    half, _ = first_page(url, Flow.INVOICES)
    cursors = {Flow.INVOICES: half, Flow.CREDIT_MEMOS: cursor_of(url, Flow.CREDIT_MEMOS)}
    step = pinged(url, known=known(cursors))[StepName.BACK_FILL]
    up_to = str(step.facts["read_up_to"])
    assert (
        step.what == f"The first back-fill is under way: read up to {up_to[8:10]}/{up_to[5:7]}/{up_to[:4]}."
    )


def test_after_the_first_sweep_only_what_is_new_or_changed_waits(shop: tuple[PretendShop, str]) -> None:
    pretend, url = shop
    flows = (Flow.INVOICES, Flow.CREDIT_MEMOS, Flow.ORDERS)
    read = known({flow: cursor_of(url, flow) for flow in flows}, read=9)
    assert pinged(url, known=read)[StepName.DOCUMENTS].facts["invoices"] == {"waiting": 0, "read": 9}
    invoice = pretend.document("invoices", 1)
    later = "2026-12-24 18:00:00"
    pretend.replace("invoices", {**invoice, "updated_at": later})
    pretend.add("invoices", {**invoice, "entity_id": 9001, "created_at": later, "updated_at": later})
    found = pinged(url, known=read)
    assert found[StepName.DOCUMENTS].what == (
        "9 invoices, 9 credit memos and 9 orders were read;"
        " 2 invoices, 0 credit memos and 0 orders are new in the shop or changed there since."
    )
    assert found[StepName.BACK_FILL].what == "The first back-fill is over: the shop was read to its end."


def test_with_a_cut_over_only_what_was_made_since_counts(shop: tuple[PretendShop, str]) -> None:
    """A day in the shop's time zone: in summer it begins an hour before the same day in UTC."""
    pretend, url = shop
    since = "2026-06-30 23:00:00"
    wanted = Known(
        cursors={}, read={}, cut_over=date(2026, 7, 1), since=datetime.fromisoformat(f"{since}+00:00")
    )
    found = pinged(url, known=wanted)
    made = [str(row.document["created_at"]) for row in pretend.data.table("invoices").rows]
    later = [each for each in made if each >= since]
    assert 0 < len(later) < len(made)
    assert found[StepName.DOCUMENTS].facts["invoices"] == {"waiting": len(later), "read": 0}
    step = found[StepName.BACK_FILL]
    assert step.what.endswith("the oldest invoice or credit memo since the cut-over on 01/07/2026.")
    assert str(step.facts["oldest"]) >= since


def test_a_shop_without_documents_since_the_cut_over_is_warned_about(shop: tuple[PretendShop, str]) -> None:
    since = datetime(2027, 4, 5, 23, tzinfo=UTC)
    wanted = Known(cursors={}, read={}, cut_over=date(2027, 4, 6), since=since)
    step = pinged(shop[1], known=wanted)[StepName.BACK_FILL]
    assert step.state is StepState.WARNING
    assert step.what == "The shop has neither an invoice nor a credit memo since the cut-over on 06/04/2027."
