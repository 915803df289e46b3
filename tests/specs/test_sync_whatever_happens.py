"""Whatever happens in whatever order: nothing is posted twice, nothing is lost, and the proof comes out.

Hypothesis interleaves sweeps, decisions, new charts, stops, leases and receipts, with answers that are lost
and receipts that come twice. The agent here is truthful about a Sage that is a dictionary: it adopts what
it finds, disputes what differs, and says “absent” only of what is not there.
"""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ml_connector.documents.identity import Kind
from ml_connector.errors import Code, TryAgain
from ml_connector.posting.company import LedgerEntry, LedgerSplit
from ml_connector.posting.plan import Held, Plan, Skipped, Waiting
from ml_connector.sync.leasing import APPROVAL
from ml_connector.sync.passage import END_STATES, NOTHING_WRITTEN, State
from ml_connector.sync.protocol import Command, CommandReceipt, Outcome
from ml_connector.sync.reconcile import reconcile
from tests.specs.sync_kit import ANNA, BEN, Saying, finding, invoice, memo
from tests.specs.sync_place import Place, must_hold, receipt

pytestmark = pytest.mark.slow

ENTITIES = st.integers(min_value=1, max_value=8)
HOWS = st.sampled_from([Outcome.PROVED, Outcome.PROVED, Outcome.POSTED, Outcome.ABSENT])
TOTALS = st.sampled_from(["12.00", "13.00", "0.05"])
SAYINGS: list[Saying | None] = [
    None,
    None,
    None,
    Held(findings=(finding(Code.UNMAPPED_TAX),)),
    Skipped(code=Code.ZERO_DOCUMENT, why="It comes to nothing."),
    Waiting(code=Code.ORDER_NOT_COMPLETE, why="Something is to be shipped."),
    ZeroDivisionError("division by zero"),
]


