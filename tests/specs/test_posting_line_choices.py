"""The chart's choices for lines and stock codes: what `check` says of them, and what they do at the edges."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from ml_connector.adobe.reader import read_bundle
from ml_connector.codec import canonical, from_json, loads
from ml_connector.documents.identity import Kind
from ml_connector.documents.sales import CarriageAmounts, SalesDocument, Supply
from ml_connector.posting.chart import Chart, check
from ml_connector.posting.choices.gift_cards import GiftCardSales, Voucher
from ml_connector.posting.choices.lines import (
    Adjustment,
    DiscountLine,
    FreeItems,
    UntaxedLevy,
    ZeroAs,
    ZeroDocuments,
)
from ml_connector.posting.choices.stock import (
    CodeRule,
    CodeRuleKind,
    GoodsReturned,
    NoStock,
    SpecialCode,
    StandIn,
    StockAlias,
    StockChoices,
)
from ml_connector.posting.company import Nominal, StockItem
from ml_connector.posting.decide import Sibling, decide
from ml_connector.posting.plan import DocumentLine, Held, Plan, Skipped, Waiting
from tests.specs.posting_company import CATALOGUE, CHART, YES
from tests.specs.posting_examples import (
    CARRIAGE,
    SOLD_AT,
    book,
    codes,
    memo,
    planned,
    row,
    sale,
    situation,
)
from tests.specs.shop_payloads import FACTS, both, bundle, document, document_row

SERVICE = StockItem(code="WEB-SALE", description="Web sale", nominal="", tax_code=1, kind="service")
DONE = Sibling(kind=Kind.INVOICE, entity_id=7, number="7", state="skipped", created_at=SOLD_AT)


def with_lines(**lines: object) -> Chart:
    return replace(CHART, lines=replace(CHART.lines, **lines))


def with_stock(**stock: object) -> Chart:
    return replace(CHART, stock=replace(CHART.stock, **stock))


def wrong(chart: Chart, *records: StockItem) -> list[str]:
    """What `check` says, sentence by sentence."""
    catalogue = replace(CATALOGUE, stock=(*CATALOGUE.stock, *records))
    return [finding.what for finding in check(chart, catalogue)]


def plan_of(found: SalesDocument, chart: Chart) -> Plan:
    return planned(decide(found, situation(chart=chart, siblings=(DONE,))))


def lines_of(found: SalesDocument, chart: Chart) -> tuple[DocumentLine, ...]:
    made = plan_of(found, chart).document
    assert made is not None
    return made.lines


class TestCheck:
    FULL = replace(
        with_lines(
            free_items=FreeItems.LEFT_OUT,
            discount_line=DiscountLine(nominal="4009", accepted=YES),
            untaxed_levy=UntaxedLevy(tax_code=9, accepted=YES),
            adjustment=Adjustment(nominal="4009", tax_code=1, accepted=YES),
            zero_documents=ZeroDocuments(becomes=ZeroAs.CUSTOMER_ONLY, accepted=YES),
        ),
        stock=StockChoices(
            aliases=(StockAlias(sku="mug 1", code="MUG-STD", accepted=YES), StockAlias(sku="fee", code="s3")),
            rules=(CodeRule(kind=CodeRuleKind.REPLACE, text=" ", by="-", accepted=YES),),
            impossible=StandIn(code=SpecialCode.SERVICE, accepted=YES),
            missing=StandIn(code=SpecialCode.ITEM, accepted=YES),
            no_stock=NoStock(code="WEB-SALE", accepted=YES),
            goods_returned=GoodsReturned(accepted=YES),
        ),
    )

    def test_a_chart_with_every_choice_made_may_be_used_and_written_down(self) -> None:
        assert wrong(self.FULL, SERVICE) == []
        assert from_json(Chart, loads(canonical(self.FULL))) == self.FULL

    def test_a_chart_from_before_these_choices_is_read_as_one_that_made_none(self) -> None:
        older = replace(CHART, stock=StockChoices())
        body = cast(dict[str, object], loads(canonical(older)))
        del body["stock"]
        assert from_json(Chart, body) == older

    def test_an_alias_has_to_lead_somewhere_and_only_once(self) -> None:
        chart = with_stock(
            aliases=(
                StockAlias(sku="mug 1", code="MUG-OLD"),
                StockAlias(sku="mug 2", code="MUG-STD"),
                StockAlias(sku="mug 2", code="S1"),
            )
        )
        assert wrong(chart) == [
            "The SKU mug 2 has more than one alias.",
            "The alias of mug 1 is MUG-OLD, and Sage has no product record of that code.",
        ]

    def test_an_alias_may_not_be_a_message_line_or_the_zero_rated_special_item(self) -> None:
        chart = with_stock(aliases=(StockAlias(sku="a", code="M"), StockAlias(sku="b", code="S2")))
        assert len(wrong(chart)) == 2

    def test_a_rule_has_to_say_what_it_looks_for(self) -> None:
        chart = with_stock(rules=(CodeRule(kind=CodeRuleKind.CUT_AT_FIRST, text=""),))
        assert wrong(chart) == ["A rule “cut-at-first” for stock codes says nothing to look for."]

    @pytest.mark.parametrize("code", ["MUG-STD", "NOWHERE", ""])
    def test_lines_without_stock_need_s3_or_a_service_item(self, code: str) -> None:
        assert len(wrong(with_stock(no_stock=NoStock(code=code)), SERVICE)) == 1

    def test_the_nominal_of_discounts_has_to_take_a_sale(self) -> None:
        (said,) = wrong(with_lines(discount_line=DiscountLine(nominal="1200")))
        assert said == "The chart's nominal for discounts, N/C 1200, cannot be used."

    def test_the_tax_codes_of_adjustments_and_levies_have_to_exist(self) -> None:
        chart = with_lines(
            adjustment=Adjustment(nominal="4009", tax_code=77), untaxed_levy=UntaxedLevy(tax_code=77)
        )
        assert wrong(chart) == [
            "Adjustments are to include VAT at T77, which does not exist.",
            "Fixed product tax without VAT is to stand under T77, which does not exist.",
        ]

    def test_a_levy_without_vat_may_not_stand_under_a_rate(self) -> None:
        (said,) = wrong(with_lines(untaxed_levy=UntaxedLevy(tax_code=5)))
        assert said == "Fixed product tax without VAT is to stand under T5, which stands at 5 % in Sage."


class TestStandingPlaces:
    def test_a_missing_product_is_named_together_with_what_else_is_wrong(self) -> None:
        bad = row("29.97", "1.00", sku="MUG-NEW")
        assert codes(decide(sale(bad), situation())) == ["vat-rate-mismatch", "stock-code-missing"]

    def test_a_line_without_stock_takes_its_nominal_from_the_product_record_all_the_same(self) -> None:
        made = lines_of(sale(book(), row(sku="nowhere")), with_stock(no_stock=NoStock(accepted=YES)))
        assert [(line.nominal, line.service) for line in made] == [("4010", True), ("4000", True)]

    def test_a_service_item_is_no_special_code(self) -> None:
        chart = with_stock(no_stock=NoStock(code="web-sale", accepted=YES))
        (line,) = lines_of(sale(row()), chart)
        assert (line.stock_code, line.service, line.rule) == ("WEB-SALE", False, "service-item")
        assert line.description == "MUG-STD Stoneware Mug"

    def test_a_long_sku_fills_the_text_and_is_cut_there(self) -> None:
        sku = "LONG " * 17
        (line,) = lines_of(sale(row(sku=sku.strip())), CHART)
        assert (line.stock_code, len(line.description)) == ("S1", 60 - 1)
        assert line.description == sku[:59]

    def test_two_spellings_of_one_sku_stand_on_one_record(self) -> None:
        """To the shop they are one product (reference: adobe_commerce.md §10.4)."""
        made = lines_of(sale(row(), row(sku="Mug-Std", item_id=2)), CHART)
        assert [line.stock_code for line in made] == ["MUG-STD", "MUG-STD"]

    def test_the_line_says_which_rule_led_to_its_code(self) -> None:
        chart = with_stock(
            aliases=(StockAlias(sku="mug 1", code="MUG-STD", accepted=YES),),
            rules=(CodeRule(kind=CodeRuleKind.STRIP_PREFIX, text="WEB-", accepted=YES),),
        )
        skus = ("mug 1", "WEB-MUG-STD", "MUG-STD", "a b")
        made = lines_of(sale(*(row(sku=sku, item_id=n) for n, sku in enumerate(skus, 1))), chart)
        assert [line.rule for line in made] == ["alias", "code-rule", "item", "special-item"]
        assert made[0].description == "mug 1 Stoneware Mug"
        assert not any(line.service for line in made)


class TestDiscounts:
    BY_LINE = with_lines(discount_line=DiscountLine(nominal="4009", accepted=YES))

    def test_the_reader_takes_the_gross_before_discount_from_the_row(self) -> None:
        stated = document_row(**both(row_total_incl_tax=35.96))
        (line,) = read_bundle(bundle(document(stated)), FACTS).lines
        assert str(line.base.full_gross) == str(line.order.full_gross) == "35.96"
        (line,) = read_bundle(bundle(document(document_row())), FACTS).lines
        assert line.base.full_gross is None

    def test_a_discounted_credit_note_bears_the_discount_line_of_its_invoice(self) -> None:
        goods = row("99.99", "18.00", discount="10.00", full_gross="119.99")
        sold = lines_of(sale(goods), self.BY_LINE)[-1]
        refunded = lines_of(memo(goods, of=sale(goods)), self.BY_LINE)[-1]
        assert sold == refunded

    def test_carriage_stays_net_of_its_own_discount(self) -> None:
        less = CarriageAmounts(full=CARRIAGE.full, discount=CARRIAGE.full / 3, tax=CARRIAGE.tax * 2 / 3)
        made = plan_of(sale(row(), carriage=less), self.BY_LINE).document
        assert made is not None
        assert made.carriage is not None
        assert (made.carriage.net, [line.rule for line in made.lines]) == (330, ["item"])

    def test_a_row_worth_nothing_without_a_tax_code_shows_no_discount(self) -> None:
        nothing = row("3.96", "0", discount="3.96", full_gross="4.75", percent="0", sku="PENNY-STD")
        made = lines_of(sale(row(), nothing), self.BY_LINE)
        assert [(line.net, line.tax_code, line.rule) for line in made] == [(2997, 1, "item"), (0, 9, "item")]

    def test_a_gift_card_that_is_sold_stands_net_of_its_discount(self) -> None:
        """It stands on its own line by a rule of its own, and a discount line would take it off twice."""
        owed = Nominal(code="2110", name="Gift Cards Sold")
        sold = GiftCardSales(voucher=Voucher.SINGLE_PURPOSE, nominal=owed.code, accepted=YES)
        card = row("25.00", "4.00", discount="5.00", full_gross="30.00", quantity="1", item_id=2)
        found = sale(row(), replace(card, supply=Supply.GIFT_CARD))
        catalogue = replace(CATALOGUE, nominals=(*CATALOGUE.nominals, owed))
        chart = replace(self.BY_LINE, gift_cards=sold)
        plan = planned(decide(found, situation(chart=chart, catalogue=catalogue)))
        assert plan.ledger is not None
        assert [split.net for split in plan.ledger.splits] == [2997, 2000]

    def test_a_free_item_that_is_left_out_takes_its_discount_with_it(self) -> None:
        chart = with_lines(
            discount_line=DiscountLine(nominal="4009", accepted=YES), free_items=FreeItems.LEFT_OUT
        )
        gift = row("3.96", "0", discount="3.96", full_gross="4.75", sku="PENNY-STD", item_id=2)
        assert [line.rule for line in lines_of(sale(row(), gift), chart)] == ["item"]


class TestFreeItems:
    LEFT_OUT = with_lines(free_items=FreeItems.LEFT_OUT)

    def test_a_document_of_free_items_and_carriage_has_its_carriage_on_a_line(self) -> None:
        gift = row("3.96", "0", discount="3.96", sku="PENNY-STD")
        made = plan_of(sale(gift, carriage=CARRIAGE), self.LEFT_OUT).document
        assert made is not None
        assert made.carriage is None
        assert [(line.rule, line.net, line.tax) for line in made.lines] == [("carriage", 495, 99)]

    def test_the_levy_on_a_free_item_stays(self) -> None:
        gift = row("0", "0", levy="1.25", levy_tax="0.25")
        made = lines_of(sale(gift), self.LEFT_OUT)
        assert [(line.rule, line.net, line.tax) for line in made] == [("fixed-product-tax", 125, 25)]

    def test_a_free_item_that_sage_does_not_have_is_in_nobodys_way(self) -> None:
        made = lines_of(sale(row(), row("0", "0", sku="GIFT-NEW")), self.LEFT_OUT)
        assert [line.stock_code for line in made] == ["MUG-STD"]


class TestZeroDocuments:
    NOTHING = sale(row("3.96", "0", discount="3.96", sku="PENNY-STD", quantity="4"))
    ONLY = with_lines(zero_documents=ZeroDocuments(becomes=ZeroAs.CUSTOMER_ONLY, accepted=YES))
    POST = with_lines(zero_documents=ZeroDocuments(becomes=ZeroAs.POST, accepted=YES))

    def test_customer_only_names_the_account_once_it_stands(self) -> None:
        decision = decide(self.NOTHING, situation(chart=self.ONLY))
        assert isinstance(decision, Skipped)
        assert "PENRO001" in decision.why

    def test_customer_only_waits_for_the_customer_as_any_document_does(self) -> None:
        decision = decide(self.NOTHING, situation(chart=self.ONLY, accounts={}))
        usual = decide(sale(row()), situation(accounts={}))
        assert isinstance(decision, Waiting)
        assert decision == usual

    def test_customer_only_is_held_where_there_is_no_email_to_know_the_customer_by(self) -> None:
        nobody = replace(self.NOTHING, order=replace(self.NOTHING.order, email=""))
        decision = decide(nobody, situation(chart=self.ONLY, accounts={}))
        assert isinstance(decision, Held)
        assert codes(decision) == ["customer-without-email"]

    def test_a_posted_one_keeps_its_quantities_and_makes_no_money(self) -> None:
        refund = replace(memo(*self.NOTHING.lines, of=self.NOTHING), transaction="REF-1")
        for found in (self.NOTHING, refund):
            plan = plan_of(found, self.POST)
            assert [effect.type for effect in plan.effects] == ["document", "ledger"]
            assert plan.document is not None
            assert [(line.quantity, line.net) for line in plan.document.lines] == [(4, 0)]

    def test_what_is_wrong_with_it_holds_it_as_any_other(self) -> None:
        unknown = sale(row("3.96", "0", discount="3.96", sku="MUG-NEW"))
        assert codes(decide(unknown, situation(chart=self.POST))) == ["stock-code-missing"]
