"""A document that is in the books and that the shop has taken back: what a person is told, and shown.

Nothing is reversed by itself: whether the shop or the books are right is for a person to say. What would set
the books right is written out, so that it can be entered as it stands: the document the other way round, line
by line, from the plan that was posted.
"""

from __future__ import annotations

from collections.abc import Iterator

from ml_connector.documents.identity import Kind
from ml_connector.documents.money import pounds
from ml_connector.errors import Code, Finding
from ml_connector.posting.plan import Plan, Receipt, RefundPayment
from ml_connector.sync.record import Record

_LEAVE = "Or, if the shop is wrong, mend it there; the books stay as they are."


def cancelled_in_shop(record: Record) -> Finding:
    """It stands in the shop, and is no sale or refund any more."""
    return Finding(
        code=Code.CANCELLED_IN_SHOP,
        what=f"{record.number} was cancelled in the shop after it was posted.",
        why="The books hold it, and the shop counts it no more.",
        fix=f"{proposed(record.plan)} {_LEAVE}".strip(),
    )


def deleted_in_shop(record: Record) -> Finding:
    """The shop has it no more, and says so itself."""
    return Finding(
        code=Code.DELETED_IN_SHOP,
        what=f"{record.number or record.key.entity} was deleted in the shop after it was posted.",
        why="The books hold it, and the shop answers that it has no such document.",
        fix=f"Find out who deleted it. {proposed(record.plan)} {_LEAVE}",
    )


def proposed(plan: Plan | None) -> str:
    """The correction in a bookkeeper's words: “A credit note of £… on A/C … would set it right: …”; “” for
    what has no document in Sage."""
    if plan is None or plan.ledger is None:
        return ""
    what = "A credit note" if plan.kind is Kind.INVOICE else "An invoice"
    lines = "; ".join(_lines(plan))
    total = pounds(plan.gross, plan.currency)
    return f"{what} of {total} on A/C {plan.account_ref} would set it right: {lines}.{_money(plan)}"


def _lines(plan: Plan) -> Iterator[str]:
    """Net and VAT by nominal and tax code, in the order in which they stand."""
    sums: dict[tuple[str, int], tuple[int, int]] = {}
    for split in plan.ledger.splits if plan.ledger else ():
        net, tax = sums.get((split.nominal, split.tax_code), (0, 0))
        sums[split.nominal, split.tax_code] = (net + split.net, tax + split.tax)
    for (nominal, code), (net, tax) in sums.items():
        yield f"N/C {nominal} T{code} {pounds(net, plan.currency)} net, {pounds(tax, plan.currency)} VAT"


def _money(plan: Plan) -> str:
    """What was received or paid back stands by itself then."""
    money = sum(each.amount for each in plan.effects if isinstance(each, Receipt | RefundPayment))
    if not money:
        return ""
    what = "received" if plan.kind is Kind.INVOICE else "paid back"
    return f" The {pounds(money, plan.currency)} {what} for it would then be open on the account."
