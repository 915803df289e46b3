"""Previews as a table for people, as CSV for a spreadsheet, or as JSON for a program.

People read £ and dd/mm/yyyy; CSV and JSON have amounts as exact text with two places, and ISO dates.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

from ml_connector.cloud.chart_toml import row_toml
from ml_connector.cloud.preview import Previewed
from ml_connector.cloud.preview_records import day_of
from ml_connector.documents.money import from_minor, pounds, to_minor
from ml_connector.errors import Finding
from ml_connector.posting.plan import Decision, Held, Plan, Planned, Skipped, Waiting
from ml_connector.posting.show import show, show_customer
from ml_connector.posting.show_rows import Books, Row, added, books_of, rows_of
from ml_connector.sync.passage import NOTHING_WRITTEN

_COLUMNS = (
    *("kind", "number", "order", "date", "outcome", "as_if", "type", "account", "reference"),
    *("stock_code", "quantity", "nominal", "tax_code", "net", "vat", "gross", "details"),
    *("rule", "allocated_to", "chart_version", "code", "reason"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_text(made: Previewed) -> str:
    """One document in lines for people."""
    return "\n".join(_lines(made)) + "\n"


def sum_as_text(several: Iterable[Previewed]) -> str:
    """What all of them change together, for each currency, in lines for people."""
    lines: list[str] = []
    for currency, (count, books) in _sums(several).items():
        what = "1 document" if count == 1 else f"{count} documents"
        lines.append(f"{what} in {currency} would stand in Sage.")
        lines += (f"  {line}" for line in _books_lines(books, currency))
    return "\n".join(lines) + "\n" if lines else ""


def as_csv(several: Iterable[Previewed]) -> str:
    """One line per row in Sage, one for each document that has none; the first line names the columns."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for made in several:
        writer.writerows(_cells(made))
    return out.getvalue()


def as_values(made: Previewed) -> dict[str, object]:
    """One document as plain values, to be written as JSON."""
    record, decision = made.record, made.decision
    plan = decision.plan if isinstance(decision, Planned) else None
    return {
        "kind": record.key.kind,
        "number": record.number,
        "order": made.document.order.number if made.document else "",
        "date": day_of(made),
        "state": record.state,
        "total": f"{from_minor(to_minor(record.shop_total))}",
        "currency": record.shop_currency,
        "outcome": _outcome(decision),
        "as_if": made.as_if,
        "findings": _findings(decision),
        "chart_version": plan.chart_version if plan else 0,
        "account": plan.account_ref if plan else "",
        "reference": plan.reference if plan else record.reference,
        "rows": [_row_values(row) for row in rows_of(plan)] if plan else [],
        "books": _books_values(books_of(plan)) if plan else None,
        "missing_rows": [row_toml(row) for row in made.missing],
        "customer": _customer_lines(made),
        "policies": made.policies,
    }


def _lines(made: Previewed) -> Iterator[str]:
    decision, record = made.decision, made.record
    if made.document is not None:
        yield show(made.document, decision).rstrip("\n")
    else:
        yield f"{record.key.kind.value} {record.number or record.key.entity}"
        yield from (f"  {line}" for line in show_customer(decision).splitlines())
    if isinstance(decision, Planned):
        yield from (f"  {line}" for line in _books_lines(books_of(decision.plan), decision.plan.currency))
        yield f"  By chart version {decision.plan.chart_version}."
    if record.state not in NOTHING_WRITTEN:
        yield f"  It is {record.state.value}: this is how it was planned."
    yield from (f"  {sentence}" for sentence in made.as_if)
    yield from (f"  {line}" for line in _customer_lines(made))
    for row in made.missing:
        yield "  A row that the chart lacks:"
        yield from (f"    {line}" for line in row_toml(row).splitlines())


def _customer_lines(made: Previewed) -> list[str]:
    return show_customer(made.customer).splitlines() if made.customer is not None else []


def _books_lines(books: Books, currency: str) -> Iterator[str]:
    yield f"Debtors {_signed(books.debtors, currency)}"
    yield from (f"Bank {bank} {_signed(amount, currency)}" for bank, amount in books.banks.items())
    yield from (f"VAT {code} {_signed(amount, currency)}" for code, amount in books.vat.items())


def _signed(amount: int, currency: str) -> str:
    return f"{'+' if amount > 0 else ''}{pounds(amount, currency)}"


def _sums(several: Iterable[Previewed]) -> dict[str, tuple[int, Books]]:
    plans: dict[str, list[Plan]] = {}
    for made in several:
        if isinstance(made.decision, Planned):
            plans.setdefault(made.decision.plan.currency, []).append(made.decision.plan)
    return {currency: (len(each), added(books_of(plan) for plan in each)) for currency, each in plans.items()}


def _cells(made: Previewed) -> Iterator[list[str]]:
    record, decision = made.record, made.decision
    order = made.document.order.number if made.document else ""
    head = [record.key.kind.value, record.number, order, day_of(made).isoformat(), _outcome(decision)]
    head.append(" ".join(made.as_if))
    if isinstance(decision, Planned):
        for row in rows_of(decision.plan):
            yield [*map(_cell, head), *_row_cells(row), str(decision.plan.chart_version), "", ""]
    else:
        blank = [""] * (len(_COLUMNS) - len(head) - 2)
        for finding in _findings(decision):
            why = " ".join(filter(None, (finding.what, finding.why, finding.fix)))
            yield [*map(_cell, head), *blank, finding.code.value, _cell(why)]


def _row_cells(row: Row) -> list[str]:
    texts = (row.type, row.account_ref, row.reference, row.stock_code)
    amounts = (f"{from_minor(each)}" for each in (row.net, row.tax, row.gross))
    return [
        *map(_cell, texts),
        row.quantity,
        row.nominal,
        row.tax_code,
        *amounts,
        *map(_cell, (row.details, row.rule, row.to)),
    ]


def _cell(text: str) -> str:
    """What the shop wrote is never a formula of a spreadsheet."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _row_values(row: Row) -> dict[str, str]:
    return {
        "type": row.type,
        "account": row.account_ref,
        "reference": row.reference,
        "stock_code": row.stock_code,
        "quantity": row.quantity,
        "nominal": row.nominal,
        "tax_code": row.tax_code,
        "net": f"{from_minor(row.net)}",
        "vat": f"{from_minor(row.tax)}",
        "gross": f"{from_minor(row.gross)}",
        "details": row.details,
        "rule": row.rule,
        "allocated_to": row.to,
    }


def _books_values(books: Books) -> dict[str, object]:
    return {
        "debtors": f"{from_minor(books.debtors)}",
        "banks": {bank: f"{from_minor(amount)}" for bank, amount in books.banks.items()},
        "vat": {code: f"{from_minor(amount)}" for code, amount in books.vat.items()},
    }


def _outcome(decision: Decision) -> str:
    return {Planned: "planned", Held: "held", Waiting: "waiting", Skipped: "skipped"}[type(decision)]


def _findings(decision: Decision) -> tuple[Finding, ...]:
    match decision:
        case Held(findings=findings):
            return findings
        case Waiting(code=code, why=why) | Skipped(code=code, why=why):
            return (Finding(code=code, what=why, why="", fix=""),)
        case Planned():
            return ()
