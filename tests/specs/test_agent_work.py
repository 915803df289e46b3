"""The agent between cloud and Sage: when Sage is opened, what comes first, what stops it, what is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from ml_connector.agent.journal import Fact
from ml_connector.agent.session import Around
from ml_connector.agent.work import AgentWork, Waits
from ml_connector.codec import digest
from ml_connector.errors import Code, Finding, NeedsPerson, TryAgain
from ml_connector.sage.memory import Died, MemoryDoor
from ml_connector.sync.protocol import Outcome
from tests.specs.agent_bench import POLL_S, SAGE_S, Agent, once, raise_now, unreachable
from tests.specs.agent_kit import customer_plan, document_plan


@pytest.fixture
def agent(tmp_path: Path) -> Agent:
    return Agent(tmp_path)


def test_the_first_step_greets_the_cloud_and_sends_the_catalogue(agent: Agent) -> None:
    agent.step()
    assert agent.cloud.heard == ["hello", "catalogue", "lease"]
    assert agent.cloud.hellos[0].company.company_id == agent.company.identity.company_id
    known = agent.cloud.known_catalogue
    assert known is not None
    assert known[0] == digest(known[1])


def test_without_work_sage_is_not_opened(agent: Agent) -> None:
    agent.step()
    opened = agent.company.sessions
    for _ in range(3):
        assert 0.7 * POLL_S < agent.step() < 1.3 * POLL_S
    assert agent.company.sessions == opened
    assert agent.cloud.heard[-3:] == ["lease", "lease", "lease"]


def test_all_the_work_there_is_is_done_in_one_session_and_sage_is_shut(agent: Agent) -> None:
    agent.cloud.queue = [customer_plan("BERT0001"), *(document_plan(number) for number in range(1, 25))]
    agent.step()
    assert {receipt.outcome for receipt in agent.cloud.outcomes.values()} == {Outcome.PROVED}
    assert (len(agent.cloud.outcomes), agent.company.sessions) == (25, 1)
    assert not agent.company.session_open


def test_every_new_session_says_hello_with_how_far_the_company_reaches(agent: Agent) -> None:
    agent.step()
    agent.cloud.queue = [document_plan(1)]
    agent.step()
    agent.cloud.queue = [document_plan(2)]
    agent.step()
    assert [hello.watermark.document for hello in agent.cloud.hellos] == [0, 0, 1]
    assert agent.cloud.hellos[2].trail_head == "head-1"


def test_the_ledger_is_sent_when_it_is_asked_for_after_everything_was_written(agent: Agent) -> None:
    agent.cloud.queue, agent.cloud.ledger_wanted = [document_plan(1)], True
    agent.step()
    assert [entry.reference for entry in agent.cloud.entries] == ["K7-I1"]


def test_what_anybody_entered_is_sent_with_the_ledger_where_the_cloud_asks_for_it(agent: Agent) -> None:
    """At the first greeting already, and so before the first document is leased."""
    agent.cloud.queue, agent.cloud.entries_from = [document_plan(1)], date(2026, 1, 1)
    agent.step()
    assert agent.cloud.of_anybody == ()
    assert agent.cloud.heard.index("ledger") < agent.cloud.heard.index("lease")
    agent.cloud.queue, agent.cloud.entries_from = [document_plan(2)], date(2026, 1, 1)
    agent.step()
    told = agent.cloud.of_anybody or ()
    assert [entry.reference.split()[-1] for entry in told] == ["K7-I1", "K7-I2"]
    assert agent.cloud.heard.count("ledger") == 2


def test_a_ledger_asked_for_at_the_last_receipt_is_sent_in_the_same_session(agent: Agent) -> None:
    def proof_is_due(message: str) -> None:
        agent.cloud.ledger_wanted |= message == "receipts"

    agent.step()
    agent.cloud.queue, agent.cloud.after = [document_plan(1)], proof_is_due
    agent.step()
    assert [entry.reference for entry in agent.cloud.entries] == ["K7-I1"]
    assert agent.company.sessions == 2


def test_a_cloud_that_asks_without_end_is_answered_once_per_session(agent: Agent) -> None:
    def asks_again(_: str) -> None:
        agent.cloud.ledger_wanted = True

    agent.cloud.after = asks_again
    agent.step()
    assert agent.cloud.heard.count("ledger") == 1


def test_the_catalogue_is_sent_again_only_when_the_cloud_holds_another(agent: Agent) -> None:
    agent.step()
    agent.cloud.queue = [document_plan(1)]
    agent.step()
    assert agent.cloud.heard.count("catalogue") == 1
    agent.cloud.known_catalogue = None
    agent.cloud.queue = [document_plan(2)]
    agent.step()
    assert agent.cloud.heard.count("catalogue") == 2


def test_a_command_cut_off_is_finished_before_anything_new_is_leased(agent: Agent) -> None:
    agent.cloud.queue = [document_plan(1), document_plan(2)]
    agent.company.die_after = 2
    with pytest.raises(Died):
        agent.step()
    agent.die()
    agent.cloud.heard.clear()
    agent.step()
    assert agent.cloud.heard.index("receipts") < agent.cloud.heard.index("lease")
    assert [document.reference.split()[-1] for document in agent.company.documents] == ["K7-I1", "K7-I2"]
    assert {receipt.outcome for receipt in agent.cloud.outcomes.values()} == {Outcome.PROVED}


def test_a_receipt_whose_taking_was_not_heard_is_sent_again(agent: Agent) -> None:
    agent.cloud.queue = [document_plan(1)]
    agent.cloud.after = once("receipts", unreachable())
    agent.step()
    assert agent.trouble is Code.CLOUD_UNREACHABLE
    agent.step()
    assert agent.trouble is None
    assert agent.cloud.heard.count("receipts") == 2
    assert agent.company.writes == 4


def test_a_lease_whose_answer_was_lost_is_given_again_and_carried_outonce(agent: Agent) -> None:
    agent.step()
    agent.cloud.queue = [document_plan(1)]
    agent.cloud.after = once("lease", unreachable())
    agent.step()
    agent.step()
    assert len(agent.company.documents) == 1
    assert [receipt.outcome for receipt in agent.cloud.outcomes.values()] == [Outcome.PROVED]


def test_sage_in_use_is_shown_told_and_waited_for_without_spending_anything(agent: Agent) -> None:
    agent.company.in_use = True
    agent.cloud.queue = [document_plan(1)]
    for _ in range(3):
        assert 0.7 * SAGE_S < agent.step() < 1.3 * SAGE_S
    assert agent.trouble is Code.SAGE_IN_USE
    assert [finding.code for finding in agent.cloud.findings if finding] == [Code.SAGE_IN_USE] * 3
    assert sum("already logged on" in line for line in agent.said) == 1
    agent.company.in_use = False
    agent.step()
    assert agent.trouble is None
    assert agent.cloud.findings[-1] is None
    assert len(agent.company.documents) == 1


def test_a_session_that_was_cut_off_is_recognised_as_our_own(agent: Agent) -> None:
    """The program is killed while Sage is open, and Sage keeps the name until a person clears it."""
    agent.cloud.queue = [document_plan(1)]
    agent.company.die_after = 1
    with pytest.raises(Died):
        agent.step()
    agent.company.in_use = True
    agent.die()
    agent.step()
    assert agent.trouble is Code.SAGE_IN_USE
    assert any("this connector's own session of" in line for line in agent.said)
    assert any("answer Yes" in line for line in agent.said)


def test_somebody_elses_session_is_not_taken_for_our_own(agent: Agent) -> None:
    agent.step()
    agent.company.in_use = True
    agent.cloud.queue = [document_plan(1)]
    agent.step()
    agent.step()
    assert not any("own session" in line for line in agent.said)


def test_the_cloud_is_asked_before_sage_is_opened_for_an_unfinished_command(agent: Agent) -> None:
    agent.cloud.queue = [document_plan(1)]
    agent.company.die_after = 1
    with pytest.raises(Died):
        agent.step()
    agent.die()
    opened = agent.company.sessions
    agent.cloud.before = lambda _: raise_now(unreachable())
    agent.step()
    assert agent.company.sessions == opened
    assert agent.trouble is Code.CLOUD_UNREACHABLE


def test_one_document_that_has_to_wait_does_not_hold_up_the_others(agent: Agent) -> None:
    """Its currency is missing, so that not even what was before can be told; the others are posted."""
    other_currency = replace(document_plan(1), currency="XXX")
    agent.cloud.queue = [other_currency, document_plan(2), document_plan(3)]
    agent.step()
    assert agent.trouble is Code.CURRENCY_MISSING
    assert sorted(agent.cloud.outcomes) == ["cmd-2", "cmd-3"]
    agent.step()
    assert len(agent.company.documents) == 2


def test_after_a_dispute_the_rest_is_handed_back_and_nothing_more_is_written(agent: Agent) -> None:
    agent.cloud.queue = [document_plan(number) for number in (1, 2, 3)]
    agent.company.spoil_after = 1
    agent.step()
    assert [agent.cloud.outcomes[f"cmd-{n}"].outcome for n in (1, 2, 3)] == [
        Outcome.DISPUTED,
        Outcome.ABSENT,
        Outcome.ABSENT,
    ]
    assert len(agent.company.documents) == 1
    assert [plan.reference for plan in agent.cloud.queue] == ["K7-I2", "K7-I3"]


def test_what_stands_half_when_the_cloud_pauses_is_finished(agent: Agent) -> None:
    agent.cloud.queue = [document_plan(1), document_plan(2)]
    agent.company.die_after = 2
    with pytest.raises(Died):
        agent.step()
    agent.die()
    agent.cloud.finding = Finding(code=Code.STOPPED_BY_BREAKER, what="Paused.", why="Asked.", fix="Resume.")
    agent.step()
    assert agent.cloud.outcomes["cmd-1"].outcome is Outcome.PROVED
    assert agent.cloud.outcomes["cmd-2"].outcome is Outcome.ABSENT
    assert len(agent.company.documents) == 1


def test_between_two_documents_the_agent_stops_when_it_is_asked_to(agent: Agent) -> None:
    agent.cloud.queue = [document_plan(number) for number in (1, 2, 3)]

    def say(line: str) -> None:
        agent.stop = "K7-I1" in line

    around = Around(
        cloud=agent.cloud, journal=agent.journal, clock=agent.clock, say=say, stopping=lambda: agent.stop
    )
    AgentWork(around, MemoryDoor(agent.company), Waits(poll_s=1, sage_s=1)).step(agent.clock.now())
    assert len(agent.company.documents) == 1
    assert len(agent.journal.open_commands()) == 2


# faults and waits


def test_a_fault_nobody_foresaw_is_shown_told_and_does_not_end_the_program(agent: Agent) -> None:
    agent.cloud.before = once("lease", ZeroDivisionError("password=swordfish"))
    agent.step()
    assert agent.trouble is Code.DEFECT
    told = [finding for finding in agent.cloud.findings if finding]
    assert [finding.code for finding in told] == [Code.DEFECT]
    assert "swordfish" not in "".join((*agent.said, *map(str, told)))


def test_a_wait_that_the_other_side_names_is_kept_to_the_second(agent: Agent) -> None:
    slow = Finding(code=Code.CLOUD_UNREACHABLE, what="Busy.", why="Asked.", fix="Wait.")
    agent.cloud.before = once("hello", TryAgain(slow, after_s=17))
    assert agent.step() == timedelta(seconds=17).total_seconds()


def test_what_keeps_it_from_working_is_in_the_journal_for_status(agent: Agent) -> None:
    agent.company.in_use = True
    agent.step()
    trouble = agent.journal.get(Fact.TROUBLE)
    assert trouble is not None
    assert Code.SAGE_IN_USE in trouble
    agent.company.in_use = False
    agent.step()
    assert agent.journal.get(Fact.TROUBLE) is None


def test_a_person_is_waited_for_at_the_pace_of_quiet_times(agent: Agent) -> None:
    wrong = Finding(code=Code.AGENT_UNKNOWN, what="Unknown.", why="Revoked.", fix="Pair.")
    agent.cloud.before = lambda _: raise_now(NeedsPerson(wrong))
    assert agent.step() > 0.7 * POLL_S
    assert agent.cloud.heard == []
