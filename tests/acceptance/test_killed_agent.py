"""However often the agent is killed, each document stands in the ledger once."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest
from rich.console import Console

from ml_connector.adobe.sandbox import FULL, ShopData
from ml_connector.clock import SystemClock
from ml_connector.demo import stage
from ml_connector.demo.claims import write_claims
from ml_connector.demo.company import make_company
from ml_connector.demo.processes import Processes
from ml_connector.demo.settling import MOVING, Settling
from ml_connector.sage.uk.sandbox import manager
from ml_connector.sage.uk.sandbox.company import CONNECTOR_USER
from ml_connector.sage.uk.sandbox.export import export_company
from tests.acceptance.auditor import Books, Shop, audit
from tests.acceptance.small_shop import cut, read_lists

pytestmark = pytest.mark.slow

KILLS = 20
WAIT_S = 30
KILLED_IN_SAGE = 0.8
LONGEST_LIFE_IN_SAGE_S = 0.1
LONGEST_LIFE_S = 1.5
WORK_COMES_S = 2
TWELVE_DOCUMENTS = (5, 11, 22, 46, 49, 55, 57, 60)
"""Orders with eight invoices and five credit memos: cheques and cards, whole and partial refunds."""


@dataclass
class Run:
    """One run over a small shop, with an agent that can be killed and started again."""

    folder: Path
    chance: random.Random
    clock: SystemClock = field(default_factory=SystemClock)
    cleared: int = 0
    printed_before: int = 0

    def play(self) -> Books:
        """Everything from the empty company to the exported one."""
        shop = cut(self.folder / "shop", TWELVE_DOCUMENTS)
        self.accdata = make_company(self.folder / "sage", ShopData.in_folder(shop))
        with Processes(self.folder / "logs", self.clock) as self.processes:
            shop_url = stage.start_shop(self.processes, self.folder, shop)
            address, cloud = stage.start_cloud(self.processes, self.folder)
            self.operator = stage.operator(address, cloud)
            self.operator.connect(shop_url, "KT", stage.integration(FULL))
            self.agent = stage.prepare_agent(
                self.folder, address, cloud, self.accdata, self.operator.pairing_code()
            )
            stage.start_agent(self.processes, self.agent)
            settling = Settling(self.operator, self.processes, self.clock, Console(quiet=True))
            settling.until_read()
            self.operator.accept_chart("invoiced")
            self.operator.act("approve-first-run", "the test has looked")
            self.operator.act("approve-road", "the test has looked")
            for _ in range(KILLS):
                self._kill_at_a_random_moment()
            self._clear_when_it_says_so()
            settling.until_settled("after the kills")
            self.operator.ask_for_ledger()
            self._clear_when_it_says_so()
            settling.until_ledger_read()
            export_company(self.accdata, self.folder / "books")
            write_claims(self.folder / "books" / "claims.csv", self.operator.records())
            self.proof = self.operator.proof()
            self.operator.close()
        return Books.read(self.folder / "books")

    def _kill_at_a_random_moment(self) -> None:
        """Mostly while it works in Sage; now and then while it starts, leases or waits."""
        self._clear_when_it_says_so()
        if self.chance.random() < KILLED_IN_SAGE:
            self._wait_until_in_sage()
            self.clock.sleep(self.chance.uniform(0, LONGEST_LIFE_IN_SAGE_S))
        else:
            self.clock.sleep(self.chance.uniform(0, LONGEST_LIFE_S))
        self.processes.kill("agent")
        self.printed_before = self.processes.log_of("agent").stat().st_size
        stage.start_agent(self.processes, self.agent)

    def _wait_until_in_sage(self) -> None:
        until = self.clock.monotonic() + WORK_COMES_S
        while not manager.users_logged_on(self.accdata) and self.clock.monotonic() < until:
            self.clock.sleep(0.01)

    def _clear_when_it_says_so(self) -> None:
        """The manager removes the left-behind session, but only once the agent has shown its message."""
        until = self.clock.monotonic() + WAIT_S
        while manager.users_logged_on(self.accdata) and self._work_waits():
            assert self.clock.monotonic() < until, "the agent never said that its Sage user is in use"
            self.processes.watch("agent")
            if self._says_in_use():
                assert manager.clear_session(self.accdata, CONNECTOR_USER)
                self.cleared += 1
                return
            self.clock.sleep(0.02)

    def _work_waits(self) -> bool:
        """Without work the agent leaves Sage alone, and has no reason to say anything."""
        seen = self.operator.overview()
        counts = cast(dict[str, dict[str, int]], seen["counts"])
        moving = any(counts.get(kind, {}).get(state) for kind in counts for state in MOVING)
        return bool(moving or seen["due"] or seen["ledger_wanted"])

    def _says_in_use(self) -> bool:
        """What the new agent printed; what the cloud shows may still be the killed one's word."""
        return b"[sage-user-in-use]" in self.processes.log_of("agent").read_bytes()[self.printed_before :]


def test_twenty_kills_end_in_the_same_ledger_without_a_duplicate(tmp_path: Path) -> None:
    """SIGKILL at random moments; the seed is printed, so that a failure can be played again."""
    seed = int(os.environ.get("TEST_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
    print(f"TEST_SEED={seed}")
    run = Run(tmp_path, random.Random(seed))

    books = run.play()

    shop = Shop.read(read_lists(tmp_path / "shop"))
    assert audit(books, shop) == []
    assert sum(claim["state"] == "proved" for claim in books.claims) == len(shop.documents) >= 12
    assert run.proof["balanced"] is True
    assert run.cleared == len(manager.cleared_sessions(run.accdata)) > 0
