"""Writes a company's own tables as CSV, as a person could read them out of Sage by ODBC.

    export_company(accdata, folder)    # COMPANY.csv, INVOICE.csv, AUDIT_HEADER.csv …

So that anybody can check what was posted without our code; it knows nothing but the pretend engine. UTF-8,
comma separated, one header line; dates yyyy-mm-dd, flags 0 and 1 (those that ODBC shows as letters too),
tax codes T1, money with two decimals, empty where the sandbox has nothing to say.

- Amounts in the ledger are positive and TYPE gives the sign: SI and SP are what the customer owes, SC and
SA what
  the customer has paid or is given back. Only a negative line of an invoice is negative in its SI. INVOICE
  and INVOICE_ITEM are positive too, INVOICE_OR_CREDIT telling which; a negative line shows negative
  amounts.
- Columns without FOREIGN_ are in base currency, those with it in the account's own; equal for base
accounts. - AUDIT_HEADER.TRAN_NUMBER is its first split's; HEADER_NUMBER links splits to headers. CURRENCY
is 1-based here. - AUDIT_USAGE has two rows for each allocation, one for either split (SPLIT_NUMBER) naming
the other
  (SPLIT_CROSSREF); TYPE is the other's.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from .export_cells import Cells
from .export_documents import invoice_items, invoices
from .export_ledger import headers, splits, usages
from .export_masters import companies, currencies, customers, products, tax_codes
from .odbc_columns import columns
from .storage import CompanyFile
from .values import Stored

_ROWS: Mapping[str, Callable[[CompanyFile], Iterator[Cells]]] = {
    "COMPANY": companies,
    "CURRENCY": currencies,
    "TAX_CODE": tax_codes,
    "INVOICE": invoices,
    "INVOICE_ITEM": invoice_items,
    "AUDIT_HEADER": headers,
    "AUDIT_SPLIT": splits,
    "AUDIT_USAGE": usages,
    "SALES_LEDGER": customers,
    "STOCK": products,
}


def export_company(accdata: Path, folder: Path) -> tuple[Path, ...]:
    """Write every table into `folder`; the files, in the order of the tables. Logs nobody on."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    file = CompanyFile(accdata)
    try:
        # One read transaction: the tables agree with each other even while somebody posts.
        with file.transaction():
            for table, rows in _ROWS.items():
                written.append(folder / f"{table}.csv")
                _write(written[-1], columns(table), rows(file))
    finally:
        file.close()
    return tuple(written)


def _write(path: Path, names: tuple[str, ...], rows: Iterator[Cells]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(names)
        for row in rows:
            writer.writerow([_as_text(row.get(name)) for name in names])


def _as_text(value: Stored | Decimal) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        places = -int(value.normalize().as_tuple().exponent)
        return f"{value + 0:.{max(places, 2)}f}"  # adding 0 makes a negative zero a plain one
    # A timestamp is a date too; ODBC's time of day says nothing here.
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value)
