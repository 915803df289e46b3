"""The Sage document of a decided case, and the plan around it: document, ledger, money, allocations.

A document carries the customer's name and addresses as the order had them, the shop's order number, and in
its notes the shop's own numbers and figures, so that a person finds the way back without us.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ml_connector.documents.identity import Key, Kind
from ml_connector.documents.money import pounds, to_minor
from ml_connector.documents.sales import SalesDocument
from ml_connector.posting import allocation
from ml_connector.posting.chart import Chart
from ml_connector.posting.fitting import CONTACT, LINE, TELEPHONE, account_name, address_lines, fit, plain
from ml_connector.posting.payments import receipt, refund_payment
from ml_connector.posting.plan import Effect, Plan, PostDocument, UpdateLedger
from ml_connector.posting.rules.case import Made

_NO_ADDRESS = ("", "", "", "", "")


def plan_of(
    document: SalesDocument,
    made: Made,
    *,
    key: Key,
    reference: str,
    account_ref: str,
    chart: Chart,
    chart_version: int,
    others: Sequence[Plan],
) -> Plan:
    """The plan for what the rules made; `others` are plans of the order's other documents, oldest first."""
    booked = _document(document, made)
    ledger = UpdateLedger(id="LED", credit=booked.credit, splits=booked.splits())
    gross = made.gross
    if document.kind is Kind.INVOICE:
        money = _received(document, ledger, reference, gross, chart)
    else:
        money = _given_back(document, ledger, reference, gross, chart, others)
    return Plan(
        key=str(key),
        kind=document.kind,
        reference=reference,
        account_ref=account_ref,
        currency=document.base_currency,
        date=document.date,
        gross=gross,
        chart_version=chart_version,
        effects=(booked, ledger, *money),
    )


def _received(
    document: SalesDocument, ledger: UpdateLedger, reference: str, gross: int, chart: Chart
) -> Iterable[Effect]:
    """The receipt and its allocation to the invoice's own splits."""
    money = receipt(document, reference, gross, chart)
    if money is None:
        return ()
    debits = allocation.open_splits(reference, ledger.splits)
    credits = (allocation.open_payment(money),)
    return (money, *allocation.allocations(debits, credits, money.amount, document.date))


def _given_back(
    document: SalesDocument,
    ledger: UpdateLedger,
    reference: str,
    gross: int,
    chart: Chart,
    others: Iterable[Plan],
) -> Iterable[Effect]:
    """The credit against its refund payment, or against what the order's invoices still leave open."""
    credits = allocation.open_splits(reference, ledger.splits)
    money = refund_payment(document, reference, gross, chart)
    if money is not None:
        debits = (allocation.open_payment(money),)
        return (money, *allocation.allocations(debits, credits, gross, document.date))
    return allocation.allocations(allocation.outstanding(others), credits, gross, document.date)


def _document(document: SalesDocument, made: Made) -> PostDocument:
    to = document.deliver_to
    return PostDocument(
        id="DOC",
        credit=document.kind is Kind.CREDIT_MEMO,
        service=False,
        order_number=plain(document.order.number),
        name=account_name(document.bill_to),
        address=address_lines(document.bill_to),
        delivery_name=account_name(to) if to else "",
        delivery_address=address_lines(to) if to else _NO_ADDRESS,
        contact=fit(document.bill_to.name, CONTACT),
        telephone=fit(document.bill_to.telephone, TELEPHONE),
        notes=tuple(fit(note, LINE) for note in _notes(document)),
        lines=made.lines,
        carriage=made.carriage,
    )


def _notes(document: SalesDocument) -> tuple[str, ...]:
    kind = "credit memo" if document.kind is Kind.CREDIT_MEMO else "invoice"
    notes = (
        f"Web {kind} {document.number}, order {document.order.number}",
        f"Payment method {document.order.method}" if document.order.method else "",
        f"Shop's total: {pounds(to_minor(document.order_totals.grand_total), document.order_currency)}"
        if document.order_currency != document.base_currency
        else "",
    )
    return tuple(note for note in notes if note)
