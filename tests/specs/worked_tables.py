"""The tables of docs/rules/, read back out of the pages, and how their cells are written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ml_connector.documents.money import from_minor
from ml_connector.posting.plan import Decision, Held

PAGES = Path(__file__).resolve().parents[2] / "docs" / "rules"

Row = dict[str, str]


def rows_of(page: str, *columns: str) -> tuple[Row, ...]:
    """The rows of the one table on a page that has exactly these columns."""
    found = [table for table in _tables((PAGES / page).read_text(encoding="utf-8")) if table[0] == columns]
    assert len(found) == 1, f"{page} has {len(found)} tables with the columns {columns}"
    return tuple(dict(zip(columns, row, strict=True)) for row in found[0][1:])


def cases(page: str, *columns: str) -> pytest.MarkDecorator:
    """Run a test once for each row of that table."""
    rows = rows_of(page, *columns)
    return pytest.mark.parametrize("case", rows, ids=lambda case: " · ".join(case.values()))


def held(decision: Decision) -> str:
    """How the tables write a hold."""
    assert isinstance(decision, Held), decision
    return f"held: {decision.findings[0].code}"


def money(minor: int) -> str:
    """How the tables write an amount."""
    return f"{from_minor(minor)}"


def _tables(text: str) -> Iterator[list[tuple[str, ...]]]:
    table: list[tuple[str, ...]] = []
    for line in (*text.splitlines(), ""):
        if line.startswith("|"):
            cells = tuple(cell.strip() for cell in line.strip("|").split("|"))
            if not all(set(cell) <= {"-"} and cell for cell in cells):
                table.append(cells)
        elif table:
            yield table
            table = []
