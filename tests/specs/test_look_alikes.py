"""Orders that the shop may have made twice are found by their likeness, on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ml_connector.adobe.reader import order_seen
from ml_connector.cloud.deciding import Rules
from ml_connector.documents.identity import Key, Kind
from ml_connector.documents.likeness import LookAlike, OrderSeen, likeness
from ml_connector.errors import Code, NeedsPerson
from ml_connector.posting.customers.matching import index_of
from ml_connector.posting.plan import Skipped
from ml_connector.sync.ports import Flow, Material, Payload
from tests.specs.databases import EmptyDatabase
from tests.specs.posting_company import CATALOGUE, CHART
from tests.specs.posting_examples import codes
from tests.specs.shop_payloads import FACTS, bundle, order, order_item
from tests.specs.sync_kit import MADE, invoice
from tests.specs.sync_place import Place, a_place

SAME = "the same buyer, rows and total"


@pytest.fixture
def place(tmp_path: Path, empty: EmptyDatabase) -> Iterator[Place]:
    with a_place(tmp_path, empty) as made:
        yield made


def an_order(order_id: int, minutes: float = 0, like: str = SAME) -> Payload:
    """An order as the kit's shop sends it, made so many minutes after the first."""
    made = (MADE + timedelta(minutes=minutes)).isoformat()
    body = json.dumps({"id": order_id, "made": made, "like": like})
    return Payload(kind=Flow.ORDERS.value, entity_id=order_id, order_id=0, updated_at="", body=body)


def sold(place: Place, order_id: int, minutes: float = 0, like: str = SAME, *, captured: bool = True) -> None:
    """The shop has this order and an invoice of it, and both have been read."""
    place.shop.add(an_order(order_id, minutes, like))
    place.shop.page(invoice(order_id, captured=captured), orders=False)
    place.sweep()
    place.settle()


def look_alikes(place: Place, order_id: int) -> tuple[LookAlike, ...]:
    with place.ledger.begin() as tx:
        return tx.look_alikes(order_id)


def test_an_order_of_the_same_likeness_is_found_with_how_far_apart_they_were_made(place: Place) -> None:
    sold(place, 1)
    sold(place, 2, minutes=4.5)
    (found,) = look_alikes(place, 2)
    assert (found.order_id, found.number) == (1, "000000001")
    assert found.apart == timedelta(minutes=4.5)
    (back,) = look_alikes(place, 1)
    assert (back.order_id, back.apart) == (2, timedelta(minutes=-4.5))


@pytest.mark.parametrize(
    ("minutes", "like"), [(5.1, SAME), (1, "another buyer"), (1, "")], ids=["too late", "unlike", "no buyer"]
)
def test_no_other_order_is(place: Place, minutes: float, like: str) -> None:
    sold(place, 1, like=like)
    sold(place, 2, minutes, like if like != "another buyer" else SAME)
    assert look_alikes(place, 2) == ()


def test_one_whose_invoice_was_never_captured_is_none(place: Place) -> None:
    sold(place, 1, captured=False)
    sold(place, 2)
    assert look_alikes(place, 2) == ()


def test_whether_it_is_in_the_books_is_told(place: Place) -> None:
    sold(place, 1)
    sold(place, 2, minutes=1)
    assert not look_alikes(place, 2)[0].in_books
    place.post_everything()
    assert look_alikes(place, 2)[0].in_books


def test_one_that_was_left_out_is_none(place: Place) -> None:
    place.teller.says["1"] = Skipped(code=Code.ZERO_DOCUMENT, why="It comes to nothing.")
    sold(place, 1)
    sold(place, 2)
    assert look_alikes(place, 2) == ()


def test_when_a_look_alike_arrives_its_twin_is_decided_again(place: Place) -> None:
    """The first order's page may well be read after the second's."""
    sold(place, 2, minutes=1)
    before = place.teller.asked.count("2")
    sold(place, 1)
    assert place.teller.asked.count("2") > before


