"""A plan: what the books should say about one record, as an ordered list of effects.

One document is several separate writes in Sage, so a plan names each of them: *ensure customer · document ·
ledger update · receipt · one allocation per split · refund payment*. Each effect has an `id` that is unique
in its plan, and is looked for, written and read back on its own.

Amounts are whole minor units (pence) of the plan's currency; net and tax are never negative unless the line
says `negative`. A plan that does not add up cannot be built: `Plan` raises ValueError.

The agent and `sync` know this file and nothing else of `posting`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ml_connector.codec import digest
from ml_connector.documents.identity import Kind
from ml_connector.errors import Code, Finding
from ml_connector.posting.effects import (
    Allocation,
    AllocationSide,
    Carriage,
    CustomerFields,
    DocumentLine,
    Effect,
    EnsureCustomer,
    FieldChange,
    PostDocument,
    Receipt,
    RefundPayment,
    Split,
    UpdateCustomer,
    UpdateLedger,
)

PLAN_VERSION = 1

__all__ = [
    "PLAN_VERSION",
    "Allocation",
    "AllocationSide",
    "Carriage",
    "CustomerFields",
    "Decision",
    "DocumentLine",
    "Effect",
    "EnsureCustomer",
    "FieldChange",
    "Held",
    "Plan",
    "Planned",
    "PostDocument",
    "Receipt",
    "RefundPayment",
    "Skipped",
    "Split",
    "UpdateCustomer",
    "UpdateLedger",
    "Waiting",
    "plan_hash",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that has to stand in Sage for one record, in the order in which it is to be made.

    `key` is `str(Key)`; `reference` is what stands in Sage (for a customer: the A/C reference); `date` is the
    document's own date in the shop's time zone; `gross` is its total in minor units of `currency`.
    """

    key: str
    kind: Kind
    reference: str
    account_ref: str
    currency: str
    date: date
    gross: int
    chart_version: int
    effects: tuple[Effect, ...]
    version: int = PLAN_VERSION

    def __post_init__(self) -> None:
        ids = [effect.id for effect in self.effects]
        if not ids or len(set(ids)) != len(ids):
            raise ValueError("a plan has at least one effect, and their ids differ")
        if self.kind is Kind.CUSTOMER:
            if not all(isinstance(effect, EnsureCustomer | UpdateCustomer) for effect in self.effects):
                raise ValueError("a customer's plan ensures the customer and nothing else")
        else:
            self._check_document()

    def _check_document(self) -> None:
        if [effect.type for effect in self.effects[:2]] != ["document", "ledger"]:
            raise ValueError("a document comes first, then its ledger update")
        document, ledger = self.document, self.ledger
        if (
            document is None
            or ledger is None
            or any(isinstance(e, PostDocument | UpdateLedger) for e in self.effects[2:])
        ):
            raise ValueError("a plan has one document and one ledger update")
        if not document.credit == ledger.credit == (self.kind is Kind.CREDIT_MEMO):
            raise ValueError("an invoice is an SI and a credit memo an SC, in every effect")
        if self.gross < 0 or document.net + document.tax != self.gross:
            raise ValueError(f"lines come to {document.net + document.tax}, the document to {self.gross}")
        if document.splits() != ledger.splits:
            raise ValueError("the ledger update does not expect what the document makes")
        for effect in self.effects[2:]:
            if not isinstance(effect, Receipt | RefundPayment | Allocation):
                raise ValueError("a document is followed by money and allocations only")
            most = self.gross
            if isinstance(effect, Allocation):
                most = min(abs(effect.debit.gross), abs(effect.credit.gross))
            if not 0 < effect.amount <= most:
                raise ValueError(f"{effect.id} is {effect.amount}, and at most {most} makes sense")
        self._check_allocations()

    def _check_allocations(self) -> None:
        """No split gives or takes more than itself, however many allocations it has; nor does the money."""
        money = [effect.amount for effect in self.effects if isinstance(effect, Receipt | RefundPayment)]
        if sum(money) > self.gross:
            raise ValueError(f"{sum(money)} was paid for a document of {self.gross}")
        met: dict[tuple[str, int], int] = {}
        for effect in self.effects:
            if not isinstance(effect, Allocation):
                continue
            for side in (effect.debit, effect.credit):
                split = (side.reference, side.position)
                met[split] = met.get(split, 0) + effect.amount
                if met[split] > abs(side.gross):
                    raise ValueError(
                        f"{side.reference} split {side.position} is allocated beyond {side.gross}"
                    )

    @property
    def document(self) -> PostDocument | None:
        return next((effect for effect in self.effects if isinstance(effect, PostDocument)), None)

    @property
    def ledger(self) -> UpdateLedger | None:
        return next((effect for effect in self.effects if isinstance(effect, UpdateLedger)), None)


def plan_hash(plan: Plan) -> str:
    """What a receipt has to name to be believed: the hash over the plan's canonical bytes."""
    return digest(plan)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The books should say this."""

    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A person must change something first; nothing was written."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Something else comes first; `on` names it (keys of records, or an order's number)."""

    code: Code
    why: str
    on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """Left out by a rule, with the reason."""

    code: Code
    why: str


Decision = Planned | Held | Waiting | Skipped
