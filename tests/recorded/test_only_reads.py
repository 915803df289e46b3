"""Nothing is ever written to a shop: from the shop's own log of everything that it was asked in a whole life.

Connected, pinged, read for the first time, swept, hinted at, checked, and in trouble meanwhile; as a shop of
one's own and as a Cloud Service. What is sent otherwise than by GET are the calls for tokens, and only those.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ml_connector.adobe.activation import Activation, accept_callback, access_token, request_token
from ml_connector.adobe.connect import ShopCredentials
from ml_connector.adobe.probing import probe
from ml_connector.adobe.sandbox import FULL, CloudService, Face, LoggedRequest, Paas, PretendShop
from ml_connector.adobe.sandbox.cloud_service import TENANT_ID
from ml_connector.adobe.sandbox.fault_answers import Deadlock, FirewallPage, FrontEndFails, TooManyRequests
from ml_connector.adobe.sandbox.fault_lists import Poison
from ml_connector.adobe.sandbox.fault_wire import ResetWithin
from ml_connector.adobe.sandbox.ims import TOKEN_PATH
from ml_connector.adobe.sandbox.server import Answer, Request
from ml_connector.clock import SystemClock
from ml_connector.records import inbox
from ml_connector.sync.hints import Hint
from ml_connector.sync.ports import Flow
from tests.recorded.cloud_shops import answering, ims_credentials
from tests.recorded.kept_shop import KeptShop, a_kept_shop
from tests.recorded.ping_shops import NOTHING_READ
from tests.specs.sync_kit import SHOP

CLOCK = SystemClock()
READ = (
    *("orders", "invoices", "creditmemos", "transactions", "products", "customers/search"),
    *("store/websites", "store/storeViews", "store/storeConfigs", "store/storeGroups"),
    *("customerGroups/search", "taxRates/search", "taxClasses/search", "taxRules/search"),
)


def activated(shop: PretendShop, url: str) -> ShopCredentials:
    """The keys of an integration that its merchant has activated: the shop calls, and we fetch them."""
    sent: list[Request] = []

    def take(request: Request) -> Answer:
        sent.append(request)
        return Answer(200, "text/plain", b"")

    assert isinstance(shop.face, Paas)
    with answering(take) as callback:
        assert shop.face.activations.press(FULL, f"{callback}/activations", f"{url}/") == 200
    activation = Activation(callback=accept_callback(sent[-1].body), shop_url=url, begun_at=CLOCK.now())
    return access_token(activation, request_token(activation, CLOCK), CLOCK)


def of_ims(shop: PretendShop, url: str) -> ShopCredentials:
    assert isinstance(shop.face, CloudService)
    return ims_credentials(shop.face.token_url(url))


def live(kept: KeptShop, keys: ShopCredentials) -> None:
    """Everything that the connector ever does with a shop, and some of it while the shop is in trouble."""
    probe(kept.address, keys, CLOCK, NOTHING_READ)
    kept.reads.settings()
    kept.shop.faults.switch_on(
        FrontEndFails(status=502, matching="/V1/", after=2, times=1),
        TooManyRequests(matching="/V1/", after=4, times=1),
        ResetWithin(matching="/V1/", after=6, times=1),
        Deadlock(matching="/V1/", after=8, times=1),
        FirewallPage(matching="/V1/", after=10, times=1),
        Poison(kind="invoices", entity_id=45),
    )
    kept.sweep_until_read()
    kept.shop.faults.switch_off()
    kept.shop.data.write("invoices", *kept.burst(3, at="2026-11-23 13:59:59"))
    hints = (
        Hint(Flow.ORDERS, 60),
        Hint(Flow.INVOICES, 9001),
        Hint(Flow.CREDIT_MEMOS),
        Hint(Flow.ORDERS, 777),
    )
    with kept.place.ledger.engine.begin() as connection:
        now = kept.place.clock.now()
        inbox.store(connection, [inbox.arrival(SHOP, "hook", "event-1", "", hints, now)])
    for _ in range(6):
        kept.wait(minutes=5)
        while kept.conductor.follow_hints():
            kept.wait(seconds=10)
    kept.sweep_until_read()
    kept.check()
    for flow in (*Flow,):
        kept.reads.by_id(flow, [1])
    probe(kept.address, keys, CLOCK, NOTHING_READ)


FACES: dict[str, tuple[Callable[[], Face], Callable[[PretendShop, str], ShopCredentials], str]] = {
    "a shop of one's own": (Paas, activated, "/rest/all"),
    "a Cloud Service": (CloudService, of_ims, f"/{TENANT_ID}"),
}
TOKEN_CALLS = {
    "a shop of one's own": {("POST", "/oauth/token/request"), ("POST", "/oauth/token/access")},
    "a Cloud Service": {("POST", TOKEN_PATH)},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FACES)
def test_in_a_whole_life_only_get_and_the_calls_for_tokens_are_sent(tmp_path: Path, name: str) -> None:
    face, keys, root = FACES[name]
    given: list[ShopCredentials] = []

    def connect(shop: PretendShop, url: str) -> ShopCredentials:
        given.append(keys(shop, url))
        return given[0]

    with a_kept_shop(tmp_path, face(), connect) as kept:
        live(kept, given[0])
        kept.must_be_whole()
        assert kept.troubles
        asked = kept.shop.requests
        assert {(each.method, path_of(each)) for each in asked if each.method != "GET"} == TOKEN_CALLS[name]
        paths = {path_of(each) for each in asked if each.method == "GET"}
        assert paths >= {f"{root}/V1/{path}" for path in READ}
        assert {each.status for each in asked if each.method == "GET"} >= {200, 400, 403, 429, 500, 502}
        assert all("/V1/" in path for path in paths if path not in ("/", "/magento_version"))


def path_of(request: LoggedRequest) -> str:
    return request.target.partition("?")[0]
