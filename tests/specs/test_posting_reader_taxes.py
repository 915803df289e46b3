"""What a document shows of its taxation: the parts that the shop states, VAT numbers, and its store view."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ml_connector.adobe.reader import read_bundle
from ml_connector.documents.sales import AppliedRate, SalesDocument
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
VAT: Json = {"code": "GB-VAT-20", "percent": 20, **both(amount=33.3333)}
LEVY: Json = {"code": "Levy", "percent": 1.75, **both(amount=2.9167)}
DELIVERY: Json = {"code": "GB-VAT-20", "percent": 20, **both(amount=0.99)}


def read(found: Json, of: Json) -> SalesDocument:
    return read_bundle(bundle(found, of), FACTS)


def taxed(item: Json, *taxes: Json, of_item: int = 11) -> dict[str, object]:
    """An order whose one item bears these taxes, and its delivery 0.99."""
    applied = [
        {"type": "product", "item_id": of_item, "applied_taxes": list(taxes)},
        {"type": "shipping", "applied_taxes": [DELIVERY]},
    ]
    where = {"shipping_assignments": [{"shipping": {"address": ADDRESS}}]}
    extension = {**where, "applied_taxes": list(taxes), "item_applied_taxes": applied}
    return order(item, extension_attributes=extension, **both(shipping_tax_amount=0.99))


def parts(rates: tuple[AppliedRate, ...]) -> list[tuple[str, Decimal | None, Decimal | None]]:
    return [(rate.code, rate.base, rate.order) for rate in rates]


class TestParts:
    ITEM = order_item(qty_ordered=2, tax_percent=21.75, **both(tax_amount=36.25))

    def test_a_row_that_is_the_whole_of_its_item_has_the_parts_that_the_order_states(self) -> None:
        whole = document_row(qty=2, **both(row_total=166.66, tax_amount=36.25))
        made = read(document(whole), taxed(self.ITEM, VAT, LEVY))
        assert parts(made.lines[0].rates) == [
            ("GB-VAT-20", D("33.3333"), D("33.3333")),
            ("Levy", D("2.9167"), D("2.9167")),
        ]

    @pytest.mark.parametrize(("quantity", "tax"), [(1, 18.13), (1, 36.25), (2, 36.24)])
    def test_a_part_of_an_item_has_none(self, quantity: int, tax: float) -> None:
        part = document_row(qty=quantity, **both(row_total=83.33, tax_amount=tax))
        made = read(document(part), taxed(self.ITEM, VAT, LEVY))
        assert parts(made.lines[0].rates) == [("GB-VAT-20", None, None), ("Levy", None, None)]

    def test_taxes_that_name_no_item_are_nobodys_parts(self) -> None:
        whole = document_row(qty=2, **both(row_total=166.66, tax_amount=36.25))
        made = read(document(whole), taxed(self.ITEM, VAT, LEVY, of_item=99))
        assert parts(made.lines[0].rates) == [("GB-VAT-20", None, None), ("Levy", None, None)]

    def test_delivery_has_its_parts_on_the_document_that_bears_all_of_it(self) -> None:
        assert parts(read(document(), taxed(self.ITEM, VAT)).carriage.rates) == [
            ("GB-VAT-20", D("0.99"), D("0.99"))
        ]
        half = document(**both(shipping_tax_amount=0.50))
        assert parts(read(half, taxed(self.ITEM, VAT)).carriage.rates) == [("GB-VAT-20", None, None)]


class TestPeopleAndPlaces:
    @pytest.mark.parametrize(
        ("confirmed", "valid"), [(1, True), ("1", True), (True, True), (0, False), (None, False), ("", False)]
    )
    def test_a_vat_number_is_valid_when_the_shop_had_it_confirmed(
        self, confirmed: object, valid: bool
    ) -> None:
        person = {**ADDRESS, "vat_id": "IE6388047V", "vat_is_valid": confirmed}
        made = read(document(), order(billing_address=person))
        assert made.bill_to.vat_number == "IE6388047V"
        assert made.vat_valid is valid

    def test_the_delivery_addresss_number_counts_as_well(self) -> None:
        person = {**ADDRESS, "vat_is_valid": 1}
        where: Json = {"shipping_assignments": [{"shipping": {"address": person}}]}
        made = read(document(), order(extension_attributes=where))
        assert (made.bill_to.vat_valid, made.vat_valid) == (False, True)

    def test_a_document_knows_its_store_view(self) -> None:
        made = read(document(), order())
        assert (made.website, made.store_view) == ("1", "1")
