"""Sage's own code numbers, as far as this driver sets or reads them (reference: sage50_uk_sdo.md §3.1)."""

from __future__ import annotations

from enum import IntEnum


class TransType(IntEnum):
    """What a ledger header or split is; the member's name is the ledger's word for it."""

    SI = 1
    SC = 2
    SR = 3
    SA = 4
    SD = 5
    SP = 24


class InvoiceType(IntEnum):
    """INVOICE_TYPE_CODE of a document's header."""

    PRODUCT_INVOICE = 0
    SERVICE_INVOICE = 2
    PRODUCT_CREDIT = 3
    SERVICE_CREDIT = 4


CREDITS = frozenset({InvoiceType.PRODUCT_CREDIT, InvoiceType.SERVICE_CREDIT})

LEDGER_TYPE = {
    InvoiceType.PRODUCT_INVOICE: 261,
    InvoiceType.SERVICE_INVOICE: 264,
    InvoiceType.PRODUCT_CREDIT: 265,
    InvoiceType.SERVICE_CREDIT: 279,
}
"""The LedgerType that every working program assigns to `InvoicePost.Type` (§2.2)."""

INVOICE_TYPE = {
    (False, False): InvoiceType.PRODUCT_INVOICE,
    (False, True): InvoiceType.SERVICE_INVOICE,
    (True, False): InvoiceType.PRODUCT_CREDIT,
    (True, True): InvoiceType.SERVICE_CREDIT,
}
"""By (credit, service)."""

SI_AND_SC = frozenset({TransType.SI, TransType.SC})
NON_VAT_TAX_CODE = 9
"""A payment's tax code has to be the non-VAT one, T9, else error 76 (§6)."""

SPECIAL_STOCK_CODES = frozenset({"S1", "S2", "S3", "M"})
"""They need no product record (§3.5)."""

ITEM_TYPES = {0: "stock", 1: "non-stock", 2: "service"}
SDO_READ = 0


def ledger_word(type_code: int) -> str:
    """SI, SC, SA …; the bare number for one that this driver never makes."""
    try:
        return TransType(type_code).name
    except ValueError:
        return str(type_code)
