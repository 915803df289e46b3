"""What the agent refuses: commands that it does not understand, and a company that is not the one it knew."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from ml_connector.agent.company import accept
from ml_connector.agent.journal import Fact
from ml_connector.codec import to_json
from ml_connector.errors import Code, Finding
from ml_connector.posting.company import CompanyIdentity
from ml_connector.sync.protocol import Outcome
from tests.specs.agent_bench import Agent
from tests.specs.agent_kit import command, document_plan


@pytest.fixture
def agent(tmp_path: Path) -> Agent:
    return Agent(tmp_path)


# commands that are not understood


def test_a_command_with_an_unknown_field_is_refused_before_sage_is_opened(agent: Agent) -> None:
    agent.step()
    opened = agent.company.sessions
    raw = _raw(document_plan(1).reference)
    raw["surprise"] = 1
    agent.cloud.raw = [raw]
    agent.step()
    refused = agent.cloud.outcomes["cmd-K7-I1"]
    assert refused.outcome is Outcome.ABSENT
    assert refused.finding is not None
    assert refused.finding.code is Code.COMMAND_NOT_UNDERSTOOD
    assert (refused.key, refused.generation) == ("shop-1/invoice/1", 1)
    assert "surprise" in refused.finding.why
    assert agent.company.sessions == opened


def test_a_plan_that_is_not_the_one_its_hash_names_is_refused(agent: Agent) -> None:
    agent.step()
    raw = _raw("K7-I1")
    raw["plan_hash"] = "0" * 64
    agent.cloud.raw = [raw]
    agent.step()
    assert agent.cloud.outcomes["cmd-K7-I1"].outcome is Outcome.ABSENT
    assert agent.company.documents == []


def test_one_command_that_is_not_understood_does_not_hide_the_others(agent: Agent) -> None:
    agent.step()
    raw = _raw("K7-I1")
    cast(dict[str, object], raw["plan"])["effects"] = [{"type": "barter", "id": "x"}]
    agent.cloud.raw, agent.cloud.queue = [raw], [document_plan(2)]
    agent.step()
    assert {name: receipt.outcome for name, receipt in agent.cloud.outcomes.items()} == {
        "cmd-K7-I1": Outcome.ABSENT,
        "cmd-1": Outcome.PROVED,
    }


def test_a_refused_command_of_a_record_that_stands_in_sage_is_disputed_not_absent(agent: Agent) -> None:
    agent.cloud.queue = [document_plan(1)]
    agent.step()
    raw = _raw("K7-I1")
    raw["surprise"] = 1
    agent.cloud.raw = [raw]
    agent.step()
    assert agent.cloud.outcomes["cmd-K7-I1"].outcome is Outcome.DISPUTED


def test_a_command_that_does_not_even_say_its_name_needs_a_person(agent: Agent) -> None:
    agent.step()
    agent.cloud.raw = [{"hello": "there"}]
    agent.step()
    assert agent.trouble is Code.COMMAND_NOT_UNDERSTOOD


# the company


def test_another_company_stops_everything_until_a_person_accepts_it(agent: Agent) -> None:
    agent.step()
    agent.company.identity = CompanyIdentity(name="Other Ltd", company_id="other", version="32.0")
    agent.cloud.queue = [document_plan(1)]
    agent.step()
    assert (agent.trouble, agent.company.documents) == (Code.COMPANY_CHANGED, [])
    accept(agent.journal)
    agent.step()
    assert (agent.trouble, len(agent.company.documents)) == (None, 1)


def test_a_restored_backup_stops_everything_until_a_person_accepts_it(agent: Agent) -> None:
    agent.cloud.queue = [document_plan(1)]
    agent.step()
    agent.company.documents.clear()
    agent.company.entries.clear()
    agent.cloud.queue = [document_plan(2)]
    agent.step()
    assert (agent.trouble, agent.company.documents) == (Code.COMPANY_WENT_BACK, [])
    accept(agent.journal)
    agent.step()
    assert (agent.trouble, len(agent.company.documents)) == (None, 1)


def test_a_document_deleted_in_sage_is_no_restored_backup(agent: Agent) -> None:
    agent.cloud.queue = [document_plan(1)]
    agent.step()
    agent.company.documents.clear()
    agent.cloud.queue = [document_plan(2)]
    agent.step()
    assert (agent.trouble, len(agent.company.documents)) == (None, 1)


def test_a_company_that_the_cloud_does_not_know_stops_everything(agent: Agent) -> None:
    agent.cloud.finding = Finding(code=Code.COMPANY_CHANGED, what="Another.", why="Known.", fix="Choose.")
    agent.step()
    assert agent.trouble is Code.COMPANY_CHANGED
    assert agent.cloud.heard == ["hello", "heartbeat"]


def test_the_trail_head_of_a_cloud_with_a_finding_does_not_replace_the_one_we_hold(agent: Agent) -> None:
    agent.cloud.queue = [document_plan(1)]
    agent.step()
    held = agent.journal.get(Fact.TRAIL_HEAD)
    agent.cloud.finding = Finding(code=Code.STOPPED_BY_BREAKER, what="Paused.", why="Asked.", fix="Resume.")
    agent.cloud.outcomes.clear()
    agent.cloud.ledger_wanted = True
    agent.step()
    assert agent.journal.get(Fact.TRAIL_HEAD) == held == "head-1"


def _raw(reference: str) -> dict[str, object]:
    plan = document_plan(int(reference.removeprefix("K7-I")))
    return cast(dict[str, object], to_json(command(plan)))
