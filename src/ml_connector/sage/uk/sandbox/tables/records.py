"""Customers, products, nominal accounts and banks (reference sage50_uk_sdo.md §3.2, §3.6)."""

from __future__ import annotations

from enum import IntEnum

from ..values import FieldState
from .table import (
    Table,
    address_lines,
    bytes_,
    characters,
    dates,
    doubles,
    fields,
    key_text,
    shorts,
    timestamps,
)

RESERVED = FieldState.sdoReserved


class NominalType(IntEnum):
    """ACCOUNT_TYPE of a nominal (§3.1)."""

    normal = 1
    bank = 2
    control = 4


SALES = Table(
    name="SALES",
    key="ACCOUNT_REF",
    fields=fields(
        key_text("ACCOUNT_REF", 8),
        address_lines("ADDRESS_1 ADDRESS_2 ADDRESS_3 ADDRESS_4 ADDRESS_5"),
        address_lines("DEL_ADDRESS_1 DEL_ADDRESS_2 DEL_ADDRESS_3 DEL_ADDRESS_4 DEL_ADDRESS_5"),
        characters(60, "NAME DEL_NAME ACCOUNT_MANAGER CREDIT_REFERENCE"),
        characters(30, "CONTACT_NAME TRADE_CONTACT TELEPHONE TELEPHONE_2 FAX TERMS"),
        characters(30, "ANALYSIS_1 ANALYSIS_2 ANALYSIS_3"),
        characters(255, "E_MAIL E_MAIL2 E_MAIL3 WEB_ADDRESS"),
        characters(20, "VAT_REG_NUMBER"),
        characters(9, "DUNS_NUMBER"),
        characters(8, "DEF_NOM_CODE PRICE_LIST_REF"),
        characters(2, "COUNTRY_CODE"),
        bytes_("CURRENCY DISCOUNT_TYPE ACCOUNT_ON_HOLD INACTIVE_FLAG"),
        bytes_("OVERRIDE_PRODUCT_TAX OVERRIDE_PRODUCT_NOMINAL SEND_INVOICES_ELECTRONICALLY"),
        bytes_("SEND_LETTERS_ELECTRONICALLY CREDIT_POSITION PRIORITY_TRADER"),
        shorts("DEF_TAX_CODE DEPT_NUMBER ACCOUNT_STATUS PAYMENT_DUE_DAYS SETTLEMENT_DUE_DAYS"),
        shorts("TERMS_AGREED_FLAG HOLD_MAIL BACS"),
        shorts("DELETED_FLAG", RESERVED),
        doubles("CREDIT_LIMIT DISCOUNT_RATE SETTLEMENT_DISC_RATE"),
        doubles("BALANCE AVERAGE_PAY_DAYS", state=RESERVED),
        dates("ACCOUNT_OPENED LAST_CREDIT_REV NEXT_CREDIT_REV"),
        timestamps("RECORD_CREATE_DATE RECORD_MODIFY_DATE"),
    ),
    # What the account owes in its own currency; BALANCE is in base currency, as ODBC's column of that name.
    hidden={"FOREIGN_BALANCE": "REAL NOT NULL DEFAULT 0"},
)

STOCK = Table(
    name="STOCK",
    key="STOCK_CODE",
    fields=fields(
        key_text("STOCK_CODE", 30),
        characters(60, "DESCRIPTION PRODUCT_BARCODE"),
        characters(16, "LOCATION SUPPLIER_PART_NUMBER"),
        characters(8, "NOMINAL_CODE PURCHASE_NOMINAL_CODE PURCHASE_REF UNIT_OF_SALE"),
        characters(2, "COUNTRY_CODE_OF_ORIGIN"),
        bytes_("ITEM_TYPE INACTIVE_FLAG IGNORE_STK_LVL_FLAG"),
        shorts("STOCK_CAT TAX_CODE DEPT_NUMBER WEB_PUBLISH"),
        shorts("DELETED_FLAG", RESERVED),
        doubles("SALES_PRICE", decimals=6),
        doubles("UNIT_WEIGHT SUPP_UNIT_QTY QTY_REORDER QTY_REORDER_LEVEL LAST_PURCHASE_PRICE"),
        # Quantities move by stock transactions and ledger updates, never by being written (§3.6).
        doubles("QTY_IN_STOCK QTY_ALLOCATED QTY_ON_ORDER QTY_LAST_STOCK_TAKE", state=RESERVED),
        dates("STOCK_TAKE_DATE LAST_PURCHASE_DATE"),
        timestamps("RECORD_CREATE_DATE RECORD_MODIFY_DATE"),
    ),
)

NOMINAL = Table(
    name="NOMINAL",
    key="ACCOUNT_REF",
    fields=fields(
        key_text("ACCOUNT_REF", 8),
        characters(60, "NAME"),
        bytes_("ACCOUNT_TYPE INACTIVE_FLAG"),
        doubles("BALANCE", state=RESERVED),
        timestamps("RECORD_CREATE_DATE RECORD_MODIFY_DATE"),
    ),
    # ControlTypes, as NominalRecord.ControlType shows it.
    hidden={"CONTROL_TYPE": "INTEGER NOT NULL DEFAULT 0"},
)

BANK = Table(
    name="BANK",
    key="ACCOUNT_REF",
    fields=fields(
        key_text("ACCOUNT_REF", 8),
        characters(60, "NAME ACCOUNT_NAME ACCOUNT_NUMBER"),
        characters(10, "SORT_CODE"),
        bytes_("CURRENCY INACTIVE_FLAG"),
        timestamps("RECORD_CREATE_DATE RECORD_MODIFY_DATE"),
    ),
)
