"""A small world under one seed: a shop's plans, a cloud, a company, an agent, and bad luck.

Everything that can go wrong between cloud, agent and Sage does, by chance drawn from the seed: deaths at any
step of journal, books and conversation, lost replies, a busy or occupied Sage, refusals, a penny too much,
faults of ours, answers that are not heard. A person clears what only a person can: the session that a death
left at Sage, the stop after a dispute, and a document that was held.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

from ml_connector.agent.journal import Journal
from ml_connector.agent.session import Around
from ml_connector.agent.work import AgentWork, Waits
from ml_connector.clock import ManualClock
from ml_connector.documents.identity import Kind
from ml_connector.errors import Code, Finding, NeedsPerson, ReplyLost, TryAgain
from ml_connector.posting.plan import Effect, Plan
from ml_connector.sage.books import Look, Unknown
from ml_connector.sage.memory import MemoryCompany, MemoryDoor
from ml_connector.sync.protocol import Outcome
from tests.specs.agent_cloud import PretendCloud
from tests.specs.agent_deaths import Fate, Killed, MortalBooks, MortalDoor, MortalJournal
from tests.specs.agent_kit import company, customer_plan, document_plan, memo_plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Luck:
    """How likely each misfortune is, per occasion."""

    death_within: int = 160
    """Every life of the program ends after at most so many steps; 0: it never dies."""
    look_fails: float = 0.01
    write_fails: float = 0.06
    write_fails_after: float = 0.06
    cloud_fails: float = 0.05
    sage_taken: float = 0.05
    spoiled: float = 0.01


CALM = Luck(
    death_within=0,
    look_fails=0,
    write_fails=0,
    write_fails_after=0,
    cloud_fails=0,
    sage_taken=0,
    spoiled=0,
)


@dataclass
class World:
    """One run. `plans` is the whole truth about what the shop sold; `deaths` counts lives."""

    seed: int
    folder: Path
    luck: Luck = field(default_factory=Luck)
    deaths: int = 0
    plans: list[Plan] = field(default_factory=list[Plan])

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        self.clock = ManualClock(seed=self.seed)
        self.company: MemoryCompany = company()
        self.cloud = PretendCloud(before=self._cloud_may_fail, after=self._cloud_may_fail)
        self._memos: list[tuple[Plan, Plan]] = []
        self._shop_sells()
        self._journal: Journal | None = None
        self._start()

    # the shop

    def _shop_sells(self) -> None:
        for entity in range(1, self.chance.randint(6, 14)):
            net = self.chance.randint(100, 90_000)
            invoice = document_plan(entity, net=net, tax=net // 5, paid=self.chance.random() < 0.6)
            self.plans.append(invoice)
            if len(invoice.effects) == 2 and self.chance.random() < 0.5:
                part = self.chance.randint(1, net)
                self._memos.append((memo_plan(entity, invoice, net=part, tax=part // 5), invoice))
        self.plans += [customer_plan(f"CUST{number:04d}") for number in range(self.chance.randint(0, 3))]
        self.chance.shuffle(self.plans)
        self.cloud.queue += self.plans
        self.plans += [memo for memo, _ in self._memos]

    def _memos_follow_their_invoices(self) -> None:
        """The cloud plans a credit note only when its invoice is in the ledger."""
        proved = {
            receipt.key for receipt in self.cloud.outcomes.values() if receipt.outcome is Outcome.PROVED
        }
        for memo, invoice in [each for each in self._memos if each[1].key in proved]:
            self._memos.remove((memo, invoice))
            self.cloud.queue.append(memo)

    def waiting_memos(self) -> list[Plan]:
        """Credit notes whose invoice never came to be proved."""
        return [memo for memo, _ in self._memos]

    # one step of the world

    def step(self) -> None:
        """The agent works once, or dies of it; then people and the cloud do what is theirs."""
        self._memos_follow_their_invoices()
        if self.chance.random() < self.luck.spoiled:
            self.company.spoil_after = 1
        try:
            wake = self.work.step(self.clock.now())
            self.clock.at = max(self.clock.at, wake)
        except Killed:
            self.deaths += 1
            self.company.in_use = True
            self._start()
        self._people_act()

    def calm(self) -> None:
        """From now on nothing goes wrong any more."""
        self.luck = CALM
        self.company.spoil_after = self.company.busy = 0
        self.company.in_use = False
        self.fate.at = 0

    @property
    def idle(self) -> bool:
        """Nothing waits to be done on either side."""
        journal = self.journal
        self._memos_follow_their_invoices()
        return not (self.cloud.queue or journal.open_commands() or journal.unsent() or self.cloud.open_ids())

    def _start(self) -> None:
        if self._journal is not None:
            self._journal.close()
        self.fate = Fate(at=0)
        self.journal = self._journal = MortalJournal(self.folder / "journal.sqlite", self.clock, self.fate)
        if self.luck.death_within:
            self.fate.at = self.fate.steps + self.chance.randint(1, self.luck.death_within)
        around = Around(
            cloud=self.cloud,
            journal=self.journal,
            clock=self.clock,
            say=lambda _: None,
            stopping=lambda: False,
        )
        door = MortalDoor(MemoryDoor(self.company), self.fate, self._tell_books)
        self.work = AgentWork(around, door, Waits(poll_s=60, sage_s=30))

    def _people_act(self) -> None:
        chance = self.chance.random
        if self.company.in_use and chance() < 0.5:
            self.company.in_use = False
        elif chance() < self.luck.sage_taken:
            self.company.in_use = True
        elif chance() < self.luck.sage_taken:
            self.company.busy = 2
        if self.cloud.finding is not None and chance() < 0.5:
            self.cloud.finding = None
        for command_id, receipt in self.cloud.outcomes.items():
            held = receipt.outcome is Outcome.ABSENT and receipt.finding is not None
            if held and command_id not in self.cloud.released and chance() < 0.5:
                self.cloud.released.add(command_id)
                self.cloud.queue.append(self.cloud.sent[command_id].plan)
        self.clock.at += timedelta(seconds=1)

    # bad luck

    def _cloud_may_fail(self, _: str) -> None:
        self.fate.step()
        if self.chance.random() < self.luck.cloud_fails:
            raise TryAgain(_said(Code.CLOUD_UNREACHABLE))

    def _tell_books(self, books: MortalBooks) -> None:
        books.on_look, books.on_write, books.after_write = self._look, self._write, self._written

    def _look(self, _: Effect) -> Look | None:
        if self.chance.random() >= self.luck.look_fails:
            return None
        error = self.chance.choice(
            [TryAgain(_said(Code.SAGE_BUSY)), ReplyLost(_said(Code.SAGE_SESSION_LOST)), None]
        )
        if error is not None:
            raise error
        return Unknown("The index could not be read to its end.")

    def _write(self, _: Effect) -> None:
        """Before anything is saved."""
        if self.chance.random() < self.luck.write_fails:
            raise self.chance.choice(
                [
                    TryAgain(_said(Code.SAGE_BUSY)),
                    ReplyLost(_said(Code.SAGE_SESSION_LOST)),
                    NeedsPerson(_said(Code.NOMINAL_MISSING)),
                    ZeroDivisionError(),
                ]
            )

    def _written(self, _: Effect) -> None:
        """After Sage has saved."""
        if self.chance.random() < self.luck.write_fails_after:
            raise self.chance.choice(
                [
                    TryAgain(_said(Code.SAGE_BUSY)),
                    ReplyLost(_said(Code.SAGE_SESSION_LOST)),
                    NeedsPerson(_said(Code.SAGE_REFUSED)),
                    ZeroDivisionError(),
                ]
            )


def gross_of(plan: Plan) -> int:
    """What the ledger is to hold for a plan, with its sign."""
    return {Kind.INVOICE: 1, Kind.CREDIT_MEMO: -1, Kind.CUSTOMER: 0}[plan.kind] * plan.gross


def _said(code: Code) -> Finding:
    return Finding(code=code, what="Bad luck.", why="The seed.", fix="None.")
