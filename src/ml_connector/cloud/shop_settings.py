"""The shop's settings as they are stored: the last reading of each list, and which lists cannot be read now.

A list that the shop refuses keeps its last reading, and since when it is old stands beside it. What rests on
a list is not done on an old one (`NEEDED_TO_DECIDE` in `adobe/settings.py` says what, and why); reading goes
on in any case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

from ml_connector.adobe.settings import NEEDED_TO_DECIDE, STORES, SettingsRead
from ml_connector.cloud.standings import save_standing, standing
from ml_connector.codec import canonical, digest, loads
from ml_connector.errors import Finding
from ml_connector.records.ledger import LedgerTransaction

SHOP_SETTINGS = "shop-settings"
"""The name of the reading among the facts, and of its gaps among the standings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A list that cannot be read: since when (UTC), whether it ever was, and what to do about it."""

    since: datetime
    read_before: bool
    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """The lists that cannot be read now, by their names."""

    lists: Mapping[str, Gap] = field(default_factory=dict[str, Gap])

    @property
    def hold_decisions(self) -> bool:
        """Whether documents must not be decided before somebody has closed a gap."""
        return not NEEDED_TO_DECIDE.isdisjoint(self.lists)

    @property
    def stores_unknown(self) -> bool:
        """Whether the stores were never read, so that nothing tells a document's day."""
        return any(not gap.read_before for name, gap in self.lists.items() if name in STORES)

    @property
    def finding(self) -> Finding | None:
        """What to show of them: the first that keeps documents from being decided, else the first."""
        names = sorted(self.lists, key=lambda name: name not in NEEDED_TO_DECIDE)
        return self.lists[names[0]].finding if names else None


def gaps(tx: LedgerTransaction) -> Gaps:
    """Those of this connection."""
    return standing(tx, SHOP_SETTINGS, Gaps) or Gaps()


def keep(tx: LedgerTransaction, read: SettingsRead, now: datetime) -> Gaps:
    """Store a reading; what it changes is decided anew. Gives the gaps as they are now."""
    known, before = tx.fact(SHOP_SETTINGS), gaps(tx)
    last = cast(dict[str, object], loads(known[1])) if known else {}
    now_missing = Gaps(lists={name: _gap(name, read, last, before, now) for name in read.refused})
    whole = {**{name: [] for name in read.refused}, **last, **read.found}
    hashed = digest(whole)
    if known is None or known[0] != hashed:
        tx.save_fact(SHOP_SETTINGS, hashed, canonical(whole).decode())
        tx.mark_due()
    if now_missing != before:
        save_standing(tx, SHOP_SETTINGS, now_missing)
    return now_missing


def _gap(name: str, read: SettingsRead, last: Mapping[str, object], before: Gaps, now: datetime) -> Gap:
    earlier = before.lists.get(name)
    finding = read.refused[name].finding
    read_before = name in last if earlier is None else earlier.read_before
    since = now if earlier is None else earlier.since
    return Gap(
        since=since, read_before=read_before, finding=_told(finding, name, since, read_before=read_before)
    )


def _told(finding: Finding, name: str, since: datetime, *, read_before: bool) -> Finding:
    """The shop's refusal, and what it means here."""
    if name in NEEDED_TO_DECIDE:
        means = "Until it can be read again documents are read on, and none is decided: dates, websites and"
        means += " taxes would rest on an old reading."
    elif read_before:
        means = f"Documents go on; a new chart waits, since this list is as it was on {since:%d/%m/%Y}."
    else:
        means = "Documents go on; a chart waits for it."
    return replace(finding, why=f"{finding.why} {means}")
