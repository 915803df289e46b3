"""Which documents a preview is of: those of an order or of one number, or those of some days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, select

from ml_connector.cloud.deciding import Rules, RulesKeeper
from ml_connector.cloud.preview import Previewed, Previewer
from ml_connector.documents.identity import Kind
from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.records import tables
from ml_connector.records.ledger import Ledger, LedgerTransaction
from ml_connector.records.rows import read_record
from ml_connector.sync.ports import Flow
from ml_connector.sync.record import Record

Only = Literal["order", "invoice", "credit-memo"]
"""Whose number it is."""
_KINDS = {"invoice": Kind.INVOICE, "credit-memo": Kind.CREDIT_MEMO}
_DOCUMENTS = (Kind.INVOICE.value, Kind.CREDIT_MEMO.value)


def rules_of(ledger: Ledger) -> Rules:
    """The rules as they decide now; raises `NeedsPerson` (chart-invalid) while nothing is decided."""
    rules = RulesKeeper(ledger)()
    if not rules.chart_version:
        raise NeedsPerson(
            Finding(
                code=Code.CHART_INVALID,
                what="Nothing can be previewed yet.",
                why="No chart is accepted, or the shop or the Sage company was not read yet.",
                fix="Wait until both were read, then accept a chart (ml-connector chart).",
            )
        )
    return rules


def asked_for(
    ledger: Ledger,
    rules: Rules,
    number: str,
    only: Only,
    first: date | None,
    last: date | None,
    *,
    compare: bool = False,
) -> Iterator[Previewed]:
    """The previews of a number, or of the days from `first` to `last`.

    Raises `NeedsPerson`: settings-invalid for neither or both, and as `of_number` does.
    """
    if number and first is None and last is None and not compare:
        return iter(of_number(ledger, rules, number, _KINDS.get(only)))
    if first is not None and not number:
        return of_days(ledger, rules, first, last or first, compare=compare)
    raise NeedsPerson(
        Finding(
            code=Code.SETTINGS_INVALID,
            what="Nothing was previewed.",
            why="A preview is of one number, or of days; policies are compared over days.",
            fix="Give an order's or document's number, or the first day (and the last).",
        )
    )


def of_number(ledger: Ledger, rules: Rules, number: str, kind: Kind | None) -> tuple[Previewed, ...]:
    """An order's documents by its number, else the document that has it; `kind` asks for a document alone.

    Raises `NeedsPerson` (document-unknown) when there is none.
    """
    previewer = Previewer(rules)
    with ledger.look() as tx:
        records = _of_number(tx, rules, number, kind)
        return tuple(previewer.preview(tx, record) for record in records)


def of_days(ledger: Ledger, rules: Rules, first: date, last: date, *, compare: bool) -> Iterator[Previewed]:
    """Documents of these days in the shop's time zone, one transaction for each; `compare` as `Previewer`."""
    table = tables.records.c
    # The days of one store view may begin before or after those of another.
    since = rules.day_begins(first) - timedelta(days=1)
    until = rules.day_begins(last) + timedelta(days=3)
    with ledger.look() as tx:
        records = _records(tx, table.document_at >= since.isoformat(), table.document_at < until.isoformat())
    previewer = Previewer(rules, compare)
    for record in records:
        with ledger.look() as tx:
            made = previewer.preview(tx, record)
        if first <= day_of(made) <= last:
            yield made


def day_of(made: Previewed) -> date:
    """The document's own day; UTC's where it cannot be read."""
    return made.document.date if made.document else made.record.document_at.date()


def _of_number(tx: LedgerTransaction, rules: Rules, number: str, kind: Kind | None) -> tuple[Record, ...]:
    table = tables.records.c
    found: tuple[Record, ...] = ()
    order = _order(tx, rules, number) if kind is None else None
    if order is not None:
        found = _records(tx, table.order_id == order)
    if not found:
        wanted = _DOCUMENTS if kind is None else (kind.value,)
        found = _records(tx, table.number == number, table.kind.in_(wanted))
    if not found:
        raise NeedsPerson(
            Finding(
                code=Code.DOCUMENT_UNKNOWN,
                what="There is nothing to preview.",
                why=f"No invoice or credit memo {number} was read, and none of an order {number}.",
                fix="Check the number with its leading zeros. What is new is read with the next sweep.",
            )
        )
    return found


def _order(tx: LedgerTransaction, rules: Rules, number: str) -> int | None:
    """The order of this number that has a document; those with a captured invoice are kept by their numbers,
    and the few others are looked through."""
    orders, payloads, table = tables.orders_seen.c, tables.payloads.c, tables.records.c
    known = select(orders.order_id).where(orders.connection_id == tx.connection_id)
    found = tx.connection.execute(known.where(orders.number == number)).scalar()
    if found is not None:
        return int(found)
    with_documents = select(table.order_id).where(
        table.connection_id == tx.connection_id, table.order_id.not_in(known)
    )
    others = select(payloads.entity_id, payloads.body).where(
        payloads.connection_id == tx.connection_id,
        payloads.kind == Flow.ORDERS.value,
        payloads.entity_id.in_(with_documents),
    )
    for row in tx.connection.execute(others):
        try:
            if rules.order_seen(row.body).number == number:
                return int(row.entity_id)
        except NeedsPerson:
            continue  # an order that cannot be read has no number; its documents are found by theirs
    return None


def _records(tx: LedgerTransaction, *conditions: ColumnElement[bool]) -> tuple[Record, ...]:
    table = tables.records.c
    rows = tx.connection.execute(
        select(tables.records)
        .where(table.connection_id == tx.connection_id, table.kind.in_(_DOCUMENTS), *conditions)
        .order_by(table.document_at, table.kind.desc(), table.entity)
    )
    return tuple(read_record(row) for row in rows)
