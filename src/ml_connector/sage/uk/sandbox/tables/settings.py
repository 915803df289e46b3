"""What the company has set: company details and defaults, tax codes, currencies, departments (§3.8).

SetupData has 294 fields in v32; here are the ones that programs were seen to read, and VAT_CASH, whose name
is ODBC's (a switch says whether SDO has it). The names of the invoice defaults and of the lock date are not
known, so they are not fields: the lock date is asked by method.
"""

from __future__ import annotations

from .table import Table, bytes_, characters, doubles, fields, shorts

SETUP = Table(
    name="SETUP",
    fields=fields(
        characters(60, "NAME ADDRESS_1 ADDRESS_2 ADDRESS_3 ADDRESS_4 ADDRESS_5"),
        characters(30, "TELEPHONE SALES_TERMS PURCHASE_TERMS"),
        characters(20, "VAT_REG_NUMBER"),
        characters(8, "SALES_NOMINAL PURCHASE_NOMINAL"),
        characters(2, "CUSTOMER_COUNTRY_CODE SUPPLIER_COUNTRY_CODE"),
        bytes_("SALES_CURRENCY PURCHASE_CURRENCY SALES_DISC_TYPE VAT_CASH"),
        shorts("SALES_DEPARTMENT PURCHASE_DEPARTMENT SALES_DEF_TAX_CODE PURCHASE_TAXCODE"),
        shorts("SALES_DUEDAYS SALES_PAY_DUE_DAYS"),
        doubles("PURCHASE_CREDIT_LIMIT PURCHASE_SETT_DISCOUNT"),
    ),
)

CONTROL = Table(
    name="CONTROL",
    fields=fields(
        characters(60, " ".join(f"T{code}_DESCRIPTION" for code in range(100))),
        doubles(" ".join(f"T{code}_RATE" for code in range(100))),
    ),
)

# Only EXCHANGE_RATE was seen in SDO; the other names are ODBC's.
CURRENCY = Table(
    name="CURRENCY",
    fields=fields(
        characters(3, "CODE SYMBOL"),
        characters(30, "NAME"),
        characters(20, "MAJOR_CURRENCY_UNIT MINOR_CURRENCY_UNIT"),
        shorts("BASE_CURRENCY"),
        doubles("EXCHANGE_RATE", decimals=6),
    ),
)

# Names as in ODBC's DEPARTMENT.
DEPARTMENT = Table(
    name="DEPARTMENT",
    fields=fields(
        characters(60, "NAME"),
        characters(8, "REFERENCE"),
        shorts("NUMBER"),
    ),
)
