"""Leasing: what a person allowed and no more, `sent` before Sage can know of it, and nothing given twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ml_connector.clock import Clock
from ml_connector.codec import from_json
from ml_connector.documents.identity import Key, Kind
from ml_connector.errors import Code, TryAgain
from ml_connector.posting.plan import plan_hash
from ml_connector.sync.leasing import APPROVAL, FIRST_RUN_DOCUMENTS, lease, raw
from ml_connector.sync.passage import State
from ml_connector.sync.ports import Transaction
from ml_connector.sync.protocol import Command, Outcome
from tests.specs.sync_kit import BEN, SHOP, finding, invoice, memo
from tests.specs.sync_place import AGENT, INCARNATION, Place, a_place, receipt

pytestmark = pytest.mark.slow


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with a_place(tmp_path) as made:
        yield made


@pytest.fixture
def anna(place: Place) -> Place:
    """A place where Anna has her account, so that her documents can be queued."""
    place.shop.page(invoice(100))
    place.post_everything()
    return place


def queue(place: Place, *entities: int) -> None:
    place.shop.page(*(invoice(entity) for entity in entities))
    place.sweep()
    place.settle()


def approve(place: Place) -> None:
    """A person's yes to the first run, as `cloud.connections.act` writes it."""
    with place.ledger.begin() as tx:
        tx.set_controls(first_run_approved=True)
        tx.mark_due(waits_on=APPROVAL, states=(State.WAITING,))


# What a person allowed


def test_nothing_is_queued_before_a_person_has_approved_the_road(anna: Place) -> None:
    anna.allow(road_approved=False)
    queue(anna, 1)
    assert anna.record(1).state is State.PLANNED
    anna.allow(road_approved=True)
    anna.settle()
    assert anna.record(1).state is State.QUEUED


def test_nothing_is_queued_while_a_person_has_paused_the_connection(anna: Place) -> None:
    anna.allow(paused=True)
    queue(anna, 1)
    assert anna.record(1).state is State.PLANNED


def test_nothing_is_queued_while_the_breaker_is_tripped(anna: Place) -> None:
    with anna.ledger.begin() as tx:
        tx.trip_breaker(finding(Code.STOPPED_BY_BREAKER))
    queue(anna, 1)
    assert anna.record(1).state is State.PLANNED


@pytest.mark.parametrize("stop", ["paused", "breaker"])
def test_nothing_is_leased_from_the_moment_of_a_stop_not_even_again(anna: Place, stop: str) -> None:
    """The agent may not have got the answer that gave it the first command: a stop stops that one too."""
    queue(anna, 1, 2)
    (lost,) = anna.lease(most=1)
    with anna.ledger.begin() as tx:
        if stop == "paused":
            tx.set_controls(paused=True)
        else:
            tx.trip_breaker(finding(Code.STOPPED_BY_BREAKER))
    assert anna.lease() == ()
    assert (anna.record(1).state, anna.record(2).state) == (State.SENT, State.QUEUED)
    anna.allow(paused=False, breaker="")
    assert [command.id for command in anna.lease(most=1)] == [lost.id]


def test_a_plan_by_an_older_chart_is_not_leased(anna: Place) -> None:
    queue(anna, 1)
    with anna.ledger.begin() as tx:
        assert tuple(lease(tx, AGENT, 50, 2, anna.clock)) == ()
    assert anna.record(1).state is State.QUEUED


# The first run


def test_the_first_run_is_exactly_ten_documents_and_the_rest_wait_for_a_yes(place: Place) -> None:
    place.allow(first_run_approved=False)
    place.shop.page(*(invoice(entity) for entity in range(1, 14)))
    place.post_everything()
    assert place.states() == {"proved": FIRST_RUN_DOCUMENTS, "waiting": 3}
    waiting = place.records(State.WAITING)
    assert {record.code for record in waiting} == {Code.WAITS_FOR_APPROVAL}
    assert {record.waits_on for record in waiting} == {(APPROVAL,)}

    approve(place)
    place.post_everything()
    assert place.states() == {"proved": 13}


def test_the_first_run_takes_the_oldest_documents(place: Place) -> None:
    place.allow(first_run_approved=False)
    place.shop.page(*(invoice(entity) for entity in range(13, 0, -1)))
    place.post_everything()
    proved = {int(each.key.entity) for each in place.records(State.PROVED) if each.key.kind is Kind.INVOICE}
    assert proved == set(range(1, 11))


