"""START HERE. The conductor: one screen that holds the main path from the shop to the books.

    sweep     the shop's changes are stored as received, new documents noticed
    check     once a day the shop's ids are held against what is stored, page by page
    hints     what webhooks and events named is read at once, by the same path
    decide    each due record is planned, or waits, or is held or skipped with a reason
    queue     plans go to the agent's queue, as far as a person allowed
              (the agent leases, posts, reads back, and its receipts come in through `receipts`)

Two promises hold at every line: nothing reaches Sage that is not on disk here as `sent` first, and doing
anything twice finds what the first time did. Everything the conductor touches is a port, so these lines run
against a real shop and real books, against the pretend ones, and under a seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ml_connector.clock import Clock
from ml_connector.sync.completeness import check_on
from ml_connector.sync.deciding import decide_due
from ml_connector.sync.follow import follow
from ml_connector.sync.hints import HintStore
from ml_connector.sync.leasing import queue_planned
from ml_connector.sync.ports import Decider, ShopReads
from ml_connector.sync.round import read_all


@dataclass(frozen=True, slots=True, kw_only=True)
class Conductor:
    """The conductor of one connection. `decider` is asked for anew each time: chart and catalogue change."""

    connection_id: str
    store: HintStore
    shop: ShopReads
    decider: Callable[[], Decider]
    clock: Clock

    def sweep(self) -> int:
        """Read everything that changed in the shop; returns how many payloads were new or changed."""
        return read_all(self.store, self.shop, self.decider(), self.connection_id, self.clock.now)

    def check(self) -> bool:
        """Carry on with the daily completeness check, one page; False while none is due."""
        return check_on(self.store, self.shop, self.decider, self.connection_id, self.clock.now())

    def follow_hints(self) -> bool:
        """Read what one batch of hints names; False when there was none."""
        return follow(self.store, self.shop, self.decider, self.connection_id, self.clock.now())

    def step(self) -> bool:
        """Decide one batch of what is due and queue what is planned; False when there was nothing to do."""
        decider = self.decider()
        decided = decide_due(self.store, decider, self.clock.now())
        with self.store.begin() as tx:
            queued = queue_planned(tx, decider.chart_version, self.clock.now())
        return bool(decided or queued)
