"""A plan as rows: each line, receipt and allocation as it would stand in Sage, and what it does to the books.

For tables that a program or a spreadsheet reads; `show` is the same for people. Amounts are pence of the
plan's currency, positive as in the ledger of their type. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ml_connector.documents.identity import Kind
from ml_connector.posting.plan import Allocation, Plan, PostDocument, Receipt, RefundPayment


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row. `type` is Sage's (SI, SC, SA, SP) or “allocation”; `rule` made it; `tax_code` is “” for money.

    `to` is what an allocation is set against.
    """

    type: str
    account_ref: str
    reference: str
    nominal: str
    tax_code: str
    net: int
    tax: int
    details: str
    rule: str
    stock_code: str = ""
    quantity: str = ""
    to: str = ""

    @property
    def gross(self) -> int:
        return self.net + self.tax


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What plans change: the debtors, each bank by its nominal, and the VAT owed by its tax code (“T1”)."""

    debtors: int = 0
    banks: Mapping[str, int] = field(default_factory=dict[str, int])
    vat: Mapping[str, int] = field(default_factory=dict[str, int])


def rows_of(plan: Plan) -> tuple[Row, ...]:
    """All that would stand in Sage for a document, in the order in which it is made."""
    return tuple(_rows(plan))


def books_of(plan: Plan) -> Books:
    """What one document changes."""
    debtors, banks, vat = 0, dict[str, int](), dict[str, int]()
    for row in rows_of(plan):
        sign = -1 if row.type in ("SC", "SA") else 1
        if row.type == "allocation":
            continue
        debtors += sign * row.gross
        if row.tax_code:
            vat[row.tax_code] = vat.get(row.tax_code, 0) + sign * row.tax
        else:
            banks[row.nominal] = banks.get(row.nominal, 0) - sign * row.gross
    return Books(debtors=debtors, banks=banks, vat={code: tax for code, tax in vat.items() if tax})


def added(several: Iterable[Books]) -> Books:
    """What several documents of one currency change together."""
    debtors, banks, vat = 0, dict[str, int](), dict[str, int]()
    for each in several:
        debtors += each.debtors
        for total, part in ((banks, each.banks), (vat, each.vat)):
            for name, amount in part.items():
                total[name] = total.get(name, 0) + amount
    return Books(debtors=debtors, banks=dict(sorted(banks.items())), vat=dict(sorted(vat.items())))


def _rows(plan: Plan) -> Iterator[Row]:
    for effect in plan.effects:
        match effect:
            case PostDocument():
                yield from _document(plan, effect)
            case Receipt() | RefundPayment():
                yield Row(
                    type="SA" if isinstance(effect, Receipt) else "SP",
                    account_ref=plan.account_ref,
                    reference=effect.reference,
                    nominal=effect.bank,
                    tax_code="",
                    net=effect.amount,
                    tax=0,
                    details=effect.details,
                    rule="payments",
                )
            case Allocation():
                credit, debit = effect.credit, effect.debit
                yield Row(
                    type="allocation",
                    account_ref=plan.account_ref,
                    reference=credit.reference,
                    nominal="",
                    tax_code="",
                    net=effect.amount,
                    tax=0,
                    details=f"split {credit.position + 1} to split {debit.position + 1}",
                    rule="allocation",
                    to=debit.reference,
                )
            case _:
                pass  # the ledger update makes exactly the rows of its document


def _document(plan: Plan, document: PostDocument) -> Iterator[Row]:
    kind = "SC" if plan.kind is Kind.CREDIT_MEMO else "SI"
    for line in document.lines:
        yield Row(
            type=kind,
            account_ref=plan.account_ref,
            reference=plan.reference,
            nominal=line.nominal,
            tax_code=f"T{line.tax_code}",
            net=line.sign * line.net,
            tax=line.sign * line.tax,
            details=line.description,
            rule=line.rule,
            stock_code=line.stock_code,
            quantity=f"{line.quantity.normalize():f}",
        )
    if document.carriage:
        yield Row(
            type=kind,
            account_ref=plan.account_ref,
            reference=plan.reference,
            nominal=document.carriage.nominal,
            tax_code=f"T{document.carriage.tax_code}",
            net=document.carriage.net,
            tax=document.carriage.tax,
            details="Carriage",
            rule="carriage",
        )
