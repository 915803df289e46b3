"""The allocation effect: part of a receipt or credit is set against one split of an invoice or payment.

`AllocatePayment` takes split numbers, the debit side (SI, SP) first (reference: sage50_uk_sdo.md §4.6). Sage
keeps no reference with it, so the only trace is what is outstanding on both splits: `before` records it.
"""

from __future__ import annotations

from typing import cast

from ml_connector.errors import NeedsPerson
from ml_connector.posting.plan import Allocation
from ml_connector.sage import findings
from ml_connector.sage.standing import StandingSplit
from ml_connector.sage.uk.sdo import TransactionPost, moment, money
from ml_connector.sage.uk.session import Session


def allocate(
    session: Session, effect: Allocation, debit: StandingSplit | str, credit: StandingSplit | str
) -> None:
    """Allocate the amount. A side that could not be found is a sentence; then `NeedsPerson`.

    Raises what `Session.writing` raises.
    """
    if isinstance(debit, str):
        raise NeedsPerson(findings.cannot_allocate(debit), reached_sage=True)
    if isinstance(credit, str):
        raise NeedsPerson(findings.cannot_allocate(credit), reached_sage=True)
    doing = f"allocating {effect.credit.reference} to {effect.debit.reference}"
    with session.writing(doing, reached_sage=True):
        post = cast(TransactionPost, session.create("TransactionPost"))
        done = post.AllocatePayment(debit.number, credit.number, money(effect.amount), moment(effect.date))
        session.must(done, doing, reached_sage=True)
