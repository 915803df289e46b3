"""What plans leave open in Sage: invoices that nobody is known to have paid, credits that met nothing.

No money is ever invented (see `payments`), so that some invoices stay unpaid and some credits stay on account
until a person or a bank feed knows more. Here they are named, computed from the plans alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ml_connector.documents.identity import Kind
from ml_connector.posting.plan import Allocation, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """A document of which `left` minor units of `currency` met neither money nor a credit; `gross` is all.

    `kind` tells an invoice that is unpaid from a credit that is on account.
    """

    kind: Kind
    reference: str
    account_ref: str
    date: date
    currency: str
    gross: int
    left: int


def open_items(plans: Iterable[Plan]) -> tuple[OpenItem, ...]:
    """The documents in `plans` that the allocations in `plans` leave open, in the order of the plans."""
    plans = tuple(plans)
    met: dict[str, int] = {}
    for plan in plans:
        for effect in plan.effects:
            if isinstance(effect, Allocation):
                for side in (effect.debit, effect.credit):
                    met[side.reference] = met.get(side.reference, 0) + effect.amount
    return tuple(
        OpenItem(
            kind=plan.kind,
            reference=plan.reference,
            account_ref=plan.account_ref,
            date=plan.date,
            currency=plan.currency,
            gross=plan.gross,
            left=plan.gross - met.get(plan.reference, 0),
        )
        for plan in plans
        if plan.kind is not Kind.CUSTOMER and met.get(plan.reference, 0) < plan.gross
    )
