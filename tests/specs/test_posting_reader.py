"""The reader: Adobe Commerce's payloads in our words, exactly, or refused by the field's name."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from ml_connector.adobe.reader import read_bundle
from ml_connector.documents.identity import Kind
from ml_connector.documents.sales import DocumentState, SalesDocument, Supply
from ml_connector.documents.shop import NO_TAX_CLASS
from tests.specs.shop_payloads import (
    ADDRESS,
    FACTS,
    Json,
    both,
    bundle,
    document,
    document_row,
    order,
    order_item,
)

D = Decimal


def read(
    found: Json | None = None,
    of: Json | None = None,
    *,
    kind: Kind = Kind.INVOICE,
    products: tuple[Json, ...] = (),
    transactions: tuple[Json, ...] = (),
    others: tuple[Json, ...] = (),
) -> SalesDocument:
    whole = bundle(found, of, kind=kind, products=products, transactions=transactions, others=others)
    return read_bundle(whole, FACTS)


def tax_class(attributes: object) -> str:
    product = {"id": 1, "custom_attributes": attributes}
    row = document_row(**both(tax_amount=0))
    return read(document(row), order(order_item(tax_percent=0)), products=(product,)).lines[0].tax_class


class TestWhatIsRead:
    def test_a_document_is_dated_in_the_shops_own_time_zone(self) -> None:
        """23:30 UTC on 31 March is 1 April in London (reference: adobe_commerce.md §4.6)."""
        made = read()
        assert made.created_at == datetime(2026, 3, 31, 23, 30, tzinfo=UTC)
        assert made.date == date(2026, 4, 1)

    def test_winter_days_end_at_midnight_utc(self) -> None:
        assert read(document(created_at="2026-12-31 23:30:00")).date == date(2026, 12, 31)

    def test_amounts_are_exact_to_the_last_decimal(self) -> None:
        text = json.dumps(document()).replace('"base_grand_total": 41.9', '"base_grand_total": 41.90010001')
        found = bundle(json.loads(text, parse_float=str))
        assert read_bundle(found, FACTS).base.grand_total == D("41.90010001")

    def test_base_and_order_amounts_are_read_from_their_own_fields(self) -> None:
        made = read(document(document_row(row_total=35.17, tax_amount=7.03), grand_total=49.17))
        assert (made.lines[0].base.full, made.lines[0].order.full) == (D("29.97"), D("35.17"))
        assert (made.base.grand_total, made.order_totals.grand_total) == (D("41.9"), D("49.17"))

    def test_a_null_is_the_same_as_a_missing_amount(self) -> None:
        assert read(document(base_discount_amount=None)).base.discount == 0

    @pytest.mark.parametrize(
        ("state", "meaning"),
        [(1, DocumentState.OPEN), (2, DocumentState.CAPTURED), (3, DocumentState.CANCELLED)],
    )
    def test_states_are_named(self, state: int, meaning: DocumentState) -> None:
        assert read(document(state=state)).state is meaning

    def test_people_have_their_whole_names_and_trimmed_lines(self) -> None:
        person = {**ADDRESS, "prefix": "Dr", "suffix": "PhD", "street": [" 1 Quay ", "", "Flat 2"]}
        made = read(of=order(billing_address=person)).bill_to
        assert (made.name, made.street) == ("Dr Ann Penrose PhD", ("1 Quay", "Flat 2"))

    def test_a_virtual_order_has_no_delivery_address(self) -> None:
        nowhere: Json = {"shipping_assignments": [{"shipping": list[object]()}]}
        made = read(of=order(extension_attributes=nowhere))
        assert made.deliver_to is None
        assert made.delivered_to == made.bill_to

    def test_capture_transactions_are_told_from_authorisations(self) -> None:
        made = read(
            document(transaction_id="CAP-1"),
            order(payment={"method": "card", "base_amount_paid_online": 41.9}),
            transactions=(
                {"txn_id": "AUTH-1", "txn_type": "authorization"},
                {"txn_id": "CAP-1", "txn_type": "capture"},
            ),
        )
        assert (made.transaction, made.order.captures, made.order.paid_online) == (
            "CAP-1",
            ("CAP-1",),
            D("41.9"),
        )

    def test_amounts_of_extensions_are_kept_by_name(self) -> None:
        extension = {"base_cod_fee": 5.33, "cod_fee": 6.25, "gw_price": "0.0000", "pickup": "7", "on": True}
        extras = read(document(extension_attributes=extension)).extras
        assert [(extra.field, extra.base, extra.order) for extra in extras] == [
            ("cod_fee", D("5.33"), D("6.25"))
        ]


class TestRows:
    CHILD = order_item(12, parent_item_id=11, tax_percent=None, **both(price=0))

    def test_the_money_of_a_configurable_stands_on_its_parent(self) -> None:
        of = order(order_item(product_type="configurable"), self.CHILD)
        empty = {"order_item_id": 12, "sku": "MUG-RED", "qty": 3, "product_id": 2}
        assert [line.item_id for line in read(document(document_row(), empty), of).lines] == [11]

    def test_the_money_of_a_bundle_at_a_fixed_price_stands_on_its_parent(self) -> None:
        of = order(order_item(product_type="bundle"), self.CHILD)
        assert [line.item_id for line in read(document(document_row(), document_row(12)), of).lines] == [11]

    def test_the_money_of_a_bundle_at_a_dynamic_price_stands_on_its_parts(self) -> None:
        parts = [order_item(n, parent_item_id=11) for n in (12, 13)]
        of = order(order_item(product_type="bundle", tax_percent=None), *parts)
        rows = (document_row(), document_row(12), document_row(13))
        assert [line.item_id for line in read(document(*rows), of).lines] == [12, 13]

    def test_a_row_without_quantity_and_money_is_none(self) -> None:
        nothing = document_row(qty=0, **both(row_total=0, tax_amount=0))
        assert read(document(nothing)).lines == ()

    @pytest.mark.parametrize(
        ("product_type", "supply"),
        [
            ("simple", Supply.GOODS),
            ("grouped", Supply.GOODS),
            ("virtual", Supply.SERVICES),
            ("downloadable", Supply.SERVICES),
            ("giftcard", Supply.GIFT_CARD),
            ("subscription", Supply.UNKNOWN),
        ],
    )
    def test_what_is_supplied_follows_from_the_product_type(self, product_type: str, supply: Supply) -> None:
        assert read(of=order(order_item(product_type=product_type))).lines[0].supply is supply

    def test_a_row_bears_the_taxes_of_its_item(self) -> None:
        (rate,) = read().lines[0].rates
        assert (rate.code, rate.percent, rate.country) == ("GB-VAT-20", D(20), "GB")

    def test_a_rate_the_shop_has_deleted_has_no_country(self) -> None:
        taxes = [{"type": "product", "item_id": 11, "applied_taxes": [{"code": "OLD", "percent": 20}]}]
        of = order(extension_attributes={"item_applied_taxes": taxes})
        assert read(of=of).lines[0].rates[0].country == ""

    def test_without_items_beside_the_taxes_the_percentage_tells(self) -> None:
        applied = [{"code": "GB-VAT-20", "percent": 20}, {"code": "LEVY", "percent": 1.75}]
        one = read(of=order(extension_attributes={"applied_taxes": applied}))
        assert [rate.code for rate in one.lines[0].rates] == ["GB-VAT-20"]
        of = order(order_item(tax_percent=22.3588), extension_attributes={"applied_taxes": applied})
        assert [rate.code for rate in read(of=of).lines[0].rates] == ["GB-VAT-20", "LEVY"]

    @pytest.mark.parametrize(
        ("attributes", "found"),
        [
            ([{"attribute_code": "tax_class_id", "value": "6"}], "6"),
            ([{"attribute_code": "tax_class_id", "value": "0"}], NO_TAX_CLASS),
            ([{"attribute_code": "color", "value": "6"}], ""),
            ([], ""),
        ],
    )
    def test_a_products_tax_class_is_read_or_known_to_be_unknown(
        self, attributes: object, found: str
    ) -> None:
        assert tax_class(attributes) == found


class TestFixedProductTax:
    LEVY = json.dumps(
        [
            {
                "title": "Recycling fee",
                **both(amount=1.25, amount_incl_tax=1.5, row_amount=3.75, row_amount_incl_tax=4.5),
            }
        ]
    ).replace('"base_base_', '"base_')

    @pytest.mark.parametrize(("quantity", "levy", "tax"), [(3, "3.75", "0.75"), (2, "2.50", "0.50")])
    def test_it_is_the_orders_per_unit_times_the_documents_quantity(
        self, quantity: int, levy: str, tax: str
    ) -> None:
        of = order(order_item(weee_tax_applied=self.LEVY))
        amounts = read(document(document_row(qty=quantity)), of).lines[0].base
        assert (amounts.levy, amounts.levy_tax) == (D(levy), D(tax))


class TestCarriage:
    def test_its_discount_is_what_the_header_holds_beyond_the_rows(self) -> None:
        row = document_row(**both(discount_amount=9.99))
        made = read(document(row, **both(discount_amount=-11.64))).carriage.base
        assert (made.full, made.discount, made.tax) == (D("4.95"), D("1.65"), D("0.99"))

    def test_an_invoice_states_the_compensation_of_carriage_itself(self) -> None:
        found = document(base_shipping_discount_tax_compensation_amnt=0.28)
        assert read(found).carriage.base.compensation == D("0.28")

    def test_a_memos_compensation_of_carriage_is_what_the_rows_do_not_hold(self) -> None:
        row = document_row(**both(discount_tax_compensation_amount=0.11))
        found = document(row, **both(discount_tax_compensation_amount=0.39))
        assert read(found, kind=Kind.CREDIT_MEMO).carriage.base.compensation == D("0.28")

    def test_the_order_knows_its_taxes(self) -> None:
        assert [rate.code for rate in read().carriage.rates] == ["GB-VAT-20"]


class TestTheOrder:
    @pytest.mark.parametrize(
        ("changes", "to_ship"),
        [
            ({}, False),
            ({"qty_shipped": 2}, True),
            ({"qty_shipped": 2, "qty_refunded": 3}, False),
            ({"qty_shipped": 1, "qty_canceled": 2}, False),
            ({"qty_shipped": 0, "is_virtual": 1}, False),
        ],
    )
    def test_something_is_left_to_ship_until_it_is_sent_refunded_or_cancelled(
        self, changes: dict[str, object], to_ship: bool
    ) -> None:
        assert read(of=order(order_item(**changes))).order.to_ship is to_ship

    def test_a_bundle_may_be_sent_in_parts(self) -> None:
        parent = order_item(product_type="bundle", qty_shipped=0)
        sent = order_item(12, parent_item_id=11)
        assert not read(of=order(parent, sent)).order.to_ship
        assert read(of=order(parent, sent | {"qty_shipped": 1})).order.to_ship

    def test_invoices_that_bill_more_than_was_ordered_are_seen(self) -> None:
        again = document(entity_id=8, increment_id="000000008")
        assert read(others=(again,)).invoiced_beyond_order
        assert not read().invoiced_beyond_order

    def test_relatives_hold_the_document_itself_once(self) -> None:
        again = document(entity_id=8, increment_id="000000008", state=3)
        made = read(others=(again,))
        assert [each.entity_id for each in made.relatives] == [7, 8]
        assert not made.invoiced_beyond_order
