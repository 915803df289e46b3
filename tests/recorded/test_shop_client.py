"""The shop client over real HTTP, against the recorded shop: what it reads, and what the shop refuses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from ml_connector.adobe.auth import OAuth1
from ml_connector.adobe.criteria import Condition, Filter, query
from ml_connector.adobe.reads import AdobeReads
from ml_connector.adobe.sandbox import LIMITED, READONLY, Integration, PretendShop
from ml_connector.adobe.shop import ShopClient
from ml_connector.clock import ManualClock, SystemClock
from ml_connector.errors import Code
from ml_connector.sync.ports import Flow, Payload
from tests.recorded.shop_clients import (
    ONE_ORDER,
    client,
    credentials,
    needs_person,
    raised_by,
    tries_again,
)

pytestmark = pytest.mark.slow

ID_OF = {
    Flow.INVOICES: "entity_id",
    Flow.CREDIT_MEMOS: "entity_id",
    Flow.ORDERS: "entity_id",
    Flow.CUSTOMERS: "id",
}
IN_THE_RECORDED_SHOP = {Flow.INVOICES: 176, Flow.CREDIT_MEMOS: 38, Flow.ORDERS: 198, Flow.CUSTOMERS: 42}


@pytest.fixture(scope="module")
def recorded() -> PretendShop:
    return PretendShop()


@pytest.fixture(scope="module")
def address(recorded: PretendShop) -> Iterator[str]:
    with recorded.running() as url:
        yield url


def swept(reads: AdobeReads, flow: Flow, cursor: str = "") -> tuple[list[Payload], str]:
    payloads: list[Payload] = []
    for _ in range(50):
        page = reads.changes(flow, cursor)
        payloads += page.payloads
        cursor = page.cursor
        if not page.more:
            return payloads, cursor
    raise AssertionError("this sweep never ends")


@pytest.mark.parametrize("flow", Flow)
def test_each_document_of_the_recorded_shop_is_noticed_exactly_once(
    recorded: PretendShop, address: str, flow: Flow
) -> None:
    """With the very bytes that the shop sent; 38 of the orders share one second."""
    with client(address) as shop:
        payloads, _ = swept(AdobeReads(shop, SystemClock()), flow)
    assert len(payloads) == IN_THE_RECORDED_SHOP[flow]
    assert max(Counter(payload.entity_id for payload in payloads).values()) == 1
    sent = {row.document[ID_OF[flow]]: row.text for row in recorded.data.table(flow.value).rows}
    assert {payload.entity_id: payload.body for payload in payloads} == sent
    assert all(payload.kind == flow.value and payload.updated_at for payload in payloads)


def test_a_new_sweep_brings_what_changed_and_the_last_minutes_again() -> None:
    clock = ManualClock(at=datetime(2026, 11, 23, 14, 0, tzinfo=UTC))  # just after the recording
    changing = PretendShop()
    with changing.running() as url, client(url) as shop:
        reads = AdobeReads(shop, clock)
        first, cursor = swept(reads, Flow.INVOICES)
        changed = changing.document("invoices", 1) | {"updated_at": "2026-11-23 14:00:30"}
        changing.replace("invoices", changed)
        changing.add("invoices", changed | {"entity_id": 9001, "increment_id": "000009001"})
        second, _ = swept(reads, Flow.INVOICES, cursor)
    assert {1, 9001} <= {payload.entity_id for payload in second}
    assert len(second) < len(first) / 2


def test_only_get_is_ever_sent_to_a_shop() -> None:
    """From the request log of a shop from which everything was read that the connector can read."""
    shop_with_log = PretendShop()
    with shop_with_log.running() as url, client(url) as shop:
        reads = AdobeReads(shop, SystemClock())
        orders = [payload.entity_id for payload in swept(reads, Flow.ORDERS)[0]]
        for flow in Flow:
            swept(reads, flow)
            assert reads.by_id(flow.value, [1])
        assert len(reads.by_id("products", [1, 2, 3])) == 3
        assert len(reads.of_orders("invoices", orders)) == 176
        assert len(reads.of_orders("creditmemos", orders)) == 38
        # The 43rd belongs to the order that was deleted.
        assert len(reads.of_orders("transactions", [*orders, 194])) == 43
        assert reads.settings()["tax_rates"]
    assert {request.method for request in shop_with_log.requests} == {"GET"}
    assert {request.status for request in shop_with_log.requests} == {200}
    paths = {request.target.partition("?")[0] for request in shop_with_log.requests}
    assert {f"/rest/all/V1/{name}" for name in ("orders", "customers/search", "store/websites")} <= paths


@pytest.mark.parametrize("flow", [Flow.ORDERS, Flow.INVOICES, Flow.CREDIT_MEMOS])
def test_the_shop_says_of_one_document_by_its_id_whether_it_is_there(address: str, flow: Flow) -> None:
    with client(address) as shop:
        reads = AdobeReads(shop, SystemClock())
        assert not reads.is_missing(flow, 2)
        assert reads.is_missing(flow, 999_999)


def test_the_settings_of_the_recorded_shop_are_whole(address: str) -> None:
    with client(address) as shop:
        read = AdobeReads(shop, SystemClock()).settings()
    counts = {name: len(cast(list[object], rows)) for name, rows in read.items()}
    assert counts == {
        "websites": 4,
        "store_groups": 4,
        "store_views": 6,
        "store_configs": 5,
        "customer_groups": 6,
        "tax_classes": 10,
        "tax_rates": 11,
        "tax_rules": 6,
    }


WRONG = {
    "consumer_secret": "x" * 32,
    "access_token_secret": "x" * 32,
    "access_token": "x" * 32,
    "consumer_key": "short",
}


@pytest.mark.parametrize("value", WRONG)
def test_each_wrong_credential_is_told_as_such_and_no_secret_with_it(address: str, value: str) -> None:
    wrong = replace(credentials(), **{value: WRONG[value]})
    with client(address, wrong) as shop:
        said = needs_person(raised_by(shop), Code.SHOP_CREDENTIALS)
    for secret in (wrong.consumer_secret, wrong.access_token, wrong.access_token_secret):
        assert secret not in said


@pytest.mark.parametrize(
    ("integration", "path", "resource"),
    [
        (LIMITED, "invoices", "Magento_Sales::sales_invoice"),
        (LIMITED, "creditmemos", "Magento_Sales::sales_creditmemo"),
        (LIMITED, "customers/search", "Magento_Customer::customer"),
        (READONLY, "transactions", "Magento_Sales::transactions_fetch"),
        (READONLY, "customerGroups/search", "Magento_Customer::group"),
    ],
)
def test_a_missing_permission_is_told_by_its_name(
    address: str, integration: Integration, path: str, resource: str
) -> None:
    with client(address, credentials(integration)) as shop:
        shop.get("orders", ONE_ORDER)
        assert resource in needs_person(raised_by(shop, path), Code.SHOP_PERMISSION)


def test_a_clock_eleven_minutes_ahead_is_told_as_a_clock(address: str) -> None:
    ahead = ManualClock(at=SystemClock().now() + timedelta(seconds=660))
    with client(address, clock=ahead) as shop:
        needs_person(raised_by(shop), Code.SHOP_CLOCK)


def test_a_clock_that_is_a_year_behind_does_no_harm(address: str) -> None:
    with client(address, clock=ManualClock(at=SystemClock().now() - timedelta(days=365), seed=1)) as shop:
        assert shop.get("orders", ONE_ORDER).startswith('{"items":[')


def test_the_same_nonce_twice_is_signed_anew(address: str) -> None:
    """A clock from the same seed draws the same ids: as when a proxy sends our request again."""
    at = SystemClock().now()
    with client(address, clock=ManualClock(at=at, seed=2)) as shop:
        shop.get("orders", ONE_ORDER)
    with client(address, clock=ManualClock(at=at, seed=2)) as shop:
        tries_again(raised_by(shop), Code.SHOP_REFUSED)
        assert shop.get("orders", ONE_ORDER).startswith('{"items":[')


def test_an_unknown_column_is_a_permanent_fault_with_its_report_id(address: str) -> None:
    asked = query([Filter("no_such_column", Condition.EQ, "1")], sort=(), page_size=1)
    with client(address) as shop:
        assert "Report ID: webapi-" in needs_person(raised_by(shop, asked=asked), Code.SHOP_REFUSED)


def test_a_wrong_store_code_or_path_is_told_with_the_words_of_the_shop(address: str) -> None:
    clock = SystemClock()
    with ShopClient(f"{address}/rest/nosuchstore", OAuth1(credentials(), clock), clock) as shop:
        assert "cannot be processed" in needs_person(raised_by(shop), Code.SHOP_REFUSED)
    with client(address) as shop:
        assert "any route" in needs_person(raised_by(shop, "no/such/route"), Code.SHOP_REFUSED)
