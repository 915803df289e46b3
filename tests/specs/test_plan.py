"""A plan that does not add up cannot be built; one that does says exactly what the ledger will hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_connector.codec import NotUnderstood, from_json, to_json
from ml_connector.documents.identity import Kind
from ml_connector.posting.plan import (
    Allocation,
    Carriage,
    DocumentLine,
    Effect,
    Plan,
    PostDocument,
    Receipt,
    RefundPayment,
    Split,
    UpdateLedger,
)
from tests.specs.plan_examples import (
    BOOK,
    CUSTOMER,
    MUG,
    customer_plan,
    document,
    invoice_plan,
    memo_plan,
)

Bend = Callable[[Plan], Plan]


def bent(plan: Plan, change: Callable[[Effect], Effect]) -> Plan:
    """The plan with each effect changed, built anew."""
    return replace(plan, effects=tuple(change(effect) for effect in plan.effects))


def priced(full_net: int, **changes: object) -> DocumentLine:
    """A single mug whose price makes this full net, with other changes."""
    price = Decimal(full_net) / 100
    return replace(MUG, quantity=Decimal(1), unit_price=price, full_net=full_net, **changes)  # pyright: ignore[reportArgumentType]


def other_line(line: DocumentLine) -> Callable[[Effect], Effect]:
    """Puts `line` in the place of the document's first."""

    def change(effect: Effect) -> Effect:
        if isinstance(effect, PostDocument):
            return replace(effect, lines=(line, *effect.lines[1:]))
        return effect

    return change


def second(effect: Effect) -> Effect:
    """The same effect under another id."""
    return replace(effect, id="again")


def as_credit(effect: Effect, kind: type[PostDocument] | type[UpdateLedger]) -> Effect:
    """Effects of this kind, turned into credits."""
    return replace(effect, credit=True) if isinstance(effect, kind) else effect  # pyright: ignore[reportCallIssue]


def more(effect: Effect, kind: type[Receipt] | type[Allocation]) -> Effect:
    """Effects of this kind, with far too much money."""
    return replace(effect, amount=99999) if isinstance(effect, kind) else effect


# What does not add up

NOT_A_PLAN: dict[str, tuple[Bend, str]] = {
    "a penny more than its lines": (lambda plan: replace(plan, gross=plan.gross + 1), "lines come to 4736"),
    "a penny less than its lines": (lambda plan: replace(plan, gross=plan.gross - 1), "the document to 4735"),
    "a line with a penny more": (
        lambda plan: bent(plan, other_line(priced(2998, net=2698))),
        "lines come to 4737",
    ),
    "a line whose penny moved from tax to net": (
        lambda plan: bent(plan, other_line(priced(2998, net=2698, tax=538))),
        "ledger update does not expect",
    ),
    "a line whose sign was turned": (
        lambda plan: bent(plan, other_line(replace(MUG, negative=True))),
        "lines come to",
    ),
    "a line on another nominal": (
        lambda plan: bent(plan, other_line(replace(MUG, nominal="4009"))),
        "ledger update does not expect",
    ),
    "a line on another tax code": (
        lambda plan: bent(plan, other_line(replace(MUG, tax_code=5))),
        "ledger update does not expect",
    ),
    "a line of another department": (
        lambda plan: bent(plan, other_line(replace(MUG, department=7))),
        "ledger update does not expect",
    ),
    "no effect at all": (lambda plan: replace(plan, effects=()), "at least one effect"),
    "an effect twice": (lambda plan: replace(plan, effects=(*plan.effects, plan.effects[-1])), "ids differ"),
    "an invoice without its document": (
        lambda plan: replace(plan, effects=plan.effects[1:]),
        "document comes first",
    ),
    "an invoice without its ledger update": (
        lambda plan: replace(plan, effects=(plan.effects[0], *plan.effects[2:])),
        "then its ledger update",
    ),
    "the ledger update before its document": (
        lambda plan: replace(plan, effects=(plan.effects[1], plan.effects[0], *plan.effects[2:])),
        "document comes first",
    ),
    "a second document": (
        lambda plan: replace(plan, effects=(*plan.effects, second(plan.effects[0]))),
        "one document",
    ),
    "a credit note for an invoice": (
        lambda plan: bent(plan, lambda effect: as_credit(effect, PostDocument)),
        "an invoice is an SI",
    ),
    "a ledger entry of the other type": (
        lambda plan: bent(plan, lambda effect: as_credit(effect, UpdateLedger)),
        "an invoice is an SI",
    ),
    "a receipt of more than the document": (
        lambda plan: bent(plan, lambda effect: more(effect, Receipt)),
        "at most 4736",
    ),
    "an allocation of more than its split": (
        lambda plan: bent(plan, lambda effect: more(effect, Allocation)),
        "at most 3236",
    ),
    "a customer in an invoice": (
        lambda plan: replace(plan, effects=(*plan.effects, *customer_plan().effects)),
        "money and allocations only",
    ),
    "a customer with a document": (
        lambda plan: replace(plan, kind=Kind.CUSTOMER),
        "the customer and nothing else",
    ),
}


@pytest.mark.parametrize("what", NOT_A_PLAN)
def test_there_is_no_plan_with(what: str) -> None:
    bend, words = NOT_A_PLAN[what]
    with pytest.raises(ValueError, match=words):
        bend(invoice_plan())


