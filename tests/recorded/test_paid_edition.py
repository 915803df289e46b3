"""Gift cards, store credit, points, gift wrapping and custom fees on documents of the recorded shop."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest

from ml_connector.adobe.reader import glance
from ml_connector.documents.checks import Beside, gaps
from ml_connector.documents.identity import Kind
from ml_connector.documents.sales import SalesDocument
from ml_connector.documents.tender import Tender
from tests.recorded.paid_edition import PaidEdition, extend, move, text_of

pytestmark = pytest.mark.slow

D = Decimal
FEE: Mapping[str, object] = {
    "id": "1",
    "order_id": "2",
    "custom_fee_code": "eco",
    "custom_fee_label": "Climate contribution",
    "custom_fee_amount": 2.5,
    "base_custom_fee_amount": 2.5,
    "custom_fee_amount_invoiced": 2.5,
    "base_custom_fee_amount_invoiced": 2.5,
    "custom_fee_amount_refunded": 0,
    "base_custom_fee_amount_refunded": 0,
    "apply_fee_on_last_invoice": False,
    "apply_fee_on_last_creditmemo": False,
}


def tendered(document: SalesDocument) -> list[tuple[Tender, Decimal, Decimal]]:
    return [(each.tender, each.base, each.order) for each in document.tenders]


class TestGiftCardsAndStoreCredit:
    def test_a_sale_paid_by_gift_card_and_store_credit_is_worth_what_it_was_worth(self) -> None:
        plain = PaidEdition("000000002").read()
        shop = PaidEdition("000000002")
        extend(shop.invoices[0], gift_cards_amount=10, base_gift_cards_amount=10)
        extend(shop.invoices[0], customer_balance_amount=2.5, base_customer_balance_amount=2.5)
        move(shop.invoices[0], "grand_total", "-12.5")
        read = shop.read()
        assert tendered(read) == [
            (Tender.GIFT_CARD, D(10), D(10)),
            (Tender.STORE_CREDIT, D("2.5"), D("2.5")),
        ]
        assert gaps(read) == ()
        assert (read.base.worth, read.base.grand_total) == (
            plain.base.grand_total,
            plain.base.grand_total - D("12.5"),
        )
        assert read.relatives[0].base_worth == plain.relatives[0].base_total

    def test_first_sight_counts_the_whole_sale(self) -> None:
        """The shop's side of the proof: its own grand total and its own tender fields, and nothing else."""
        shop = PaidEdition("000000002")
        whole = glance(Kind.INVOICE, text_of(shop.invoices[0])).base_total
        extend(shop.invoices[0], gift_cards_amount=10, base_gift_cards_amount=10)
        move(shop.invoices[0], "grand_total", "-10")
        assert glance(Kind.INVOICE, text_of(shop.invoices[0])).base_total == whole

    def test_the_fingerprint_tells_how_it_was_paid(self) -> None:
        shop = PaidEdition("000000002")
        before = shop.read().fingerprint
        extend(shop.invoices[0], gift_cards_amount=10, base_gift_cards_amount=10)
        assert shop.read().fingerprint != before

    def test_amounts_that_only_tell_of_the_past_are_no_extension_totals(self) -> None:
        shop = PaidEdition("000000002")
        extend(
            shop.order,
            gift_cards_amount=10,
            base_gift_cards_amount=10,
            gift_cards_invoiced=10,
            customer_balance_refunded=3,
            reward_points_balance=500,
            gw_price_invoiced="3.0000",
        )
        assert shop.read().order.extras == ()


class TestPoints:
    """They stand on the order only; an invoice shows them as what its total falls short of its parts."""

    def two_invoices(self, first: str, second: str, points: object) -> PaidEdition:
        """An order captured in two parts, whose invoices fall short by these amounts."""
        shop = PaidEdition("000000048")
        extend(
            shop.order,
            reward_currency_amount=points,
            base_reward_currency_amount=points,
            reward_points_balance=500,
        )
        move(shop.invoices[0], "grand_total", f"-{first}")
        move(shop.invoices[1], "grand_total", f"-{second}")
        return shop

    def test_they_are_placed_where_the_invoices_add_up_to_them(self) -> None:
        shop = self.two_invoices("7.25", "2.75", 10)
        assert tendered(shop.read(which=0)) == [(Tender.POINTS, D("7.25"), D("7.25"))]
        assert tendered(shop.read(which=1)) == [(Tender.POINTS, D("2.75"), D("2.75"))]
        for which in (0, 1):
            read = shop.read(which=which)
            assert (gaps(read), read.unplaced) == ((), ())

    def test_an_invoice_that_none_of_them_paid_for_is_as_it_was(self) -> None:
        shop = self.two_invoices("10", "0", 10)
        assert tendered(shop.read(which=1)) == []
        assert shop.read(which=1).unplaced == ()

    def test_otherwise_every_document_of_the_order_says_that_nobody_knows(self) -> None:
        shop = self.two_invoices("7.25", "2.74", 10)
        for which in (0, 1):
            assert [each.tender for each in shop.read(which=which).unplaced] == [Tender.POINTS]
            assert tendered(shop.read(which=which)) == []

    def test_points_that_are_zero_are_none(self) -> None:
        shop = self.two_invoices("0", "0", 0)
        assert (tendered(shop.read()), shop.read().unplaced) == ([], ())

    def test_a_memo_that_gives_all_of_them_back_says_so(self) -> None:
        shop = PaidEdition("000000055")
        extend(shop.order, reward_currency_amount=10, base_reward_currency_amount=10)
        move(shop.invoices[0], "grand_total", "-10")
        move(shop.memos[0], "grand_total", "-10")
        assert tendered(shop.read(Kind.CREDIT_MEMO)) == [(Tender.POINTS, D(10), D(10))]
        assert gaps(shop.read(Kind.CREDIT_MEMO)) == ()


