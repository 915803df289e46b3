"""COMPANY, CURRENCY, TAX_CODE, SALES_LEDGER and STOCK for the export."""

from __future__ import annotations

from collections.abc import Iterator

from .chart import NON_VAT
from .export_cells import Cells, department_names, same_names, tax_code
from .lock_date import OPTION as LOCK_DATE
from .storage import CompanyFile
from .tables.records import NOMINAL, SALES, STOCK
from .tables.settings import CONTROL, CURRENCY, SETUP
from .values import number, text, whole

_CONTROL_COLUMNS = {
    2: "NOM_DEBTORS",
    3: "NOM_CREDITORS",
    4: "NOM_DEFAULT_BANK",
    5: "NOM_TAX_SALES",
    6: "NOM_TAX_PURCHASE",
    7: "NOM_DISCOUNT_SALES",
    8: "NOM_DISCOUNT_PURCHASE",
    9: "NOM_RETAINED_EARNINGS",
    10: "NOM_DEFAULT_SALES",
    11: "NOM_ACCRUALS",
    12: "NOM_PREPAYMENTS",
    13: "NOM_BAD_DEBTS",
    14: "NOM_MISPOSTINGS",
    15: "NOM_SUSPENSE",
    16: "NOM_CREDIT_CHARGES",
}
"""ControlTypes → the column in which COMPANY shows that control account."""


def companies(file: CompanyFile) -> Iterator[Cells]:
    controls = {
        _CONTROL_COLUMNS[whole(row, "CONTROL_TYPE")]: text(row, "ACCOUNT_REF")
        for row in file.rows(NOMINAL)
        if whole(row, "CONTROL_TYPE") in _CONTROL_COLUMNS
    }
    lock_date = file.option(LOCK_DATE)
    for row in file.rows(SETUP):
        yield {
            **same_names(SETUP, row),
            **controls,
            "COMPANYID": file.option("COMPANY_ID"),
            "COUNTRY_CODE": row["CUSTOMER_COUNTRY_CODE"],
            "PAYMENT_DUE_SALES": row["SALES_PAY_DUE_DAYS"],
            "NON_VAT_TAX_CODE": NON_VAT,
            "START_MONTH": 1,
            "FINANCIAL_YEAR": 2025,
            "ALLOW_NEGATIVE_STOCK": 1,
            "CLOSED_LEDGER_DATE_ENABLED": int(bool(lock_date)),
            "CLOSED_LEDGER_CHECK_DATE": lock_date or None,
        }


def currencies(file: CompanyFile) -> Iterator[Cells]:
    for place, row in enumerate(file.rows(CURRENCY), start=1):
        yield {**same_names(CURRENCY, row), "NUMBER": place, "RATE": number(row, "EXCHANGE_RATE")}


def tax_codes(file: CompanyFile) -> Iterator[Cells]:
    for row in file.rows(CONTROL):
        for code in range(100):
            yield {
                "TAX_CODE": tax_code(code),
                "TAX_CODE_ID": code,
                "DESCRIPTION": row[f"T{code}_DESCRIPTION"],
                "TAX_RATE": number(row, f"T{code}_RATE"),
                "VAT_INCLUDE": int(bool(row[f"T{code}_DESCRIPTION"]) and code != NON_VAT),
            }


def customers(file: CompanyFile) -> Iterator[Cells]:
    departments = department_names(file)
    for row in file.rows(SALES, "ORDER BY ACCOUNT_REF"):
        yield {
            **same_names(SALES, row),
            "DEPT_NAME": departments.get(whole(row, "DEPT_NUMBER")),
            "STATUS_NUMBER": row["ACCOUNT_STATUS"],
            "DEF_TAX_CODE": tax_code(whole(row, "DEF_TAX_CODE")),
            "CURRENCY": whole(row, "CURRENCY") + 1,
            "PRICING_REF": row["PRICE_LIST_REF"],
            "RESTRICT_MAIL": row["HOLD_MAIL"],
            "TERMS_AGREED": row["TERMS_AGREED_FLAG"],
            "DATE_ACCOUNT_OPENED": row["ACCOUNT_OPENED"],
            "OVERRIDE_TAX_CODE": row["OVERRIDE_PRODUCT_TAX"],
            "FOREIGN_BALANCE": number(row, "FOREIGN_BALANCE"),
        }


def products(file: CompanyFile) -> Iterator[Cells]:
    departments = department_names(file)
    for row in file.rows(STOCK, "ORDER BY STOCK_CODE"):
        yield {
            **same_names(STOCK, row),
            "DEPT_NAME": departments.get(whole(row, "DEPT_NUMBER")),
            "TAX_CODE": tax_code(whole(row, "TAX_CODE")),
            "BARCODE": row["PRODUCT_BARCODE"],
        }
