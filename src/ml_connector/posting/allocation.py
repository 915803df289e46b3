"""What is still outstanding on the splits of our own entries, and what is set against what.

Sage allocates split by split (reference: sage50_uk_sdo.md §4.6), so one document needs as many allocations
as it has splits with a value. Everything is computed from plans: no side ever gives more than its own gross,
oldest first, and nothing is ever un-allocated. Amounts are pence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ml_connector.documents.identity import Kind
from ml_connector.posting.plan import Allocation, AllocationSide, Plan, Receipt, RefundPayment, Split


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A split of one of our entries and what is left on it; `position` counts all splits of the entry."""

    reference: str
    position: int
    gross: int
    left: int


def open_splits(reference: str, splits: Sequence[Split]) -> tuple[Open, ...]:
    """The splits of a new entry that can be allocated: those with a positive gross."""
    return tuple(
        Open(reference=reference, position=position, gross=split.gross, left=split.gross)
        for position, split in enumerate(splits)
        if split.gross > 0
    )


def open_payment(payment: Receipt | RefundPayment) -> Open:
    """The one split of a new receipt or refund payment."""
    return Open(reference=payment.reference, position=0, gross=payment.amount, left=payment.amount)


def outstanding(plans: Iterable[Plan]) -> tuple[Open, ...]:
    """What the allocations in `plans` leave open on the invoices in `plans`, in the order of the plans.

    An invoice is never open by more than its total is, though its negative lines leave more on the others.
    """
    plans = tuple(plans)
    taken = _taken(plans)
    return tuple(
        split
        for plan in plans
        if plan.kind is Kind.INVOICE and plan.ledger
        for split in _left(plan, plan.ledger.splits, taken)
    )


def allocations(
    debits: Sequence[Open], credits: Sequence[Open], budget: int, on: date
) -> tuple[Allocation, ...]:
    """Set credits against debits in their order until one side or the budget is used up."""
    made: list[Allocation] = []
    given = [0] * len(credits)
    for debit in debits:
        wanted = debit.left
        for n, credit in enumerate(credits):
            amount = min(wanted, credit.left - given[n], budget)
            if amount <= 0:
                continue
            side = _side(debit), _side(credit)
            made.append(
                Allocation(id=f"A{len(made) + 1}", debit=side[0], credit=side[1], amount=amount, date=on)
            )
            wanted, budget, given[n] = wanted - amount, budget - amount, given[n] + amount
    return tuple(made)


def _left(plan: Plan, splits: Sequence[Split], taken: Mapping[tuple[str, int], int]) -> Iterator[Open]:
    own = sum(amount for (reference, _), amount in taken.items() if reference == plan.reference)
    of_total = plan.gross - own
    for split in open_splits(plan.reference, splits):
        left = min(of_total, split.left - taken.get((split.reference, split.position), 0))
        if left > 0:
            of_total -= left
            yield replace(split, left=left)


def _taken(plans: Iterable[Plan]) -> dict[tuple[str, int], int]:
    """What the allocations set against each debit split."""
    taken: dict[tuple[str, int], int] = {}
    for plan in plans:
        for effect in plan.effects:
            if isinstance(effect, Allocation):
                side = (effect.debit.reference, effect.debit.position)
                taken[side] = taken.get(side, 0) + effect.amount
    return taken


def _side(split: Open) -> AllocationSide:
    return AllocationSide(reference=split.reference, position=split.position, gross=split.gross)
