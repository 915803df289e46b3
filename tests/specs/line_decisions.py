"""Decisions on a document under choices for lines and stock codes, and how the worked tables write lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ml_connector.documents.identity import Kind
from ml_connector.documents.sales import SalesDocument
from ml_connector.posting.choices.lines import LineChoices
from ml_connector.posting.choices.stock import StockChoices
from ml_connector.posting.company import StockItem
from ml_connector.posting.decide import Sibling, decide
from ml_connector.posting.plan import Decision, DocumentLine
from tests.specs.posting_company import CATALOGUE, CHART
from tests.specs.posting_examples import SOLD_AT, planned, situation
from tests.specs.worked_tables import money

DONE = Sibling(kind=Kind.INVOICE, entity_id=7, number="7", state="skipped", created_at=SOLD_AT)


def decided(
    found: SalesDocument,
    *,
    lines: Mapping[str, object] | None = None,
    stock: StockChoices | None = None,
    records: tuple[StockItem, ...] | None = None,
    **company: object,
) -> Decision:
    """The decision with these choices, in this company, after the order's invoices were dealt with."""
    choices: LineChoices = replace(CHART.lines, **(lines or {}))
    chart = replace(CHART, lines=choices, stock=stock or CHART.stock)
    held_by = CATALOGUE.stock if records is None else records
    catalogue = replace(CATALOGUE, stock=held_by, **company)
    return decide(found, situation(chart=chart, catalogue=catalogue, siblings=(DONE,)))


def lines_of(decision: Decision) -> tuple[DocumentLine, ...]:
    made = planned(decision).document
    assert made is not None
    return made.lines


def amounts(line: DocumentLine) -> str:
    net, tax = line.sign * line.net, line.sign * line.tax
    return f"{money(net)} net, {money(tax)} VAT, T{line.tax_code}"
