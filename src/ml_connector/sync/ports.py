"""What the conductor needs of the world: the shop's answers, a store, and somebody who decides.

The shop side implements `ShopReads`, `records/ledger.py` the `Store`, and `cloud/deciding.py` joins reader
and rules into a `Decider`. The conductor stores each payload as it came and lets the reader make a document
of it later, so that a better reader can read the same bytes again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from ml_connector.documents.edited import Edited
from ml_connector.documents.identity import Key, Kind
from ml_connector.documents.likeness import LookAlike, OrderSeen
from ml_connector.errors import Finding
from ml_connector.posting.plan import Decision
from ml_connector.sync.material import Considered, CustomerMaterial, Material
from ml_connector.sync.passage import Because, State
from ml_connector.sync.reading import EVERYTHING, Extent, ReadingTransaction
from ml_connector.sync.record import Record
from ml_connector.sync.seen import Seen as Seen
from ml_connector.sync.shoppers import ShopperTransaction


class Flow(StrEnum):
    """What is read by watermark. Invoices do not move when a memo is made, so each flow has its own."""

    INVOICES = "invoices"
    CREDIT_MEMOS = "creditmemos"
    ORDERS = "orders"
    CUSTOMERS = "customers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """One entity as the shop sent it: `body` is the JSON text of exactly this entity, byte for byte.

    `kind` is a `Flow` value, “products” or “transactions”; `order_id` is 0 where there is none;
    `updated_at` is UTC text as the shop wrote it, “” where the entity has none. `failure` is what the shop
    said if it fails on this entity, with its report number; then only the ids are known, and `body` is “”.
    """

    kind: str
    entity_id: int
    order_id: int
    updated_at: str
    body: str
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of changes. `cursor` continues after it and is saved in the transaction that stores the page;
    `left` is how many more there are, as the shop counts them, None where it was not asked."""

    payloads: tuple[Payload, ...]
    cursor: str
    more: bool
    left: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """A page of ids with the `updated_at` of each, ascending; `failing` are those that the shop fails on."""

    found: Mapping[int, str]
    failing: tuple[Payload, ...]
    more: bool


class ShopReads(Protocol):
    """Reads of one shop. Each may raise `TryAgain` or `NeedsPerson`; none of them writes.

    An entity on which the shop fails comes as a payload with its `failure`, and does not hold up the others.
    """

    def changes(self, flow: Flow, cursor: str, extent: Extent = EVERYTHING) -> Page:
        """The next page of what changed; an empty cursor begins at the beginning."""
        ...

    def by_id(self, kind: str, ids: Sequence[int]) -> tuple[Payload, ...]:
        """Entities by their own ids: orders, invoices, creditmemos, customers, products, transactions."""
        ...

    def is_missing(self, flow: Flow, entity_id: int) -> bool:
        """Whether the shop says that it has no such order, invoice or credit memo, asked for this one by its
        id and not by a list."""
        ...

    def ids(self, flow: Flow, extent: Extent) -> Ids:
        """The first ids of an extent."""
        ...

    def count(self, flow: Flow, extent: Extent) -> int:
        """How many an extent holds, as the shop counts them."""
        ...

    def of_orders(self, kind: str, order_ids: Sequence[int]) -> tuple[Payload, ...]:
        """Invoices, creditmemos or transactions that belong to these orders."""
        ...

    def settings(self) -> Mapping[str, object]:
        """Websites, store views, store configs, groups, tax classes, rates and rules, as one JSON object."""
        ...


