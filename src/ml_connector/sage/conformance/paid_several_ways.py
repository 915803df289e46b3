"""One document, several payments: by card and by gift card, in and back, each met to the penny.

Gift cards, store credit and points go through a clearing account that the books have as a bank.
"""

from __future__ import annotations

import contextlib

from ml_connector.errors import TryAgain
from ml_connector.posting.plan import (
    Allocation,
    AllocationSide,
    Plan,
    PostDocument,
    Receipt,
    RefundPayment,
)
from ml_connector.sage.books import Absent
from ml_connector.sage.conformance.bench import BANK, DAY, PRODUCTS, Bench, document, line, plan_of
from ml_connector.sage.conformance.steps import Check, fresh_look, make_some, must, must_be_equal

CLEARING = "1250"


def check_an_invoice_paid_by_card_and_gift_card_has_two_receipts(bench: Bench) -> None:
    """Each is found by its own reference, and the invoice is met by both."""
    _check(bench, paid_twice())


def check_a_credit_given_back_in_two_ways_has_two_payments(bench: Bench) -> None:
    """A part to the card, a part to store credit."""
    _check(bench, given_back_twice())


def check_the_second_of_two_receipts_is_not_the_first(bench: Bench) -> None:
    """The reply to the second is lost: it is found and not written twice, and the first is left alone."""
    plan = paid_twice()
    make_some(bench, plan, effects=3)
    second = plan.effects[3]
    with bench.door.open(bench.index) as books:
        before = books.before(plan, second)
        must(isinstance(books.look(plan, second, before), Absent), "The first receipt is not the second.")
        bench.lose_next_reply()
        with contextlib.suppress(TryAgain):
            books.write(plan, second)
        must_be_equal(books.look(plan, second, before), "The second receipt is found.")
        must_be_equal(fresh_look(books, plan, plan.effects[2]), "The first receipt is still itself.")
    must(bench.writes() == 4, "One write per effect.", bench.writes())


def _check(bench: Bench, plan: Plan) -> None:
    make_some(bench, plan)
    must(bench.writes() == len(plan.effects), "One write per effect.", bench.writes())
    payments = [effect for effect in plan.effects if isinstance(effect, Receipt | RefundPayment)]
    with bench.door.open(bench.index) as books:
        found = [must_be_equal(fresh_look(books, plan, each), f"{each.id} stands.") for each in payments]
    headers = {each.numbers["header"] for each in found}
    must(len(headers) == len(payments), "Each payment is an entry of its own.", headers)


def paid_twice(reference: str = "K7-I20") -> Plan:
    """30.00, of which 25.00 came by card and 5.00 by gift card."""
    body = document((line(PRODUCTS[0], "12.50"), line(PRODUCTS[1], "12.50")), None, credit=False)
    card = Receipt(id="R1", reference=f"{reference}.R1", bank=BANK, amount=2500, date=DAY, details="Card")
    gift = Receipt(
        id="R2", reference=f"{reference}.R2", bank=CLEARING, amount=500, date=DAY, details="Gift card"
    )
    first, second = (_side(reference, 1500, n) for n in (0, 1))
    allocations = (
        _allocation("A1", first, _side(card.reference, 2500), 1500),
        _allocation("A2", second, _side(card.reference, 2500), 1000),
        _allocation("A3", second, _side(gift.reference, 500), 500),
    )
    return plan_of(body, reference, card, gift, *allocations)


def given_back_twice(reference: str = "K7-C20") -> Plan:
    """15.00, of which 10.00 went back by card and 5.00 to store credit."""
    body: PostDocument = document((line(PRODUCTS[0], "12.50"),), None, credit=True)
    card = RefundPayment(
        id="P1", reference=f"{reference}.P1", bank=BANK, amount=1000, date=DAY, details="Card"
    )
    credit = RefundPayment(
        id="P2", reference=f"{reference}.P2", bank=CLEARING, amount=500, date=DAY, details="Store credit"
    )
    own = _side(reference, 1500)
    allocations = (
        _allocation("A1", _side(card.reference, 1000), own, 1000),
        _allocation("A2", _side(credit.reference, 500), own, 500),
    )
    return plan_of(body, reference, card, credit, *allocations)


def _side(reference: str, gross: int, position: int = 0) -> AllocationSide:
    return AllocationSide(reference=reference, position=position, gross=gross)


def _allocation(id: str, debit: AllocationSide, credit: AllocationSide, amount: int) -> Allocation:
    return Allocation(id=id, debit=debit, credit=credit, amount=amount, date=DAY)


PAID_SEVERAL_WAYS: tuple[Check, ...] = (
    check_an_invoice_paid_by_card_and_gift_card_has_two_receipts,
    check_a_credit_given_back_in_two_ways_has_two_payments,
    check_the_second_of_two_receipts_is_not_the_first,
)
