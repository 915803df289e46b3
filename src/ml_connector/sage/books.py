"""The port to a set of Sage books: looks, writes, reads back.

Sage has no idempotency key and no transaction, and `write` may save and still fail to tell us. So the port
has no “post once”: the caller records its intent, asks `look`, writes only on `Absent`, and looks again.
A look reads what stands in Sage now; it is the read-back as well.

    before  →  (intent to disk)  →  look  →  Found   adopt, if it equals the plan
                                            Absent  write → look
                                            Unknown never writes

What an edition's driver must do is in `sage/conformance.py`, which every driver passes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from ml_connector.posting.company import (
    Catalogue,
    CompanyIdentity,
    CustomerEntry,
    LedgerEntry,
    Watermark,
)
from ml_connector.posting.plan import Effect, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What was true before an effect was written; recorded with the intent.

    `watermark` bounds what recovery has to read. `debit` and `credit` are the outstanding minor units of an
    allocation's two splits; None for every other effect.
    """

    watermark: Watermark
    debit: int | None = None
    credit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """It stands in Sage. `differences` are sentences; none means that it equals the plan.

    `copies` is how often it stands there; more than one is never adopted. `numbers` are Sage's own
    (INVOICE_NUMBER, HEADER_NUMBER, TRAN_NUMBER …) and what was read, for the receipt and the trail.
    """

    numbers: Mapping[str, int | str | tuple[int, ...]]
    differences: tuple[str, ...] = ()
    copies: int = 1


@dataclass(frozen=True, slots=True)
class Absent:
    """A complete look did not find it: documents *and* ledger, up to and above the watermark."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """It could not be told; nothing may be written."""

    why: str


Look = Found | Absent | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexState:
    """Where our references stand, complete up to the watermark: reference → document and header numbers."""

    watermark: Watermark
    documents: Mapping[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    headers: Mapping[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])


class LookIndex(Protocol):
    """Remembers an index per company between sessions. Losing it costs a full scan, nothing else."""

    def load(self, company_id: str) -> IndexState | None: ...
    def save(self, company_id: str, state: IndexState) -> None: ...


class Books(Protocol):
    """One open session. Every method may raise `TryAgain`, `NeedsPerson` or `ReplyLost`."""

    def identity(self) -> CompanyIdentity:
        """Which company is open."""
        ...

    def watermark(self) -> Watermark:
        """The highest numbers in the company at this moment."""
        ...

    def catalogue(self) -> Catalogue:
        """What stands in the company, for deciding."""
        ...

    def before(self, plan: Plan, effect: Effect) -> Before:
        """What the intent has to record for this effect."""
        ...

    def look(self, plan: Plan, effect: Effect, before: Before) -> Look:
        """Whether the effect stands in Sage, compared with the plan; complete or `Unknown`."""
        ...

    def write(self, plan: Plan, effect: Effect) -> None:
        """Make the effect. Only after a look said `Absent` in this same session."""
        ...

    def ledger(self) -> Iterator[LedgerEntry]:
        """Every SI and SC that carries this connector's own Sage user name."""
        ...

    def customer_entries(self, since: date) -> Iterator[CustomerEntry]:
        """Every SI and SC dated `since` or later, whoever entered it: what may be in the books already."""
        ...


class BooksDoor(Protocol):
    """Opens a session on the company; closing it frees Sage's user name, whatever happened."""

    def open(self, index: LookIndex) -> AbstractContextManager[Books]: ...
