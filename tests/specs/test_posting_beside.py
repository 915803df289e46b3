"""What stands beside the core totals: gift wrapping, gift cards that are sold, totals of extensions."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_connector.codec import canonical, from_json, loads
from ml_connector.documents.sales import (
    NamedAmount,
    SalesDocument,
    SalesLine,
    Supply,
    Totals,
    Wrapping,
    WrappingAmounts,
)
from ml_connector.posting.chart import Chart, check
from ml_connector.posting.choices.extras import ExtraChoices, ExtraRow, Sign
from ml_connector.posting.choices.gift_cards import GiftCardSales, Voucher
from ml_connector.posting.choices.payments import BankRow, Details, Evidence, PaymentChoices
from ml_connector.posting.choices.wrapping import Wrapping as WrappingChoice
from ml_connector.posting.company import Nominal
from ml_connector.posting.decide import Sibling, decide
from ml_connector.posting.plan import DocumentLine
from tests.specs.posting_company import CATALOGUE, CHART, YES
from tests.specs.posting_examples import CARRIAGE, book, codes, memo, planned, row, sale, situation
from tests.specs.tender_examples import TENDERED

D = Decimal
COMPANY = replace(
    CATALOGUE,
    nominals=(
        *CATALOGUE.nominals,
        Nominal(code="2110", name="Gift Cards Sold"),
        Nominal(code="4900", name="Miscellaneous Income"),
    ),
)
WRAPPED = replace(CHART, wrapping=WrappingChoice(nominal="4900", accepted=YES))
DONE = Sibling(kind=sale().kind, entity_id=7, number="7", state="skipped", created_at=sale().created_at)


def lines(document: SalesDocument, chart: Chart, rule: str) -> list[DocumentLine]:
    """The lines that a rule makes of the document, which has to be planned."""
    plan = planned(decide(document, situation(chart=chart, catalogue=COMPANY, siblings=(DONE,))))
    assert plan.document is not None
    return [line for line in plan.document.lines if line.rule == rule]


def held(document: SalesDocument, chart: Chart) -> list[str]:
    return codes(decide(document, situation(chart=chart, catalogue=COMPANY)))


def more(totals: Totals, amount: Decimal, **changes: Decimal) -> Totals:
    """The same header with so much more on its grand total."""
    return replace(totals, grand_total=totals.grand_total + amount, **changes)


def with_total(document: SalesDocument, base: Totals, order: Totals) -> SalesDocument:
    relatives = tuple(
        replace(each, base_total=base.grand_total)
        if (each.kind, each.entity_id) == (document.kind, document.entity_id)
        else each
        for each in document.relatives
    )
    return replace(document, base=base, order_totals=order, relatives=relatives)


def test_what_the_chart_says_of_them_is_kept_as_it_was_said() -> None:
    """Charts are stored as canonical JSON; plans name their version, so nothing may change on the way."""
    extra = ExtraRow(name="custom_fees.eco", nominal="4900", tax_code=1, tax_field="t", sign=Sign.TAKEN_OFF)
    said = replace(
        WRAPPED,
        gift_cards=GiftCardSales(voucher=Voucher.SINGLE_PURPOSE, nominal="2110", accepted=YES),
        extras=ExtraChoices(rows=(extra,)),
        tender=TENDERED.tender,
        payments=PaymentChoices(
            banks=(
                BankRow(
                    method="invoice",
                    bank="1200",
                    invoices=Evidence.ALWAYS,
                    refunds=Evidence.NEVER,
                    details=Details.ORDER,
                ),
            )
        ),
    )
    assert from_json(Chart, loads(canonical(said).decode())) == said


class TestGiftWrapping:
    def wrapped(self, net: str, tax: str, *rows: SalesLine, what: str = "Printed card") -> SalesDocument:
        """A document whose header has this wrapping, and its VAT in the tax."""
        document = sale(*(rows or (row(),)))
        amounts = WrappingAmounts(net=D(net), tax=D(tax))
        totals = more(
            document.base,
            amounts.net + amounts.tax,
            wrapping=amounts.net,
            wrapping_tax=amounts.tax,
            tax=document.base.tax + amounts.tax,
        )
        wrapping = Wrapping(what=what, base=amounts, order=amounts)
        return replace(with_total(document, totals, totals), wrappings=(wrapping,))

    def test_it_is_a_line_of_its_own_with_the_shops_own_vat(self) -> None:
        (line,) = lines(self.wrapped("3.00", "0.60"), WRAPPED, "gift-wrapping")
        assert (line.stock_code, line.description, line.nominal) == ("S3", "Printed card", "4900")
        assert (line.net, line.tax, line.tax_code) == (300, 60, 1)

    def test_without_vat_it_follows_goods_that_bear_none(self) -> None:
        (line,) = lines(self.wrapped("3.00", "0", book()), WRAPPED, "gift-wrapping")
        assert (line.net, line.tax, line.tax_code) == (300, 0, 0)

    def test_without_vat_on_taxed_goods_it_is_held(self) -> None:
        assert held(self.wrapped("3.00", "0"), WRAPPED) == ["unmapped-tax"]

    def test_vat_that_is_none_of_the_goods_rates_is_held(self) -> None:
        assert held(self.wrapped("3.00", "0.45"), WRAPPED) != []

    def test_without_a_nominal_it_is_held(self) -> None:
        assert held(self.wrapped("3.00", "0.60"), CHART) == ["wrapping-unset"]

    def test_a_nominal_that_takes_no_sale_is_refused_with_the_chart(self) -> None:
        chart = replace(CHART, wrapping=WrappingChoice(nominal="1200", accepted=YES))
        assert [finding.code for finding in check(chart, COMPANY)] == ["nominal-missing"]


class TestGiftCardsSold:
    MULTI = replace(
        CHART, gift_cards=GiftCardSales(voucher=Voucher.MULTI_PURPOSE, nominal="2110", accepted=YES)
    )
    SINGLE = replace(
        CHART, gift_cards=GiftCardSales(voucher=Voucher.SINGLE_PURPOSE, nominal="2110", accepted=YES)
    )
    UNTAXED = row("50.00", "0", sku="GIFT-25", quantity="2", percent="0", supply=Supply.GIFT_CARD)
    TAXED = row("50.00", "10.00", sku="GIFT-25", quantity="2", supply=Supply.GIFT_CARD)

    def test_a_multi_purpose_card_is_owed_and_outside_vat(self) -> None:
        (line,) = lines(sale(self.UNTAXED), self.MULTI, "gift-card-sold")
        assert (line.stock_code, line.nominal, line.tax_code) == ("S3", "2110", 9)
        assert (line.quantity, line.unit_price, line.net, line.tax) == (2, D("25.00"), 5000, 0)

    def test_a_single_purpose_card_bears_the_vat_that_its_row_bears(self) -> None:
        (line,) = lines(sale(self.TAXED), self.SINGLE, "gift-card-sold")
        assert (line.nominal, line.tax_code, line.net, line.tax) == ("2110", 1, 5000, 1000)

    def test_a_single_purpose_card_without_vat_is_asked_about_like_any_line(self) -> None:
        assert held(sale(self.UNTAXED), self.SINGLE) == ["vat-missing"]

    def test_until_somebody_has_chosen_it_is_held(self) -> None:
        assert held(sale(self.UNTAXED), CHART) == ["gift-card-unset"]

    def test_vat_on_a_multi_purpose_card_is_held(self) -> None:
        assert held(sale(self.TAXED), self.MULTI) == ["gift-card-taxed"]

    def test_beside_goods_each_stands_for_itself(self) -> None:
        both = sale(row(item_id=3), self.UNTAXED, carriage=CARRIAGE)
        assert [line.net for line in lines(both, self.MULTI, "gift-card-sold")] == [5000]
        assert [line.net for line in lines(both, self.MULTI, "item")] == [2997]

    def test_one_taken_back_lessens_what_is_owed(self) -> None:
        sold = sale(self.UNTAXED)
        (line,) = lines(memo(self.UNTAXED, of=sold), self.MULTI, "gift-card-sold")
        assert (line.nominal, line.net) == ("2110", 5000)


class TestExtensionTotals:
    def fee(
        self, base: str = "5.33", order: str = "", *, of_order: bool = False, stated: str = ""
    ) -> SalesDocument:
        """A document whose grand totals hold a fee, with the field on it or on its order."""
        document = sale(row())
        amount, in_order = D(base), D(order or base)
        base_totals, order_totals = more(document.base, amount), more(document.order_totals, in_order)
        made = with_total(document, base_totals, order_totals)
        extra = NamedAmount(field="cod_fee", base=D(stated or base), order=in_order)
        if of_order:
            return replace(made, order=replace(made.order, extras=(extra,)))
        return replace(made, extras=(extra,))

    def chart(self, **changes: object) -> Chart:
        usual = ExtraRow(name="cod_fee", nominal="4900", accepted=YES)
        return replace(CHART, extras=ExtraChoices(rows=(replace(usual, **changes),)))

    def test_a_field_that_the_chart_names_is_a_line_outside_vat(self) -> None:
        (line,) = lines(self.fee(), self.chart(), "extension-total")
        assert (line.description, line.nominal, line.tax_code, line.net) == ("cod_fee", "4900", 9, 533)

    def test_with_a_tax_code_its_vat_is_in_it(self) -> None:
        (line,) = lines(self.fee("6.00"), self.chart(tax_code=1), "extension-total")
        assert (line.tax_code, line.net, line.tax) == (1, 500, 100)

    def test_its_vat_may_stand_in_a_field_of_its_own_and_in_the_documents_tax(self) -> None:
        document = self.fee("5.00")
        totals = more(document.base, D("1.00"), tax=document.base.tax + D("1.00"))
        tax = NamedAmount(field="cod_tax", base=D("1.00"), order=D("1.00"))
        taxed = replace(with_total(document, totals, totals), extras=(*document.extras, tax))
        (line,) = lines(taxed, self.chart(tax_code=1, tax_field="cod_tax"), "extension-total")
        assert (line.tax_code, line.net, line.tax) == (1, 500, 100)
        wrong = replace(taxed, extras=(document.extras[0], replace(tax, base=D("2.00"), order=D("2.00"))))
        assert "unexplained-gap" in held(wrong, self.chart(tax_code=1, tax_field="cod_tax"))

    def test_what_is_taken_off_is_a_negative_line(self) -> None:
        document = sale(row())
        totals = more(document.base, D("-2.00"))
        extra = NamedAmount(field="cod_fee", base=D("2.00"), order=D("2.00"))
        less = replace(with_total(document, totals, totals), extras=(extra,))
        (line,) = lines(less, self.chart(sign=Sign.TAKEN_OFF), "extension-total")
        assert (line.negative, line.net) == (True, 200)

    def test_a_field_that_nobody_named_explains_nothing(self) -> None:
        found = decide(self.fee(), situation(catalogue=COMPANY))
        assert codes(found) == ["unexplained-gap"]
        assert "`cod_fee` holds exactly that amount" in str(found)

    def test_a_field_that_is_not_the_gap_is_held(self) -> None:
        assert held(self.fee(stated="5.00"), self.chart()) == ["unexplained-gap"]

    def test_a_field_that_is_in_no_total_is_held(self) -> None:
        shown = replace(sale(row()), extras=self.fee().extras)
        assert held(shown, self.chart()) == ["unexplained-gap"]

    def test_a_field_of_the_order_counts_where_it_closes_the_gap_exactly(self) -> None:
        (line,) = lines(self.fee(of_order=True), self.chart(), "extension-total")
        assert line.net == 533
        assert held(self.fee(of_order=True, stated="5.32"), self.chart()) == ["unexplained-gap"]
        without = replace(sale(row()), order=self.fee(of_order=True).order)
        assert lines(without, self.chart(), "extension-total") == []

    def test_what_is_right_in_one_currency_only_is_held(self) -> None:
        """Seen in a real shop: a fee of 5.33 in the totals of both currencies, not converted (§5.7)."""
        riyals = self.in_riyals(self.fee("5.33", "5.33"))
        converted = NamedAmount(field="cod_fee", base=D("5.33"), order=D("19.99"))
        assert (
            held(replace(riyals, extras=(converted,)), self.chart())
            == ["unexplained-gap", "extra-not-converted"][:1]
        )
        assert held(riyals, self.chart()) == ["extra-not-converted"]

    def in_riyals(self, document: SalesDocument) -> SalesDocument:
        """The same document with its order currency at 3.75, except for the fee."""
        line = document.lines[0]
        rate, totals = D("3.75"), document.order_totals
        goods = totals.grand_total - D("5.33")
        amounts = replace(line.order, full=line.order.full * rate, tax=line.order.tax * rate)
        in_order = replace(
            totals,
            subtotal=totals.subtotal * rate,
            tax=totals.tax * rate,
            grand_total=goods * rate + D("5.33"),
        )
        return replace(
            document, order_currency="SAR", order_totals=in_order, lines=(replace(line, order=amounts),)
        )

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"nominal": "1200"}, "nominal-missing"),
            ({"tax_code": 77}, "chart-invalid"),
            ({"tax_field": "cod_tax"}, "chart-invalid"),
        ],
    )
    def test_a_row_that_cannot_stand_is_refused_with_the_chart(
        self, changes: dict[str, object], code: str
    ) -> None:
        assert [finding.code for finding in check(self.chart(**changes), COMPANY)] == [code]

    def test_one_field_on_two_nominals_is_refused(self) -> None:
        rows = self.chart().extras.rows
        twice = replace(CHART, extras=ExtraChoices(rows=(*rows, replace(rows[0], nominal="4000"))))
        assert [finding.code for finding in check(twice, COMPANY)] == ["chart-invalid"]

    @given(amount=st.decimals(min_value="0.01", max_value="500", places=2))
    def test_whatever_it_comes_to_the_plan_is_the_documents_worth(self, amount: Decimal) -> None:
        for chart in (self.chart(), self.chart(tax_code=1), self.chart(tax_code=5)):
            (line,) = lines(self.fee(str(amount)), chart, "extension-total")
            assert line.net + line.tax == int(amount * 100)