def test_an_order_that_cannot_be_read_is_compared_with_none_and_stops_nothing(place: Place) -> None:
    place.shop.page(invoice(7))  # its order is “{}”
    place.sweep()
    place.settle()
    assert look_alikes(place, 7) == ()
    with place.ledger.begin() as tx:
        assert len(tx.records_of_order(7)) == 1


def test_whoever_decides_a_document_is_told_of_them(place: Place) -> None:
    sold(place, 1)
    sold(place, 2, minutes=1)
    assert place.teller.alike["1"] == look_alikes(place, 1)
    assert [each.order_id for each in place.teller.alike["2"]] == [1]


def test_the_rules_hold_a_document_of_an_order_made_twice() -> None:
    """The decider of the service itself, reader and rules joined; its twin is 40 seconds older."""
    twin = LookAlike(
        order_id=4, number="000000004", made_at=MADE, apart=timedelta(seconds=40), in_books=False
    )
    rules = Rules(
        connection_id="shop",
        tag="K7",
        chart_version=1,
        chart=CHART,
        facts=FACTS,
        catalogue=CATALOGUE,
        index=index_of(CATALOGUE, CHART.customers),
    )
    found = bundle()
    material = Material(
        key=Key("shop", Kind.INVOICE, "7"),
        document=found.document,
        order=found.order,
        invoices=found.invoices,
        memos=(),
        transactions=(),
        products=(),
        siblings=(),
        accounts={},
        known_as={},
        look_alikes=(twin,),
    )
    considered = rules.document(material)
    assert codes(considered.decision) == ["looks-doubled-in-shop"]
    assert considered.totals == {"GBP": Decimal("41.9")}


class TestLikeness:
    ORDER = order(
        order_item(sku="A", qty_ordered=2),
        order_item(12, sku="B", qty_ordered=1),
        created_at="2026-04-06 02:02:59",
        order_currency_code="GBP",
        grand_total=41.90,
    )

    def seen(self, **changes: object) -> OrderSeen:
        return order_seen(json.dumps(self.ORDER | changes))

    def test_it_is_read_off_an_orders_own_payload(self) -> None:
        found = self.seen()
        rows = (("A", Decimal(2)), ("B", Decimal(1)))
        assert found == OrderSeen(
            order_id=5,
            number="000000005",
            made_at=datetime.fromisoformat("2026-04-06T02:02:59+00:00"),
            likeness=likeness("ann@example.co.uk", "GBP", Decimal("41.9"), rows),
        )

    @pytest.mark.parametrize(
        ("name", "value"),
        [("entity_id", "five"), ("increment_id", ""), ("items", {}), ("created_at", "2026-02-30 10:00:00")],
    )
    def test_what_cannot_be_read_names_the_field_at_fault(self, name: str, value: object) -> None:
        with pytest.raises(NeedsPerson) as refused:
            self.seen(**{name: value})
        assert f"`{name}`" in refused.value.finding.what

    def test_number_time_case_and_trailing_zeros_make_no_difference(self) -> None:
        other = self.seen(
            entity_id=6, increment_id="6", customer_email=" ANN@Example.co.uk", grand_total="41.9000"
        )
        assert other.likeness == self.seen().likeness

    @pytest.mark.parametrize(
        "changes",
        [
            {"customer_email": "ben@example.co.uk"},
            {"grand_total": 41.91},
            {"order_currency_code": "EUR"},
            {"items": [order_item(sku="A", qty_ordered=2)]},
            {"items": [order_item(sku="A", qty_ordered=3), order_item(12, sku="B", qty_ordered=1)]},
        ],
        ids=["buyer", "total", "currency", "rows", "quantity"],
    )
    def test_anything_else_does(self, changes: dict[str, object]) -> None:
        assert self.seen(**changes).likeness != self.seen().likeness

    def test_a_part_of_a_bundle_is_no_line(self) -> None:
        part = order_item(13, parent_item_id=11, sku="PART")
        both = [order_item(sku="A", qty_ordered=2), part, order_item(12, sku="B", qty_ordered=1)]
        assert self.seen(items=both).likeness == self.seen().likeness

    def test_an_order_without_an_email_is_like_no_other(self) -> None:
        assert self.seen(customer_email="").likeness == ""
