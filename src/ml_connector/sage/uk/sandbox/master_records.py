"""SalesRecord, StockRecord, NominalRecord and BankRecord: what may be saved in each, and what they link to.

Rules and codes: reference sage50_uk_sdo.md §1.3 (DANK), §2.3 and §6. Nominal accounts and banks are only
read here.
"""

from __future__ import annotations

from .com import ErrorCode, Refusal
from .currencies import check_currency
from .data_files import HeaderData, SplitData, StockTran
from .records import Record
from .tables.documents import INVOICE, STOCK_TRAN
from .tables.ledger import HEADER
from .tables.records import BANK, NOMINAL, SALES, STOCK, NominalType
from .tables.settings import SETUP
from .values import Row, Stored, text, whole

# §6: what FW refuses in an account reference.
_FORBIDDEN_IN_ACCOUNT_REF = frozenset("~`@^*?<>,\\|{}[]=+;:")
_DEFAULTS = {
    "DEPT_NUMBER": "SALES_DEPARTMENT",
    "DISCOUNT_TYPE": "SALES_DISC_TYPE",
    "PAYMENT_DUE_DAYS": "SALES_PAY_DUE_DAYS",
    "TERMS": "SALES_TERMS",
    "DEF_NOM_CODE": "SALES_NOMINAL",
    "DEF_TAX_CODE": "SALES_DEF_TAX_CODE",
    "COUNTRY_CODE": "CUSTOMER_COUNTRY_CODE",
    "CURRENCY": "SALES_CURRENCY",
}
"""The company's customer defaults and the fields that they fill (§3.8)."""
SPECIAL_STOCK_CODES = frozenset({"S1", "S2", "S3", "M"})
"""Codes that need no product record (§3.5)."""


class SalesRecord(Record):
    """ISalesRecord: a customer account."""

    __slots__ = ()
    table = SALES

    @property
    def Link(self) -> HeaderData:
        """The transactions of this account."""
        return self._session.read(lambda: HeaderData(self._session, ("ACCOUNT_REF", self._standing_key())))

    def _add_new(self) -> None:
        super()._add_new()
        if self._session.switches.new_customer == "company_defaults":
            (setup,) = self._session.file.rows(SETUP)
            self._buffer.values |= {ours: setup[theirs] for ours, theirs in _DEFAULTS.items()}

    def _check(self, row: Row, before: Row | None) -> None:
        ref = text(row, "ACCOUNT_REF")
        check_account_ref(ref)
        if before is None and self._session.file.count(SALES, "WHERE ACCOUNT_REF = ?", ref):
            raise Refusal(ErrorCode.sdoAccountRefAlreadyExists, ref)
        if before is not None and ref != before["ACCOUNT_REF"]:
            raise Refusal(ErrorCode.sdoInvalidKey, "an account reference cannot be changed")
        check_address_lines(row)
        check_currency(self._session.file, whole(row, "CURRENCY"))
        if before is not None and row["CURRENCY"] != before["CURRENCY"] and self._has_transactions():
            raise Refusal(ErrorCode.sdoCannotChangeCurrencyWhenTransactionsExist)
        nominal = text(row, "DEF_NOM_CODE")
        if nominal and not self._session.file.count(NOMINAL, "WHERE ACCOUNT_REF = ?", nominal):
            raise Refusal(ErrorCode.sdoInvalidNominalCode, nominal)
        if not 0 <= whole(row, "DEF_TAX_CODE") <= 99:
            raise Refusal(ErrorCode.sdoInvalidValue, "tax codes are T0 to T99")

    def _has_transactions(self) -> bool:
        # A saved document holds its account as well as a posted entry does ([L] for documents).
        file, ref = self._session.file, self._standing_key()
        return any(file.count(table, "WHERE ACCOUNT_REF = ?", ref) for table in (HEADER, INVOICE))


