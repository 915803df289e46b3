"""A tax table that was accepted decides every line that it fits at all, in whatever order its rows stand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ml_connector.codec import canonical, from_json, loads
from ml_connector.documents.sales import Address
from ml_connector.posting.chart import Chart, check
from ml_connector.posting.choices.acceptance import Acceptance
from ml_connector.posting.choices.foreign_tax import Liability, OssRate
from ml_connector.posting.choices.pennies import PennyChoices, PennyPolicy
from ml_connector.posting.choices.tax import TaxedBeforeDiscount
from ml_connector.posting.tax_places import Destination, destination
from ml_connector.posting.tax_rows import row_for
from ml_connector.posting.tax_table import (
    Question,
    Supplied,
    TaxRow,
    VatNumber,
    describe,
    undecided,
    winner,
)
from tests.specs.posting_company import CATALOGUE, CHART
from tests.specs.posting_examples import ADDRESS

D = Decimal
ZERO = D(0)
COUNTRIES = ("GB", "IM", "DE", "IE", "US", "JE")
POSTCODES = ("LS1 1AA", "BT1 5GS", "JE2 3AB")


def place(country: str, postcode: str) -> Address:
    return replace(ADDRESS, country=country, postcode=postcode)


@st.composite
def tax_rows(draw: st.DrawFn) -> TaxRow:
    """A row at 0 % with a few conditions, on T0, T2 or T9."""
    website = draw(st.sampled_from(("", "", "1", "2")))
    return TaxRow(
        percent=ZERO,
        tax_code=draw(st.sampled_from((0, 2, 9))),
        destinations=draw(st.sampled_from(((), (Destination.GB, Destination.NI), (Destination.EU,)))),
        countries=draw(st.sampled_from(((), (), ("DE",), ("IE", "DE"), ("GB",)))),
        vat_number=draw(st.sampled_from(VatNumber)),
        product_class=draw(st.sampled_from(("", "7"))),
        customer_group=draw(st.sampled_from(("", "4"))),
        supply=draw(st.sampled_from(Supplied)),
        website=website,
        store_view=draw(st.sampled_from(("", "3"))) if website else "",
    )


@st.composite
def questions(draw: st.DrawFn) -> Question:
    country = draw(st.sampled_from(COUNTRIES))
    return Question(
        percent=ZERO,
        destination=destination(place(country, draw(st.sampled_from(POSTCODES)))),
        country=country,
        vat_valid=draw(st.booleans()),
        product_class=draw(st.sampled_from(("7", "8"))),
        customer_group=draw(st.sampled_from(("4", "5"))),
        goods=draw(st.booleans()),
        website=draw(st.sampled_from(("1", "2"))),
        store_view=draw(st.sampled_from(("3", "4"))),
    )


@given(st.lists(tax_rows(), max_size=5), questions())
def test_rows_that_were_accepted_never_disagree_over_a_line(rows: list[TaxRow], asked: Question) -> None:
    table = tuple(rows)
    assume(not list(undecided(table)))
    fitting = [row for row in rows if winner(asked, (row,))]
    found = winner(asked, table)
    assert (found is not None) == bool(fitting)
    backwards = winner(asked, table[::-1])
    assert (found and found.tax_code) == (backwards and backwards.tax_code)


@given(st.lists(tax_rows(), max_size=4), questions())
def test_a_proposed_row_decides_its_line_and_leaves_no_other_undecided(
    rows: list[TaxRow], asked: Question
) -> None:
    table = tuple(rows)
    assume(not list(undecided(table)))
    assume(winner(asked, table) is None)
    proposed = row_for(asked, table, CATALOGUE)
    assert proposed is not None
    for code in proposed.codes:
        row = replace(proposed.row, tax_code=code.number)
        assert winner(asked, (*table, row)) is not None
        assert not list(undecided((*table, row)))


def test_a_store_view_is_narrower_than_its_website() -> None:
    website = TaxRow(percent=ZERO, tax_code=0, website="1")
    view = TaxRow(percent=ZERO, tax_code=9, website="1", store_view="3")
    assert list(undecided((website, view))) == []


def test_a_row_says_its_conditions_in_words() -> None:
    row = TaxRow(
        percent=D("0.0"),
        tax_code=4,
        destinations=(Destination.EU,),
        countries=("DE", "FR"),
        vat_number=VatNumber.VALID,
        supply=Supplied.GOODS,
        website="1",
        store_view="3",
        product_class="7",
        customer_group="4",
    )
    assert describe(row) == (
        "0 %, EU, country DE or FR, VAT number valid, goods, store view 3 of website 1, tax class 7, "
        "customer group 4"
    )
    assert describe(TaxRow(percent=D(20), tax_code=1)) == "20 %, everything"
    assert describe(TaxRow(percent=ZERO, tax_code=0, website="1", label="charity shop")) == (
        "0 %, website 1, charity shop"
    )


class TestChart:
    FULL = replace(
        CHART,
        tax=replace(
            CHART.tax,
            rows=(
                *CHART.tax.rows,
                TaxRow(percent=ZERO, tax_code=0, countries=("DE",), vat_number=VatNumber.VALID),
            ),
            before_discount=TaxedBeforeDiscount(websites=("1",), accepted=Acceptance(by="ann", note="yes")),
            oss=(OssRate(rate="XX-VAT-5", percent=D(5), tax_code=5),),
            liabilities=(Liability(rate="Levy", nominal="4009"),),
        ),
        pennies=PennyChoices(policy=PennyPolicy.SAGE_COMPUTES, nominal="8250", limit=D("0.10")),
    )

    def wrong(self, chart: Chart) -> list[str]:
        return [finding.what for finding in check(chart, CATALOGUE)]

    def test_all_of_it_may_be_used_and_written_down(self) -> None:
        assert self.wrong(self.FULL) == []
        assert from_json(Chart, loads(canonical(self.FULL))) == self.FULL

    def test_a_row_whose_countries_are_not_in_its_destinations_is_refused(self) -> None:
        row = TaxRow(percent=ZERO, tax_code=0, destinations=(Destination.REST,), countries=("DE",))
        found = self.wrong(replace(CHART, tax=replace(CHART.tax, rows=(row,))))
        assert found == [
            "The tax row “0 %, rest, country DE” fits nothing: its countries are not in its destinations."
        ]

    def test_a_store_view_without_its_website_is_refused(self) -> None:
        row = TaxRow(percent=D(20), tax_code=1, store_view="3")
        found = self.wrong(replace(CHART, tax=replace(CHART.tax, rows=(row,))))
        assert found == ["A tax row names store view 3 without its website."]

    def test_two_rows_that_leave_a_line_undecided_are_shown_both(self) -> None:
        rows = (
            TaxRow(percent=ZERO, tax_code=0, countries=("DE",)),
            TaxRow(percent=ZERO, tax_code=2, product_class="7"),
        )
        found = self.wrong(replace(CHART, tax=replace(CHART.tax, rows=rows)))
        assert found == ["“0 %, country DE” says T0 and “0 %, tax class 7” says T2, and a line can fit both."]

    @pytest.mark.parametrize(
        ("oss", "said"),
        [
            (OssRate(rate="IE", percent=D(23), tax_code=99), "which does not exist"),
            (OssRate(rate="IE", percent=D(23), tax_code=1), "which stands at 20 % in Sage"),
        ],
    )
    def test_an_oss_code_has_to_stand_at_the_shops_rate(self, oss: OssRate, said: str) -> None:
        (found,) = self.wrong(replace(CHART, tax=replace(CHART.tax, oss=(oss,))))
        assert said in found

    def test_a_rate_has_one_fate(self) -> None:
        tax = replace(
            CHART.tax,
            oss=(OssRate(rate="IE", percent=D(20), tax_code=1),),
            liabilities=(Liability(rate="IE", nominal="4009"),),
        )
        assert self.wrong(replace(CHART, tax=tax)) == ["The chart says twice what becomes of rate IE."]

    def test_a_liability_stands_on_a_nominal_that_can_take_it(self) -> None:
        tax = replace(CHART.tax, liabilities=(Liability(rate="IE", nominal="1200"),))
        (found,) = check(replace(CHART, tax=tax), CATALOGUE)
        assert found.code == "nominal-missing"

    def test_what_is_outside_vat_stands_at_0_in_sage(self) -> None:
        (found,) = self.wrong(replace(CHART, tax=replace(CHART.tax, outside_vat=1)))
        assert "stands at 20 %" in found

    def test_differences_of_vat_stand_on_a_nominal_that_can_take_them_up_to_a_limit(self) -> None:
        wrong = PennyChoices(policy=PennyPolicy.SAGE_COMPUTES, nominal="1100", limit=D(-1))
        found = [finding.code for finding in check(replace(CHART, pennies=wrong), CATALOGUE)]
        assert found == ["nominal-missing", "chart-invalid"]
