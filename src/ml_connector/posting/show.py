"""A decision as a bookkeeper reads it: what would stand in Sage, line by line, or why nothing does.

Dates are dd/mm/yyyy, amounts pounds and pence with the ledger's signs. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Iterator

from ml_connector.documents.identity import Kind
from ml_connector.documents.money import from_minor, pounds, to_minor
from ml_connector.documents.sales import SalesDocument
from ml_connector.posting.plan import (
    Allocation,
    AllocationSide,
    Decision,
    DocumentLine,
    EnsureCustomer,
    FieldChange,
    Held,
    Plan,
    Planned,
    PostDocument,
    Receipt,
    RefundPayment,
    Skipped,
    UpdateCustomer,
    Waiting,
)
from ml_connector.posting.rules.replaced import relation_note

_COLUMNS = ("Code", "Quantity", "Price", "Discount", "N/C", "T/C", "Net", "VAT", "Gross", "Details")
_TO_THE_LEFT = ("Code", "N/C", "T/C", "Details")
_NAMES = {Kind.INVOICE: "Invoice", Kind.CREDIT_MEMO: "Credit memo"}


def show(document: SalesDocument, decision: Decision) -> str:
    """The decision on an invoice or credit memo, in lines of text."""
    head = (
        f"{_NAMES[document.kind]} {document.number} of order {document.order.number}{_relation(document)}, "
        f"{document.date:%d/%m/%Y}, {_total(document, decision)}"
    )
    return "\n".join((head, *_decision(decision))) + "\n"


def _relation(document: SalesDocument) -> str:
    note = relation_note(document.order)
    return f" ({note[0].lower()}{note[1:]})" if note else ""


def _total(document: SalesDocument, decision: Decision) -> str:
    """What the document comes to in the currency in which it is posted, else in base currency."""
    if isinstance(decision, Planned) and decision.plan.currency != document.base_currency:
        return pounds(to_minor(document.order_totals.worth), document.order_currency)
    return pounds(to_minor(document.base.worth), document.base_currency)


def show_customer(decision: Decision) -> str:
    """The decision on a shopper, in lines of text."""
    return "\n".join(_decision(decision)) + "\n"


def _decision(decision: Decision) -> Iterator[str]:
    match decision:
        case Planned(plan=plan):
            yield from _plan(plan)
        case Held(findings=findings):
            for finding in findings:
                yield f"Held: {finding.code}"
                yield from (f"  {sentence}" for sentence in (finding.what, finding.why, finding.fix))
        case Waiting(code=code, why=why, on=on):
            yield f"Waiting: {code}"
            yield f"  {why}"
            yield from (f"  for {key}" for key in on)
        case Skipped(code=code, why=why):
            yield f"Skipped: {code}"
            yield f"  {why}"


def _plan(plan: Plan) -> Iterator[str]:
    for effect in plan.effects:
        match effect:
            case PostDocument():
                yield from _document(plan, effect)
            case EnsureCustomer():
                yield from _customer(effect)
            case UpdateCustomer():
                yield f"A/C {effect.account_ref} is changed"
                yield from (f"  {_change(change)}" for change in effect.changes)
            case Receipt():
                yield f"SA {_money(plan, effect)}"
            case RefundPayment():
                yield f"SP {_money(plan, effect)}"
            case Allocation():
                yield (
                    f"Allocate {pounds(effect.amount, plan.currency)} of {_side(effect.credit)} "
                    f"to {_side(effect.debit)}"
                )
            case _:
                pass  # the ledger update makes exactly the lines that the document shows


def _document(plan: Plan, document: PostDocument) -> Iterator[str]:
    kind = "SC" if document.credit else "SI"
    yield f"{kind} {plan.reference} on A/C {plan.account_ref}, {document.name}"
    rows = [_row(line) for line in document.lines]
    if document.carriage:
        carriage = document.carriage
        amounts = _amounts(carriage.net, carriage.tax)
        rows.append(("Carriage", "", "", "", carriage.nominal, f"T{carriage.tax_code}", *amounts, ""))
    rows.append(("Total", "", "", "", "", "", *_amounts(document.net, document.tax), ""))
    yield from _table((_COLUMNS, *rows))
    yield from (f"  Note: {note}" for note in document.notes)


def _row(line: DocumentLine) -> tuple[str, ...]:
    return (
        line.stock_code,
        f"{line.quantity.normalize():f}",
        f"{line.unit_price:f}",
        f"{from_minor(line.discount)}" if line.discount else "",
        line.nominal,
        f"T{line.tax_code}",
        *_amounts(line.sign * line.net, line.sign * line.tax),
        line.description if line.rule == "item" else f"{line.description} [{line.rule}]",
    )


def _amounts(net: int, tax: int) -> tuple[str, str, str]:
    return f"{from_minor(net)}", f"{from_minor(tax)}", f"{from_minor(net + tax)}"


def _table(rows: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    widths = [max(len(row[n]) for row in rows) for n in range(len(_COLUMNS))]
    for row in rows:
        cells = (
            cell.ljust(width) if name in _TO_THE_LEFT else cell.rjust(width)
            for name, cell, width in zip(_COLUMNS, row, widths, strict=True)
        )
        yield f"  {'  '.join(cells)}".rstrip()


def _money(plan: Plan, money: Receipt | RefundPayment) -> str:
    amount = pounds(money.amount, plan.currency)
    return f"{money.reference} {amount}, bank {money.bank}, {money.date:%d/%m/%Y}, {money.details}"


def _side(side: AllocationSide) -> str:
    return f"{side.reference} split {side.position + 1} ({from_minor(side.gross)})"


def _customer(effect: EnsureCustomer) -> Iterator[str]:
    fields = effect.fields
    yield f"A/C {effect.account_ref} {'is created' if effect.create else 'exists'}: {fields.name}"
    if effect.create:
        yield f"  {' | '.join(fields.address)} | {fields.country}"
        yield f"  {' | '.join((fields.contact, fields.telephone, fields.email, fields.vat_number))}"
        yield f"  {fields.currency}, N/C {fields.nominal}, T{fields.tax_code}"
        yield from (f"  Does not fit: {text}" for text in fields.left_out)


def _change(change: FieldChange) -> str:
    name = change.field.replace("_", " ")
    return f"{name}: {change.was or '(empty)'} becomes {change.becomes or '(empty)'}"
