"""The journal: what it keeps, that it is on the disk, and what it says when it cannot be used."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from ml_connector.agent.journal import EffectState, Fact, Journal
from ml_connector.agent.journal_schema import SCHEMA_VERSION, JournalTrouble
from ml_connector.clock import ManualClock
from ml_connector.errors import Code
from ml_connector.posting.company import Watermark
from ml_connector.sage.books import Before, IndexState
from ml_connector.sync.protocol import Command, CommandReceipt, EffectReceipt, Outcome
from tests.specs.agent_kit import command, document_plan

BEFORE = Before(watermark=Watermark(document=7, header=9), debit=1200, credit=None)
WRITTEN = EffectReceipt(id="document", state="written", numbers={"invoice_number": 8, "splits": (1, 2)})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.sqlite"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def journal(path: Path, clock: ManualClock) -> Iterator[Journal]:
    with Journal(path, clock) as opened:
        yield opened


def receipt(given: Command, outcome: Outcome = Outcome.PROVED) -> CommandReceipt:
    return CommandReceipt(
        command_id=given.id,
        incarnation=given.incarnation,
        key=given.plan.key,
        generation=given.generation,
        plan_hash=given.plan_hash,
        outcome=outcome,
        effects=(WRITTEN,) if outcome is not Outcome.ABSENT else (),
    )


# the file


def test_the_journal_is_on_the_disk_when_a_method_returns(journal: Journal, path: Path) -> None:
    """WAL with synchronous FULL, asked of the connection that writes."""
    with sqlite3.connect(path) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.close()
    assert journal.durability() == ("wal", "full")


def test_what_was_kept_is_there_after_the_program_is_gone(path: Path, clock: ManualClock) -> None:
    given = command(document_plan())
    with Journal(path, clock) as first:
        first.accept(given)
        first.intend(given, "document", BEFORE)
        first.begin(given, "document")
        first.confirm(given, WRITTEN)
    with Journal(path, clock) as second:
        assert second.open_commands() == (given,)
        entry = second.entry(given, "document")
        assert entry is not None
        assert (entry.state, entry.before, entry.receipt) == (EffectState.CONFIRMED, BEFORE, WRITTEN)


def test_only_its_owner_may_read_the_journal(journal: Journal, path: Path) -> None:
    assert journal.instance_id
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_journal_keeps_its_instance_id_and_another_journal_has_another(tmp_path: Path) -> None:
    clock = ManualClock()
    with Journal(tmp_path / "a.sqlite", clock) as one, Journal(tmp_path / "b.sqlite", clock) as two:
        first, second = one.instance_id, two.instance_id
    with Journal(tmp_path / "a.sqlite", clock) as again:
        assert again.instance_id == first
    assert first != second


def test_a_journal_of_a_newer_program_is_left_as_it_is(path: Path, clock: ManualClock) -> None:
    with Journal(path, clock):
        pass
    with sqlite3.connect(path) as newer:
        newer.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    newer.close()
    before = path.read_bytes()
    with pytest.raises(JournalTrouble) as trouble:
        Journal(path, clock)
    assert trouble.value.finding.code is Code.JOURNAL_TOO_NEW
    assert path.read_bytes() == before


@pytest.mark.parametrize("damage", [b"", b"this is no database, whatever its name says" * 40])
def test_a_damaged_journal_stops_with_the_remedy(path: Path, clock: ManualClock, damage: bytes) -> None:
    """The head of the file is overwritten; or (first case) the middle of it."""
    with Journal(path, clock) as journal:
        for number in range(60):
            journal.accept(command(document_plan(number), f"cmd-{number}"))
    content = bytearray(path.read_bytes())
    content[: len(damage)] = damage
    if not damage:
        for page in range(4096, len(content), 4096):
            content[page : page + 64] = bytes(64)
    path.write_bytes(content)
    with pytest.raises(JournalTrouble) as trouble:
        Journal(path, clock)
    assert trouble.value.finding.code is Code.JOURNAL_UNREADABLE
    assert "a full look" in trouble.value.finding.fix


def test_a_journal_that_fails_while_it_is_open_stops_the_agent_with_a_sentence(journal: Journal) -> None:
    journal.close()
    with pytest.raises(JournalTrouble, match="journal"):
        journal.put({Fact.TRAIL_HEAD: "x"})


# single facts


def test_facts_are_kept_together_and_none_forgets_one(journal: Journal) -> None:
    journal.put({Fact.TRAIL_HEAD: "head-1", Fact.INCARNATION: "inc-1"})
    journal.put({Fact.TRAIL_HEAD: "head-2", Fact.INCARNATION: None})
    assert (journal.get(Fact.TRAIL_HEAD), journal.get(Fact.INCARNATION)) == ("head-2", None)


# commands and effects


def test_open_commands_come_back_in_the_order_in_which_they_were_leased(journal: Journal) -> None:
    given = [command(document_plan(number), f"cmd-{9 - number}") for number in range(5)]
    assert [journal.accept(each) for each in given] == [True] * 5
    journal.end(receipt(given[2]))
    assert journal.open_commands() == (given[0], given[1], given[3], given[4])


def test_a_command_that_comes_twice_is_one_command(journal: Journal) -> None:
    given = command(document_plan())
    assert [journal.accept(given), journal.accept(given)] == [True, False]
    assert journal.open_commands() == (given,)


def test_a_closed_command_that_comes_again_is_not_carried_out_but_answered_again(journal: Journal) -> None:
    given = command(document_plan())
    journal.accept(given)
    journal.end(receipt(given))
    journal.sent([given.id])
    assert not journal.accept(given)
    assert journal.open_commands() == ()
    assert journal.unsent() == (receipt(given),)


def test_an_intent_that_is_recorded_keeps_what_was_true_before(journal: Journal) -> None:
    """Recovery must read from the first intent's watermark, not from a later one."""
    given = command(document_plan())
    journal.accept(given)
    journal.intend(given, "document", BEFORE)
    journal.intend(given, "document", Before(watermark=Watermark(document=99, header=99)))
    entry = journal.entry(given, "document")
    assert entry is not None
    assert entry.before == BEFORE


