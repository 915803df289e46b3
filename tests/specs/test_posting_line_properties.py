"""Whatever the chart chooses for lines, the document comes to the same, tax code by tax code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from ml_connector.documents.identity import Kind
from ml_connector.documents.money import PENNY, to_minor
from ml_connector.documents.sales import SalesDocument, SalesLine
from ml_connector.posting.allocation import open_splits, outstanding
from ml_connector.posting.choices.lines import Adjustment, CarriageAs, DiscountLine, FreeItems
from ml_connector.posting.choices.stock import CodeRule, CodeRuleKind, NoStock, StockChoices
from ml_connector.posting.decide import Sibling, decide
from ml_connector.posting.plan import Plan, Receipt
from ml_connector.posting.rules.adjustments import without_vat
from ml_connector.posting.rules.pricing import priced
from ml_connector.posting.stock import bent, find
from tests.specs.posting_company import CATALOGUE, CHART, YES
from tests.specs.posting_examples import CARRIAGE, SOLD_AT, memo, planned, row, sale, situation

D = Decimal
RATES = {"20": ("MUG-STD", "4"), "5": ("PENNY-STD", "5"), "0": ("BOOK-ZERO", "6")}
BY_LINE = DiscountLine(nominal="4009", accepted=YES)


def pennies(amount: Decimal) -> Decimal:
    return amount.quantize(PENNY, rounding=ROUND_HALF_UP)


@st.composite
def discounted_rows(draw: st.DrawFn, number: int) -> SalesLine:
    """A row with a discount, its VAT worked out before or after discount, as shops do."""
    percent = draw(st.sampled_from(sorted(RATES)))
    rate = D(percent) / 100
    quantity = D(draw(st.integers(1, 12)))
    full = D(draw(st.integers(1, 20_000))) * PENNY * quantity
    discount = pennies(full * draw(st.sampled_from((0, 5, 33, 90, 100))) / 100)
    before = pennies(full * rate)
    sku, tax_class = RATES[percent]
    return row(
        str(full),
        str(pennies((full - discount) * rate)),
        sku=sku,
        quantity=str(quantity),
        discount=str(discount),
        full_gross=str(full + before),
        percent=percent,
        tax_class=tax_class,
        item_id=number,
    )


@st.composite
def sales(draw: st.DrawFn) -> SalesDocument:
    count = draw(st.integers(1, 4))
    return sale(*(draw(discounted_rows(number)) for number in range(1, count + 1)), carriage=CARRIAGE)


def by_tax_code(plan: Plan) -> Counter[tuple[int, str]]:
    """Net and VAT of the ledger for each tax code: what the VAT return is made of."""
    assert plan.ledger is not None
    sums: Counter[tuple[int, str]] = Counter()
    for split in plan.ledger.splits:
        sums[split.tax_code, "net"] += split.net
        sums[split.tax_code, "VAT"] += split.tax
    return Counter({key: amount for key, amount in sums.items() if amount})


def plan_with(document: SalesDocument, **lines: object) -> Plan:
    chart = replace(CHART, lines=replace(CHART.lines, **lines))
    return planned(decide(document, situation(chart=chart)))


@given(sales())
def test_discounts_as_lines_change_no_tax_codes_sum(document: SalesDocument) -> None:
    usual, apart = plan_with(document), plan_with(document, discount_line=BY_LINE)
    assert apart.gross == usual.gross == to_minor(document.base.grand_total)
    assert by_tax_code(apart) == by_tax_code(usual)
    assert apart.document is not None
    for line in apart.document.lines:
        assert to_minor(line.quantity * line.unit_price) - line.discount == line.net


@given(sales())
def test_a_discount_line_never_brings_its_tax_code_below_zero(document: SalesDocument) -> None:
    assert min(by_tax_code(plan_with(document, discount_line=BY_LINE)).values(), default=0) >= 0


@given(sales())
def test_free_items_and_carriage_as_a_line_change_no_tax_codes_sum(document: SalesDocument) -> None:
    usual = by_tax_code(plan_with(document))
    assert by_tax_code(plan_with(document, free_items=FreeItems.LEFT_OUT)) == usual
    assert by_tax_code(plan_with(document, carriage_as=CarriageAs.LINE)) == usual


@given(sales())
def test_lines_without_stock_keep_their_quantities_and_nominals(document: SalesDocument) -> None:
    chart = replace(CHART, stock=StockChoices(no_stock=NoStock(accepted=YES)))
    bare, usual = planned(decide(document, situation(chart=chart))), plan_with(document)
    assert bare.ledger == usual.ledger
    assert bare.document is not None
    assert usual.document is not None
    assert [line.quantity for line in bare.document.lines] == [line.quantity for line in usual.document.lines]
    assert {line.stock_code for line in bare.document.lines} == {"S3"}


@given(sales(), st.integers(0, 100_000))
def test_no_more_is_ever_open_on_a_document_with_lines_below_zero_than_it_comes_to(
    document: SalesDocument, paid: int
) -> None:
    order = replace(document.order, captures=("CAP",), paid_online=paid * PENNY)
    plan = plan_with(replace(document, order=order, transaction="CAP"), discount_line=BY_LINE)
    received = sum(effect.amount for effect in plan.effects if isinstance(effect, Receipt))
    assert sum(each.left for each in outstanding((plan,))) == plan.gross - received
    assert plan.ledger is not None
    assert sum(each.gross for each in open_splits(plan.reference, plan.ledger.splits)) >= plan.gross


@given(st.integers(-1_000_000, 1_000_000), st.sampled_from(("0", "5", "20", "23", "17.5")))
def test_vat_taken_out_of_an_adjustment_is_the_rest_and_fits_its_rate(gross: int, percent: str) -> None:
    net = without_vat(gross, D(percent))
    assert abs((gross - net) - net * D(percent) / 100) <= 1
    assert without_vat(-gross, D(percent)) == -net
    assert abs(net) <= abs(gross)


@given(st.integers(1, 5_000), st.integers(0, 5_000), st.sampled_from((None, 0, 1, 5)))
def test_adjustments_come_to_what_was_paid_whatever_vat_is_in_them(
    back: int, kept: int, tax_code: int | None
) -> None:
    invoice = sale(row("600.00", "120.00", quantity="1"))
    refund = memo(row("300.00", "60.00", quantity="1"), of=invoice, paid_back=f"{back * PENNY}")
    refund = replace(
        refund,
        base=replace(refund.base, fee_kept=kept * PENNY, grand_total=refund.base.grand_total - kept * PENNY),
    )
    refund = replace(refund, order_totals=refund.base)
    chosen = Adjustment(nominal="4009", tax_code=tax_code, accepted=YES)
    chart = replace(CHART, lines=replace(CHART.lines, adjustment=chosen))
    done = Sibling(kind=Kind.INVOICE, entity_id=7, number="7", state="skipped", created_at=SOLD_AT)
    plan = planned(decide(refund, situation(chart=chart, siblings=(done,))))
    assert plan.gross == 36_000 + back - kept


SKUS = st.text(alphabet="AB-_/ é,", max_size=70)
RULES: Mapping[CodeRuleKind, CodeRule] = {
    kind: CodeRule(kind=kind, text="-", by="", accepted=YES) for kind in CodeRuleKind
}


@given(SKUS, st.lists(st.sampled_from(list(CodeRuleKind)), max_size=4))
def test_a_rule_never_takes_a_sku_from_the_record_that_it_has(sku: str, kinds: list[CodeRuleKind]) -> None:
    stock = {item.code: item for item in CATALOGUE.stock}
    choices = StockChoices(rules=tuple(RULES[kind] for kind in kinds))
    plain = find("mug-std", choices, stock)
    assert plain is not None
    assert (plain.rule, plain.item) == ("item", stock["MUG-STD"])
    found = find(sku, choices, stock)
    assert found is None or found.item in stock.values()


@given(SKUS, st.sampled_from(list(CodeRuleKind)))
def test_a_rule_only_ever_takes_away_what_it_names(sku: str, kind: CodeRuleKind) -> None:
    made = bent(sku, RULES[kind])
    assert len(made) <= len(sku)
    assert made == sku or "-" in sku


@given(st.integers(1, 99_999), st.integers(0, 10_000_000))
def test_a_price_of_whole_units_gives_its_net_back_within_the_discount(units: int, net: int) -> None:
    made = priced(D(units), D(net) * PENNY, net)
    assert made.full_net - made.discount == net
    assert 0 <= made.discount <= units
