"""AUDIT_HEADER, AUDIT_SPLIT and AUDIT_USAGE for the export."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from .currencies import rate_of_row
from .export_cells import Cells, department_names, same_names, tax_code
from .ledger import MONEY, TransType
from .storage import CompanyFile
from .tables.ledger import HEADER, SPLIT, USAGE
from .tables.records import BANK
from .values import Row, amount, text, whole


def headers(file: CompanyFile) -> Iterator[Cells]:
    banks = {text(row, "ACCOUNT_REF"): text(row, "NAME") for row in file.rows(BANK)}
    for row in file.rows(HEADER):
        inv_ref, account = text(row, "INV_REF"), text(row, "ACCOUNT_REF")
        cells = _money(row, row)
        moves_bank = whole(row, "TYPE") in MONEY
        yield {
            **same_names(HEADER, row),
            **cells,
            "TRAN_NUMBER": row["FIRST_SPLIT"],
            "ITEM_COUNT": row["NO_OF_SPLIT"],
            "TYPE": TransType(whole(row, "TYPE")).name,
            "SALES_PURCHASE_REF": account,
            "BANK_NAME": banks.get(text(row, "BANK_CODE")),
            "INV_REF_NUMERIC": int(inv_ref) if inv_ref.isdigit() and len(inv_ref) < 10 else 0,
            "DUE_DATE": row["DATE_DUE"],
            "ELECTRONIC_TRANS": row["ELEC_TRANS"],
            "BANK_AMOUNT": cells["GROSS_AMOUNT"] if moves_bank else Decimal(),
            "FOREIGN_BANK_AMOUNT": cells["FOREIGN_GROSS_AMOUNT"] if moves_bank else Decimal(),
            "CURRENCY": whole(row, "CURRENCY") + 1,
            "DATE_ENTERED": row["POSTED_DATE"],
            "ISP_REFERENCE": row["ISP_REFERENCE"],
        }


def splits(file: CompanyFile) -> Iterator[Cells]:
    departments = department_names(file)
    by_number = {whole(row, "HEADER_NUMBER"): row for row in file.rows(HEADER)}
    for row in file.rows(SPLIT):
        header = by_number[whole(row, "HEADER_NUMBER")]
        yield {
            **same_names(SPLIT, row),
            **_money(row, header),
            "TYPE": TransType(whole(row, "TYPE")).name,
            "ACCOUNT_REF": header["ACCOUNT_REF"],
            "BANK_CODE": header["BANK_CODE"],
            "INV_REF": header["INV_REF"],
            "DEPT_NAME": departments.get(whole(row, "DEPT_NUMBER")),
            "TAX_CODE": tax_code(whole(row, "TAX_CODE")),
            "SPLIT_NUMBER": row["TRAN_NUMBER"],
            "HEADER_NUMBER": row["HEADER_NUMBER"],
            "VAT_FLAG_CODE": row["VAT_FLAG"],
            "DATE_ENTERED": row["POSTED_DATE"],
        }


def _money(row: Row, header: Row) -> Cells:
    """Net, tax, gross, paid and outstanding of a header or split, in base currency and the account's own."""
    net, tax, paid = amount(row, "NET_AMOUNT"), amount(row, "TAX_AMOUNT"), amount(row, "AMOUNT_PAID")
    base_net, base_tax = amount(row, "BASE_NET"), amount(row, "BASE_TAX")
    base_gross, base_paid = base_net + base_tax, rate_of_row(header).to_base(paid)
    if paid == net + tax:
        base_paid = base_gross
    return {
        "NET_AMOUNT": base_net,
        "TAX_AMOUNT": base_tax,
        "GROSS_AMOUNT": base_gross,
        "AMOUNT_PAID": base_paid,
        "OUTSTANDING": base_gross - base_paid,
        "FOREIGN_NET_AMOUNT": net,
        "FOREIGN_TAX_AMOUNT": tax,
        "FOREIGN_GROSS_AMOUNT": net + tax,
        "FOREIGN_AMOUNT_PAID": paid,
        "FOREIGN_OUTSTANDING": net + tax - paid,
    }


def usages(file: CompanyFile) -> Iterator[Cells]:
    by_number = {whole(row, "HEADER_NUMBER"): row for row in file.rows(HEADER)}
    rates = {
        whole(row, "TRAN_NUMBER"): rate_of_row(by_number[whole(row, "HEADER_NUMBER")])
        for row in file.rows(SPLIT)
    }
    for place, row in enumerate(file.rows(USAGE), start=1):
        value = amount(row, "AMOUNT")
        yield {
            **same_names(USAGE, row),
            "TYPE": TransType(whole(row, "TYPE")).name,
            "USAGE_NUMBER": place,
            "AMOUNT": rates[whole(row, "SPLIT_NUMBER")].to_base(value),
            "FOREIGN_AMOUNT": value,
        }
