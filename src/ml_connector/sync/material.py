"""What a decision may look at, and what it gives back: raw texts and records in, a decision out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from ml_connector.documents.identity import Key
from ml_connector.documents.likeness import LookAlike
from ml_connector.posting.plan import Decision
from ml_connector.sync.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Everything stored that one decision may look at, as raw JSON texts. `replaced` are the records of the
    order that this one replaces, if it was edited."""

    key: Key
    document: str
    order: str
    invoices: tuple[str, ...]
    memos: tuple[str, ...]
    transactions: tuple[str, ...]
    products: tuple[str, ...]
    siblings: tuple[Record, ...]
    accounts: Mapping[str, str]
    known_as: Mapping[str, str]
    look_alikes: tuple[LookAlike, ...] = ()
    replaced: tuple[Record, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerMaterial:
    """Everything that one decision on a shopper may look at. `taken` are A/C references that other plans have
    spoken for, `refused` is the one that Sage would not have for this shopper.

    `answer` is a person's: the A/C of this shopper, “” for a new one, None while nobody has answered. When a
    change of the shopper is to be decided, `updates` is their account and `history` all their records.
    """

    key: Key
    profile: str
    taken: frozenset[str]
    made_at: datetime
    answer: str | None = None
    refused: str = ""
    updates: str = ""
    history: tuple[Record, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """A decision on a document and its fingerprint.

    `shopper` (the customer's entity) and `profile` (JSON) are filled when it is planned or waits for its
    customer, unless many shoppers share its account. `also` is another name of the shopper, “” without one;
    `follows` tells whether their account is to follow what the document says of them. `totals` are what
    the shop says it comes to in each of its currencies, where only the whole order tells; empty: as at first
    sight.
    """

    decision: Decision
    fingerprint: str
    shopper: str
    profile: str
    also: str = ""
    follows: bool = False
    totals: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])
