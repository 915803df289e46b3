"""The Sage document of a decided case, and the plan around it: document, ledger, money, allocations.

A document carries the customer's name and addresses as the order had them, the shop's order number, and in
its notes the shop's own numbers and figures, so that a person finds the way back without us.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from ml_connector.documents.identity import Key, Kind
from ml_connector.documents.money import pounds, to_minor
from ml_connector.documents.sales import SalesDocument
from ml_connector.posting import allocation
from ml_connector.posting.chart import Chart
from ml_connector.posting.fitting import (
    CONTACT,
    LINE,
    TELEPHONE,
    account_name,
    address_lines,
    fit,
    fit_address,
    plain,
)
from ml_connector.posting.payments import receipts, refund_payments
from ml_connector.posting.plan import Effect, Plan, PostDocument, UpdateLedger
from ml_connector.posting.rules.case import Made
from ml_connector.posting.rules.periods import dated, dating_note
from ml_connector.posting.rules.replaced import relation_note

_NO_ADDRESS = ("", "", "", "", "")


def plan_of(
    document: SalesDocument,
    made: Made,
    *,
    key: Key,
    reference: str,
    account_ref: str,
    on: date,
    chart: Chart,
    chart_version: int,
    others: Sequence[Plan],
) -> Plan:
    """The plan for what the rules made, dated `on`; `others` are plans of the order's other documents, oldest
    first."""
    booked = _document(document, made, on)
    ledger = UpdateLedger(id="LED", credit=booked.credit, splits=booked.splits())
    gross = made.gross
    if document.kind is Kind.INVOICE:
        money = _received(document, ledger, reference, gross, chart, on)
    else:
        money = _given_back(document, ledger, reference, gross, chart, on, others)
    return Plan(
        key=str(key),
        kind=document.kind,
        reference=reference,
        account_ref=account_ref,
        currency=document.base_currency,
        date=on,
        gross=gross,
        chart_version=chart_version,
        effects=(booked, ledger, *money),
    )


def _received(
    document: SalesDocument, ledger: UpdateLedger, reference: str, gross: int, chart: Chart, on: date
) -> Iterable[Effect]:
    """The receipts, allocated to the invoice's own splits as far as they go."""
    found = receipts(document, reference, gross, chart)
    money = tuple(dated(each, document.date, on) for each in found)
    debits = allocation.open_splits(reference, ledger.splits)
    credits = tuple(allocation.open_payment(each) for each in money)
    received = sum(each.amount for each in money)
    return (*money, *allocation.allocations(debits, credits, received, on))


def _given_back(
    document: SalesDocument,
    ledger: UpdateLedger,
    reference: str,
    gross: int,
    chart: Chart,
    on: date,
    others: Iterable[Plan],
) -> Iterable[Effect]:
    """The credit against its refund payments, and the rest against what the order's invoices leave open."""
    found = refund_payments(document, reference, gross, chart)
    money = tuple(dated(each, document.date, on) for each in found)
    paid_back = tuple(allocation.open_payment(each) for each in money)
    debits = (*paid_back, *allocation.outstanding(others))
    credits = allocation.open_splits(reference, ledger.splits)
    return (*money, *allocation.allocations(debits, credits, gross, on))


def _document(document: SalesDocument, made: Made, on: date) -> PostDocument:
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
        notes=tuple(fit(note, LINE) for note in _notes(document, on)),
        lines=made.lines,
        carriage=made.carriage,
    )


def _notes(document: SalesDocument, on: date) -> tuple[str, ...]:
    kind = "credit memo" if document.kind is Kind.CREDIT_MEMO else "invoice"
    notes = (
        f"Web {kind} {document.number}, order {document.order.number}",
        dating_note(document.date, on),
        relation_note(document.order),
        f"Payment method {document.order.method}" if document.order.method else "",
        f"Shop's total: {pounds(to_minor(document.order_totals.grand_total), document.order_currency)}"
        if document.order_currency != document.base_currency
        else "",
        *fit_address(document.bill_to).left_out,
        *(fit_address(document.deliver_to).left_out if document.deliver_to else ()),
    )
    return tuple(dict.fromkeys(note for note in notes if note))
