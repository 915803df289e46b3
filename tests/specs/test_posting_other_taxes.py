"""Taxes that are not the company's VAT, beside fees and delivery too; and the codes of credit notes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ml_connector.documents.identity import Kind
from ml_connector.documents.sales import AppliedRate, CarriageAmounts, SalesDocument
from ml_connector.posting.chart import Chart
from ml_connector.posting.choices.foreign_tax import Liability, OssRate
from ml_connector.posting.choices.lines import CarriageAs
from ml_connector.posting.choices.tax import TaxedBeforeDiscount
from ml_connector.posting.decide import Sibling, decide
from ml_connector.posting.missing_rows import missing_rows
from ml_connector.posting.plan import DocumentLine, PostDocument
from ml_connector.posting.tax_table import CARRIAGE_CLASS, TaxRow
from tests.specs.posting_company import CHART, ZERO_RATED
from tests.specs.posting_examples import (
    ADDRESS,
    CARRIAGE,
    GB_20,
    IE_23,
    SOLD_AT,
    book,
    codes,
    memo,
    planned,
    row,
    sale,
    situation,
)
from tests.specs.tax_examples import COMPANY

D = Decimal
IRELAND = replace(ADDRESS, country="IE", postcode="T12 X2Y3")
LEVY = AppliedRate(code="Levy", percent=D("1.75"), country="GB")
OWED = (Liability(rate="IE-VAT-23", nominal="2230"), Liability(rate="Levy", nominal="2230"))


def chart_with(*, liabilities: tuple[Liability, ...] = OWED, oss: tuple[OssRate, ...] = ()) -> Chart:
    return replace(CHART, tax=replace(CHART.tax, liabilities=liabilities, oss=oss))


def posted(document: SalesDocument, chart: Chart, *siblings: Sibling) -> PostDocument:
    plan = planned(decide(document, situation(chart=chart, catalogue=COMPANY, siblings=siblings)))
    assert plan.document is not None
    return plan.document


def held(document: SalesDocument, chart: Chart, *siblings: Sibling) -> list[str]:
    return codes(decide(document, situation(chart=chart, catalogue=COMPANY, siblings=siblings)))


def shown(line: DocumentLine) -> tuple[int, int, int, str]:
    return line.tax_code, line.net, line.tax, line.nominal


def levied(vat: str | None = "20.00", levy: str | None = "1.75") -> tuple[AppliedRate, AppliedRate]:
    return (
        replace(GB_20, base=None if vat is None else D(vat)),
        replace(LEVY, base=None if levy is None else D(levy)),
    )


class TestOwedElsewhere:
    IRISH = row("100.00", "23.00", percent="23", quantity="1")

    def test_delivery_under_another_countrys_tax_stands_in_the_header_without_it(self) -> None:
        charge = CarriageAmounts(full=D("4.95"), tax=D("1.14"))
        made = posted(sale(self.IRISH, carriage=charge, carriage_rates=(IE_23,), to=IRELAND), chart_with())
        assert made.carriage is not None
        assert (made.carriage.tax_code, made.carriage.net, made.carriage.tax) == (9, 495, 0)
        assert [line.description for line in made.lines] == [
            "Stoneware Mug",
            "IE-VAT-23 on MUG-STD",
            "IE-VAT-23 on Carriage",
        ]

    def test_delivery_on_a_line_of_its_own_is_treated_alike(self) -> None:
        chart = chart_with()
        chart = replace(chart, lines=replace(chart.lines, carriage_as=CarriageAs.LINE))
        charge = CarriageAmounts(full=D("4.95"), tax=D("1.14"))
        made = posted(sale(self.IRISH, carriage=charge, carriage_rates=(IE_23,), to=IRELAND), chart)
        assert [shown(line) for line in made.lines[2:]] == [(9, 495, 0, "4905"), (9, 114, 0, "2230")]

    def test_a_fee_goes_the_way_of_its_product(self) -> None:
        fee = row("100.00", "23.00", percent="23", quantity="1", levy="3.00", levy_tax="0.69")
        made = posted(sale(fee, to=IRELAND), chart_with())
        assert [shown(line) for line in made.lines] == [
            (9, 10000, 0, "4000"),
            (9, 2300, 0, "2230"),
            (9, 300, 0, "4000"),
            (9, 69, 0, "2230"),
        ]

    def test_a_fee_under_several_taxes_is_held_because_the_shop_states_no_parts_of_it(self) -> None:
        line = row("100.00", "21.75", percent="21.75", rates=levied(), levy="3.00", levy_tax="0.65")
        assert held(sale(line), chart_with()) == ["tax-parts-unknown"]

    def test_parts_that_do_not_come_to_the_lines_tax_are_no_parts_of_it(self) -> None:
        line = row("100.00", "21.75", percent="21.75", rates=levied("19.00"))
        assert held(sale(line), chart_with()) == ["tax-parts-unknown"]

    def test_two_rates_of_vat_on_one_line_stay_held_whatever_is_set_aside(self) -> None:
        halves = tuple(replace(GB_20, code=code, percent=D(10), base=D(10)) for code in ("A", "B"))
        line = row("100.00", "21.75", percent="21.75", rates=(*halves, levied()[1]))
        assert held(sale(line), chart_with()) == ["not-vat"]

    def test_a_levy_on_untaxed_goods_leaves_them_their_own_code(self) -> None:
        fuel = row("100.00", "1.75", sku="BOOK-ZERO", percent="1.75", rates=(LEVY,), tax_class=ZERO_RATED)
        made = posted(sale(fuel), chart_with())
        assert [shown(line) for line in made.lines] == [(0, 10000, 0, "4010"), (9, 175, 0, "2230")]

    def test_a_rate_whose_percentage_has_changed_is_not_the_one_that_was_chosen(self) -> None:
        oss = (OssRate(rate="IE-VAT-23", percent=D(21), tax_code=5),)
        assert held(sale(self.IRISH, to=IRELAND), chart_with(liabilities=(), oss=oss)) == ["foreign-vat"]

    def test_an_untaxed_line_to_a_country_whose_vat_is_charged_needs_a_row_that_names_it(self) -> None:
        assert held(sale(book(), to=IRELAND), chart_with()) == ["foreign-vat"]
        chart = chart_with()
        rows = (*chart.tax.rows, TaxRow(percent=D(0), tax_code=0, countries=("IE",)))
        named = replace(chart, tax=replace(chart.tax, rows=rows))
        assert posted(sale(book(), to=IRELAND), named).lines[0].tax_code == 0


class TestDelivery:
    def test_a_row_for_delivery_gives_it_a_code_of_its_own(self) -> None:
        rows = (*CHART.tax.rows, TaxRow(percent=D(0), tax_code=2, product_class=CARRIAGE_CLASS))
        chart = replace(CHART, tax=replace(CHART.tax, rows=rows))
        free = CarriageAmounts(full=D("4.95"))
        made = posted(sale(row(), carriage=free, carriage_rates=()), chart)
        assert made.carriage is not None
        assert made.carriage.tax_code == 2

    def test_delivery_taxed_before_its_discount_is_held_against_its_whole_charge(self) -> None:
        charge = CarriageAmounts(full=D("9.00"), discount=D("3.00"), tax=D("1.80"))
        document = sale(row(), carriage=charge)
        assert held(document, CHART) == ["vat-rate-mismatch"]
        tax = replace(CHART.tax, before_discount=TaxedBeforeDiscount())
        made = posted(document, replace(CHART, tax=tax))
        assert made.carriage is not None
        assert (made.carriage.net, made.carriage.tax) == (600, 180)


class TestCreditNotes:
    def invoiced(self, document: SalesDocument, chart: Chart = CHART) -> Sibling:
        plan = planned(decide(document, situation(chart=chart, catalogue=COMPANY)))
        return Sibling(
            kind=Kind.INVOICE, entity_id=7, number="7", state="proved", created_at=SOLD_AT, plan=plan
        )

    def test_a_product_that_was_deleted_since_is_credited_as_it_was_sold(self) -> None:
        sold = sale(book())
        back = memo(book(tax_class=""), of=sold)
        assert posted(back, CHART, self.invoiced(sold)).lines[0].tax_code == 0

    def test_delivery_is_credited_as_it_was_charged(self) -> None:
        sold = sale(row(), carriage=CARRIAGE)
        chart = replace(CHART, tax=replace(CHART.tax, rows=()))
        made = posted(memo(of=sold, carriage=CARRIAGE), chart, self.invoiced(sold))
        assert [shown(line) for line in made.lines] == [(1, 495, 99, "4905")]

    def test_untaxed_delivery_is_credited_as_it_was_charged(self) -> None:
        free = CarriageAmounts(full=D("4.95"))
        sold = sale(book(), carriage=free, carriage_rates=())
        back = replace(
            memo(of=sold, carriage=free), carriage=replace(sold.carriage, rates=(), base=free, order=free)
        )
        assert posted(back, CHART, self.invoiced(sold)).lines[0].tax_code == 0

    def test_a_memo_taxed_otherwise_than_its_invoice_is_seen(self) -> None:
        sold = sale(row())
        untaxed = row("29.97", "0", percent="0")
        assert held(memo(untaxed, of=sold), CHART, self.invoiced(sold)) == ["vat-rate-mismatch"]

    def test_another_line_of_the_same_invoice_says_nothing(self) -> None:
        sold = sale(row(), book())
        made = posted(memo(book(), of=sold), CHART, self.invoiced(sold))
        assert [line.tax_code for line in made.lines] == [0]

    def test_tax_that_is_owed_elsewhere_is_taken_back_from_there(self) -> None:
        irish = row("100.00", "23.00", percent="23", quantity="1")
        sold = sale(irish, to=IRELAND)
        back = replace(memo(irish, of=sold), deliver_to=IRELAND)
        made = posted(back, chart_with(), self.invoiced(sold, chart_with()))
        assert [shown(line) for line in made.lines] == [(9, 10000, 0, "4000"), (9, 2300, 0, "2230")]

    def test_a_choice_taken_back_since_the_invoice_is_seen(self) -> None:
        irish = row("100.00", "23.00", percent="23", quantity="1")
        sold = sale(irish, to=IRELAND)
        back = replace(memo(irish, of=sold), deliver_to=IRELAND)
        assert held(back, CHART, self.invoiced(sold, chart_with())) == ["vat-rate-mismatch"]


class TestMissingRows:
    def test_each_row_that_is_missing_is_given_once_and_settles_the_document(self) -> None:
        bare = replace(CHART, tax=replace(CHART.tax, rows=(), taxable_classes=()))
        document = sale(row(), row(item_id=3), book(), carriage=CARRIAGE)
        found = missing_rows(document, situation(chart=bare, catalogue=COMPANY))
        assert [(each.row.percent, each.codes[0].number) for each in found] == [(20, 1), (0, 0)]
        rows = tuple(each.row for each in found)
        settled = replace(bare, tax=replace(bare.tax, rows=rows))
        assert [line.tax_code for line in posted(document, settled).lines] == [1, 1, 0]
        assert missing_rows(document, situation(chart=settled, catalogue=COMPANY)) == ()

    def test_delivery_that_follows_its_goods_lacks_no_row(self) -> None:
        free = CarriageAmounts(full=D("4.95"))
        assert missing_rows(sale(book(), carriage=free, carriage_rates=()), situation()) == ()

    def test_what_a_row_would_not_help_has_none(self) -> None:
        free = CarriageAmounts(full=D("4.95"))
        unread = sale(book(tax_class=""), carriage=free, carriage_rates=())
        found = missing_rows(unread, situation(catalogue=COMPANY))
        assert [each.row.product_class for each in found] == [CARRIAGE_CLASS]
        irish = sale(row("100.00", "23.00", percent="23", quantity="1"), to=IRELAND)
        assert missing_rows(irish, situation(catalogue=COMPANY)) == ()
