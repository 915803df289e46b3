"""Which Sage tax code a line gets, when none, and when its VAT is not its code's."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from ml_connector.documents.sales import AppliedRate, SalesDocument, SalesLine, Supply
from ml_connector.documents.shop import NO_TAX_CLASS
from ml_connector.posting.decide import decide
from ml_connector.posting.tax_places import Destination, destination
from ml_connector.posting.tax_table import Question, Supplied, TaxRow, undecided, winner
from tests.specs.posting_company import CHARITY, CHART, EXEMPT, STANDARD
from tests.specs.posting_examples import ADDRESS, CARRIAGE, GB_20, book, codes, planned, row, sale, situation

D = Decimal
NOTHING = D(0)
LEVY = AppliedRate(code="GB-Green-Levy", percent=D("1.75"), country="GB")
GERMANY = replace(ADDRESS, country="DE", postcode="50667")
IRELAND = replace(ADDRESS, country="IE", postcode="T12 X2Y3")
JERSEY = replace(ADDRESS, country="JE", postcode="JE2 3AB")


def code_of(document: SalesDocument) -> int:
    made = planned(decide(document, situation())).document
    assert made is not None
    return made.lines[0].tax_code


def untaxed(tax_class: str = STANDARD, *, supply: Supply = Supply.GOODS) -> SalesLine:
    return row("29.97", "0", percent="0", tax_class=tax_class, supply=supply)


def in_group(document: SalesDocument, group: str) -> SalesDocument:
    return replace(document, order=replace(document.order, customer_group=group))


class TestDestinations:
    @pytest.mark.parametrize(
        ("country", "postcode", "place"),
        [
            ("GB", "LS1 1AA", Destination.GB),
            ("IM", "IM1 1AA", Destination.GB),
            ("GB", "BT1 5GS", Destination.NI),
            ("GB", "bt15gs", Destination.NI),
            ("GB", "B1 1AA", Destination.GB),
            ("JE", "JE2 3AB", Destination.REST),
            ("GB", "JE2 3AB", Destination.REST),
            ("GG", "GY1 1AA", Destination.REST),
            ("IE", "T12 X2Y3", Destination.EU),
            ("GR", "10431", Destination.EU),
            ("CH", "8001", Destination.REST),
            ("US", "10001", Destination.REST),
        ],
    )
    def test_a_place_is_what_uk_vat_takes_it_for(
        self, country: str, postcode: str, place: Destination
    ) -> None:
        assert destination(replace(ADDRESS, country=country, postcode=postcode)) is place


class TestCodes:
    def test_the_standard_rate_is_t1_and_the_reduced_rate_t5(self) -> None:
        assert code_of(sale(row())) == 1
        assert code_of(sale(row("74.90", "3.75", percent="5"))) == 5

    def test_united_kingdom_vat_charged_on_a_sale_abroad_is_united_kingdom_vat(self) -> None:
        assert code_of(sale(row(), to=GERMANY)) == 1

    def test_a_product_class_that_is_zero_rated_is_t0_and_an_exempt_one_t2(self) -> None:
        assert code_of(sale(book())) == 0
        assert code_of(sale(book(tax_class=EXEMPT))) == 2

    def test_a_relieved_customer_group_is_t0_whatever_it_buys(self) -> None:
        assert code_of(in_group(sale(untaxed()), CHARITY)) == 0

    def test_the_narrower_row_wins_where_a_group_meets_a_class(self) -> None:
        assert code_of(in_group(sale(book(tax_class=EXEMPT)), CHARITY)) == 0

    def test_goods_that_leave_untaxed_are_exports(self) -> None:
        assert code_of(sale(untaxed(), to=GERMANY)) == 0
        assert code_of(sale(untaxed(), to=JERSEY)) == 0

    def test_the_delivery_address_decides_not_the_billing_address(self) -> None:
        billed_home = sale(untaxed(), to=GERMANY)
        assert billed_home.bill_to.country == "GB"
        assert code_of(billed_home) == 0

    def test_without_a_delivery_address_the_billing_address_decides(self) -> None:
        assert codes(decide(replace(sale(untaxed()), deliver_to=None), situation())) == ["vat-missing"]


class TestHolds:
    def test_a_taxable_line_at_home_without_vat_is_held(self) -> None:
        assert codes(decide(sale(untaxed()), situation())) == ["vat-missing"]

    def test_the_isle_of_man_is_at_home(self) -> None:
        man = replace(ADDRESS, country="IM", postcode="IM1 1AA")
        assert codes(decide(sale(untaxed(), to=man), situation())) == ["vat-missing"]

    @pytest.mark.parametrize("tax_class", ["", NO_TAX_CLASS, "99"])
    def test_a_class_that_nobody_explained_is_held_with_what_is_known(self, tax_class: str) -> None:
        assert codes(decide(sale(untaxed(tax_class)), situation())) == ["unmapped-tax"]

    def test_services_abroad_are_no_exports_of_goods(self) -> None:
        assert codes(decide(sale(untaxed(supply=Supply.SERVICES), to=GERMANY), situation())) == [
            "unmapped-tax"
        ]

    def test_a_class_that_could_not_be_read_is_not_passed_over_for_a_wider_row(self) -> None:
        """The product was deleted: it may have been one of those that a row of its own is for."""
        rows = (*CHART.tax.rows, TaxRow(percent=D(20), tax_code=20, product_class=EXEMPT))
        chart = replace(CHART, tax=replace(CHART.tax, rows=rows))
        assert codes(decide(sale(row(tax_class="")), situation(chart=chart))) == ["unmapped-tax"]
        assert code_of(sale(row(tax_class=""))) == 1
        made = planned(decide(sale(row(tax_class=STANDARD)), situation(chart=chart))).document
        assert made is not None
        assert made.lines[0].tax_code == 1

    def test_another_countrys_vat_is_held(self) -> None:
        irish = row("29.97", "6.89", percent="23")
        assert codes(decide(sale(irish, to=IRELAND), situation())) == ["foreign-vat"]

    def test_an_untaxed_line_to_a_country_whose_vat_the_shop_charges_is_held(self) -> None:
        assert codes(decide(sale(untaxed(), to=IRELAND), situation())) == ["foreign-vat"]

    def test_a_levy_beside_vat_is_no_vat_rate(self) -> None:
        both = row("166.66", "36.25", percent="21.75", rates=(GB_20, LEVY))
        assert codes(decide(sale(both), situation())) == ["not-vat"]

    def test_two_taxes_that_make_up_a_vat_rate_together_are_no_vat_either(self) -> None:
        halves = tuple(replace(GB_20, code=code, percent=D(10)) for code in ("A", "B"))
        assert codes(decide(sale(row(rates=halves)), situation())) == ["not-vat"]

    def test_a_rate_that_sage_does_not_have_is_no_vat(self) -> None:
        odd = row("100.00", "1.75", percent="1.75", rates=(LEVY,))
        assert codes(decide(sale(odd), situation())) == ["not-vat"]

    def test_a_vat_rate_of_sages_without_a_row_is_held_as_unmapped(self) -> None:
        chart = replace(CHART, tax=replace(CHART.tax, rows=CHART.tax.rows[1:]))
        assert codes(decide(sale(row()), situation(chart=chart))) == ["unmapped-tax"]

    def test_a_rate_the_shop_forgot_is_united_kingdom_vat_at_home_only(self) -> None:
        unknown = row(rates=(replace(GB_20, country=""),))
        assert code_of(sale(unknown)) == 1
        assert codes(decide(sale(unknown, to=GERMANY), situation())) == ["unmapped-tax"]

    def test_a_line_worth_nothing_needs_no_tax_code_of_its_own(self) -> None:
        free = row("0", "0", sku="BOOK-ZERO", percent="0", tax_class="", item_id=2)
        made = planned(decide(sale(row(), free), situation())).document
        assert made is not None
        assert made.lines[1].tax_code == CHART.tax.outside_vat


class TestAmounts:
    @pytest.mark.parametrize("tax", ["5.94", "5.99", "6.04"])
    def test_five_pennies_of_a_line_are_rounding(self, tax: str) -> None:
        assert code_of(sale(row("29.97", tax))) == 1

    @pytest.mark.parametrize("tax", ["5.93", "6.05", "6.66"])
    def test_more_is_not(self, tax: str) -> None:
        assert codes(decide(sale(row("29.97", tax)), situation())) == ["vat-rate-mismatch"]

    def test_a_penny_per_unit_is_rounding_where_the_shop_rounds_per_unit(self) -> None:
        """100 × 0.07: 20 % is 1.40 on the row, and 1.00 at a penny per piece."""
        assert code_of(sale(row("7.00", "1.00", sku="PENNY-STD", quantity="100"))) == 1

    def test_tax_before_discount_is_seen(self) -> None:
        """89.99 net with 20.00 VAT (reference: adobe_commerce.md §5.3)."""
        line = row("99.99", "20.00", discount="10.00")
        assert codes(decide(sale(line), situation())) == ["vat-rate-mismatch"]

    def test_carriage_is_held_against_its_own_rate(self) -> None:
        wrong = replace(CARRIAGE, tax=D("0.50"))
        assert codes(decide(sale(row(), carriage=wrong), situation())) == ["vat-rate-mismatch"]


class TestTheTable:
    WIDE = TaxRow(percent=NOTHING, tax_code=0)
    CLASS = TaxRow(percent=NOTHING, tax_code=2, product_class="7")
    GROUP = TaxRow(percent=NOTHING, tax_code=0, customer_group="4")
    BOTH = TaxRow(percent=NOTHING, tax_code=2, product_class="7", customer_group="4")
    ASKED = Question(
        percent=NOTHING,
        destination=Destination.GB,
        country="GB",
        vat_valid=False,
        product_class="7",
        customer_group="4",
        goods=True,
        website="1",
        store_view="1",
    )

    def test_the_narrower_row_wins_in_whatever_order_they_stand(self) -> None:
        assert winner(self.ASKED, (self.WIDE, self.CLASS)) == self.CLASS
        assert winner(self.ASKED, (self.CLASS, self.WIDE)) == self.CLASS

    def test_rows_that_do_not_agree_decide_nothing_and_are_named(self) -> None:
        assert winner(self.ASKED, (self.CLASS, self.GROUP)) is None
        assert list(undecided((self.CLASS, self.GROUP))) == [(self.CLASS, self.GROUP)]

    def test_a_row_for_what_both_fit_settles_it(self) -> None:
        assert winner(self.ASKED, (self.CLASS, self.GROUP, self.BOTH)) == self.BOTH
        assert list(undecided((self.CLASS, self.GROUP, self.BOTH))) == []

    def test_two_rows_with_the_same_conditions_and_other_codes_are_named(self) -> None:
        again = replace(self.CLASS, tax_code=0)
        assert list(undecided((self.CLASS, again))) == [(self.CLASS, again)]

    def test_rows_that_agree_may_overlap(self) -> None:
        assert list(undecided((self.WIDE, self.GROUP))) == []

    def test_rows_for_different_places_never_meet(self) -> None:
        here = replace(self.CLASS, destinations=(Destination.GB,))
        there = replace(self.GROUP, destinations=(Destination.EU,))
        assert list(undecided((here, there))) == []

    def test_a_place_makes_a_row_narrower(self) -> None:
        here = replace(self.WIDE, tax_code=2, destinations=(Destination.GB,))
        assert winner(self.ASKED, (self.WIDE, here)) == here
        assert list(undecided((self.WIDE, here))) == []

    def test_a_row_for_goods_does_not_fit_services(self) -> None:
        goods = replace(self.WIDE, supply=Supplied.GOODS)
        assert winner(replace(self.ASKED, goods=False), (goods,)) is None
