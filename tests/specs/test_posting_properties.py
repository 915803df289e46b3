"""Whatever a shop sells, its plan adds up: random documents with Adobe Commerce's arithmetic.

Rows are made the way the shop makes them (reference: adobe_commerce.md §5.3): prices with or without tax,
rounding per unit, per row or carried across the rows, percentage discounts with their tax part, fractional
quantities with four decimals. Whatever comes out, the plan has to say the same to the penny.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from ml_connector.documents.checks import gaps
from ml_connector.documents.identity import Kind
from ml_connector.documents.money import ZERO, to_minor
from ml_connector.documents.sales import CarriageAmounts, SalesDocument, SalesLine
from ml_connector.posting.decide import Sibling, decide
from ml_connector.posting.plan import Allocation, Plan, Receipt, Split
from ml_connector.posting.rules.pricing import priced
from tests.specs.posting_examples import memo, planned, row, sale, situation

D = Decimal
PENNY = D("0.01")
RATES = st.sampled_from(("20", "5", "0"))
CODES = {"20": ("MUG-STD", "4"), "5": ("PENNY-STD", "5"), "0": ("BOOK-ZERO", "6")}


def pennies(amount: Decimal) -> Decimal:
    return amount.quantize(PENNY, rounding=ROUND_HALF_UP)


@st.composite
def rows(draw: st.DrawFn) -> SalesLine:
    """A row: its price with or without tax, its discount, its VAT rounded per unit or per row."""
    percent = draw(RATES)
    rate = D(percent) / 100
    quantity = draw(
        st.one_of(
            st.integers(1, 40).map(D),
            st.decimals("0.01", "20", places=2, allow_nan=False, allow_infinity=False),
        )
    )
    price = draw(st.decimals("0.01", "500", places=2, allow_nan=False, allow_infinity=False))
    share = D(draw(st.sampled_from((0, 10, 33, 100)))) / 100
    if draw(st.booleans()):
        gross = pennies(price * quantity)
        full = gross - pennies(gross * rate / (1 + rate))
        discount = pennies(gross * share)
        tax = pennies((gross - discount) * rate / (1 + rate))
        compensation = gross - discount - tax - (full - discount)
    else:
        full = price * quantity
        discount = min(pennies(full * share), full)  # never more than the row, as in the shop
        per_unit = draw(st.booleans()) and quantity == quantity.to_integral()
        net = full - discount
        tax = pennies(net / quantity * rate) * quantity if per_unit else pennies(net * rate)
        compensation = ZERO
    sku, tax_class = CODES[percent]
    return row(
        str(full),
        str(tax),
        sku=sku,
        quantity=str(quantity),
        discount=str(discount),
        compensation=str(compensation),
        percent=percent,
        tax_class=tax_class,
    )


@st.composite
def carriages(draw: st.DrawFn) -> CarriageAmounts:
    """A delivery charge at 20 %, perhaps discounted."""
    full = draw(st.decimals("0", "30", places=2, allow_nan=False, allow_infinity=False))
    discount = pennies(full * D(draw(st.sampled_from((0, 33, 100)))) / 100)
    return CarriageAmounts(full=full, discount=discount, tax=pennies((full - discount) * D("0.2")))


@st.composite
def invoices(draw: st.DrawFn) -> SalesDocument:
    """An invoice of up to six rows, worth something."""
    lines = numbered(draw(st.lists(rows(), min_size=1, max_size=6)), 1)
    document = sale(*lines, carriage=draw(carriages()))
    total = to_minor(document.base.grand_total)
    return document if total > 0 else sale(*lines, row(), carriage=document.carriage.base)


def numbered(lines: list[SalesLine], first: int) -> list[SalesLine]:
    """The rows of order items of their own."""
    return [replace(line, item_id=n) for n, line in enumerate(lines, first)]


def check_plan(plan: Plan, document: SalesDocument) -> None:
    """What has to hold for every plan, whatever made it."""
    posted, ledger = plan.document, plan.ledger
    assert posted is not None
    assert ledger is not None
    assert plan.gross == to_minor(document.base.grand_total)
    assert sum(split.gross for split in ledger.splits) == plan.gross
    for line in posted.lines:
        assert to_minor(line.quantity * line.unit_price) == line.full_net
        assert line.full_net - line.discount == line.net
    booked = [line for line in posted.lines if line.order_item]
    assert [line.quantity for line in booked] == [line.quantity for line in document.lines]
    assert [line.net for line in booked] == [to_minor(line.base.net) for line in document.lines]
    assert [line.tax for line in booked] == [to_minor(line.base.tax) for line in document.lines]
    rounding = [line for line in posted.lines if line.rule == "header-rounding"]
    assert all(line.net <= 5 for line in rounding)


@given(invoices())
def test_a_plan_says_what_the_shop_said_to_the_penny(document: SalesDocument) -> None:
    assert gaps(document) == ()
    check_plan(planned(decide(document, situation())), document)


@given(invoices(), st.decimals("0", "3000", places=2, allow_nan=False, allow_infinity=False))
def test_a_receipt_never_takes_more_than_was_captured_or_is_owed(
    document: SalesDocument, paid: Decimal
) -> None:
    order = replace(document.order, captures=("CAP",), paid_online=paid)
    plan = planned(decide(replace(document, order=order, transaction="CAP"), situation()))
    received = sum(effect.amount for effect in plan.effects if isinstance(effect, Receipt))
    assert received == min(to_minor(paid), plan.gross)
    assert allocated(plan) == received


@given(
    invoices(),
    st.lists(rows(), max_size=3),
    st.decimals("0", "20", places=2, allow_nan=False, allow_infinity=False),
)
def test_credits_never_take_more_than_is_open(
    invoice: SalesDocument, returned: list[SalesLine], back: Decimal
) -> None:
    booked = planned(decide(invoice, situation()))
    siblings = [sibling(booked, "proved")]
    taken = 0
    for n in (1, 2):
        refund = memo(*numbered(returned, 101), of=invoice, entity_id=n, paid_back=str(back))
        if not 0 < to_minor(refund.base.grand_total) * 2 <= booked.gross:
            return
        plan = planned(decide(refund, situation(siblings=tuple(siblings))))
        check_plan(plan, refund)
        taken += allocated(plan)
        assert allocated(plan) <= plan.gross
        siblings.append(sibling(plan, "planned"))
    assert taken <= sum(split.gross for split in ledger_of(booked) if split.gross > 0)


@given(
    st.decimals("0.001", "100000", places=3, allow_nan=False, allow_infinity=False),
    st.integers(0, 100_000_000),
    st.decimals("0", "1000000", places=4, allow_nan=False, allow_infinity=False),
)
def test_a_price_gives_its_net_back_whatever_the_quantity(quantity: Decimal, net: int, full: Decimal) -> None:
    made = priced(quantity, full, net)
    assert to_minor(made.unit_price * quantity) == made.full_net
    assert made.full_net - made.discount == net
    assert made.discount >= 0


def sibling(plan: Plan, state: str) -> Sibling:
    return Sibling(
        kind=plan.kind,
        entity_id=int(plan.key.rpartition("/")[2]) if plan.kind is not Kind.INVOICE else 7,
        number=plan.reference,
        state=state,
        created_at=sale().created_at,
        plan=plan,
    )


def allocated(plan: Plan) -> int:
    return sum(effect.amount for effect in plan.effects if isinstance(effect, Allocation))


def ledger_of(plan: Plan) -> tuple[Split, ...]:
    assert plan.ledger is not None
    return plan.ledger.splits
