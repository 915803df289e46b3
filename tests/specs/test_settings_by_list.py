"""A permission that was withdrawn costs what rests on it and no more: the rest of the shop is read on.

Which list is needed for which decision stands in `adobe/settings.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from io import StringIO
from pathlib import Path
from typing import cast

import pytest
from rich.console import Console

from ml_connector.adobe.auth import OAuth1Credentials
from ml_connector.adobe.reads import AdobeReads
from ml_connector.adobe.sandbox import PretendShop
from ml_connector.adobe.sandbox.fault_access import PermissionWithdrawn, TokenRevoked
from ml_connector.adobe.sandbox.fault_answers import Maintenance
from ml_connector.adobe.sandbox.faults import Fault
from ml_connector.adobe.settings import NEEDED_TO_DECIDE, STORES
from ml_connector.clock import SystemClock
from ml_connector.cloud import connections
from ml_connector.cloud.deciding import RulesKeeper
from ml_connector.cloud.overview import overview
from ml_connector.cloud.proposing import accepted_chart, propose_chart
from ml_connector.cloud.report import print_shop
from ml_connector.cloud.shop_settings import SHOP_SETTINGS, Gaps, gaps, keep
from ml_connector.cloud.worker import Worker
from ml_connector.codec import loads
from ml_connector.errors import Code, Finding, NeedsPerson, TryAgain
from ml_connector.records.ledger import Ledger
from ml_connector.records.vault import Vault
from tests.recorded.cloud_shops import recorded
from tests.recorded.shop_clients import client
from tests.specs.cloud_place import CONNECTION
from tests.specs.credentials_place import four_values
from tests.specs.databases import empty_database
from tests.specs.test_cloud_worker import company, read_company

pytestmark = pytest.mark.slow

CLOCK = SystemClock()
TAX, GROUPS, STORE = "Magento_Tax::manage_tax", "Magento_Customer::group", "Magento_Backend::store"
OF_TAX = {"tax_classes", "tax_rates", "tax_rules"}
OF_STORE = {"websites", "store_groups", "store_views", "store_configs"}


class Reading:
    """A shop, and the records of a connection that reads its settings."""

    def __init__(self, folder: Path, shop: PretendShop, reads: AdobeReads, url: str) -> None:
        self.shop, self.reads = shop, reads
        engine = empty_database(folder / "records.sqlite3")
        new = connections.NewConnection(
            connection_id=CONNECTION,
            name=CONNECTION,
            tag="K7",
            shop_url=url,
            credentials=OAuth1Credentials(**four_values()),
        )
        self.vault = Vault.open(folder / "vault.key", CLOCK)
        connections.create(engine, CLOCK, self.vault, new, "ann")
        self.ledger = Ledger(engine, CLOCK, CONNECTION)

    def read(self, *faults: Fault) -> Gaps:
        with self.shop.faults.on(*faults):
            found = self.reads.settings_by_list()
        with self.ledger.begin() as tx:
            return keep(tx, found, CLOCK.now())

    def stored(self) -> Mapping[str, list[object]]:
        with self.ledger.begin() as tx:
            fact = tx.fact(SHOP_SETTINGS)
        assert fact is not None
        return cast(Mapping[str, list[object]], loads(fact[1]))

    def decides(self) -> bool:
        return RulesKeeper(self.ledger)().chart_version > 0

    def with_chart(self) -> None:
        read_company(self.ledger, company())
        chart = accepted_chart(self.ledger, "ann", "looks right", "invoiced")
        connections.accept_chart(self.ledger, chart, "ann", "looks right")


@pytest.fixture
def reading(tmp_path: Path) -> Iterator[Reading]:
    shop = PretendShop(recorded())
    with shop.running() as url, client(url) as asking:
        made = Reading(tmp_path, shop, AdobeReads(asking, CLOCK), url)
        yield made
        made.ledger.engine.dispose()


def withdrawn(resource: str) -> Fault:
    return PermissionWithdrawn(resource=resource)


@pytest.mark.parametrize(
    ("resource", "lists"), [(TAX, OF_TAX), (GROUPS, {"customer_groups"}), (STORE, OF_STORE)]
)
def test_what_can_still_be_read_is_read_and_the_rest_is_named_by_its_resource(
    reading: Reading, resource: str, lists: set[str]
) -> None:
    with reading.shop.faults.on(withdrawn(resource)):
        read = reading.reads.settings_by_list()
    assert set(read.refused) == lists
    assert set(read.found) == (OF_TAX | OF_STORE | {"customer_groups"}) - lists
    for error in read.refused.values():
        assert isinstance(error, NeedsPerson)
        assert error.finding.code is Code.SHOP_PERMISSION
        assert resource in error.finding.fix


def test_what_is_wrong_with_the_whole_shop_is_no_gap(reading: Reading) -> None:
    for fault, kind in ((Maintenance(), TryAgain), (TokenRevoked(), NeedsPerson)):
        with reading.shop.faults.on(fault), pytest.raises(kind):
            reading.reads.settings_by_list()


def test_a_shop_that_refuses_every_list_is_told_as_one_refusal(reading: Reading) -> None:
    faults = (withdrawn(TAX), withdrawn(GROUPS), withdrawn(STORE))
    with reading.shop.faults.on(*faults), pytest.raises(NeedsPerson):
        reading.reads.settings_by_list()


def test_the_last_reading_of_a_list_is_kept_with_its_age(reading: Reading) -> None:
    reading.read()
    before = reading.stored()
    first = reading.read(withdrawn(TAX))
    again = reading.read(withdrawn(TAX))
    assert set(first.lists) == OF_TAX
    assert first == again, "it is as old as when it was first missed"
    assert all(gap.read_before for gap in first.lists.values())
    assert reading.stored() == before
    assert reading.read() == Gaps()


@pytest.mark.parametrize(
    ("resource", "holds"), [(TAX, True), (STORE, True), (GROUPS, False)], ids=["taxes", "stores", "groups"]
)
def test_nothing_is_decided_on_an_old_reading_that_matters(
    reading: Reading, resource: str, holds: bool
) -> None:
    """A rate's country and a store's time zone decide; a group's name does not, once a chart is accepted."""
    reading.read()
    reading.with_chart()
    assert reading.decides()
    missing = reading.read(withdrawn(resource))
    assert reading.decides() is not holds
    assert missing.finding is not None
    assert resource in missing.finding.fix
    assert ("none is decided" in missing.finding.why) is holds
    reading.read()
    assert reading.decides(), "it goes on by itself"