class StockRecord(Record):
    """IStockRecord: a product."""

    __slots__ = ()
    table = STOCK

    @property
    def Link(self) -> StockTran:
        """The movements of this product."""
        return self._session.read(lambda: StockTran(self._session, ("STOCK_CODE", self._standing_key())))

    def _clean_key(self, value: Stored) -> Stored:
        # Blanks are not stripped: a code with blanks is refused, not mended.
        return value.upper() if isinstance(value, str) else value

    def _check(self, row: Row, before: Row | None) -> None:
        code = text(row, "STOCK_CODE")
        check_stock_code(code)
        if before is None and self._session.file.count(STOCK, "WHERE STOCK_CODE = ?", code):
            raise Refusal(ErrorCode.sdoInvalidKey, f"{code} exists")
        if before is not None and code != before["STOCK_CODE"]:
            raise Refusal(ErrorCode.sdoInvalidKey, "a stock code cannot be changed")
        if whole(row, "ITEM_TYPE") not in (0, 1, 2):
            raise Refusal(ErrorCode.sdoInvalidValue, "ITEM_TYPE is 0 stock, 1 non-stock or 2 service")

    def _has_transactions(self) -> bool:
        return bool(self._session.file.count(STOCK_TRAN, "WHERE STOCK_CODE = ?", self._standing_key()))


class NominalRecord(Record):
    """INominalRecord."""

    __slots__ = ()
    table = NOMINAL
    read_only = True

    @property
    def Link(self) -> SplitData:
        """The splits that were posted to this nominal."""
        return self._session.read(lambda: SplitData(self._session, ("NOMINAL_CODE", self._standing_key())))

    @property
    def ControlType(self) -> int:
        """ControlTypes: 0 none, 1 bank, 2 debtors, 5 sales tax … (§3.1)."""
        return self._session.read(lambda: whole(self._buffer.values, "CONTROL_TYPE") if self._recno else 0)

    @property
    def MajorControl(self) -> bool:
        """Nothing may be posted to it directly: debtors, creditors, the tax accounts …"""
        return self._session.read(lambda: self._buffer.values["ACCOUNT_TYPE"] == NominalType.control)

    def FindControlAccount(self, ControlType: int) -> bool:
        """Stand on the nominal that serves as this control account."""
        return self._session.read(lambda: self._stand("AND CONTROL_TYPE = ?", "ASC", ControlType, edge="eof"))


class BankRecord(Record):
    """IBankRecord: the nominals that are banks."""

    __slots__ = ()
    table = BANK
    read_only = True


def check_account_ref(ref: str) -> None:
    """Refuse an account reference: 50 empty or too long, 82 blanks, 86 characters."""
    if not ref or len(ref) > SALES.by_name["ACCOUNT_REF"].length:
        raise Refusal(ErrorCode.sdoEmptyKey, ref)
    if " " in ref:
        raise Refusal(ErrorCode.sdoAccountRefContainsSpaces, ref)
    if _FORBIDDEN_IN_ACCOUNT_REF & set(ref):
        raise Refusal(ErrorCode.sdoAccountRefContainsInvalidCharacters, ref)


def check_stock_code(code: str) -> None:
    """Refuse a stock code: 50 empty or too long, 17 blanks or commas, 90 one of the special codes."""
    if not code or len(code) > STOCK.by_name["STOCK_CODE"].length:
        raise Refusal(ErrorCode.sdoEmptyKey, code)
    if set(" ,") & set(code):
        raise Refusal(ErrorCode.sdoInvalidKey, f"{code!r} has blanks or commas")
    if code in SPECIAL_STOCK_CODES:
        raise Refusal(ErrorCode.sdoIncorrectStockCodeType, code)


def check_address_lines(row: Row) -> None:
    """Refuse (83) an address line that does not fit."""
    for name, value in row.items():
        if "ADDRESS_" in name and isinstance(value, str) and len(value) > 60:
            raise Refusal(ErrorCode.sdoAddressLineIsTooLong, name)