class Decider(Protocol):
    """Reader and rules, bound to one version of the chart and one reading of shop settings and catalogue."""

    @property
    def chart_version(self) -> int:
        """The chart that every decision of this decider rests on; 0 while there is none."""
        ...

    def see(self, kind: Kind, body: str) -> Seen:
        """First sight of a document."""
        ...

    def order_seen(self, body: str) -> OrderSeen:
        """What an order is compared by, to find one that the shop made twice."""
        ...

    def edited(self, order: str) -> Edited:
        """Which orders an order's JSON text names as itself before and after it was edited."""
        ...

    def day_begins(self, day: date) -> datetime:
        """When this day begins for the shop: the earliest instant (UTC) among its store views' time zones.
        Raises `TryAgain` while they are not known."""
        ...

    def products(self, document: str, order: str) -> tuple[int, ...]:
        """Product ids whose records the decision will want."""
        ...

    def document(self, material: Material) -> Considered:
        """Decide one invoice or credit memo."""
        ...

    def customer(self, material: CustomerMaterial) -> Decision:
        """Decide one shopper, or a change of theirs."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCommand:
    """A command as the cloud remembers it; `outcome` is “” until its first receipt.

    `receipt_hash` tells a receipt that is sent again from one that says something else.
    """

    command_id: str
    key: Key
    generation: int
    plan_hash: str
    agent_id: str
    outcome: str = ""
    receipt_hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """What a person has allowed or stopped for one connection. `breaker` is the finding that tripped it;
    documents that the shop made before the day `cut_over` are no concern of these books."""

    incarnation: str
    tag: str
    paused: bool
    first_run_approved: bool
    road_approved: bool
    breaker: Finding | None
    cut_over: date | None = None


class Transaction(ReadingTransaction, ShopperTransaction, Protocol):
    """One transaction of one connection: what is written in it stands together or not at all."""

    def controls(self) -> Controls: ...
    def trip_breaker(self, finding: Finding) -> None:
        """Stop the company: nothing more is leased until a person says so."""
        ...

    def cursor(self, flow: Flow) -> str: ...
    def save_cursor(self, flow: Flow, cursor: str) -> None: ...
    def save_payloads(self, payloads: Sequence[Payload]) -> tuple[Payload, ...]:
        """Store payloads; gives those that are new or whose bytes changed, in their order."""
        ...

    def payload(self, kind: str, entity_id: int) -> str | None: ...
    def sold_orders(self, order_ids: Sequence[int]) -> tuple[int, ...]:
        """Those of these orders that have a record of a document."""
        ...

    def save_orders_seen(self, orders: Iterable[OrderSeen]) -> None: ...
    def orders_like(self, order_ids: Sequence[int]) -> tuple[int, ...]:
        """Other orders that look like one of these, each made at about the same time."""
        ...

    def look_alikes(self, order_id: int) -> tuple[LookAlike, ...]:
        """Orders that look like this one and have a captured invoice that was not left out, oldest first."""
        ...

    def payloads_of_order(self, kind: str, order_id: int) -> tuple[str, ...]: ...
    def missing(self, kind: str, ids: Sequence[int]) -> tuple[int, ...]:
        """Those ids of which no payload is stored."""
        ...

    def fact(self, name: str) -> tuple[str, str] | None:
        """The latest whole reading of something: its hash and its body."""
        ...

    def save_fact(self, name: str, hash: str, body: str) -> None: ...

    def record(self, key: Key) -> Record | None: ...
    def records(
        self, *, states: Sequence[State] = (), due: bool | None = None, limit: int = 1_000_000
    ) -> tuple[Record, ...]:
        """Records, customers first, then by the document's own instant."""
        ...

    def records_of_order(self, order_id: int) -> tuple[Record, ...]: ...
    def create(self, record: Record, *, actor: str, action: str, payload: object) -> None:
        """A new record, in `noticed`, with its first trail entry."""
        ...

    def save(
        self,
        old: Record,
        new: Record,
        *,
        actor: str,
        action: str,
        payload: object,
        because: Because | None = None,
    ) -> None:
        """A changed record with its trail entry; a change of state goes through the passage table."""
        ...

    def mark_due(self, *, order_id: int = 0, waits_on: str = "", states: Sequence[State] = ()) -> None:
        """Ask for a new decision on the undecided records of an order, on what waits, or in these states."""
        ...

    def mark_orders_due(self, order_ids: Sequence[int]) -> None:
        """Ask for a new decision on the undecided records of these orders."""
        ...

    def settle(self, record: Record) -> None:
        """Take the `due` mark off, when a decision came out as it was."""
        ...

    def spoken_for(self) -> int:
        """How many documents (customers not counted) were ever queued or went further."""
        ...

    def open_commands(self, agent_id: str) -> tuple[OpenCommand, ...]:
        """What this agent was given and has not ended."""
        ...

    def command(self, command_id: str) -> OpenCommand | None: ...
    def save_command(self, command: OpenCommand) -> None: ...

    def note(self, *, actor: str, action: str, key: Key | None, payload: object) -> None:
        """A trail entry that changes no state: a person's act, a pairing, a reading."""
        ...

    def trail_head(self) -> str: ...


class Store(Protocol):
    """The records of one connection."""

    def begin(self) -> AbstractContextManager[Transaction]:
        """A writing transaction: committed when the block ends, rolled back when it raises."""
        ...
