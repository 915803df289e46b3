"""Invoices and credits with their lines, and stock movements (reference sage50_uk_sdo.md §3.3, §3.4)."""

from __future__ import annotations

from ..values import FieldSpec, FieldState, VarType
from .table import (
    Table,
    address_lines,
    bytes_,
    characters,
    dates,
    doubles,
    fields,
    integers,
    shorts,
    timestamps,
)

RESERVED = FieldState.sdoReserved

INVOICE = Table(
    name="INVOICE",
    key="INVOICE_NUMBER",
    fields=fields(
        integers("INVOICE_NUMBER", FieldState.sdoRequired),
        integers("FIRST_ITEM TOTAL_BYTES EXTERNAL_USAGE", RESERVED),
        iter([FieldSpec("ACCOUNT_REF", VarType.sdoVarChar, 8, FieldState.sdoRequired, overlong="kept")]),
        address_lines("ADDRESS_1 ADDRESS_2 ADDRESS_3 ADDRESS_4 ADDRESS_5"),
        address_lines("DEL_ADDRESS_1 DEL_ADDRESS_2 DEL_ADDRESS_3 DEL_ADDRESS_4 DEL_ADDRESS_5"),
        characters(60, "NAME DELIVERY_NAME CUST_ORDER_NUMBER TAKEN_BY NOTES_1 NOTES_2 NOTES_3"),
        characters(60, "GLOBAL_DETAILS NETVALUE_DESCRIPTION"),
        characters(30, "CONTACT_NAME CUST_TEL_NUMBER CONSIGNMENT_REF PAYMENT_REF"),
        characters(30, "ANALYSIS_1 ANALYSIS_2 ANALYSIS_3"),
        characters(11, "RECURRING_REFERENCE"),
        characters(9, "DUNS_NUMBER"),
        characters(8, "BANK_CODE CARR_NOM_CODE GLOBAL_NOM_CODE"),
        characters(7, "ORDER_NUMBER"),
        bytes_("INVOICE_TYPE_CODE", FieldState.sdoRequired),
        bytes_("CURRENCY CURRENCY_USED DISCOUNT_TYPE PAYMENT_TYPE PRINTED_CODE QUOTE_STATUS EMAILED STATUS"),
        bytes_("POSTED_CODE", RESERVED),
        shorts("CARR_DEPT_NUMBER CARR_TAX_CODE COURIER DEF_TAX_CODE SETTLEMENT_DUE_DAYS"),
        shorts("GLOBAL_DEPT_NUMBER GLOBAL_TAX_CODE"),
        shorts("DELETED_FLAG", RESERVED),
        doubles("CARR_NET CARR_TAX NETVALUE_DISCOUNT AMOUNT_PREPAID CUST_DISC_RATE SETTLEMENT_DISC_RATE"),
        doubles("FOREIGN_RATE EURO_RATE", decimals=6),
        # Totals: a client may write them (FW does); Update works them out from the lines.
        doubles("ITEMS_NET ITEMS_TAX FOREIGN_GROSS EURO_GROSS BASE_AMOUNT_PAID BASE_SETT_DISC_RATE"),
        doubles("BASE_TOT_NET BASE_TOT_TAX BASE_CARR_NET BASE_CARR_TAX"),
        dates("INVOICE_DATE QUOTE_EXPIRY LAST_UPDATED"),
        timestamps("RECORD_CREATE_DATE RECORD_MODIFY_DATE"),
    ),
    hidden={"PER_BASE": "REAL NOT NULL DEFAULT 1"},
)

INVOICE_ITEM = Table(
    name="INVOICE_ITEM",
    fields=fields(
        iter([FieldSpec("STOCK_CODE", VarType.sdoVarChar, 30, FieldState.sdoRequired, overlong="kept")]),
        characters(120, "DESCRIPTION SERVICE_FILE"),
        characters(60, "COMMENT_1 COMMENT_2 JOB_REFERENCE"),
        characters(30, "EXT_ORDER_REF"),
        characters(8, "NOMINAL_CODE UNIT_OF_SALE"),
        bytes_("SERVICE_FLAG TAX_FLAG"),
        shorts("DEPT_NUMBER IS_NEGATIVE_LINE TAX_CODE"),
        shorts("ITEM_NUMBER", RESERVED),
        integers("EXT_ORDER_LINE_REF PROJECT_ID COST_CODE_ID FUND_NUMBER"),
        integers("SERVICE_FILE_SIZE SERVICE_ITEM_LINES"),
        integers("INVOICE_NUMBER ITEMID NEXT_ITEM PREV_ITEM OFFSET", RESERVED),
        doubles("QTY_ORDER QTY_ALLOCATED QTY_DELIVERED QTY_DESPATCH QTY_INTRASTAT_CONFIRMED"),
        doubles("UNIT_PRICE", decimals=6),
        doubles("DISCOUNT_AMOUNT DISCOUNT_RATE ADD_DISC_RATE FULL_NET_AMOUNT NET_AMOUNT TAX_AMOUNT TAX_RATE"),
        doubles("NETVALUE_DISCOUNT BASE_NETVALUE_DISCOUNT BASE_FULL_NET BASE_NET BASE_TAX"),
        dates("DELIVERY_DATE"),
    ),
    # The long text, which a client reaches through the item's `Text` and not as a field (§3.4).
    hidden={"TEXT": "TEXT NOT NULL DEFAULT ''"},
    indexed=("INVOICE_NUMBER",),
)

STOCK_TRAN = Table(
    name="STOCK_TRAN",
    fields=fields(
        characters(30, "STOCK_CODE REFERENCE"),
        characters(60, "DETAILS SDO_DESCRIPTION"),
        bytes_("TYPE ARTEFACT_TYPE"),
        integers("ISP_REFERENCE GDN_NUMBER GRN_NUMBER NEXT_ITEM PREV_ITEM"),
        doubles("QUANTITY QTY_USED COST_PRICE DISCOUNT_COST_PRICE SALES_PRICE"),
        dates("DATE"),
        timestamps("RECORD_CREATE_DATE RECORD_MODIFY_DATE"),
    ),
    indexed=("STOCK_CODE",),
)
