"""How what stands in the books differs from the plan, in sentences for a bookkeeper.

Names, addresses and texts are not compared: people may correct them. Everything that decides an amount, a
balance or the VAT return is: account, date, type, currency, lines or splits with their nominals and tax
codes, carriage, bank. An empty tuple means equal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from ml_connector.documents.money import pounds
from ml_connector.posting.plan import Plan, PostDocument, Receipt, RefundPayment, UpdateLedger
from ml_connector.sage.standing import (
    StandingDocument,
    StandingEntry,
    StandingLine,
    StandingSplit,
    carries,
    ledger_type,
)

MOST_LINES = 3
"""So many missing and so many surplus lines are named; a person looks at the document anyway."""


def document_differences(plan: Plan, effect: PostDocument, standing: StandingDocument) -> tuple[str, ...]:
    """A saved invoice or credit against its plan."""
    found = [*_head(plan, plan.date, standing.account_ref, standing.date, standing.currency)]
    if standing.credit != effect.credit:
        found.append(f"It is {_a_document(standing.credit)}, not {_a_document(effect.credit)}.")
    if not carries(standing.reference, plan.reference):
        found.append(f"It does not carry the reference {plan.reference}.")
    found += _lines(planned_lines(effect), standing.lines, plan.currency)
    wanted = planned_carriage(effect)
    if wanted != standing.carriage:
        there, should = (
            _line(each, plan.currency) if each else "none" for each in (standing.carriage, wanted)
        )
        found.append(f"Carriage is {there}, not {should}.")
    return tuple(found)


def ledger_differences(plan: Plan, effect: UpdateLedger, entry: StandingEntry) -> tuple[str, ...]:
    """A ledger entry against its plan; splits are compared as a multiset, whatever their order."""
    found = [*_head(plan, plan.date, entry.account_ref, entry.date, entry.currency)]
    found += _type(entry, ledger_type(effect.credit))
    planned = [
        StandingLine(
            stock_code="", nominal=split.nominal, tax_code=split.tax_code, net=split.net, tax=split.tax
        )
        for split in effect.splits
    ]
    found += _lines(planned, [_as_line(split) for split in entry.splits], plan.currency)
    return tuple(found)


def money_differences(plan: Plan, effect: Receipt | RefundPayment, entry: StandingEntry) -> tuple[str, ...]:
    """Money received or paid back against its plan."""
    found = [*_head(plan, effect.date, entry.account_ref, entry.date, entry.currency)]
    found += _type(entry, "SA" if isinstance(effect, Receipt) else "SP")
    if entry.bank.upper() != effect.bank.upper():
        found.append(f"The bank is {entry.bank or 'not given'}, not {effect.bank}.")
    amount = sum(split.gross for split in entry.splits)
    if amount != effect.amount:
        there, should = pounds(amount, plan.currency), pounds(effect.amount, plan.currency)
        found.append(f"The amount is {there}, not {should}.")
    return tuple(found)


def _head(plan: Plan, day: date, account_ref: str, standing: date | None, currency: str) -> Iterator[str]:
    if account_ref.upper() != plan.account_ref.upper():
        yield f"The account is {account_ref or 'not given'}, not {plan.account_ref}."
    if standing != day:
        there = f"{standing:%d/%m/%Y}" if standing else "not given"
        yield f"The date is {there}, not {day:%d/%m/%Y}."
    if currency != plan.currency:
        yield f"The currency is {currency or 'not given'}, not {plan.currency}."


def _type(entry: StandingEntry, wanted: str) -> Iterator[str]:
    if entry.type != wanted:
        yield f"Transaction {entry.header} is {entry.type}, not {wanted}."


def _a_document(credit: bool) -> str:
    return "a credit note" if credit else "an invoice"


def planned_lines(effect: PostDocument) -> tuple[StandingLine, ...]:
    """The lines of a document as they should stand."""
    return tuple(
        StandingLine(
            stock_code=line.stock_code.upper(),
            nominal=line.nominal,
            tax_code=line.tax_code,
            net=line.sign * line.net,
            tax=line.sign * line.tax,
        )
        for line in effect.lines
    )


def planned_carriage(effect: PostDocument) -> StandingLine | None:
    """The carriage of a document as it should stand; None when it comes to nothing."""
    carriage = effect.carriage
    if carriage is None or not (carriage.net or carriage.tax):
        return None
    return StandingLine(
        stock_code="",
        nominal=carriage.nominal,
        tax_code=carriage.tax_code,
        net=carriage.net,
        tax=carriage.tax,
    )


def _as_line(split: StandingSplit) -> StandingLine:
    return StandingLine(
        stock_code="", nominal=split.nominal, tax_code=split.tax_code, net=split.net, tax=split.tax
    )


def _lines(planned: Sequence[StandingLine], standing: Sequence[StandingLine], currency: str) -> Iterator[str]:
    """Which lines are missing and which are too many, whatever their order; both totals if they differ."""
    wanted, there = Counter(planned), Counter(standing)
    if wanted == there:
        return
    for name, amounts in (
        ("Net", [sum(line.net for line in lines) for lines in (standing, planned)]),
        ("VAT", [sum(line.tax for line in lines) for lines in (standing, planned)]),
    ):
        if amounts[0] != amounts[1]:
            there_is, should_be = (pounds(amount, currency) for amount in amounts)
            yield f"{name} of the lines is {there_is}, not {should_be}."
    for line in list((wanted - there).elements())[:MOST_LINES]:
        yield f"Missing: {_line(line, currency)}."
    for line in list((there - wanted).elements())[:MOST_LINES]:
        yield f"Not planned: {_line(line, currency)}."


def _line(line: StandingLine, currency: str) -> str:
    code = f"{line.stock_code} " if line.stock_code else ""
    return (
        f"{code}{pounds(line.net, currency)} + {pounds(line.tax, currency)} VAT "
        f"(T{line.tax_code}, nominal {line.nominal})"
    )
