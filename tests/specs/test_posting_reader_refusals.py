"""What the reader refuses, what it makes of settings, and what it tells at a glance."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from ml_connector.adobe.reader import glance, order_method, product_ids, read_bundle, shop_facts
from ml_connector.documents.identity import Kind
from ml_connector.documents.sales import SalesDocument
from ml_connector.errors import Code, NeedsPerson
from tests.specs.shop_payloads import (
    ADDRESS,
    FACTS,
    SETTINGS,
    Json,
    bundle,
    document,
    document_row,
    order,
)

D = Decimal


def read(found: Json | None = None, of: Json | None = None) -> SalesDocument:
    return read_bundle(bundle(found, of), FACTS)


def refused(found: Json | None = None, of: Json | None = None) -> str:
    with pytest.raises(NeedsPerson) as caught:
        read(found, of)
    assert caught.value.finding.code is Code.DOCUMENT_UNREADABLE
    return caught.value.finding.what


class TestSettings:
    def test_the_admin_sells_nothing(self) -> None:
        assert [site.id for site in FACTS.websites] == ["1"]
        assert [view.id for view in FACTS.store_views] == ["1"]

    def test_a_view_has_its_websites_currency_and_the_shops_time_zone(self) -> None:
        view = FACTS.store_view("1")
        assert view is not None
        assert (view.website, view.base_currency, view.time_zone) == ("1", "GBP", "Europe/London")

    def test_rules_say_which_rates_a_pair_of_classes_bears(self) -> None:
        assert [rate.code for rate in FACTS.rates_for("3", "4")] == ["GB-VAT-20"]
        assert FACTS.rates_for("3", "5") == ()

    def test_only_product_classes_are_kept(self) -> None:
        assert [kind.name for kind in FACTS.product_classes] == ["Standard"]

    def test_lists_that_may_not_be_read_are_empty(self) -> None:
        bare = shop_facts({"websites": SETTINGS["websites"]})
        assert (bare.rates, bare.rules, bare.groups) == ((), (), ())


class TestRefusals:
    @pytest.mark.parametrize(
        "name", ["entity_id", "order_id", "state", "created_at", "base_grand_total", "subtotal", "items"]
    )
    def test_what_is_indispensable_is_named(self, name: str) -> None:
        assert f"`{name}`" in refused(document(**{name: None}))

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("base_tax_amount", "much"),
            ("base_tax_amount", [1]),
            ("state", 9),
            ("created_at", "yesterday"),
            ("store_id", 6),
            ("order_id", 6),
            ("items", {"0": {}}),
        ],
    )
    def test_what_has_the_wrong_type_is_named(self, name: str, value: object) -> None:
        assert f"`{name}`" in refused(document(**{name: value}))

    def test_a_row_of_an_unknown_item_is_named_with_its_place(self) -> None:
        assert "`items[0].order_item_id`" in refused(document(document_row(99)))

    def test_money_without_a_quantity_is_refused(self) -> None:
        assert "`items[0].qty`" in refused(document(document_row(qty=0)))

    def test_an_address_without_a_country_is_refused(self) -> None:
        assert "`billing_address.country_id`" in refused(
            of=order(billing_address={**ADDRESS, "country_id": None})
        )

    def test_the_document_is_named_by_its_number(self) -> None:
        assert "invoice 000000007" in refused(document(state=9))

    @pytest.mark.parametrize("text", ["", "<html>", "[]", '"text"'])
    def test_what_is_no_json_object_is_refused(self, text: str) -> None:
        with pytest.raises(NeedsPerson, match="document-unreadable"):
            glance(Kind.INVOICE, text)


class TestFingerprints:
    BEFORE = read().fingerprint

    @pytest.mark.parametrize(
        "changes",
        [{"state": 3}, {"base_grand_total": 41.91}, {"created_at": "2026-04-02 00:00:00"}, {"entity_id": 8}],
    )
    def test_what_the_books_depend_on_changes_it(self, changes: dict[str, object]) -> None:
        assert read(document(**changes)).fingerprint != self.BEFORE

    def test_a_rows_quantity_changes_it(self) -> None:
        assert read(document(document_row(qty=2))).fingerprint != self.BEFORE

    def test_nothing_else_does(self) -> None:
        later = document(updated_at="2026-05-01 00:00:00", comments=["a note"], base_total_refunded=5)
        moved = order(customer_email="other@example.com", state="closed")
        assert read(later, moved).fingerprint == self.BEFORE

    def test_trailing_zeros_do_not(self) -> None:
        assert read(document(base_grand_total="41.9000")).fingerprint == self.BEFORE


class TestGlances:
    def test_a_glance_has_the_shops_own_figures(self) -> None:
        seen = glance(Kind.INVOICE, json.dumps(document(order_currency_code="EUR", grand_total=49.17)))
        assert (seen.entity_id, seen.order_id, seen.number, seen.store_id) == (7, 5, "000000007", "1")
        assert (seen.base_currency, seen.order_currency) == ("GBP", "EUR")
        assert (seen.base_total, seen.order_total) == (D("41.9"), D("49.17"))
        assert seen.created_at == datetime(2026, 3, 31, 23, 30, tzinfo=UTC)
        assert seen.captured

    def test_products_worth_asking_for_are_those_of_rows_with_amounts(self) -> None:
        rows = (
            document_row(product_id=9),
            document_row(12, product_id=3),
            document_row(12, product_id=3),
            {"order_item_id": 13, "product_id": 8, "qty": 1},
        )
        assert product_ids(json.dumps(document(*rows))) == (3, 9)

    def test_an_orders_payment_method_is_read_or_empty(self) -> None:
        assert order_method(json.dumps(order())) == "card"
        assert order_method(json.dumps(order(payment=None))) == ""