@pytest.mark.parametrize("resource", [TAX, STORE, GROUPS])
def test_no_chart_is_proposed_on_an_old_reading_whatever_is_missing(reading: Reading, resource: str) -> None:
    reading.read()
    read_company(reading.ledger, company())
    propose_chart(reading.ledger)
    reading.read(withdrawn(resource))
    for act in (
        lambda: propose_chart(reading.ledger),
        lambda: accepted_chart(reading.ledger, "a", "b", "invoiced"),
    ):
        with pytest.raises(NeedsPerson) as caught:
            act()
        assert caught.value.finding.code is Code.SHOP_PERMISSION
        assert resource in caught.value.finding.fix


def test_a_list_that_was_never_read_is_empty_and_no_day_is_told_without_stores(reading: Reading) -> None:
    missing = reading.read(withdrawn(STORE))
    assert not any(gap.read_before for gap in missing.lists.values())
    assert reading.stored()["websites"] == []
    with pytest.raises(TryAgain):
        RulesKeeper(reading.ledger)().day_begins(date(2026, 1, 1))
    reading.read(withdrawn(TAX))
    assert RulesKeeper(reading.ledger)().day_begins(date(2026, 1, 1))
    with reading.ledger.begin() as tx:
        assert gaps(tx).lists["tax_rates"].read_before


def test_a_change_in_a_list_that_is_read_is_stored_beside_a_gap(reading: Reading) -> None:
    reading.read(withdrawn(TAX))
    assert reading.stored()["customer_groups"]
    assert reading.stored()["tax_rates"] == []
    reading.read()
    assert reading.stored()["tax_rates"]


def test_the_lists_that_decisions_rest_on_are_among_those_that_are_read(reading: Reading) -> None:
    reading.read()
    assert STORES < NEEDED_TO_DECIDE < set(reading.stored())


@pytest.mark.slow
def test_documents_are_read_on_and_the_connection_shows_what_is_missing(reading: Reading) -> None:
    worker = Worker(reading.ledger.engine, CLOCK, reading.vault, 300)
    with reading.shop.faults.on(withdrawn(TAX)):
        worker.start()
        try:
            for _ in range(600):
                one = worker.state_of(CONNECTION)
                if one is not None and one.swept_at is not None:
                    break
                CLOCK.sleep(0.05)
            shown = overview(reading.ledger, worker.state_of(CONNECTION))
        finally:
            worker.stop()
    assert shown["counts"]
    assert isinstance(shown["shop_trouble"], Finding)
    assert shown["shop_trouble"].code is Code.SHOP_PERMISSION
    assert TAX in shown["shop_trouble"].fix
    assert set(cast(Mapping[str, object], shown["settings_missing"])) == OF_TAX
    console = Console(file=StringIO(), width=300)
    with reading.ledger.begin() as tx:
        assert tx.progress("invoices").read > 0
    print_shop(overview(reading.ledger, None), console)
    assert isinstance(console.file, StringIO)
    told = console.file.getvalue()
    assert f"lacks {TAX}" in told
    assert "tax rates not read since" in told
