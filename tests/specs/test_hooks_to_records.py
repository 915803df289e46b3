"""From a delivery to a noticed document, over two real wires: the hook's and the shop's."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import cast

import pytest
from sqlalchemy import select

from ml_connector.adobe.sandbox import PretendShop, ShopData
from ml_connector.documents.identity import Kind
from ml_connector.records import tables, trail
from ml_connector.sync.follow import BACK_OFF
from ml_connector.sync.hints import GATHERED
from tests.acceptance.small_shop import cut
from tests.specs.hook_place import HookPlace, a_hook_place

pytestmark = pytest.mark.slow

ORDERS = (5, 11)
LATE_ORDER = 11


def until(holds: Callable[[], bool]) -> None:
    """Wait for what the worker's thread is to bring about."""
    for _ in range(200):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("it does not come about")


class Shop:
    """A shop in which one invoice appears later than its order."""

    def __init__(self, place: HookPlace, shop: PretendShop, late: dict[str, object]) -> None:
        self.place, self.shop, self.late = place, shop, late

    @property
    def late_id(self) -> int:
        return cast(int, self.late["entity_id"])

    def appear(self) -> None:
        self.shop.add("invoices", self.late)  # pyright: ignore[reportArgumentType]  (it came from this shop)

    def hint(self, body: dict[str, object]) -> None:
        name = self.place.endpoint()
        assert self.place.deliver(name, json.dumps(body).encode()) == 200

    def noticed(self) -> set[int]:
        with self.place.ledger.begin() as tx:
            return {int(each.key.entity) for each in tx.records() if each.key.kind is Kind.INVOICE}

    def is_taken(self) -> bool:
        """Whether the worker has taken out what came in."""
        with self.place.ledger.engine.begin() as connection:
            return "" not in connection.execute(select(tables.deliveries.c.taken_at)).scalars().all()

    def sweeps(self) -> int:
        return sum("updated_at" in each.target and "/invoices" in each.target for each in self.shop.requests)


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = cut(tmp_path_factory.mktemp("shop"), ORDERS)
    invoices = cast(list[dict[str, object]], json.loads((folder / "invoices.json").read_text()))
    late = next(each for each in invoices if each["order_id"] == LATE_ORDER)
    (folder / "invoices.json").write_text(json.dumps([each for each in invoices if each is not late]))
    pretend = PretendShop(ShopData.in_folder(folder))
    with (
        pretend.running() as url,
        a_hook_place(tmp_path_factory.mktemp("service"), shop_url=url) as place,
    ):
        made = Shop(place, pretend, late)
        place.worker.start()
        until(lambda: (one := place.worker.state_of("shop-1")) is not None and one.swept_at is not None)
        assert made.late_id not in made.noticed()
        yield made


def test_an_invoice_that_is_hinted_at_is_noticed_without_waiting_for_the_next_sweep(shop: Shop) -> None:
    before = shop.sweeps()
    shop.appear()
    shop.hint({"event": "sales.invoice.created", "entity_id": shop.late_id, "grand_total": "1.00"})
    until(lambda: shop.late_id in shop.noticed())
    assert shop.sweeps() == before
    with shop.place.ledger.begin() as tx:
        (record,) = [each for each in tx.records() if each.key.entity == str(shop.late_id)]
        entry = list(trail.entries(tx.connection, "shop-1"))[-1].entry
    assert record.shop_total != 1
    assert (entry.actor, entry.action) == ("hint", "noticed")


def test_a_hint_about_the_order_finds_the_invoice(shop: Shop) -> None:
    shop.appear()
    shop.hint({"event": "sales.order.updated", "entity_id": LATE_ORDER})
    until(lambda: shop.late_id in shop.noticed())


def test_a_hint_that_comes_before_its_invoice_finds_it_a_little_later(shop: Shop) -> None:
    shop.hint({"event": "sales.invoice.created", "entity_id": shop.late_id})
    asked = f"value%5D={shop.late_id}"
    until(lambda: any(asked in each.target for each in shop.shop.requests))
    assert shop.late_id not in shop.noticed()
    shop.appear()
    shop.place.clock.sleep(BACK_OFF[0].total_seconds())
    until(lambda: shop.late_id in shop.noticed())


def test_a_hint_that_names_nothing_sweeps_a_few_seconds_later(shop: Shop) -> None:
    shop.late["updated_at"] = "2026-12-01 00:00:00"
    shop.appear()
    shop.hint({"note": "something happened"})
    until(shop.is_taken)
    shop.place.clock.sleep(GATHERED.total_seconds())
    until(lambda: shop.late_id in shop.noticed())


def test_deliveries_are_forgotten_after_thirty_days(shop: Shop) -> None:
    shop.hint({"event": "sales.order.updated", "entity_id": LATE_ORDER})
    assert len(shop.place.stored("hook-1")) == 1
    until(shop.is_taken)
    shop.place.clock.sleep(31 * 86_400)
    until(lambda: shop.place.stored("hook-1") == [])
