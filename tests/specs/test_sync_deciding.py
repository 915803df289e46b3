"""Deciding: where each decision leads, and who is asked again because of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ml_connector.errors import Code
from ml_connector.posting.plan import Held, Skipped, Waiting, plan_hash
from ml_connector.sync.passage import State
from ml_connector.sync.protocol import Outcome
from tests.specs.sync_kit import BEN, finding, invoice, unreadable
from tests.specs.sync_place import Place, a_place, receipt

SKIPPED = Skipped(code=Code.ZERO_DOCUMENT, why="It comes to nothing.")
HELD = Held(findings=(finding(Code.UNMAPPED_TAX), finding(Code.NOMINAL_MISSING)))
GATE = Waiting(code=Code.ORDER_NOT_COMPLETE, why="Something is to be shipped.", on=("000000001",))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with a_place(tmp_path) as made:
        yield made


def decide(place: Place, says: object, entity: int = 1) -> None:
    """Look at an invoice again, with this to say about it."""
    assert isinstance(says, Held | Skipped | Waiting | Exception | None)
    place.teller.says.pop(str(entity), None)
    if says is not None:
        place.teller.says[str(entity)] = says
    with place.ledger.begin() as tx:
        tx.mark_due(order_id=entity)
    place.settle()


@pytest.fixture
def anna(place: Place) -> Place:
    """A place where Anna has her account, so that her documents can be planned."""
    place.shop.page(invoice(100))
    place.post_everything()
    place.allow(road_approved=False)
    return place


# Where a decision leads


def test_a_plan_is_kept_with_its_hash_its_account_and_the_chart_it_rests_on(anna: Place) -> None:
    anna.shop.page(invoice(1))
    anna.sweep()
    anna.settle()
    record = anna.record(1)
    assert record.plan is not None
    assert (record.state, record.plan_hash) == (State.PLANNED, plan_hash(record.plan))
    assert (record.account_ref, record.chart_version, record.generation) == ("ANNA001", 1, 1)


@pytest.mark.parametrize(
    ("says", "state", "code"),
    [
        (HELD, State.HELD, Code.UNMAPPED_TAX),
        (SKIPPED, State.SKIPPED, Code.ZERO_DOCUMENT),
        (GATE, State.WAITING, Code.ORDER_NOT_COMPLETE),
        (unreadable(), State.HELD, Code.DOCUMENT_UNREADABLE),
    ],
)
def test_what_is_not_planned_says_why(place: Place, says: object, state: State, code: Code) -> None:
    place.shop.page(invoice(1))
    place.sweep()
    decide(place, says)
    record = place.record(1)
    assert (record.state, record.code, record.plan, record.plan_hash) == (state, code, None, "")
    assert record.findings[0].code == code


def test_all_findings_of_a_held_document_are_shown(place: Place) -> None:
    place.shop.page(invoice(1))
    place.sweep()
    decide(place, HELD)
    assert place.record(1).findings == HELD.findings


def test_a_plan_that_is_held_after_all_is_no_plan_any_more(anna: Place) -> None:
    anna.shop.page(invoice(1))
    anna.sweep()
    anna.settle()
    decide(anna, HELD)
    assert (anna.record(1).state, anna.record(1).plan) == (State.HELD, None)
    decide(anna, None)
    assert (anna.record(1).state, anna.record(1).findings) == (State.PLANNED, ())


def test_a_decision_that_comes_out_as_before_is_not_written_again(place: Place) -> None:
    place.shop.page(invoice(1))
    place.sweep()
    decide(place, HELD)
    before = place.everything()
    decide(place, HELD)
    assert place.everything() == before


def test_since_is_when_the_state_began_not_when_it_was_looked_at(place: Place) -> None:
    place.shop.page(invoice(1))
    place.sweep()
    decide(place, HELD)
    since = place.record(1).since
    decide(place, Held(findings=(finding(Code.NOT_VAT),)))
    assert (place.record(1).since, place.record(1).code) == (since, Code.NOT_VAT)


def test_what_was_skipped_is_posted_once_a_rule_says_so(anna: Place) -> None:
    anna.teller.says["1"] = SKIPPED
    anna.shop.page(invoice(1))
    anna.sweep()
    anna.settle()
    del anna.teller.says["1"]
    anna.shop.page(invoice(1, "13.00"))
    anna.sweep()
    anna.settle()
    assert anna.record(1).state is State.PLANNED


def test_nothing_is_decided_without_a_chart(place: Place) -> None:
    place.teller.chart_version = 0
    place.shop.page(invoice(1))
    place.sweep()
    assert place.settle() == 0
    assert (place.record(1).state, place.teller.asked) == (State.NOTICED, [])


def test_a_document_whose_order_the_shop_does_not_have_is_held(place: Place) -> None:
    place.shop.page(invoice(1), orders=False)
    place.sweep()
    place.settle()
    assert place.record(1).code is Code.ORDER_MISSING
    assert not place.teller.asked


# An error that nobody foresaw


def test_an_unforeseen_exception_holds_that_document_and_the_others_go_on(place: Place) -> None:
    place.teller.says["2"] = ZeroDivisionError("division by zero")
    place.shop.page(invoice(1), invoice(2), invoice(3))
    place.post_everything()
    held = place.record(2)
    assert (held.state, held.code) == (State.HELD, Code.DEFECT)
    assert "ZeroDivisionError" in held.findings[0].why
    assert place.states() == {"proved": 2, "held": 1}


def test_an_unforeseen_exception_about_a_customer_holds_only_that_customer(place: Place) -> None:
    place.teller.says[BEN] = KeyError("postcode")
    place.shop.page(invoice(1), invoice(2, shopper=BEN))
    place.post_everything()
    assert (place.customer(BEN).state, place.customer(BEN).code) == (State.HELD, Code.DEFECT)
    assert (place.record(1).state, place.record(2).state) == (State.PROVED, State.WAITING)


def test_an_unforeseen_exception_about_a_posted_document_disputes_it_alone(
    place: Place,
) -> None:
    """Held would say that nothing was written. It may not: the books have it."""
    place.shop.page(invoice(1))
    place.post_everything()
    place.teller.says["1"] = ZeroDivisionError("division by zero")
    place.shop.page(invoice(1, "13.00"), invoice(2))
    place.post_everything()
    assert (place.record(1).state, place.record(1).code) == (State.DISPUTED, Code.DEFECT)
    assert place.record(2).state is State.PROVED


# A document that changes


def test_a_document_changed_before_it_is_sent_is_planned_again_as_a_new_generation(place: Place) -> None:
    place.shop.page(invoice(100))
    place.post_everything()
    place.shop.page(invoice(1, "12.00"))
    place.sweep()
    place.settle()
    first = place.record(1)
    place.shop.page(invoice(1, "13.00"))
    place.sweep()
    place.settle()
    second = place.record(1)
    assert (first.state, second.state) == (State.QUEUED, State.QUEUED)
    assert (first.generation, second.generation) == (1, 2)
    assert first.plan_hash != second.plan_hash
    assert second.fingerprint == "f1:13.00"
    (command,) = place.lease()
    assert (command.generation, command.plan_hash) == (2, second.plan_hash)


def test_a_change_that_leaves_the_plan_as_it_is_leaves_it_in_the_queue(place: Place) -> None:
    place.shop.page(invoice(100))
    place.post_everything()
    place.shop.page(invoice(1))
    place.sweep()
    place.settle()
    before = place.record(1)
    place.shop.page(invoice(1, remark="sent by post"))
    place.sweep()
    place.settle()
    assert place.record(1) == before


def test_a_queued_document_that_is_to_be_decided_again_is_not_leased(place: Place) -> None:
    place.shop.page(invoice(100))
    place.post_everything()
    place.shop.page(invoice(1))
    place.sweep()
    place.settle()
    place.shop.page(invoice(1, "13.00"))
    place.sweep()
    assert place.lease() == ()


@pytest.mark.parametrize("outcome", [Outcome.POSTED, Outcome.PROVED])
def test_a_document_changed_after_posting_is_disputed_and_not_touched_in_sage(
    place: Place, outcome: Outcome
) -> None:
    place.shop.page(invoice(100))
    place.post_everything()
    place.shop.page(invoice(1))
    place.sweep()
    place.settle()
    (command,) = place.lease()
    place.give(receipt(command, outcome, header=41))
    before = place.record(1)
    place.shop.page(invoice(1, "13.00"))
    place.sweep()
    place.settle()
    after = place.record(1)
    assert (after.state, after.code) == (State.DISPUTED, Code.CHANGED_IN_SHOP)
    assert (after.plan, after.generation, after.sage) == (before.plan, before.generation, before.sage)
    assert [again.id for again in place.lease()] == ([command.id] if outcome is Outcome.POSTED else [])


def test_a_document_changed_while_the_agent_has_it_waits_for_its_receipt(
    place: Place,
) -> None:
    place.shop.page(invoice(100))
    place.post_everything()
    place.shop.page(invoice(1))
    place.sweep()
    place.settle()
    (command,) = place.lease()
    place.shop.page(invoice(1, "13.00"))
    place.sweep()
    place.settle()
    assert (place.record(1).state, place.record(1).due) == (State.SENT, True)
    place.give(receipt(command))
    place.settle()
    assert (place.record(1).state, place.record(1).code) == (State.DISPUTED, Code.CHANGED_IN_SHOP)


def test_a_posted_document_of_which_nothing_that_counts_changed_stays_proved(place: Place) -> None:
    place.shop.page(invoice(1))
    place.post_everything()
    place.shop.page(invoice(1, remark="thank you"))
    place.sweep()
    place.settle()
    assert (place.record(1).state, place.record(1).due) == (State.PROVED, False)


def test_what_is_disputed_stays_so_for_its_first_reason(place: Place) -> None:
    place.shop.page(invoice(1))
    place.post_everything()
    for total in ("13.00", "14.00"):
        place.shop.page(invoice(1, total))
        place.sweep()
        place.settle()
    assert place.actions(place.record(1)).count("disputed") == 1


def test_a_new_chart_plans_again_what_is_not_at_sage_yet(anna: Place) -> None:
    anna.shop.page(invoice(1))
    anna.sweep()
    anna.settle()
    anna.teller.chart_version = 2
    anna.allow(road_approved=True)
    anna.settle()
    record = anna.record(1)
    assert (record.state, record.chart_version, record.generation) == (State.QUEUED, 2, 2)
    assert anna.record(100).chart_version == 1