class WhateverHappens(RuleBasedStateMachine):
    """A connection in its first run, a shop that changes, and an agent whose answers may be lost."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.place = Place.made(Path(self.folder.name))
        self.sage: dict[str, Plan] = {}
        self.given: dict[str, Command] = {}
        self.said: list[CommandReceipt] = []

    @initialize(approved=st.booleans())
    def some_documents_stand_already(self, approved: bool) -> None:
        self.place.allow(first_run_approved=approved)
        for entity in range(1, 5):
            self.an_invoice_is_made_or_changes(entity, "12.00", ANNA, None)
        for _ in range(2):
            self.all_do_their_work_for_a_while([Outcome.PROVED], [False])

    # ---------------------------------------------------------------- the shop and people

    @rule(
        entity=ENTITIES,
        total=TOTALS,
        shopper=st.sampled_from([ANNA, BEN]),
        says=st.sampled_from(SAYINGS),
    )
    def an_invoice_is_made_or_changes(
        self, entity: int, total: str, shopper: str, says: Saying | None
    ) -> None:
        order = (entity + 1) // 2
        self.place.shop.page(invoice(entity, total, order=order, shopper=shopper))
        self.the_rules_say_something_else(str(entity), says)

    @rule(entity=ENTITIES, total=TOTALS)
    def a_credit_memo_is_made_or_changes(self, entity: int, total: str) -> None:
        self.place.shop.page(memo(entity, total, order=(entity + 1) // 2))

    @rule(entity=st.sampled_from([ANNA, BEN, "1", "2"]), says=st.sampled_from(SAYINGS))
    def the_rules_say_something_else(self, entity: str, says: Saying | None) -> None:
        self.place.teller.says.pop(entity, None)
        if says is not None:
            self.place.teller.says[entity] = says

    @rule()
    def a_new_chart_is_accepted(self) -> None:
        self.place.teller.chart_version += 1
        with self.place.ledger.begin() as tx:
            tx.mark_due()

    @rule(paused=st.booleans())
    def a_person_pauses_or_resumes(self, paused: bool) -> None:
        self.place.allow(paused=paused)

    @rule()
    def a_person_approves_the_first_run(self) -> None:
        with self.place.ledger.begin() as tx:
            tx.set_controls(first_run_approved=True)
            tx.mark_due(waits_on=APPROVAL, states=(State.WAITING,))

    @rule()
    def a_person_releases_the_stop(self) -> None:
        self.place.allow(breaker="")

    # ---------------------------------------------------------------- the conductor

    @rule(fails=st.sampled_from(["", "", "", "of_orders transactions", "by_id orders"]))
    def the_shop_is_swept(self, fails: str) -> None:
        self.place.shop.broken = {fails}
        try:
            self.place.sweep()
        except TryAgain:
            assert fails

    @rule()
    def the_conductor_makes_one_step(self) -> None:
        self.place.conductor.step()

    @rule()
    def the_conductor_comes_to_rest(self) -> None:
        self.place.settle()

    # ---------------------------------------------------------------- the agent

    @rule(most=st.integers(min_value=0, max_value=12), lost=st.booleans())
    def the_agent_leases(self, most: int, lost: bool) -> None:
        leased = self.place.lease(most)
        if not lost:
            self.given |= {command.id: command for command in leased}

    @rule(n=st.integers(min_value=0), how=st.sampled_from([*Outcome]), lost=st.booleans())
    def the_agent_carries_a_command(self, n: int, how: Outcome, lost: bool) -> None:
        if self.given:
            self.work([[*self.given.values()][n % len(self.given)]], [how], [lost])

    @rule(hows=st.lists(HOWS, min_size=3, max_size=6), lost=st.lists(st.booleans(), min_size=2, max_size=5))
    def all_do_their_work_for_a_while(self, hows: list[Outcome], lost: list[bool]) -> None:
        self.the_shop_is_swept("")
        self.place.settle()
        self.the_agent_leases(12, False)
        self.work([*self.given.values()], hows, lost)

    def work(self, commands: list[Command], hows: list[Outcome], lost: list[bool]) -> None:
        """Carry each; outcomes and losses are taken in turn."""
        for n, command in enumerate(commands):
            told = self.carry(command, hows[n % len(hows)])
            self.said.append(told)
            if not lost[n % len(lost)]:
                self.place.give(told)

    @rule(n=st.integers(min_value=0))
    def a_receipt_comes_again(self, n: int) -> None:
        if self.said:
            self.place.give(self.said[n % len(self.said)])

    def carry(self, command: Command, how: Outcome) -> CommandReceipt:
        """What a truthful agent does: look, adopt or dispute what is there, else write or leave it."""
        ended = next((told for told in self.said if _ends(told) and told.command_id == command.id), None)
        if ended is not None:
            return ended
        standing = self.sage.get(command.plan.key)
        if standing is None and how is Outcome.ABSENT:
            return receipt(
                command, how, finding=finding(Code.SAGE_REFUSED) if command.generation % 2 else None
            )
        if standing is not None and standing != command.plan:
            return receipt(command, Outcome.DISPUTED, differences=("amount",))
        self.sage[command.plan.key] = command.plan
        return receipt(command, how if how is Outcome.POSTED else Outcome.PROVED)

    # ---------------------------------------------------------------- what holds

    @invariant()
    def what_is_said_not_to_be_in_sage_is_not_there(self) -> None:
        for record in self.place.records():
            assert record.state not in NOTHING_WRITTEN or str(record.key) not in self.sage

    @invariant()
    def what_is_said_to_be_in_sage_is_there_as_planned(self) -> None:
        for record in self.place.records(State.POSTED, State.PROVED):
            assert self.sage.get(str(record.key)) == record.plan

    def teardown(self) -> None:
        try:
            must_hold(self.place)
            self.everybody_does_their_work()
            must_hold(self.place)
            self.it_all_adds_up()
        finally:
            self.place.ledger.engine.dispose()
            self.folder.cleanup()

    def everybody_does_their_work(self) -> None:
        self.a_person_approves_the_first_run()
        self.place.shop.broken.clear()
        self.place.sweep()
        for _ in range(60):
            self.place.allow(paused=False, breaker="")
            self.place.settle()
            commands = self.place.lease()
            if not commands:
                return
            self.place.give(*(self.carry(command, Outcome.PROVED) for command in commands))
        raise AssertionError("it does not come to an end")

    def it_all_adds_up(self) -> None:
        records = self.place.records()
        assert {record.state for record in records} <= END_STATES
        assert not [record.key for record in records if record.due]
        proof = reconcile(records, [*_ledger(self.sage)])
        assert proof.balanced, proof.currencies
        shown = {str(record.key) for record in records if record.state in (State.PROVED, State.DISPUTED)}
        assert shown == set(self.sage)


def _ends(told: CommandReceipt) -> bool:
    return told.outcome is not Outcome.POSTED


def _ledger(sage: dict[str, Plan]) -> list[LedgerEntry]:
    """Sage's ledger, read without any knowledge of records; headers are numbered as they come."""
    documents = [plan for plan in sage.values() if plan.kind is not Kind.CUSTOMER]
    return [
        LedgerEntry(
            header=1000 + n,
            type="SC" if plan.kind is Kind.CREDIT_MEMO else "SI",
            account_ref=plan.account_ref,
            date=date(2026, 11, 1),
            reference=plan.reference,
            currency=plan.currency,
            splits=tuple(
                LedgerSplit(nominal=split.nominal, tax_code=split.tax_code, net=split.net, tax=split.tax)
                for split in plan.ledger.splits
            )
            if plan.ledger
            else (),
        )
        for n, plan in enumerate(documents)
    ]


UNHURRIED = [HealthCheck.too_slow, HealthCheck.filter_too_much]
TestWhateverHappens = WhateverHappens.TestCase
TestWhateverHappens.settings = settings(
    max_examples=3, stateful_step_count=12, deadline=None, suppress_health_check=UNHURRIED
)


class WhateverHappensForLong(WhateverHappens):
    """The same, more often and for longer."""


class TestWhateverHappensForLong(WhateverHappensForLong.TestCase):
    settings = settings(
        max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=UNHURRIED
    )
