"""What stands in a set of books, in plain values that know no edition's words.

Every driver reads its own records into these; `differences.py` compares them with a plan, and `looks.py`
makes the answer of a look of them. Amounts are whole minor units of the account's currency.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ml_connector.posting.company import CustomerEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingLine:
    """One line of a document, or its carriage; net and tax are negative on a negative line."""

    stock_code: str
    nominal: str
    tax_code: int
    net: int
    tax: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingDocument:
    """A saved invoice or credit. `reference` is the whole text that should contain our reference.

    `carriage` is None when the document charges none; `date` is None when Sage holds no date. `base_gross` is
    what the books themselves make of it in the company's base currency, None for one that is in it.
    """

    number: int
    account_ref: str
    date: date | None
    currency: str
    credit: bool
    reference: str
    lines: tuple[StandingLine, ...]
    carriage: StandingLine | None
    posted: bool
    base_gross: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingSplit:
    """One split of a ledger entry; `paid` is how much of it is allocated."""

    number: int
    nominal: str
    tax_code: int
    net: int
    tax: int
    paid: int = 0

    @property
    def gross(self) -> int:
        return self.net + self.tax

    @property
    def outstanding(self) -> int:
        return self.gross - self.paid


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingEntry:
    """A ledger header with its splits in their order; `type` is SI, SC, SA, SP …, `user` who entered it;
    `details` are read only where somebody looks for what people entered."""

    header: int
    type: str
    account_ref: str
    date: date | None
    reference: str
    currency: str
    bank: str
    user: str
    splits: tuple[StandingSplit, ...]
    details: tuple[str, ...] = ()


def customer_entry(entry: StandingEntry, day: date) -> CustomerEntry:
    """An entry on a customer's account, as the cloud compares it with the shop's documents."""
    return CustomerEntry(
        header=entry.header,
        type=entry.type,
        account_ref=entry.account_ref,
        date=day,
        reference=entry.reference,
        details=entry.details,
        currency=entry.currency,
        gross=sum(split.gross for split in entry.splits),
    )


def carries(text: str, reference: str) -> bool:
    """Whether a text that stands in Sage contains our reference as a word, whatever its case."""
    return reference.upper() in text.upper().split()


def ledger_type(credit: bool) -> str:
    """The ledger's word for a document: SI or SC (reference: sage50_uk_sdo.md §3.1, TransType)."""
    return "SC" if credit else "SI"


def has_email(emails: Iterable[str], email: str) -> bool:
    """Whether an account carries this e-mail, whatever the case; every account carries the empty one."""
    wanted = email.strip().casefold()
    return not wanted or wanted in (each.strip().casefold() for each in emails)
