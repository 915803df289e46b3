"""What InvoicePost.Update refuses before a document is saved (reference sage50_uk_sdo.md §2.3, §3.5, §6).

Stricter than Sage may be: whether it looks up account, product and nominal while saving is [M], and a driver
that passes here passes there.
"""

from __future__ import annotations

from collections.abc import Sequence

from .com import ErrorCode, Refusal
from .document_totals import rate_of
from .fields import Buffer
from .ledger import check_sales_nominal
from .master_records import SPECIAL_STOCK_CODES, check_address_lines
from .storage import CompanyFile
from .tables.records import STOCK
from .values import Row, amount, day, number, text, whole

SERVICE_TYPES = frozenset({2, 4})
CREDIT_TYPES = frozenset({3, 4})
"""INVOICE_TYPE_CODEs (§3.1): 0 and 3 product invoice and credit, 2 and 4 service invoice and credit."""

_LEDGER_TYPE_OF = {0: 261, 2: 264, 3: 265, 4: 279}
"""INVOICE_TYPE_CODE → the LedgerType that `InvoicePost.Type` is set to (§2.2)."""

_NEGATIVE_LINES_SINCE = 23
"""The first version that has them (§3.5)."""

_MONEY_FIELDS = ("NET_AMOUNT", "TAX_AMOUNT", "UNIT_PRICE", "FULL_NET_AMOUNT")


def check_document(
    file: CompanyFile, ledger_type: int, header: Buffer, lines: Sequence[Buffer], rates: Row
) -> None:
    """Refuse a document that may not be saved; its totals are checked where they are worked out."""
    row = header.values
    type_code = whole(row, "INVOICE_TYPE_CODE")
    if _LEDGER_TYPE_OF.get(type_code) != ledger_type:
        raise Refusal(ErrorCode.sdoInvalidType, f"Type {ledger_type} with INVOICE_TYPE_CODE {type_code}")
    if day(row, "INVOICE_DATE") is None:
        raise Refusal(ErrorCode.sdoInvalidDate, "INVOICE_DATE is empty")
    check_address_lines(row)
    if amount(row, "AMOUNT_PREPAID"):
        raise Refusal(ErrorCode.sdoNotSupportedException, "this engine posts no receipts with a document")
    if not lines and not amount(row, "CARR_NET"):
        raise Refusal(ErrorCode.sdoInvalidSave, "a document without lines")
    for line in lines:
        _check_line(file, line, row, is_service=type_code in SERVICE_TYPES)
    _check_carriage(file, row, rates)


def _check_line(file: CompanyFile, line: Buffer, header: Row, *, is_service: bool) -> None:
    row = line.values
    code = text(row, "STOCK_CODE").upper()
    row["STOCK_CODE"] = code
    if is_service:
        row["SERVICE_FLAG"] = 1
    is_special = code in SPECIAL_STOCK_CODES
    if not is_special and not (is_service and not code):
        _check_product(file, code, is_service=is_service)
    if code == "M" and any(number(row, name) for name in _MONEY_FIELDS):
        raise Refusal(ErrorCode.sdoInvalidValue, "a message line has no value")
    if whole(row, "IS_NEGATIVE_LINE"):
        if not is_service and (not is_special or code == "M"):
            raise Refusal(ErrorCode.sdoIncorrectStockCodeType, f"a negative line on {code}")
        if int(file.option("DATA_VERSION")) < _NEGATIVE_LINES_SINCE:
            raise Refusal(ErrorCode.sdoInvalidValue, "a negative line")
    if code != "M":
        check_sales_nominal(file, text(header, "GLOBAL_NOM_CODE") or text(row, "NOMINAL_CODE"))


def _check_product(file: CompanyFile, code: str, *, is_service: bool) -> None:
    if not code:
        raise Refusal(ErrorCode.sdoEmptyKey, "STOCK_CODE is empty")
    if is_service:
        raise Refusal(ErrorCode.sdoIncorrectStockCodeType, f"{code} in a service document")
    if not file.count(STOCK, "WHERE STOCK_CODE = ?", code):
        raise Refusal(ErrorCode.sdoInvalidKey, f"there is no product {code}")


def _check_carriage(file: CompanyFile, row: Row, rates: Row) -> None:
    net, tax = amount(row, "CARR_NET"), amount(row, "CARR_TAX")
    if net < 0 or tax < 0:
        raise Refusal(ErrorCode.sdoInvalidValue, "carriage is negative")
    if net or tax:
        check_sales_nominal(file, text(row, "CARR_NOM_CODE"))
        rate_of(rates, whole(row, "CARR_TAX_CODE"))
