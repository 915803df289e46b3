"""The pretend shop in other states than its default answers what the real shop answered in them.

Input limits, bearer tokens, developer mode and maintenance were recorded minutes before the shop was packed,
when it had 192 orders: those tests take what came later away. The outage was recorded of the shop as packed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import pytest

from ml_connector.adobe.sandbox import PretendShop, ShopData
from ml_connector.adobe.sandbox.configuration import Configuration
from ml_connector.adobe.sandbox.data import SETTINGS
from ml_connector.adobe.sandbox.entities import ENTITIES
from ml_connector.adobe.sandbox.fault_answers import DatabaseDown, FrontEndFails, Maintenance
from ml_connector.adobe.sandbox.faults import Fault
from ml_connector.adobe.sandbox.jsontext import Document
from ml_connector.adobe.sandbox.table import Table
from tests.recorded.replay import JsonObject, Reply, ask_as_recorded, differences, recordings

pytestmark = pytest.mark.slow

EARLIER = ("bearer_enabled", "developer_mode", "input_limits_on", "maintenance")
RECORDED_AT = "2026-11-23 13:36"
RECORDED = {each.title: each for each in recordings(*EARLIER, "outage")}

_OWN_PAGE = "the page's markup is Magento's own and is not copied"
_OWN_TRACE = "the trace names Magento's own code and is not copied"
# A recording that the pretend shop does not match, and why. Each must keep failing, or leave this table.
OTHERWISE = {
    "developer_mode/accept_html": _OWN_TRACE,
    "developer_mode/missing_criteria": _OWN_TRACE,
    "developer_mode/sort_unknown": _OWN_TRACE,
    "developer_mode/unknown_field": _OWN_TRACE,
    "developer_mode/unknown_id": _OWN_TRACE,
    "developer_mode/unsigned": _OWN_TRACE,
    "maintenance/homepage": _OWN_PAGE,
    "maintenance/orders_accept_xml": _OWN_PAGE,
    "maintenance/orders_signed": _OWN_PAGE,
    "maintenance/orders_unsigned": _OWN_PAGE,
    "maintenance/schema": _OWN_PAGE,
    "maintenance/storeConfigs": _OWN_PAGE,
    "outage/database_down": _OWN_PAGE,
    "outage/database_down_unsigned": _OWN_PAGE,
}
# A person signs in with user name and password; a connector never does, and the pretend shop knows nobody.
OF_A_PERSON = {"bearer_enabled/admin_token_ok", "bearer_enabled/admin_token_used"}
MATCHING = [title for title in RECORDED if title not in {*OTHERWISE, *OF_A_PERSON}]
IN_JSON = [title for title in OTHERWISE if "body" in RECORDED[title].response]


def shop_before(moment: str) -> ShopData:
    """The recorded shop without what came at this moment or later."""
    recorded = ShopData.recorded()

    def then(document: Document) -> Document | None:
        if str(document.get("created_at", "")) >= moment:
            return None
        # Customer 1 and product 1 had not changed again yet: their recorded lists show no later time.
        late = str(document.get("updated_at", "")) >= moment
        return {**document, "updated_at": document["created_at"]} if late else document

    tables = {
        entity.kind: Table.of(
            entity, [was for row in recorded.table(entity.kind).rows if (was := then(row.document))]
        )
        for entity in ENTITIES
    }
    return ShopData(tables, {name: recorded.setting(name) for name in SETTINGS})


@pytest.fixture(scope="module")
def shops() -> Iterator[dict[bool, tuple[PretendShop, str]]]:
    """Shop and address: False as packed, True as it was minutes before."""
    with ExitStack() as running:
        as_packed, earlier = PretendShop(), PretendShop(shop_before(RECORDED_AT))
        yield {
            is_earlier: (shop, running.enter_context(shop.running()))
            for is_earlier, shop in ((False, as_packed), (True, earlier))
        }


def configuration_of(folder: str, name: str) -> Configuration:
    """What the shop was set to for a recording."""
    if folder == "input_limits_on" and "after_off" not in name:
        return Configuration(
            input_limit=50 if "max50" in name else 300, page_size_default=10 if "default10" in name else 0
        )
    return Configuration(
        integration_as_bearer=folder == "bearer_enabled", developer_mode=folder == "developer_mode"
    )


def faults_of(folder: str, name: str) -> Sequence[Fault]:
    """What was wrong with the shop during a recording. A stopped search engine is nothing to a REST list."""
    if folder == "maintenance" and name != "orders_after_disable":
        return [Maintenance()]
    if name.startswith("database_down"):
        return [DatabaseDown()]
    return [FrontEndFails(status=502)] if name == "php_down" else []


def replayed(shops: dict[bool, tuple[PretendShop, str]], title: str) -> Reply:
    recording = RECORDED[title]
    shop, address = shops[recording.folder in EARLIER]
    shop.configuration = configuration_of(recording.folder, recording.name)
    with shop.faults.on(*faults_of(recording.folder, recording.name)):
        return ask_as_recorded(address, recording)


@pytest.mark.parametrize("title", MATCHING)
def test_a_recorded_request_gets_the_recorded_answer(
    shops: dict[bool, tuple[PretendShop, str]], title: str
) -> None:
    assert differences(RECORDED[title], replayed(shops, title)) == []


@pytest.mark.parametrize("title", OTHERWISE)
def test_an_exception_is_still_one_and_still_has_the_recorded_status(
    shops: dict[bool, tuple[PretendShop, str]], title: str
) -> None:
    reply = replayed(shops, title)
    assert differences(RECORDED[title], reply) != []
    assert reply.status == RECORDED[title].response["status"]
    assert reply.headers["content-type"] == RECORDED[title].response["headers"]["Content-Type"]
    assert ("set-cookie" in reply.headers) == ("Cache-Control" in RECORDED[title].response["headers"])


def without_own_code(body: JsonObject) -> JsonObject:
    """A refusal in developer mode without the calls and the statement that it shows."""
    message = str(body["message"]).partition(", query was: ")[0]
    return {**body, "message": message, "trace": type(body["trace"]).__name__}


@pytest.mark.parametrize("title", IN_JSON)
def test_in_developer_mode_all_but_the_trace_is_as_recorded(
    shops: dict[bool, tuple[PretendShop, str]], title: str
) -> None:
    ours, theirs = replayed(shops, title).json(), RECORDED[title].response["body"]
    assert list(ours) == list(theirs)
    assert without_own_code(ours) == without_own_code(theirs)


def test_every_recording_of_another_state_is_accounted_for() -> None:
    assert len(IN_JSON) == 5
    counts = {folder: sum(each.folder == folder for each in RECORDED.values()) for folder in EARLIER}
    assert counts == {"bearer_enabled": 4, "developer_mode": 7, "input_limits_on": 31, "maintenance": 7}
    assert {*MATCHING, *OTHERWISE, *OF_A_PERSON} == set(RECORDED)
    assert len(RECORDED) == sum(counts.values()) + 6
