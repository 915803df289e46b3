"""Receipts: what the agent says moves exactly what it is about, once, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ml_connector.documents.identity import Kind
from ml_connector.errors import Code
from ml_connector.sync.passage import Because, State
from ml_connector.sync.protocol import Command, CommandReceipt, Outcome
from tests.specs.sync_kit import finding, invoice, memo
from tests.specs.sync_place import AGENT, Place, a_place, receipt


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with a_place(tmp_path) as made:
        yield made


def leased(place: Place, entity: int = 1) -> Command:
    """An invoice of a customer who has an account, at the agent."""
    place.shop.page(invoice(100), invoice(entity))
    place.teller.says[str(entity)] = RuntimeError("not yet")
    place.post_everything()
    del place.teller.says[str(entity)]
    with place.ledger.begin() as tx:
        tx.mark_due(states=(State.HELD,))
    place.settle()
    (command,) = place.lease()
    return command


def moves(place: Place, entity: int = 1) -> list[tuple[str, str]]:
    """The moves of an invoice since it was leased, as the trail has them."""
    key = str(place.record(entity).key)
    entries = [sealed.entry for sealed in place.trail() if sealed.entry.key == key]
    found = [(each.from_state, each.to_state) for each in entries if each.from_state != each.to_state]
    return found[found.index(("queued", "sent")) + 1 :]


# What each outcome does


def test_proved_moves_through_posted_in_one_transaction_with_an_entry_for_each_move(place: Place) -> None:
    command = leased(place)
    place.give(receipt(command, Outcome.PROVED, header=41))
    record = place.record(1)
    assert record.state is State.PROVED
    assert moves(place) == [("sent", "posted"), ("posted", "proved")]
    assert record.sage == {"document": {"header": 41}, "ledger": {"header": 41}}


def test_posted_says_what_is_still_open_and_keeps_sage_s_numbers(place: Place) -> None:
    command = leased(place)
    place.give(receipt(command, Outcome.POSTED, finding=finding(Code.SAGE_BUSY), header=41))
    record = place.record(1)
    assert (record.state, record.code) == (State.POSTED, Code.SAGE_BUSY)
    assert record.sage["document"] == {"header": 41}

    place.give(receipt(command, Outcome.POSTED, header=42))
    assert place.record(1).sage["document"] == {"header": 42}
    place.give(receipt(command, Outcome.PROVED, header=42))
    assert (place.record(1).state, place.record(1).code, place.record(1).findings) == (State.PROVED, None, ())
    assert moves(place) == [("sent", "posted"), ("posted", "proved")]


def test_absent_without_a_finding_goes_back_to_the_queue_and_is_leased_as_a_new_command(place: Place) -> None:
    command = leased(place)
    place.give(receipt(command, Outcome.ABSENT))
    assert place.record(1).state is State.QUEUED
    (again,) = place.lease()
    assert again.id != command.id
    assert (again.generation, again.plan_hash) == (command.generation, command.plan_hash)


def test_absent_with_a_finding_is_held_for_that_reason(place: Place) -> None:
    command = leased(place)
    place.give(receipt(command, Outcome.ABSENT, finding=finding(Code.SAGE_REFUSED)))
    record = place.record(1)
    assert (record.state, record.code, record.due) == (State.HELD, Code.SAGE_REFUSED, False)
    assert place.breaker() is None
    assert place.lease() == ()


def test_a_defect_at_the_agent_stops_the_company(place: Place) -> None:
    command = leased(place)
    place.give(receipt(command, Outcome.ABSENT, finding=finding(Code.DEFECT)))
    breaker = place.breaker()
    assert breaker is not None
    assert breaker.code is Code.STOPPED_BY_BREAKER
    assert "K7-I1" in breaker.why


def test_disputed_trips_the_breaker_and_says_why(place: Place) -> None:
    command = leased(place)
    place.give(receipt(command, Outcome.DISPUTED, differences=("net is 9.00, planned 10.00",)))
    record, breaker = place.record(1), place.breaker()
    assert (record.state, record.code) == (State.DISPUTED, Code.DIFFERS_IN_SAGE)
    assert "net is 9.00" in record.findings[0].why
    assert breaker is not None
    assert "net is 9.00" in breaker.why


def test_disputed_with_a_finding_shows_that_finding(place: Place) -> None:
    command = leased(place)
    place.give(receipt(command, Outcome.DISPUTED, finding=finding(Code.DOUBLED_IN_SAGE)))
    assert place.record(1).code is Code.DOUBLED_IN_SAGE


def test_the_first_reason_for_a_stop_stays(place: Place) -> None:
    command = leased(place)
    with place.ledger.begin() as tx:
        tx.trip_breaker(finding(Code.COMPANY_CHANGED))
    place.give(receipt(command, Outcome.DISPUTED))
    breaker = place.breaker()
    assert breaker is not None
    assert breaker.code is Code.COMPANY_CHANGED


def test_a_document_wakes_its_credit_memo_when_it_is_proved(place: Place) -> None:
    command = leased(place)
    place.shop.page(memo(2, order=1))
    place.sweep()
    place.settle()
    assert (place.memo(2).state, place.memo(2).due) == (State.WAITING, False)
    place.give(receipt(command))
    assert place.memo(2).due


# Twice, late, lost


@pytest.mark.parametrize("outcome", [*Outcome])
def test_a_receipt_that_comes_twice_changes_nothing(place: Place, outcome: Outcome) -> None:
    command = leased(place)
    place.give(receipt(command, outcome))
    before = place.everything()
    place.give(receipt(command, outcome))
    assert place.everything() == before


def test_posted_and_proved_that_come_again_in_their_order_change_nothing(place: Place) -> None:
    """The agent sends what it does not know to be taken; the answer to both was lost."""
    command = leased(place)
    both = (receipt(command, Outcome.POSTED), receipt(command, Outcome.PROVED))
    place.give(*both)
    before = place.everything()
    place.give(*both)
    assert place.everything() == before


def test_an_older_word_that_comes_after_the_last_one_opens_nothing_again(place: Place) -> None:
    command = leased(place)
    place.give(receipt(command, Outcome.POSTED), receipt(command, Outcome.PROVED))
    before = place.everything()
    place.give(receipt(command, Outcome.POSTED, header=99))
    assert place.everything() == before
    assert place.lease() == ()


def test_an_absence_that_comes_again_after_the_next_lease_takes_nothing_back(place: Place) -> None:
    command = leased(place)
    place.give(receipt(command, Outcome.ABSENT))
    place.lease()
    place.give(receipt(command, Outcome.ABSENT))
    assert place.record(1).state is State.SENT


def test_another_word_on_a_command_that_ended_absent_moves_nothing_and_is_noted(place: Place) -> None:
    command = leased(place)
    place.give(receipt(command, Outcome.ABSENT))
    place.lease()
    place.give(receipt(command, Outcome.PROVED))
    assert place.record(1).state is State.SENT
    assert place.trail()[-1].entry.action == "receipt too late"


@pytest.mark.parametrize("first", [Outcome.POSTED, Outcome.PROVED])
def test_absent_after_an_earlier_receipt_is_disputed_and_never_a_write(place: Place, first: Outcome) -> None:
    command = leased(place)
    place.give(receipt(command, first))
    place.give(receipt(command, Outcome.ABSENT))
    assert (place.record(1).state, place.record(1).code) == (State.DISPUTED, Code.GONE_FROM_SAGE)
    assert place.breaker() is not None


def test_a_later_reading_that_differs_disputes_what_was_proved(place: Place) -> None:
    command = leased(place)
    place.give(receipt(command))
    place.give(receipt(command, Outcome.DISPUTED, differences=("date is another",)))
    assert (place.record(1).state, place.record(1).code) == (State.DISPUTED, Code.DIFFERS_IN_SAGE)


def test_what_the_shop_changed_meanwhile_stays_disputed_and_still_gets_sage_s_numbers(place: Place) -> None:
    """The proof needs the header number to know what the ledger holds for the disputed document."""
    command = leased(place)
    place.give(receipt(command, Outcome.POSTED, header=0))
    place.shop.page(invoice(1, "13.00"))
    place.sweep()
    place.settle()
    place.give(receipt(command, Outcome.PROVED, header=41))
    record = place.record(1)
    assert (record.state, record.code) == (State.DISPUTED, Code.CHANGED_IN_SHOP)
    assert record.sage["ledger"] == {"header": 41}


# Not ours


WRONG: dict[str, Callable[[CommandReceipt], CommandReceipt]] = {
    "command": lambda told: replace(told, command_id="0" * 32),
    "incarnation": lambda told: replace(told, incarnation="inc-0"),
    "generation": lambda told: replace(told, generation=7),
    "plan": lambda told: replace(told, plan_hash="f" * 64),
    "another record": lambda told: replace(told, key="shop-1/invoice/100"),
    "another connection": lambda told: replace(told, key="shop-2/invoice/1"),
    "no key": lambda told: replace(told, key="nonsense"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_receipt_that_names_something_else_moves_nothing_and_is_noted(place: Place, wrong: str) -> None:
    told = receipt(leased(place))
    before = place.everything(but="trail")
    place.give(WRONG[wrong](told))
    after = place.everything(but="trail")
    assert {name for name in before if before[name] != after[name]} == {"trail_heads"}
    assert place.trail()[-1].entry.action == "receipt not ours"


def test_a_receipt_from_another_agent_moves_nothing_and_is_noted(place: Place) -> None:
    command = leased(place)
    place.give(receipt(command), agent_id="agent-2")
    assert place.record(1).state is State.SENT
    assert place.trail()[-1].entry.action == "receipt not ours"


def test_a_receipt_for_a_plan_that_a_person_has_since_declared_removed_moves_nothing(place: Place) -> None:
    """The record has a new generation by then; an old command's word must not prove the new one."""
    command = leased(place)
    place.give(receipt(command, Outcome.DISPUTED))
    place.allow(breaker="")
    disputed = place.record(1)
    anew = replace(disputed, state=State.PLANNED, generation=disputed.generation + 1, code=None, findings=())
    with place.ledger.begin() as tx:
        tx.save(disputed, anew, actor="user ann", action="removed", payload={}, because=Because.PERSON)
    place.settle()
    (again,) = place.lease()
    place.give(receipt(command, Outcome.PROVED))
    assert place.record(1).state is State.SENT
    place.give(receipt(again, Outcome.PROVED))
    assert place.record(1).state is State.PROVED


def test_one_receipt_that_is_not_ours_does_not_keep_the_others_from_being_taken(place: Place) -> None:
    command = leased(place)
    place.give(replace(receipt(command), key="nonsense"), receipt(command))
    assert place.record(1).state is State.PROVED


def test_the_trail_names_the_agent(place: Place) -> None:
    command = leased(place)
    place.give(receipt(command))
    assert {sealed.entry.actor for sealed in place.trail()[-2:]} == {f"agent {AGENT}"}
    assert place.record(1).key.kind is Kind.INVOICE