def test_a_command_is_begun_when_a_write_was_begun_and_not_by_its_intent(journal: Journal) -> None:
    given = command(document_plan())
    journal.accept(given)
    journal.intend(given, "document", BEFORE)
    assert not journal.begun(given)
    journal.begin(given, "document")
    assert journal.begun(given)


def test_what_an_earlier_command_of_the_same_record_left_is_remembered(journal: Journal) -> None:
    first, second = command(document_plan(), "cmd-1"), command(document_plan(), "cmd-2")
    journal.accept(first)
    journal.intend(first, "document", BEFORE)
    journal.confirm(first, WRITTEN)
    journal.end(receipt(first))
    journal.accept(second)
    entry = journal.entry(second, "document")
    assert entry is not None
    assert entry.receipt == WRITTEN
    assert journal.stood(second.plan.key, 1, "document")
    assert journal.entry(second, "ledger") is None


def test_another_generation_and_another_record_remember_nothing_of_it(journal: Journal) -> None:
    first = command(document_plan(), "cmd-1")
    journal.accept(first)
    journal.intend(first, "document", BEFORE)
    journal.confirm(first, WRITTEN)
    assert journal.entry(command(document_plan(), "cmd-2", generation=2), "document") is None
    assert journal.entry(command(document_plan(2), "cmd-3"), "document") is None
    assert not journal.stood(first.plan.key, 2)


def test_after_a_proof_of_absence_the_intents_of_that_command_no_longer_count(journal: Journal) -> None:
    first, second = command(document_plan(), "cmd-1"), command(document_plan(), "cmd-2")
    journal.accept(first)
    journal.intend(first, "document", BEFORE)
    journal.begin(first, "document")
    journal.end(receipt(first, Outcome.ABSENT))
    assert journal.entry(second, "document") is None


def test_looking_from_the_start_lowers_every_intent_and_keeps_what_was_outstanding(journal: Journal) -> None:
    given = command(document_plan())
    journal.accept(given)
    journal.intend(given, "allocation", BEFORE)
    journal.look_index.save("c", IndexState(watermark=Watermark(document=5, header=9)))
    journal.look_from_the_start()
    entry = journal.entry(given, "allocation")
    assert entry is not None
    assert entry.before == Before(watermark=Watermark(document=0, header=0), debit=1200, credit=None)
    assert journal.look_index.load("c") is None


# receipts


def test_a_receipt_is_sent_until_it_is_taken(journal: Journal) -> None:
    given = command(document_plan())
    journal.accept(given)
    journal.end(receipt(given))
    assert journal.unsent() == journal.unsent() == (receipt(given),)
    journal.sent([given.id])
    assert journal.unsent() == ()


def test_a_report_on_the_way_is_sent_once_and_its_end_after_it(journal: Journal) -> None:
    given = command(document_plan())
    journal.accept(given)
    posted = receipt(given, Outcome.POSTED)
    assert journal.report(posted)
    journal.sent([given.id])
    assert not journal.report(posted)
    assert journal.unsent() == ()
    assert journal.open_commands() == (given,)
    journal.end(receipt(given))
    assert journal.unsent() == (receipt(given),)


def test_closed_receipts_are_kept_400_days_and_unsent_ones_for_ever(
    journal: Journal, clock: ManualClock
) -> None:
    sent, unsent = command(document_plan(1)), command(document_plan(2))
    for given in (sent, unsent):
        journal.accept(given)
        journal.intend(given, "document", BEFORE)
        journal.end(receipt(given))
    journal.sent([sent.id])
    clock.at += timedelta(days=399)
    assert journal.forget_old(clock.now()) == 0
    clock.at += timedelta(days=2)
    assert journal.forget_old(clock.now()) == 1
    assert [each.command_id for each, _ in journal.receipts()] == [unsent.id]
    assert not journal.knows(sent.id)
    assert journal.knows(unsent.id)


# the look index


def test_the_look_index_comes_back_as_it_was_saved(journal: Journal) -> None:
    state = IndexState(
        watermark=Watermark(document=5, header=9),
        documents={"K7-I1": (4,), "K7-I2": (5, 3)},
        headers={"K7-I1": (8,), "K7-I1.R1": (9,)},
    )
    journal.look_index.save("company-1", state)
    journal.look_index.save("company-2", IndexState(watermark=Watermark(document=1, header=1)))
    read = journal.look_index.load("company-1")
    assert read is not None
    assert (read.watermark, read.headers) == (state.watermark, state.headers)
    assert {name: set(numbers) for name, numbers in read.documents.items()} == {"K7-I1": {4}, "K7-I2": {3, 5}}


def test_a_saved_index_replaces_the_one_before_it(journal: Journal) -> None:
    mark = Watermark(document=5, header=9)
    journal.look_index.save("c", IndexState(watermark=mark, documents={"K7-I1": (4,)}, headers={}))
    later = IndexState(watermark=mark, documents={"K7-I2": (5,)}, headers={"K7-I2": (9,)})
    journal.look_index.save("c", later)
    assert journal.look_index.load("c") == later


def test_a_company_that_was_never_looked_through_has_no_index(journal: Journal) -> None:
    assert journal.look_index.load("company-1") is None
