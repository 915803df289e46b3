"""A cloud that has read some orders of the recorded shop and a retailer's company; nothing is decided yet."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from ml_connector.adobe.sandbox import ShopData
from ml_connector.adobe.sandbox.data import SETTINGS
from ml_connector.cloud import connections
from ml_connector.cloud.agents import Agent, take_catalogue
from ml_connector.cloud.deciding import RulesKeeper
from ml_connector.cloud.proposing import accepted_chart
from ml_connector.cloud.shop_settings import SHOP_SETTINGS
from ml_connector.codec import canonical, digest
from ml_connector.posting.chart import Chart
from ml_connector.posting.company import Catalogue
from ml_connector.sync.deciding import decide_due
from ml_connector.sync.intake import Intake
from ml_connector.sync.ports import Payload
from ml_connector.sync.protocol import CatalogueIs
from tests.specs.cloud_place import CONNECTION, Cloud, a_cloud
from tests.specs.retail_company import company

ORDERS = (1, 2, 5, 22, 31, 51)
"""Held, with a receipt, refunded, with a rare product, discounted, in two part invoices."""
_SETTINGS = (*SETTINGS, "customer_groups", "tax_classes", "tax_rates", "tax_rules")


@contextmanager
def a_shop_that_was_read(folder: Path, orders: Sequence[int] = ORDERS) -> Generator[Cloud]:
    """The cloud with its data folder in `folder`, as a service leaves it."""
    with a_cloud(folder) as cloud:
        cloud.connect()
        (folder / "cloud.toml").write_text('data_dir = "."\n')
        (folder / "ml-connector.sqlite3").symlink_to(folder / "records.sqlite3")
        shop = _recorded()
        known = shop.company
        with cloud.ledger.begin() as tx:
            tx.save_fact(SHOP_SETTINGS, digest(shop.settings), shop.settings)
        take_catalogue(Agent("agent-1", cloud.ledger), CatalogueIs(hash=digest(known), catalogue=known))
        decider, now = RulesKeeper(cloud.ledger)(), cloud.clock.now()
        with cloud.ledger.begin() as tx:
            Intake.begin(tx, decider, CONNECTION, now, "test").take(shop.of_orders(set(orders)))
        yield cloud


def accept(cloud: Cloud, chart: Chart | None = None) -> Chart:
    """Accept a chart, the proposed one without another."""
    chosen = chart or accepted_chart(cloud.ledger, "ann", "looks right", "invoiced")
    connections.accept_chart(cloud.ledger, chosen, "ann", "looks right")
    return chosen


def decide_all(cloud: Cloud) -> None:
    """As the worker does, until nothing is due."""
    while decide_due(cloud.ledger, RulesKeeper(cloud.ledger)(), cloud.clock.now()):
        pass


@dataclass(frozen=True)
class _Recorded:
    """The recorded shop as it is stored: read once, for all tests of a process."""

    settings: str
    company: Catalogue
    payloads: tuple[Payload, ...]

    def of_orders(self, orders: set[int]) -> tuple[Payload, ...]:
        """The payloads of these orders, and all products."""
        return tuple(
            each
            for each in self.payloads
            if each.kind == "products" or (each.order_id or each.entity_id) in orders
        )


@cache
def _recorded() -> _Recorded:
    shop = ShopData.recorded()
    settings = {name: _setting(shop, name) for name in _SETTINGS}
    return _Recorded(canonical(settings).decode(), company(), tuple(_payloads(shop)))


def _setting(shop: ShopData, name: str) -> object:
    return shop.setting(name) if name in SETTINGS else [row.document for row in shop.table(name).rows]


def _payloads(shop: ShopData) -> Iterator[Payload]:
    for kind in ("products", "orders", "invoices", "creditmemos", "transactions"):
        for row in shop.table(kind).rows:
            document = cast(Mapping[str, object], row.document)
            entity = document.get("entity_id", document.get("id", document.get("transaction_id")))
            yield Payload(
                kind=kind,
                entity_id=int(str(entity)),
                order_id=int(str(document.get("order_id", 0))),
                updated_at=str(document.get("updated_at", "")),
                body=row.text,
            )
