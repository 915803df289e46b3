"""What the exported tables have in common: cells by ODBC name, taken over from fields of that name."""

from __future__ import annotations

from decimal import Decimal

from .storage import CompanyFile
from .tables.settings import DEPARTMENT
from .tables.table import Table
from .values import Row, Stored, VarType, number, whole

Cells = dict[str, Stored | Decimal]
"""One exported row. A Decimal is written with two decimals or more, everything else as it is."""


def same_names(table: Table, row: Row) -> Cells:
    """Every field under its SDO name. What ODBC means differently has to be put over it."""
    cells: Cells = {"RECORD_DELETED": 0}
    for spec in table.fields:
        cells[spec.name] = number(row, spec.name) if spec.type is VarType.sdoDouble else row[spec.name]
    return cells


def tax_code(code: int) -> str:
    """A tax code as ODBC shows it; empty for “none” (a document without GLOBAL_TAX_CODE)."""
    return f"T{code}" if code >= 0 else ""


def department_names(file: CompanyFile) -> dict[int, str]:
    """NUMBER → NAME."""
    return {whole(row, "NUMBER"): str(row["NAME"]) for row in file.rows(DEPARTMENT)}
