"""The agent under bad luck of every kind: an auditor who knows only what was sold and what stands in Sage.

The auditor looks after every step of the world, not only at its end. Every failure names its seed: run
`pytest tests/simulation/test_agent_simulation.py -k "seed and 17"` to see it again.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ml_connector.posting.plan import Plan
from ml_connector.sync.protocol import CommandReceipt, Outcome
from tests.simulation.agent_world import Luck, World, gross_of

pytestmark = pytest.mark.slow

STEPS = 60
CALM_STEPS = 40


def audit(world: World) -> None:
    """What must hold at every moment, whatever has happened so far."""
    seed = f"seed {world.seed}"
    by_reference = {plan.reference: plan for plan in world.plans}
    documents = [each.reference.split()[-1] for each in world.company.documents]
    entries = [each.reference.split()[-1] for each in world.company.entries]
    for standing in (documents, entries, [*world.company.accounts]):
        assert len(set(standing)) == len(standing), f"{seed}: something stands twice: {standing}"
    for reference in documents:
        assert reference in by_reference, f"{seed}: {reference} was never sold"
    for plan, last in last_words(world):
        if last.outcome is Outcome.PROVED:
            assert stands(world, plan), f"{seed}: {plan.reference} was called proved"
        if last.outcome is Outcome.ABSENT and not _sent_again(world, plan):
            assert plan.reference not in documents, f"{seed}: {plan.reference} was called absent"


def last_words(world: World) -> list[tuple[Plan, CommandReceipt]]:
    """Each plan with the newest receipt that the cloud holds for it."""
    by_key = {receipt.key: receipt for receipt in world.cloud.outcomes.values()}
    return [(plan, by_key[plan.key]) for plan in world.plans if plan.key in by_key]


def stands(world: World, plan: Plan) -> bool:
    """Whether Sage holds everything of the plan, to the penny: told from the company's own tables alone."""
    if plan.document is None:
        return plan.account_ref in world.company.accounts
    entries = {each.reference.split()[-1]: each for each in world.company.entries}
    entry = entries.get(plan.reference)
    document = next((d for d in world.company.documents if plan.reference in d.reference.split()), None)
    if entry is None or document is None or not document.posted:
        return False
    held = sum(split.net + split.tax for split in entry.splits)
    money = [effect for effect in plan.effects if effect.type == "receipt"]
    allocated = sum(split.paid for split in entry.splits) if money else 0
    received = sum(each.splits[0].net for name, each in entries.items() if name == f"{plan.reference}.R1")
    expected = plan.gross if money else 0
    return (held, allocated, received) == (plan.gross, expected, expected)


def _sent_again(world: World, plan: Plan) -> bool:
    """Whether a later command of the same record is on its way."""
    commands = [each.id for each in world.cloud.sent.values() if each.plan.key == plan.key]
    return commands[-1] not in world.cloud.outcomes


def live(seed: int, folder: Path, luck: Luck) -> World:
    """A world from its first step to rest, audited after each."""
    world = World(seed=seed, folder=folder, luck=luck)
    for _ in range(STEPS):
        world.step()
        audit(world)
    world.calm()
    for _ in range(CALM_STEPS):
        world.step()
        audit(world)
        if world.idle:
            break
    assert world.idle, f"seed {seed}: something is never finished: {world.work.trouble}"
    return world


def settle(world: World) -> None:
    """At rest every plan has an end, and Sage's total is explained document by document."""
    seed, words = f"seed {world.seed}", last_words(world)
    disputed = {plan.reference for plan, last in words if last.outcome is Outcome.DISPUTED}
    ended = {plan.reference for plan, _ in words}
    waiting = {plan.reference for plan in world.waiting_memos()}
    assert ended | waiting == {plan.reference for plan in world.plans}, f"{seed}: a plan has no end"
    assert not [plan for plan, last in words if last.outcome is Outcome.POSTED], f"{seed}: left half"
    sign = {"SI": 1, "SC": -1}
    ledger = {
        each.reference.split()[-1]: sign[each.type] * sum(split.net + split.tax for split in each.splits)
        for each in world.company.entries
        if each.type in sign
    }
    proved = sum(gross_of(plan) for plan, last in words if last.outcome is Outcome.PROVED)
    unsettled = sum(amount for reference, amount in ledger.items() if reference in disputed)
    assert sum(ledger.values()) == proved + unsettled, f"{seed}: Sage holds what nobody proved"


@pytest.mark.parametrize("seed", range(4), ids=lambda seed: f"seed-{seed}")
def test_whatever_happens_each_document_stands_once_and_what_is_called_proved_is(
    seed: int, tmp_path: Path
) -> None:
    settle(live(seed, tmp_path, Luck()))


@pytest.mark.parametrize("seed", range(100, 102), ids=lambda seed: f"seed-{seed}")
def test_under_deaths_and_lost_replies_alone_everything_is_proved_in_the_end(
    seed: int, tmp_path: Path
) -> None:
    """Without refusals and faults nothing needs a person but the session that a death leaves behind."""
    luck = Luck(death_within=60, look_fails=0, write_fails=0, write_fails_after=0, spoiled=0)
    world = live(seed, tmp_path, luck)
    assert {last.outcome for _, last in last_words(world)} == {Outcome.PROVED}
    assert len(last_words(world)) == len(world.plans)
    assert world.deaths > 3
    assert sum(gross_of(plan) for plan in world.plans) == sum(
        (1 if each.type == "SI" else -1) * sum(split.net + split.tax for split in each.splits)
        for each in world.company.entries
        if each.type in ("SI", "SC")
    )


@pytest.mark.slow
def test_forty_more_worlds_end_well(tmp_path: Path) -> None:
    deaths = 0
    for seed in range(1000, 1040):
        world = live(seed, tmp_path / str(seed), Luck(death_within=40 + seed % 200))
        settle(world)
        deaths += world.deaths
    assert deaths > 200
