"""The poster: what is made, what is adopted, and what a lost reply or a refusal becomes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ml_connector.agent.journal import EffectState
from ml_connector.agent.poster import carry, hand_back, standing
from ml_connector.errors import Code, NeedsPerson, ReplyLost, TryAgain
from ml_connector.sage.memory import Died
from ml_connector.sync.protocol import Outcome
from tests.specs.agent_desk import Desk, finding, ledger_of, raise_one
from tests.specs.agent_kit import command, customer_plan, document_plan


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


# the plain way


def test_a_paid_invoice_stands_in_the_ledger_with_its_receipt_allocated_and_is_proved(desk: Desk) -> None:
    receipt = desk.carry(command(document_plan()))
    assert receipt.outcome is Outcome.PROVED
    assert [(effect.id, effect.state) for effect in receipt.effects] == [
        ("document", "written"),
        ("ledger", "written"),
        ("receipt", "written"),
        ("allocation", "written"),
    ]
    assert ledger_of(desk.company) == [
        ("SI", "000000001 K7-I1", ((1000, 200, 1200),)),
        ("SA", "K7-I1.R1", ((1200, 0, 1200),)),
    ]


def test_a_receipt_carries_the_numbers_that_sage_gave(desk: Desk) -> None:
    receipt = desk.carry(command(document_plan(paid=False)))
    numbers = {effect.id: effect.numbers for effect in receipt.effects}
    assert numbers["document"]["invoice_number"] == 1
    assert numbers["ledger"]["header"] == 1


def test_a_customer_is_created_once_and_the_second_command_adopts_it(desk: Desk) -> None:
    plan = customer_plan("BERT0001")
    first = desk.carry(command(plan, "cmd-1"))
    second = desk.carry(command(plan, "cmd-2"))
    assert [(receipt.outcome, receipt.effects[0].state) for receipt in (first, second)] == [
        (Outcome.PROVED, "written"),
        (Outcome.PROVED, "adopted"),
    ]
    assert desk.company.writes == 1


def test_a_lost_journal_costs_nothing_but_looks(desk: Desk) -> None:
    """The journal is gone, the cloud leases the same plan again: all is found, nothing is written.

    The allocation alone cannot be told from one that is still to be made, and is given to a person.
    """
    desk.carry(command(document_plan(), "cmd-1"))
    written = desk.company.writes
    desk.path = desk.path.with_name("fresh.sqlite")
    receipt = desk.carry(command(document_plan(), "cmd-2"))
    assert desk.company.writes == written
    assert [effect.state for effect in receipt.effects] == ["adopted", "adopted", "adopted"]
    assert receipt.finding is not None
    assert receipt.finding.code is Code.ALLOCATION_UNCLEAR


def test_a_proved_command_that_is_leased_anew_is_proved_again_without_a_write(desk: Desk) -> None:
    """“Finish” in the dashboard leases the same plan under a new id; no allocation is made twice."""
    desk.carry(command(document_plan(), "cmd-1"))
    written = desk.company.writes
    assert desk.carry(command(document_plan(), "cmd-2")).outcome is Outcome.PROVED
    assert desk.company.writes == written


# lost replies and refusals


@pytest.mark.parametrize("write", [1, 2, 3, 4])
def test_a_lost_reply_is_looked_for_and_not_written_again(desk: Desk, write: int) -> None:
    desk.company.lose_reply_after = write
    assert desk.carry(command(document_plan())).outcome is Outcome.PROVED
    assert desk.company.writes == 4


def test_a_reply_lost_before_sage_had_saved_is_written_again(desk: Desk) -> None:
    lost = [ReplyLost(finding(Code.SAGE_SESSION_LOST))]
    with desk.session() as (journal, books):
        books.on_write = lambda _: raise_one(lost)
        given = command(document_plan(paid=False))
        journal.accept(given)
        assert carry(given, books, journal).outcome is Outcome.PROVED
    assert len(desk.company.documents) == 1


def test_replies_lost_again_and_again_end_the_session_and_keep_the_command(desk: Desk) -> None:
    with desk.session() as (journal, books):
        books.on_write = lambda _: raise_one([ReplyLost(finding(Code.SAGE_SESSION_LOST))])
        given = command(document_plan())
        journal.accept(given)
        with pytest.raises(ReplyLost):
            carry(given, books, journal)
        assert journal.open_commands() == (given,)
        assert journal.unsent() == ()


def test_a_refused_document_is_held_once_looks_prove_that_nothing_of_it_stands(desk: Desk) -> None:
    desk.company.refuse_next = finding(Code.NOMINAL_MISSING)
    receipt = desk.carry(command(document_plan()))
    assert (receipt.outcome, receipt.effects) == (Outcome.ABSENT, ())
    assert receipt.finding == finding(Code.NOMINAL_MISSING)
    assert desk.company.documents == []


def test_a_held_document_may_be_sent_again_and_is_then_written(desk: Desk) -> None:
    desk.company.refuse_next = finding(Code.NOMINAL_MISSING)
    desk.carry(command(document_plan(), "cmd-1"))
    assert desk.carry(command(document_plan(), "cmd-2")).outcome is Outcome.PROVED


def test_a_receipt_refused_after_its_document_stands_is_disputed_not_held(desk: Desk) -> None:
    with desk.session() as (journal, books):
        books.on_write = lambda effect: (
            raise_one([NeedsPerson(finding(Code.BANK_NOT_A_BANK))]) if effect.id == "receipt" else None
        )
        given = command(document_plan())
        journal.accept(given)
        receipt = carry(given, books, journal)
    assert receipt.outcome is Outcome.DISPUTED
    assert receipt.finding == finding(Code.BANK_NOT_A_BANK)
    assert [effect.id for effect in receipt.effects] == ["document", "ledger"]


def test_what_sage_saved_in_spite_of_its_error_is_adopted(desk: Desk) -> None:
    with desk.session() as (journal, books):
        books.after_write = lambda effect: (
            raise_one([NeedsPerson(finding(Code.SAGE_REFUSED))]) if effect.id == "document" else None
        )
        given = command(document_plan())
        journal.accept(given)
        assert carry(given, books, journal).outcome is Outcome.PROVED


def test_a_busy_sage_keeps_the_command_open_and_says_how_far_it_came(desk: Desk) -> None:
    busy = [TryAgain(finding())]
    given = command(document_plan())
    with desk.session() as (journal, books):
        books.on_write = lambda effect: raise_one(busy) if effect.id == "receipt" else None
        journal.accept(given)
        with pytest.raises(TryAgain):
            carry(given, books, journal)
        so_far = standing(given, finding(), journal)
        assert so_far is not None
        assert so_far.outcome is Outcome.POSTED
        assert [effect.id for effect in so_far.effects] == ["document", "ledger"]
        assert carry(given, books, journal).outcome is Outcome.PROVED
    assert desk.company.writes == 4


def test_a_command_of_which_nothing_stands_has_no_receipt_while_it_waits(desk: Desk) -> None:
    given = command(document_plan())
    with desk.session() as (journal, books):
        books.on_write = lambda _: raise_one([TryAgain(finding())])
        journal.accept(given)
        with pytest.raises(TryAgain):
            carry(given, books, journal)
        assert standing(given, finding(), journal) is None


# handing back


def test_what_was_not_begun_is_handed_back_after_a_look(desk: Desk) -> None:
    given = command(document_plan())
    with desk.session() as (journal, books):
        journal.accept(given)
        receipt = hand_back(given, books, journal)
        assert receipt is not None
        assert (receipt.outcome, receipt.finding) == (Outcome.ABSENT, None)
        assert journal.open_commands() == ()


def test_what_stood_and_is_gone_is_not_handed_back_as_if_it_had_never_been(desk: Desk) -> None:
    desk.carry(command(document_plan(paid=False), "cmd-1"))
    desk.company.documents.clear()
    desk.company.entries.clear()
    given = command(document_plan(paid=False), "cmd-2")
    with desk.session() as (journal, books):
        journal.look_from_the_start()
        journal.accept(given)
        assert hand_back(given, books, journal) is None
        assert carry(given, books, journal).outcome is Outcome.DISPUTED


def test_what_stands_in_sage_is_not_handed_back(desk: Desk) -> None:
    desk.company.die_after = 1
    given = command(document_plan())
    with pytest.raises(Died):
        desk.carry(given)
    with desk.session() as (journal, books):
        assert hand_back(given, books, journal) is None
        assert journal.open_commands() == (given,)
        entry = journal.entry(given, "document")
        assert entry is not None
        assert entry.state is EffectState.WRITTEN
