"""What may stand in Sage already for a document of the time around the cut-over: likeness, nothing decided.

Before the connector posts for the first time somebody else kept these books, and some of the first documents
may have been entered by hand. What anybody entered since 30 days before the cut-over is compared with each
document of the shop; what looks alike is put to a person. Worked table: docs/rules/cut-over.md.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from ml_connector.documents.identity import Kind
from ml_connector.posting.company import CustomerEntry
from ml_connector.posting.plan import Plan
from ml_connector.sync.record import Record

READ_BEFORE = timedelta(days=30)
"""So long before the cut-over date entries are read."""
APART = timedelta(days=3)
"""So far apart document and entry may be dated to look alike by their total alone."""
_TYPES = {Kind.INVOICE: "SI", Kind.CREDIT_MEMO: "SC"}
_WORD = re.compile(r"[0-9a-z](?:[0-9a-z-]*[0-9a-z])?")


class Answer(StrEnum):
    """A person's word: it is that entry, it is not in the books, or it is to be left out."""

    LINK = "link"
    POST = "post"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What anybody entered, read on a day; `names` are the accounts' by their A/C reference."""

    read_on: date
    entries: tuple[CustomerEntry, ...]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Like:
    """An entry that may be the document; `because` says in what they agree."""

    entry: CustomerEntry
    because: tuple[str, ...]

    @property
    def proposed(self) -> Answer | None:
        """The likely answer; None where the totals differ, and only a person can tell."""
        return Answer.LINK if "total" in self.because else None


def likes(record: Record, reading: Reading, tag: str, linked: Collection[int]) -> tuple[Like, ...]:
    """The entries that may be this record's document. `tag` tells our own references, which are none of them;
    `linked` are headers that a person has given to another document."""
    plan = record.plan
    if plan is None:
        return ()
    wanted = _TYPES.get(record.key.kind)
    return tuple(
        like
        for entry in reading.entries
        if entry.type == wanted and entry.header not in linked and not _is_ours(entry, tag)
        if (like := _like(record, plan, entry, reading.names)) is not None
    )


def _like(record: Record, plan: Plan, entry: CustomerEntry, names: Mapping[str, str]) -> Like | None:
    because = [*_numbers(record, plan, entry)]
    same_total = entry.currency == record.shop_currency and abs(entry.gross) == plan.gross
    near = abs(entry.date - plan.date) <= APART
    if because or (same_total and near and _same_buyer(plan, entry, names)):
        because += ["total"] if same_total else []
        because += ["account"] if entry.account_ref.upper() == plan.account_ref.upper() else []
        return Like(entry=entry, because=tuple(because))
    return None


def _numbers(record: Record, plan: Plan, entry: CustomerEntry) -> Iterator[str]:
    """Which of the shop's numbers stand as words in the entry's reference or details."""
    words = {word for text in (entry.reference, *entry.details) for word in _WORD.findall(text.casefold())}
    if record.number and record.number.casefold() in words:
        yield "document number"
    if plan.document and plan.document.order_number.strip().casefold() in words - {""}:
        yield "order number"


def _same_buyer(plan: Plan, entry: CustomerEntry, names: Mapping[str, str]) -> bool:
    """The same account, or one of the same name."""
    if entry.account_ref.upper() == plan.account_ref.upper():
        return True
    name = names.get(entry.account_ref, "").strip().casefold()
    return bool(name) and plan.document is not None and name == plan.document.name.strip().casefold()


def _is_ours(entry: CustomerEntry, tag: str) -> bool:
    """Whether the last word of its reference is one of this connection's own."""
    return bool(re.search(rf"(^|\s){re.escape(tag)}-[IC][0-9]+(\.[A-Z][0-9]+)?$", entry.reference.strip()))
