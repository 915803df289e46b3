"""The poster and what is not right: differences, doubles, what is gone or cannot be told, faults of ours."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ml_connector.agent.journal import Journal
from ml_connector.agent.poster import carry
from ml_connector.clock import ManualClock
from ml_connector.errors import Code, TryAgain
from ml_connector.sage.books import Unknown
from ml_connector.sage.memory import Died
from ml_connector.sync.protocol import Outcome
from tests.specs.agent_desk import Desk, raise_one, resume
from tests.specs.agent_kit import ANNA, command, document_plan


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


# what is not right in Sage


def test_a_document_with_a_penny_too_much_vat_is_disputed_and_goes_no_further(desk: Desk) -> None:
    desk.company.spoil_after = 1
    receipt = desk.carry(command(document_plan()))
    assert receipt.outcome is Outcome.DISPUTED
    assert receipt.finding is not None
    assert receipt.finding.code is Code.DIFFERS_IN_SAGE
    assert receipt.effects[0].differences
    assert desk.company.entries == []


def test_a_document_that_stands_twice_is_disputed(desk: Desk) -> None:
    desk.carry(command(document_plan(paid=False), "cmd-1"))
    desk.company.documents.append(replace(desk.company.documents[0], number=2))
    receipt = desk.carry(command(document_plan(paid=False), "cmd-2"))
    assert receipt.finding is not None
    assert (receipt.outcome, receipt.finding.code) == (Outcome.DISPUTED, Code.DOUBLED_IN_SAGE)


def test_a_document_that_stood_and_is_gone_is_disputed_and_never_written_again(desk: Desk) -> None:
    desk.carry(command(document_plan(paid=False), "cmd-1"))
    desk.company.documents.clear()
    desk.company.entries.clear()
    desk.company.accounts[ANNA] = replace(desk.company.accounts[ANNA], on_hold=False)
    with Journal(desk.path, ManualClock()) as journal:
        journal.look_from_the_start()
    receipt = desk.carry(command(document_plan(paid=False), "cmd-2"))
    assert receipt.finding is not None
    assert (receipt.outcome, receipt.finding.code) == (Outcome.DISPUTED, Code.GONE_FROM_SAGE)
    assert desk.company.writes == 2


def test_a_document_declared_removed_is_written_under_its_new_generation(desk: Desk) -> None:
    desk.carry(command(document_plan(paid=False), "cmd-1"))
    desk.company.documents.clear()
    desk.company.entries.clear()
    with Journal(desk.path, ManualClock()) as journal:
        journal.look_from_the_start()
    receipt = desk.carry(command(document_plan(paid=False), "cmd-2", generation=2))
    assert receipt.outcome is Outcome.PROVED
    assert len(desk.company.documents) == 1


def test_a_write_that_sage_called_done_but_that_does_not_stand_is_disputed(desk: Desk) -> None:
    with desk.session() as (journal, books):
        books.after_write = lambda _: desk.company.documents.clear()
        given = command(document_plan())
        journal.accept(given)
        receipt = carry(given, books, journal)
    assert receipt.finding is not None
    assert (receipt.outcome, receipt.finding.code) == (Outcome.DISPUTED, Code.GONE_FROM_SAGE)
    assert desk.company.writes == 1


def test_a_look_that_cannot_tell_writes_nothing_and_is_tried_later(desk: Desk) -> None:
    with desk.session() as (journal, books):
        books.on_look = lambda _: Unknown("The index is not complete.")
        given = command(document_plan())
        journal.accept(given)
        with pytest.raises(TryAgain, match="index is not complete"):
            carry(given, books, journal)
    assert desk.company.writes == 0


def test_a_look_that_cannot_tell_after_the_document_stands_is_disputed(desk: Desk) -> None:
    with desk.session() as (journal, books):
        books.on_look = lambda effect: Unknown("Two entries fit.") if effect.id == "receipt" else None
        given = command(document_plan())
        journal.accept(given)
        receipt = carry(given, books, journal)
    assert receipt.finding is not None
    assert (receipt.outcome, receipt.finding.code) == (Outcome.DISPUTED, Code.LOOK_UNKNOWN)


def test_an_allocation_with_neither_the_old_nor_the_new_amount_outstanding_is_disputed(desk: Desk) -> None:
    """The program dies before the allocation, and a person allocates £1 of the receipt by hand."""
    desk.company.die_before = 4
    given = command(document_plan())
    with pytest.raises(Died):
        desk.carry(given)
    entry = desk.company.entries[1]
    desk.company.entries[1] = replace(entry, splits=(replace(entry.splits[0], paid=100),))
    receipt = resume(desk, given)
    assert receipt.finding is not None
    assert (receipt.outcome, receipt.finding.code) == (Outcome.DISPUTED, Code.ALLOCATION_UNCLEAR)
    assert desk.company.writes == 3


# faults of ours


def test_a_fault_before_anything_was_written_is_held_with_its_place_and_without_its_words(desk: Desk) -> None:
    with desk.session() as (journal, books):
        books.on_write = lambda _: raise_one([ZeroDivisionError("password=swordfish")])
        given = command(document_plan())
        journal.accept(given)
        receipt = carry(given, books, journal)
    assert receipt.finding is not None
    assert (receipt.outcome, receipt.finding.code) == (Outcome.ABSENT, Code.DEFECT)
    assert "ZeroDivisionError" in receipt.finding.why
    assert "agent_desk.py" in receipt.finding.why
    assert "swordfish" not in str(receipt.finding)


def test_a_fault_after_something_may_have_been_written_is_disputed(desk: Desk) -> None:
    with desk.session() as (journal, books):
        books.after_write = lambda _: raise_one([ZeroDivisionError()])
        given = command(document_plan())
        journal.accept(given)
        receipt = carry(given, books, journal)
        assert journal.open_commands() == ()
    assert receipt.finding is not None
    assert (receipt.outcome, receipt.finding.code) == (Outcome.DISPUTED, Code.DEFECT)
    assert len(desk.company.documents) == 1


def test_a_fault_of_the_look_itself_proves_no_absence_and_is_disputed(desk: Desk) -> None:
    with desk.session() as (journal, books):
        books.on_look = lambda _: raise_one([KeyError()])
        given = command(document_plan())
        journal.accept(given)
        receipt = carry(given, books, journal)
    assert receipt.finding is not None
    assert (receipt.outcome, receipt.finding.code) == (Outcome.DISPUTED, Code.DEFECT)