class TestRefundsToStoreCredit:
    def test_a_memo_that_states_it_is_worth_what_it_gave_back(self) -> None:
        shop = PaidEdition("000000055")
        total = D(str(shop.memos[0]["base_grand_total"]))
        extend(shop.memos[0], customer_balance_amount=float(total), base_customer_balance_amount=float(total))
        move(shop.memos[0], "grand_total", f"-{total}")
        read = shop.read(Kind.CREDIT_MEMO)
        assert (read.base.grand_total, read.base.worth, gaps(read)) == (0, total, ())

    def test_what_only_the_order_states_is_placed_if_the_memos_fall_short_of_it_exactly(self) -> None:
        shop = PaidEdition("000000055")
        total = D(str(shop.memos[0]["base_grand_total"]))
        extend(
            shop.order,
            customer_balance_total_refunded=float(total),
            base_customer_balance_total_refunded=float(total),
        )
        move(shop.memos[0], "grand_total", f"-{total}")
        assert tendered(shop.read(Kind.CREDIT_MEMO)) == [(Tender.STORE_CREDIT, total, total)]
        move(shop.memos[0], "grand_total", "0.5")
        assert tendered(shop.read(Kind.CREDIT_MEMO)) == []


class TestGiftWrapping:
    def test_its_three_kinds_are_read_with_their_vat_from_strings(self) -> None:
        """Base amounts have the “base” in the middle of the name, and what is not used is “” or null."""
        shop = PaidEdition("000000002")
        extend(
            shop.invoices[0],
            gw_price="3.0000",
            gw_base_price="3.0000",
            gw_tax_amount="0.6000",
            gw_base_tax_amount="0.6000",
            gw_items_price="",
            gw_items_base_price=None,
            gw_card_price="1.5000",
            gw_card_base_price="1.5000",
            gw_card_tax_amount="0.3000",
            gw_card_base_tax_amount="0.3000",
        )
        move(shop.invoices[0], "tax_amount", "0.9")
        move(shop.invoices[0], "grand_total", "5.4")
        read = shop.read()
        assert [(each.what, each.base.net, each.base.tax) for each in read.wrappings] == [
            ("Gift wrapping of the order", D(3), D("0.6")),
            ("Printed card", D("1.5"), D("0.3")),
        ]
        assert (gaps(read), read.extras) == ((), ())

    @pytest.mark.parametrize("empty", ["", None, "0.0000"])
    def test_empty_ones_are_none(self, empty: object) -> None:
        shop = PaidEdition("000000002")
        extend(shop.invoices[0], gw_price=empty, gw_base_price=empty)
        assert shop.read().wrappings == ()


class TestCustomFees:
    def test_a_fee_that_names_the_invoice_is_its_own(self) -> None:
        shop = PaidEdition("000000002")
        extend(shop.order, custom_fees=[dict(FEE) | {"invoice_id": str(shop.invoices[0]["entity_id"])}])
        move(shop.invoices[0], "grand_total", "2.5")
        read = shop.read()
        assert [(each.field, each.base) for each in read.extras] == [("custom_fees.eco", D("2.5"))]
        explained = Beside(amount=D("2.5"))
        assert gaps(read, explained, explained) == ()

    def test_a_fee_of_another_invoice_is_not(self) -> None:
        shop = PaidEdition("000000002")
        extend(shop.order, custom_fees=[dict(FEE) | {"invoice_id": "999"}])
        read = shop.read()
        assert (read.extras, read.order.extras) == ((), ())

    def test_a_fee_that_names_none_is_the_orders(self) -> None:
        shop = PaidEdition("000000002")
        extend(shop.order, custom_fees=[dict(FEE)])
        assert [each.field for each in shop.read().order.extras] == ["custom_fees.eco"]
        assert shop.read().extras == ()
