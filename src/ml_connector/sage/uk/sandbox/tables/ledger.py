"""The audit trail: transaction headers, their splits, and the allocations between splits (§3.7, §4.6).

Amounts are in the account's own currency ([L]: no source shows them for a foreign account); the hidden BASE_…
columns hold them in base currency, as ODBC's NET_AMOUNT does.
"""

from __future__ import annotations

from ..values import FieldState
from .table import Table, bytes_, characters, dates, doubles, fields, integers, shorts

RESERVED = FieldState.sdoReserved
_MONEY = "REAL NOT NULL DEFAULT 0"

HEADER = Table(
    name="HEADER",
    fields=fields(
        characters(8, "ACCOUNT_REF BANK_CODE"),
        characters(30, "INV_REF"),
        characters(60, "DETAILS"),
        characters(32, "USER_NAME"),
        bytes_("TYPE", FieldState.sdoRequired),
        bytes_("CURRENCY PRINTED_FLAG VAT_FLAG BANK_FLAG FINANCE_CHARGE"),
        bytes_("PAID_FLAG", RESERVED),
        shorts("ELEC_TRANS"),
        shorts("DELETED_FLAG", RESERVED),
        integers("HEADER_NUMBER FIRST_SPLIT LAST_SPLIT NO_OF_SPLIT UNIQUE_REF", RESERVED),
        doubles("NET_AMOUNT TAX_AMOUNT FOREIGN_GROSS EURO_GROSS INTEREST_RATE"),
        doubles("FOREIGN_RATE EURO_RATE", decimals=6),
        dates("DATE DATE_DUE POSTED_DATE"),
    ),
    hidden={
        "ISP_REFERENCE": "INTEGER NOT NULL DEFAULT 0",
        "AMOUNT_PAID": _MONEY,
        "PER_BASE": "REAL NOT NULL DEFAULT 1",
        "BASE_NET": _MONEY,
        "BASE_TAX": _MONEY,
    },
    indexed=("ACCOUNT_REF", "INV_REF"),
)

SPLIT = Table(
    name="SPLIT",
    fields=fields(
        characters(8, "NOMINAL_CODE"),
        characters(60, "DETAILS"),
        characters(32, "USER_NAME"),
        characters(30, "EXTRA_REF INTERNAL_REF"),
        bytes_("TYPE"),
        bytes_("PAID_FLAG VAT_FLAG BANK_FLAG", RESERVED),
        shorts("TAX_CODE DEPT_NUMBER"),
        shorts("DELETED_FLAG STATUS", RESERVED),
        integers("TRAN_NUMBER UNIQUE_REF NEXT_SPLIT", RESERVED),
        doubles("NET_AMOUNT TAX_AMOUNT"),
        doubles("AMOUNT_PAID", state=RESERVED),
        dates("DATE POSTED_DATE"),
    ),
    hidden={"HEADER_NUMBER": "INTEGER NOT NULL DEFAULT 0", "BASE_NET": _MONEY, "BASE_TAX": _MONEY},
    indexed=("HEADER_NUMBER", "NOMINAL_CODE"),
)

# Names as in ODBC's AUDIT_USAGE; the SDO names were not seen.
USAGE = Table(
    name="USAGE",
    fields=fields(
        characters(30, "REFERENCE"),
        characters(60, "DETAILS"),
        characters(32, "USER_NAME"),
        bytes_("TYPE"),
        shorts("DELETED_FLAG"),
        integers("SPLIT_NUMBER SPLIT_CROSSREF"),
        doubles("AMOUNT"),
        dates("DATE"),
    ),
    indexed=("SPLIT_NUMBER",),
)