def test_a_customer_record_has_no_document_and_an_invoice_is_no_customer() -> None:
    with pytest.raises(ValueError, match="document comes first"):
        replace(customer_plan(), kind=Kind.INVOICE)


@pytest.mark.parametrize("amount", [0, -1])
@pytest.mark.parametrize("kind", [Receipt, RefundPayment, Allocation])
def test_money_and_allocations_of_nothing_or_less_are_no_effects(kind: type[Effect], amount: int) -> None:
    """A negative receipt would be a payment that nobody decided."""

    def emptied(effect: Effect) -> Effect:
        if isinstance(effect, kind) and isinstance(effect, Receipt | RefundPayment | Allocation):
            return replace(effect, amount=amount)
        return effect

    plan = memo_plan() if kind is RefundPayment else invoice_plan()
    with pytest.raises(ValueError, match="makes sense"):
        bent(plan, emptied)


def test_a_plan_that_does_not_add_up_is_not_understood_by_an_agent_either() -> None:
    """The check is in the value itself, so a bad plan cannot be smuggled past it in a message."""
    raw = to_json(invoice_plan())
    assert isinstance(raw, dict)
    with pytest.raises(NotUnderstood, match="no valid Plan: lines come to 4736"):
        from_json(Plan, {**raw, "gross": 4737})


# Lines


def test_a_line_whose_discount_does_not_lead_to_its_net_is_no_line() -> None:
    with pytest.raises(ValueError, match="MUG-BLUE: full net less discount is not net"):
        replace(MUG, discount=299)


NEGATIVE: dict[str, Callable[[], DocumentLine]] = {
    "full net": lambda: replace(BOOK, unit_price=Decimal(-10), full_net=-500, net=-500),
    "discount": lambda: replace(BOOK, discount=-100, net=600),
    "net": lambda: replace(BOOK, discount=600, net=-100),
    "tax": lambda: replace(BOOK, tax=-1),
}


@pytest.mark.parametrize("amount", NEGATIVE)
def test_a_line_has_its_sign_in_one_place_only(amount: str) -> None:
    with pytest.raises(ValueError, match="BOOK-1: amounts are positive"):
        NEGATIVE[amount]()


def test_a_line_whose_price_does_not_make_its_full_net_is_no_line() -> None:
    """Sage may recompute the net from quantity and price, and has to find the same."""
    with pytest.raises(ValueError, match="quantity × unit price is not full net"):
        replace(MUG, quantity=Decimal(2))


@pytest.mark.parametrize("count", [0, 4, 6])
def test_a_sage_address_has_five_lines(count: int) -> None:
    with pytest.raises(ValueError, match="five lines"):
        replace(CUSTOMER, address=("x",) * count)


# What the ledger will hold


def test_each_line_becomes_a_split_in_its_place_and_carriage_comes_last() -> None:
    assert invoice_plan().effects[1] == UpdateLedger(
        id="ledger",
        credit=False,
        splits=(
            Split(nominal="4000", tax_code=1, net=2697, tax=539),
            Split(nominal="4001", tax_code=0, net=500, tax=0, department=2),
            Split(nominal="4905", tax_code=1, net=833, tax=167),
        ),
    )


def test_a_line_without_value_makes_no_split() -> None:
    free = priced(300, net=0, tax=0)
    made = document(credit=False, lines=(free, BOOK), carriage=carriage_of(0, 0))
    assert [split.nominal for split in made.splits()] == ["4001"]


def test_a_line_of_tax_alone_makes_a_split() -> None:
    """A rounding line may move VAT and no net."""
    tax_only = priced(300, net=0, tax=1)
    assert [split.gross for split in document(credit=False, lines=(tax_only,), carriage=None).splits()] == [1]


def test_a_negative_line_takes_away_from_the_document_and_from_the_ledger() -> None:
    plan = memo_plan()
    made = plan.document
    assert made is not None
    assert (made.net, made.tax) == (450, 0)
    assert [split.gross for split in made.splits()] == [500, -50]


def line(net: int, tax: int, discount: int, negative: bool) -> DocumentLine:
    return priced(net + discount, discount=discount, net=net, tax=tax, negative=negative)


def carriage_of(net: int, tax: int) -> Carriage:
    return Carriage(net=net, tax=tax, tax_code=1, nominal="4905")


AMOUNTS = st.integers(0, 10**7)
LINES = st.lists(st.builds(line, AMOUNTS, AMOUNTS, AMOUNTS, st.booleans()), min_size=1, max_size=6).map(tuple)
CARRIAGE = st.none() | st.builds(carriage_of, AMOUNTS, AMOUNTS)


@given(LINES, CARRIAGE, st.integers(-(10**8), 10**8))
def test_a_plan_is_built_exactly_when_lines_document_and_ledger_come_to_the_same(
    lines: tuple[DocumentLine, ...], carriage: Carriage | None, gross: int
) -> None:
    made = document(credit=False, lines=lines, carriage=carriage)
    ledger = UpdateLedger(id="ledger", credit=False, splits=made.splits())
    total = sum(split.gross for split in ledger.splits)
    assert total == made.net + made.tax

    def plan(gross: int) -> Plan:
        return replace(invoice_plan(), gross=gross, effects=(made, ledger))

    if total < 0:
        with pytest.raises(ValueError, match="lines come to"):
            plan(total)
        return
    assert plan(total).gross == total
    for wrong in {gross, total + 1} - {total}:
        with pytest.raises(ValueError, match="lines come to"):
            plan(wrong)