def test_customers_are_not_counted_in_the_first_run(place: Place) -> None:
    place.allow(first_run_approved=False)
    shoppers = [f"shopper{n}@example.com|GBP" for n in range(1, 13)]
    place.shop.page(*(invoice(n, shopper=shopper) for n, shopper in enumerate(shoppers, start=1)))
    place.post_everything()
    assert all(place.customer(shopper).state is State.PROVED for shopper in shoppers)
    assert place.states() == {"proved": FIRST_RUN_DOCUMENTS, "waiting": 2}


def test_documents_that_wait_for_the_yes_do_not_wake_each_other_for_ever(place: Place) -> None:
    """An invoice and another of the same order are looked at in different batches; it has to come to rest."""
    place.allow(first_run_approved=False)
    place.shop.page(
        *(invoice(entity) for entity in range(1, 11)), invoice(11, order=11), invoice(12, order=11)
    )
    place.post_everything()
    for entity in (11, 12):
        with place.ledger.begin() as tx:
            record = tx.record(Key(SHOP, Kind.INVOICE, str(entity)))
            assert record is not None
            tx.save(record, replace(record, due=True), actor="test", action="look again", payload={})
        place.settle()
    assert place.states() == {"proved": 10, "waiting": 2}


def test_a_document_that_waits_for_the_yes_is_planned_anew_when_it_changes(place: Place) -> None:
    place.allow(first_run_approved=False)
    place.shop.page(*(invoice(entity) for entity in range(1, 12)))
    place.post_everything()
    place.shop.page(invoice(11, "99.00"))
    place.post_everything()
    waits = place.record(11)
    assert (waits.state, waits.code, waits.generation) == (State.WAITING, Code.WAITS_FOR_APPROVAL, 2)
    approve(place)
    place.post_everything()
    assert place.record(11).plan is not None
    assert place.states() == {"proved": 11}


# The lease


def test_a_lease_writes_sent_in_the_transaction_that_grants_it(anna: Place) -> None:
    queue(anna, 1)
    before = anna.everything()
    with pytest.raises(TryAgain), anna.ledger.begin() as tx:
        _lease_and_fail(tx, anna.clock)
    assert anna.everything() == before

    (command,) = anna.lease()
    assert anna.record(1).state is State.SENT
    with anna.ledger.begin() as tx:
        kept = tx.command(command.id)
    assert kept is not None
    assert (kept.key, kept.agent_id, kept.outcome) == (anna.record(1).key, AGENT, "")


def _lease_and_fail(tx: Transaction, clock: Clock) -> None:
    assert len(tuple(lease(tx, AGENT, 50, 1, clock))) == 1
    raise TryAgain(finding(Code.SHOP_UNREACHABLE))


def test_a_command_names_incarnation_generation_plan_and_its_hash(anna: Place) -> None:
    queue(anna, 1)
    (command,) = anna.lease()
    record = anna.record(1)
    assert (command.incarnation, command.generation) == (INCARNATION, record.generation)
    assert (command.plan, command.plan_hash) == (record.plan, plan_hash(command.plan))


def test_a_command_travels_as_json_and_is_read_back_strictly(anna: Place) -> None:
    queue(anna, 1)
    (command,) = anna.lease()
    assert from_json(Command, raw(command)) == command


def test_a_lease_whose_answer_was_lost_is_given_again_with_the_same_ids(anna: Place) -> None:
    queue(anna, 1, 2, 3)
    first = anna.lease(most=2)
    trail = len(anna.trail())
    assert anna.lease(most=2) == first
    assert len(anna.trail()) == trail
    assert [command.id for command in anna.lease(most=3)[:2]] == [command.id for command in first]


def test_what_is_given_again_counts_to_what_was_asked_for(anna: Place) -> None:
    queue(anna, 1, 2, 3)
    anna.lease(most=2)
    assert len(anna.lease(most=2)) == 2
    assert anna.lease(most=0) == ()
    assert anna.record(3).state is State.QUEUED


def test_a_command_that_is_posted_is_given_again_until_it_is_proved(anna: Place) -> None:
    queue(anna, 1)
    (command,) = anna.lease()
    anna.give(receipt(command, Outcome.POSTED))
    assert anna.lease() == (command,)
    anna.give(receipt(command))
    assert anna.lease() == ()


def test_another_agent_is_not_given_what_one_has(anna: Place) -> None:
    queue(anna, 1)
    anna.lease()
    assert anna.lease(agent_id="agent-2") == ()


def test_customers_go_first_and_documents_by_their_dates(anna: Place) -> None:
    anna.shop.page(invoice(8), invoice(7), invoice(9, shopper=BEN))
    anna.shop.page(memo(6, order=100))
    anna.sweep()
    anna.settle()
    keys = [command.plan.key.removeprefix("shop-1/") for command in anna.lease()]
    assert keys == [f"customer/{BEN}", "creditmemo/6", "invoice/7", "invoice/8"]
