"""The conversation between cloud and agent as plain values, versioned, without sockets.

The agent calls; nothing calls in: pair → hello → catalogue → lease → receipts → heartbeat, and the
ledger when it is asked for. Commands are *must-understand*: the agent reads them strictly and refuses an
unknown field before Sage is opened. All else ignores unknown fields (`codec.from_json(…, lenient=True)`).

Wire form: JSON by `codec`, POST to `/agent/v1/‹message›`, with `Authorization: Bearer ‹credential›` on all
but pair.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ml_connector.errors import Finding
from ml_connector.posting.company import (
    Catalogue,
    CompanyIdentity,
    CustomerEntry,
    LedgerEntry,
    Watermark,
)
from ml_connector.posting.plan import Plan

PROTOCOL_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A person typed a pairing code at the PC. The code works once, for 30 minutes."""

    code: str
    instance_id: str
    agent_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """The agent's own credential; it is shown once and kept only as a hash in the cloud."""

    agent_id: str
    credential: str
    connection_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """Who calls, what it can do, and which company is open."""

    protocol: int
    agent_version: str
    instance_id: str
    capabilities: tuple[str, ...]
    company: CompanyIdentity
    watermark: Watermark
    trail_head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """The cloud's answer. `finding` says why nothing will be leased, if so (pause, company changed …).

    `entries_from` asks for what anybody entered on customers' accounts since that day, with the ledger.
    """

    protocol: int
    incarnation: str
    catalogue_hash: str
    trail_head: str
    finding: Finding | None = None
    entries_from: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueIs:
    """The company's catalogue, sent when its hash is not the one in `Welcome`."""

    hash: str
    catalogue: Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseRequest:
    """Give me work, at most this many commands."""

    instance_id: str
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One plan to carry out. From the lease on Sage may hold it. Must-understand as a whole."""

    id: str
    incarnation: str
    generation: int
    plan_hash: str
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """Commands in the order in which to carry them out; `send_ledger` asks for the ledger reading too.

    `commands` travel as raw JSON here, so that one command that is not understood does not hide the others.
    """

    commands: tuple[Mapping[str, object], ...]
    send_ledger: bool
    send_catalogue: bool


class Outcome(StrEnum):
    """How far a command came."""

    PROVED = "proved"
    POSTED = "posted"
    ABSENT = "absent"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectReceipt:
    """What is known of one effect: `adopted` when it stood there before, `written` when we made it."""

    id: str
    state: str
    numbers: Mapping[str, int | str | tuple[int, ...]]
    differences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandReceipt:
    """The agent's answer to one command; sending it twice changes nothing.

    PROVED: every effect was read back and equals the plan. POSTED: Sage holds the document, something is
    still open and will follow. ABSENT: a complete look shows that nothing of it is in Sage; with `finding` a
    person is needed, without one it may be leased again. DISPUTED: something is, or may be, in Sage and is
    not right.
    """

    command_id: str
    incarnation: str
    key: str
    generation: int
    plan_hash: str
    outcome: Outcome
    effects: tuple[EffectReceipt, ...]
    finding: Finding | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipts:
    """A batch of receipts."""

    instance_id: str
    receipts: tuple[CommandReceipt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptsTaken:
    """The command ids that the cloud has recorded, and its trail head for the agent to keep."""

    command_ids: tuple[str, ...]
    trail_head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerIs:
    """Sage's side of the proof: every SI and SC of this connector's Sage user.

    `of_anybody` are those that anybody entered since `entries_from`, where the cloud asked for them.
    """

    instance_id: str
    entries: tuple[LedgerEntry, ...]
    entries_from: date | None = None
    of_anybody: tuple[CustomerEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """Still here; `finding` says what keeps it from working, if anything does."""

    instance_id: str
    finding: Finding | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Understood and recorded; `trail_head` for the agent to keep."""

    trail_head: str
