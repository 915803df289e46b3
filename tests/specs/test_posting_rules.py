"""Carriage, fixed product tax, adjustments, rounding and the sums that a document has to satisfy."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from ml_connector.documents.checks import gaps
from ml_connector.documents.identity import Kind
from ml_connector.documents.sales import CarriageAmounts, NamedAmount, SalesDocument
from ml_connector.posting.choices.lines import CarriageAs
from ml_connector.posting.decide import Sibling, decide
from ml_connector.posting.plan import Carriage, DocumentLine, PostDocument
from tests.specs.posting_company import CHARITY, CHART, EXEMPT
from tests.specs.posting_examples import (
    ADDRESS,
    CARRIAGE,
    IE_23,
    book,
    codes,
    memo,
    planned,
    row,
    sale,
    situation,
)

D = Decimal
KETTLE = row("29.95", "5.99", quantity="1", levy="1.25", levy_tax="0.25")
PROVED = Sibling(kind=Kind.INVOICE, entity_id=7, number="7", state="skipped", created_at=sale().created_at)


def posted(document: SalesDocument, **changes: object) -> PostDocument:
    found = planned(decide(document, situation(siblings=(PROVED,), **changes))).document
    assert found is not None
    return found


def by_rule(document: PostDocument) -> dict[str, DocumentLine]:
    return {line.rule: line for line in document.lines}


class TestCarriage:
    def test_it_stands_in_the_header_with_its_own_vat(self) -> None:
        assert posted(sale(row(), carriage=CARRIAGE)).carriage == Carriage(
            net=495, tax=99, tax_code=1, nominal="4905"
        )

    def test_by_choice_it_is_a_line(self) -> None:
        as_line = replace(CHART, lines=replace(CHART.lines, carriage_as=CarriageAs.LINE))
        made = posted(sale(row(), carriage=CARRIAGE), chart=as_line)
        assert made.carriage is None
        line = by_rule(made)["carriage"]
        assert (line.stock_code, line.net, line.tax, line.nominal) == ("S3", 495, 99, "4905")

    def test_its_discount_comes_off_and_the_tax_part_of_that_comes_back(self) -> None:
        """4.12 less nothing on excl. prices; 4.12 − 1.65 + 0.28 on incl. prices (§5.4)."""
        discounted = CarriageAmounts(
            full=D("4.12"), discount=D("1.65"), compensation=D("0.28"), tax=D("0.55")
        )
        made = posted(sale(row(), carriage=discounted)).carriage
        assert made is not None
        assert (made.net, made.tax) == (275, 55)

    def test_free_delivery_is_no_carriage(self) -> None:
        free = CarriageAmounts(full=D("4.95"), discount=D("4.95"))
        assert posted(sale(row(), carriage=free)).carriage is None

    def test_untaxed_delivery_of_taxed_goods_is_held(self) -> None:
        """Order 000000001 of the recorded shop: sold before its carriage had a tax class."""
        bare = sale(row(), carriage=CarriageAmounts(full=D("4.95")), carriage_rates=())
        assert codes(decide(bare, situation())) == ["vat-missing"]

    def test_untaxed_delivery_follows_goods_that_bear_no_vat(self) -> None:
        bare = sale(book(), carriage=CarriageAmounts(full=D("4.95")), carriage_rates=())
        made = posted(bare).carriage
        assert made is not None
        assert made.tax_code == 0

    def test_untaxed_delivery_of_goods_with_two_codes_is_held(self) -> None:
        both = sale(
            book(), book(tax_class=EXEMPT), carriage=CarriageAmounts(full=D("4.95")), carriage_rates=()
        )
        assert codes(decide(both, situation())) == ["vat-missing"]

    def test_a_relieved_group_is_relieved_of_vat_on_delivery(self) -> None:
        goods = row("29.97", "0", percent="0")
        bare = sale(goods, carriage=CarriageAmounts(full=D("4.95")), carriage_rates=())
        charity = replace(bare, order=replace(bare.order, customer_group=CHARITY))
        made = posted(charity).carriage
        assert made is not None
        assert made.tax_code == 0

    def test_taxed_delivery_whose_rate_is_not_named_takes_the_goods_rate_that_fits(self) -> None:
        """Business orders of some versions name no taxes at all (reference: adobe_commerce.md §4.9)."""
        made = posted(sale(row(), carriage=CARRIAGE, carriage_rates=())).carriage
        assert made is not None
        assert (made.tax, made.tax_code) == (99, 1)
        reduced = row("74.90", "3.75", percent="5")
        unfit = sale(reduced, carriage=CARRIAGE, carriage_rates=())
        assert codes(decide(unfit, situation())) == ["vat-missing"]

    def test_delivery_with_foreign_vat_is_held(self) -> None:
        there = replace(ADDRESS, country="IE", postcode="T12 X2Y3")
        taxed = replace(CARRIAGE, tax=D("1.14"))
        document = sale(row(), carriage=taxed, carriage_rates=(IE_23,), to=there)
        assert codes(decide(document, situation())) == ["foreign-vat"]


class TestFixedProductTax:
    def test_it_is_a_line_of_its_own_with_its_products_code(self) -> None:
        line = by_rule(posted(sale(KETTLE)))["fixed-product-tax"]
        assert (line.stock_code, line.net, line.tax, line.tax_code) == ("S3", 125, 25, 1)

    def test_whether_the_shop_counts_it_in_the_subtotal_makes_no_difference(self) -> None:
        document = sale(KETTLE)
        inside = replace(document.base, subtotal=document.base.subtotal + D("1.25"))
        counted = replace(document, base=inside, order_totals=inside)
        assert posted(counted).lines == posted(document).lines

    def test_untaxed_on_a_taxed_product_it_is_held(self) -> None:
        assert codes(decide(sale(row(levy="3.75")), situation())) == ["vat-missing"]

    def test_with_the_wrong_vat_it_is_held(self) -> None:
        wrong = row(levy="3.75", levy_tax="0.25")
        assert codes(decide(sale(wrong), situation())) == ["vat-rate-mismatch"]

    def test_when_its_product_has_no_code_the_product_says_why(self) -> None:
        unexplained = row("29.97", "0", percent="0", levy="3.75")
        assert codes(decide(sale(unexplained), situation())) == ["vat-missing"]


class TestAdjustments:
    INVOICE = sale(row(), row("59.94", "11.99", quantity="6", item_id=2))

    def test_a_refund_adds_and_a_fee_takes_away_both_outside_vat(self) -> None:
        refund = memo(row(), of=self.INVOICE, paid_back="1.00", fee_kept="0.50")
        added, kept = posted(refund).lines[1:]
        assert (added.sign * added.net, kept.sign * kept.net) == (100, -50)
        assert {line.tax_code for line in (added, kept)} == {9}
        assert {line.nominal for line in (added, kept)} == {"4009"}
        assert posted(refund).net + posted(refund).tax == 3596 + 50

    def test_an_adjustment_alone_is_a_whole_memo(self) -> None:
        assert [line.rule for line in posted(memo(of=self.INVOICE, paid_back="3.21")).lines] == ["adjustment"]

    def test_without_a_nominal_it_is_held(self) -> None:
        unset = situation(
            chart=replace(CHART, lines=replace(CHART.lines, adjustment=None)), siblings=(PROVED,)
        )
        refund = memo(row(), of=self.INVOICE, paid_back="1.00", fee_kept="0.50")
        assert codes(decide(refund, unset)) == ["adjustment-unset", "adjustment-unset"]


class TestMisappliedCarriageDiscount:
    """Memo 000000018 of the recorded shop: goods alone, yet 0.22 more than its lines."""

    ORDER = CarriageAmounts(full=D("4.95"), discount=D("1.65"), tax=D("0.66"))
    INVOICE = sale(row("19.98", "2.66", quantity="2", discount="6.66"), carriage=ORDER)

    def refund(self, beyond: str) -> SalesDocument:
        line = row("9.99", "1.33", quantity="1", discount="3.33")
        return memo(line, of=self.INVOICE, carriage=CarriageAmounts(full=D(0), discount=D(beyond)))

    def test_what_the_shop_gave_beyond_the_lines_is_booked_like_an_adjustment(self) -> None:
        line = by_rule(posted(self.refund("-0.22")))["carriage-discount-misapplied"]
        assert (line.net, line.tax, line.tax_code, line.nominal) == (22, 0, 9, "4009")

    @pytest.mark.parametrize("beyond", ["-0.20", "-0.24", "0.22"])
    def test_any_other_amount_stays_unexplained(self, beyond: str) -> None:
        found = decide(self.refund(beyond), situation(siblings=(PROVED,)))
        assert codes(found) == ["unexplained-gap"]


class TestHeaderRounding:
    @pytest.mark.parametrize(("total", "pennies"), [("36.01", 5), ("35.91", -5), ("35.9649", 0)])
    def test_up_to_five_pennies_get_a_line(self, total: str, pennies: int) -> None:
        made = posted(sale(row(), grand_total=total))
        line = by_rule(made).get("header-rounding")
        assert (line.sign * line.net if line else 0) == pennies
        assert made.net + made.tax == 3596 + pennies

    def test_the_line_is_outside_vat_on_the_rounding_nominal(self) -> None:
        line = by_rule(posted(sale(row(), grand_total="35.97")))["header-rounding"]
        assert (line.stock_code, line.tax_code, line.nominal) == ("S3", 9, "8250")

    @pytest.mark.parametrize("total", ["36.02", "35.90", "41.29"])
    def test_more_is_held_and_never_spread(self, total: str) -> None:
        assert codes(decide(sale(row(), grand_total=total), situation())) == ["unexplained-gap"]

    def test_half_a_penny_is_rounded_away_from_zero(self) -> None:
        assert planned(decide(sale(row(), grand_total="35.965"), situation())).gross == 3597


class TestSums:
    @pytest.mark.parametrize("name", ["subtotal", "tax", "discount", "compensation", "carriage"])
    def test_a_header_amount_that_does_not_fit_is_found(self, name: str) -> None:
        document = sale(row(discount="3.00", tax="5.39"), carriage=CARRIAGE)
        bent = replace(document.base, **{name: getattr(document.base, name) + D("0.06")})
        found = gaps(replace(document, base=bent))
        assert {abs(gap.amount) for gap in found} == {D("0.06")}

    def test_a_sound_document_has_no_gap(self) -> None:
        for line in (row(), KETTLE, row("24.97", "4.50", discount="3.00", compensation="0.50")):
            assert gaps(sale(line, carriage=CARRIAGE)) == ()

    def test_the_order_currency_is_checked_as_well(self) -> None:
        document = replace(sale(row()), order_currency="EUR")
        bent = replace(document, order_totals=replace(document.order_totals, grand_total=D("40.00")))
        assert [gap.currency for gap in gaps(bent)] == ["EUR"]

    def test_a_gap_that_an_extension_explains_names_its_field(self) -> None:
        fee = NamedAmount(field="cod_fee", base=D("5.33"), order=D("5.33"))
        document = replace(sale(row(), grand_total="41.29"), extras=(fee,))
        assert "`cod_fee`" in str(decide(document, situation()))

    def test_a_carriage_discount_above_the_carriage_is_a_gap(self) -> None:
        wrong = CarriageAmounts(full=D("4.95"), discount=D("6.00"))
        assert [gap.amount for gap in gaps(sale(row(), carriage=wrong))] == [D("-1.05")]
