"""How rows become lines: nets, true quantities, prices that Sage can recompute, stock codes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ml_connector.documents.sales import SalesLine, Supply
from ml_connector.posting.decide import decide
from ml_connector.posting.plan import DocumentLine
from ml_connector.posting.rules.pricing import priced
from tests.specs.posting_company import CATALOGUE, CHART
from tests.specs.posting_examples import book, codes, planned, row, sale, situation

D = Decimal


def lines(*rows: SalesLine) -> tuple[DocumentLine, ...]:
    document = planned(decide(sale(*rows), situation())).document
    assert document is not None
    return document.lines


class TestPrices:
    def test_a_price_that_fits_stays_as_the_shop_has_it(self) -> None:
        assert priced(D(3), D("29.97"), 2997).unit_price == D("9.99")

    def test_a_tax_inclusive_row_gets_the_decimals_it_takes(self) -> None:
        """8.32 × 3 is 24.96, and the row is 24.97 (reference: adobe_commerce.md §5.3)."""
        made = priced(D(3), D("24.97"), 2247)
        assert (made.unit_price, made.full_net, made.discount) == (D("8.323"), 2497, 250)

    def test_a_fractional_quantity_keeps_its_price(self) -> None:
        made = priced(D("2.35"), D("18.2595"), 1826)
        assert (made.unit_price, made.full_net, made.discount) == (D("7.77"), 1826, 0)

    def test_the_odd_pennies_of_a_huge_quantity_go_to_the_discount(self) -> None:
        made = priced(D(70_001), D("23333.33"), 2_333_333)
        assert made.full_net - made.discount == 2_333_333
        assert 0 < made.discount < 10

    def test_compensation_may_bring_net_a_penny_above_the_row(self) -> None:
        made = priced(D(1), D("9.994"), 1000)
        assert (made.full_net, made.discount) == (1000, 0)


class TestLines:
    def test_net_is_the_row_less_discount_plus_the_tax_part_of_the_discount(self) -> None:
        made = lines(row("24.97", "4.50", discount="3.00", compensation="0.50"))[0]
        assert (made.full_net, made.discount, made.net, made.tax) == (2497, 250, 2247, 450)

    def test_the_line_stands_on_its_product_with_that_products_nominal(self) -> None:
        made = lines(row(), book())
        assert [(line.stock_code, line.nominal, line.tax_code) for line in made] == [
            ("MUG-STD", "4000", 1),
            ("BOOK-ZERO", "4010", 0),
        ]

    def test_a_product_without_a_nominal_stands_on_the_charts(self) -> None:
        assert (
            lines(row("4.95", "0.99", sku="PENNY-STD", quantity="5"))[0].nominal == CHART.lines.sales_nominal
        )

    def test_a_lower_case_sku_is_the_product_in_capitals(self) -> None:
        assert lines(row(sku="mug-std"))[0].stock_code == "MUG-STD"

    def test_a_sku_that_sage_cannot_hold_is_a_special_item_named_in_the_text(self) -> None:
        made = lines(row(sku="sku with spaces/and slash"))[0]
        assert (made.stock_code, made.rule, made.tax_code) == ("S1", "special-item", 1)
        assert made.description.startswith("sku with spaces/and slash")
        assert len(made.description) <= 60

    def test_a_sku_that_is_one_of_sages_own_codes_is_a_special_item_too(self) -> None:
        made = lines(row(sku="s3"))[0]
        assert (made.stock_code, made.rule, made.description) == ("S1", "special-item", "s3 Stoneware Mug")

    def test_quantities_are_never_changed_to_fit_a_price(self) -> None:
        assert lines(row("18.2595", "0.91", quantity="2.35", percent="5"))[0].quantity == D("2.35")

    def test_a_free_item_is_a_line_without_a_split(self) -> None:
        plan = planned(decide(sale(row(), row("0", "0", sku="BOOK-ZERO", percent="0")), situation()))
        assert plan.document is not None
        assert plan.ledger is not None
        assert [line.net for line in plan.document.lines] == [2997, 0]
        assert len(plan.ledger.splits) == 1

    def test_a_row_that_is_discounted_away_keeps_its_place_and_its_stock(self) -> None:
        made = lines(row(), row("3.96", "0", sku="PENNY-STD", quantity="4", discount="3.96"))[1]
        assert (made.full_net, made.discount, made.net, made.quantity) == (396, 396, 0, D(4))


class TestHolds:
    def test_a_sku_that_sage_could_hold_and_does_not_is_held(self) -> None:
        assert codes(decide(sale(row(sku="MUG-NEW")), situation())) == ["stock-code-missing"]

    def test_an_inactive_product_is_held(self) -> None:
        assert codes(decide(sale(row(sku="OLD-LAMP")), situation())) == ["stock-code-inactive"]

    def test_all_missing_products_are_named_together(self) -> None:
        both = sale(row(sku="MUG-NEW"), row(sku="MUG-OLD", item_id=2))
        assert codes(decide(both, situation())) == ["stock-code-missing"] * 2

    def test_a_product_type_that_is_not_understood_is_held(self) -> None:
        gift_card = replace(row(), supply=Supply.UNKNOWN, product_type="giftcard")
        assert codes(decide(sale(gift_card), situation())) == ["product-type-unknown"]

    def test_a_row_below_zero_is_held(self) -> None:
        assert codes(decide(sale(row(), row("-1.00", "0", item_id=2)), situation())) == ["document-negative"]

    def test_a_nominal_that_sage_does_not_have_is_held(self) -> None:
        bare = replace(CATALOGUE, nominals=tuple(n for n in CATALOGUE.nominals if n.code != "4010"))
        assert codes(decide(sale(book()), situation(catalogue=bare))) == ["nominal-missing"]
