"""The poster dies at every step it has, and what it leaves is finished once, with one receipt."""

from __future__ import annotations

from pathlib import Path

import pytest

from ml_connector.agent.poster import carry
from ml_connector.sync.protocol import Command, Outcome
from tests.specs.agent_deaths import Fate, Killed
from tests.specs.agent_desk import Desk, ledger_of, resume
from tests.specs.agent_kit import command, document_plan

pytestmark = pytest.mark.slow

# death


def test_death_at_every_step_leaves_one_document_one_ledger_and_one_receipt(tmp_path: Path) -> None:
    """Killed at the 1st, 2nd, 3rd … step of journal or books until a run comes through."""
    plan, whole = document_plan(), Desk(tmp_path / "whole")
    expected = whole.carry(command(plan))
    deaths = 0
    while True:
        desk = Desk(tmp_path / str(deaths))
        fate = Fate(at=deaths + 1)
        try:
            receipt = desk.carry(command(plan), fate)
        except Killed:
            deaths += 1
            receipt = resume(desk, command(plan))
            assert receipt == expected, f"after a death at step {deaths}"
            assert ledger_of(desk.company) == ledger_of(whole.company), f"after a death at step {deaths}"
            assert len(desk.company.documents) == 1, f"after a death at step {deaths}"
            assert desk.company.writes == 4, f"after a death at step {deaths}"
        else:
            assert receipt == expected
            break
    assert deaths > 40


def test_death_of_the_run_and_death_of_its_recovery_change_nothing(tmp_path: Path) -> None:
    """Two deaths: of the first run, and of the run that recovers; every third step × every fourth."""
    plan = document_plan(paid=False)
    for first in range(1, 100, 3):
        for second in range(2, 100, 4):
            desk = Desk(tmp_path / f"{first}-{second}")
            if not _dies(desk, command(plan), first):
                return
            died = _dies(desk, command(plan), second)
            receipt = resume(desk, command(plan))
            assert receipt.outcome is Outcome.PROVED
            assert [effect.state for effect in receipt.effects] == ["written", "written"]
            assert (len(desk.company.documents), len(desk.company.entries)) == (1, 1)
            assert desk.company.writes == 2
            if not died:
                break


def _dies(desk: Desk, given: Command, at: int) -> bool:
    try:
        with desk.session(Fate(at=at)) as (journal, books):
            journal.accept(given)
            for each in journal.open_commands():
                carry(each, books, journal)
    except Killed:
        return True
    return False
