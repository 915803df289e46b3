"""The proof: shop − Sage − held − waiting − skipped − disputed = 0.00, per currency.

It is not circular. The shop's side is what the shop itself says each captured document comes to, invoices
plus and credit memos minus, rounded half away from zero, in the currency of the shop's website; it is read
off its payload, and off its order where only that tells, and never off a plan. Sage's side is what the ledger
holds of the connector's own Sage user, by a reader that knows neither plans nor receipts. This file imports
nothing of the rules.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ml_connector.documents.identity import Kind
from ml_connector.documents.money import to_minor
from ml_connector.posting.company import LedgerEntry
from ml_connector.sync.passage import UNFINISHED, State
from ml_connector.sync.record import Record

LEDGER_SIGN = {"SI": 1, "SC": -1}
DOCUMENT_KINDS = (Kind.INVOICE, Kind.CREDIT_MEMO)


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyProof:
    """One currency, in minor units. `disputed` is the shop's amount less what the ledger holds."""

    shop: int = 0
    sage: int = 0
    held: int = 0
    waiting: int = 0
    skipped: int = 0
    disputed: int = 0

    @property
    def difference(self) -> int:
        return self.shop - self.sage - self.held - self.waiting - self.skipped - self.disputed


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxCodeProof:
    """One tax code of the day book, in minor units: what was decided from the shop, and what Sage holds."""

    planned_net: int = 0
    planned_tax: int = 0
    sage_net: int = 0
    sage_tax: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A document posted in a foreign currency: what shop and Sage make of it in base currency, each by a rate
    of its own. Minor units, a credit memo minus; that they differ is no failure.
    """

    number: str
    reference: str
    currency: str
    posted: int
    base_currency: str
    shop: int
    sage: int

    @property
    def difference(self) -> int:
        """What Sage's base value is above the shop's."""
        return self.sage - self.shop


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Everything a bookkeeper needs to believe the run. `exchange` is told beside it, and proves nothing."""

    documents: int
    proved: int
    by_state: Mapping[State, Mapping[str, int]]
    unfinished: Mapping[str, int]
    currencies: Mapping[str, CurrencyProof]
    tax_codes: Mapping[tuple[str, int], TaxCodeProof] = field(
        default_factory=dict[tuple[str, int], TaxCodeProof]
    )
    exchange: tuple[Exchange, ...] = ()

    @property
    def balanced(self) -> bool:
        """Nothing lost, doubled, different or left half-way."""
        return not self.unfinished and all(one.difference == 0 for one in self.currencies.values())


def reconcile(records: Iterable[Record], ledger: Iterable[LedgerEntry]) -> Proof:
    """Hold the shop's documents against the ledger.

    Only captured documents count; one that the shop took back after it was posted counts 0.00 there, and
    what the ledger still holds for it is disputed. A document that could not be read has no amount, and
    shows among the held ones.
    """
    every = [record for record in records if record.key.kind in DOCUMENT_KINDS]
    documents = [record for record in every if record.captured]
    entries = [entry for entry in ledger if entry.type in LEDGER_SIGN]
    by_state: dict[State, Counter[str]] = defaultdict(Counter)
    for record in documents:
        by_state[record.state][record.code or ""] += 1
    return Proof(
        documents=len(documents),
        proved=sum(by_state[State.PROVED].values()),
        by_state=by_state,
        unfinished={
            state.value: sum(reasons.values()) for state, reasons in by_state.items() if state in UNFINISHED
        },
        currencies=_currencies(every, entries),
        tax_codes=_tax_codes(documents, entries),
        exchange=tuple(_exchange(documents)),
    )


def _currencies(documents: list[Record], entries: list[LedgerEntry]) -> dict[str, CurrencyProof]:
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for record in documents:
        counts = record.captured or record.state is State.DISPUTED
        if not counts or not record.shop_currency:
            continue
        amount = to_minor(record.shop_total) if record.captured else 0
        sums[record.shop_currency]["shop"] += amount
        if record.state in (State.HELD, State.WAITING, State.SKIPPED):
            sums[record.shop_currency][record.state.value] += amount
        elif record.state is State.DISPUTED:
            sums[record.shop_currency]["disputed"] += amount - _in_ledger(record, entries)
    for entry in entries:
        sums[entry.currency]["sage"] += LEDGER_SIGN[entry.type] * sum(
            split.net + split.tax for split in entry.splits
        )
    return {currency: CurrencyProof(**each) for currency, each in sorted(sums.items())}


def _in_ledger(record: Record, entries: list[LedgerEntry]) -> int:
    """What the ledger holds for a disputed record, by the header numbers that its agent reported."""
    headers = {numbers["header"] for numbers in record.sage.values() if "header" in numbers}
    return sum(
        LEDGER_SIGN[entry.type] * sum(split.net + split.tax for split in entry.splits)
        for entry in entries
        if entry.currency == record.shop_currency
        and (
            entry.header in headers
            or (record.reference and entry.reference.split(" ")[-1] == record.reference)
        )
    )


def _exchange(documents: list[Record]) -> Iterator[Exchange]:
    """Of each document in the ledger in a foreign currency, by the base value that its agent read there."""
    for record in documents:
        told = (numbers["base_gross"] for numbers in record.sage.values() if "base_gross" in numbers)
        sage = next(told, None)
        if record.shop_base_currency and isinstance(sage, int):
            yield Exchange(
                number=record.number,
                reference=record.reference,
                currency=record.shop_currency,
                posted=to_minor(record.shop_total),
                base_currency=record.shop_base_currency,
                shop=to_minor(record.shop_base_total),
                sage=-sage if record.key.kind is Kind.CREDIT_MEMO else sage,
            )


def _tax_codes(documents: list[Record], entries: list[LedgerEntry]) -> dict[tuple[str, int], TaxCodeProof]:
    sums: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for record in documents:
        plan = record.plan
        if record.state is not State.PROVED or plan is None or plan.ledger is None:
            continue
        sign = -1 if plan.ledger.credit else 1
        for split in plan.ledger.splits:
            sums[plan.currency, split.tax_code]["planned_net"] += sign * split.net
            sums[plan.currency, split.tax_code]["planned_tax"] += sign * split.tax
    for entry in entries:
        sign = LEDGER_SIGN[entry.type]
        for split in entry.splits:
            sums[entry.currency, split.tax_code]["sage_net"] += sign * split.net
            sums[entry.currency, split.tax_code]["sage_tax"] += sign * split.tax
    return {code: TaxCodeProof(**each) for code, each in sorted(sums.items())}
