"""Currency rules: one account has one currency (reference sage50_uk_sdo.md §6).

CURRENCY is 0-based, record CURRENCY + 1 of CurrencyData holds its rate. Which way round Sage reads a rate is
a switch (`rate_is`); the company's file keeps, beside what a client sees, foreign units per base unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from .com import ErrorCode, Refusal
from .fields import Buffer
from .storage import CompanyFile
from .switches import Switches
from .tables.settings import CURRENCY
from .values import Row, money, number, whole

FOREIGN_TRADER = "FOREIGN_TRADER"
"""Option of the company: “1” when Foreign Trader is enabled."""

_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Rate:
    """The currency of a document or entry (0-based) and its rate, 1 for base.

    `shown` is what clients see in FOREIGN_RATE, `rate` foreign units per base unit.
    """

    currency: int
    shown: Decimal
    rate: Decimal

    def to_base(self, foreign: Decimal) -> Decimal:
        """An amount in base currency, in pennies."""
        return foreign if self.rate == _ONE else money(foreign / self.rate)

    def columns(self) -> Row:
        """What a document or entry keeps of it."""
        return {
            "CURRENCY": self.currency,
            "FOREIGN_RATE": float(self.shown),
            "PER_BASE": float(self.rate),
        }


def rate_of_row(row: Row) -> Rate:
    """The rate of a document or ledger header that is saved."""
    return Rate(whole(row, "CURRENCY"), number(row, "FOREIGN_RATE") or _ONE, number(row, "PER_BASE") or _ONE)


def currency_row(file: CompanyFile, currency: int) -> Row:
    """The currency's record. Raises Refusal 18 for one that the company does not have."""
    found = file.first(CURRENCY, "WHERE RECNO = ?", currency + 1)
    if found is None:
        raise Refusal(ErrorCode.sdoInvalidValue, f"there is no currency {currency}")
    return found[1]


def check_currency(file: CompanyFile, currency: int) -> None:
    """Refuse an account's currency: 18 unknown, 33 foreign without Foreign Trader."""
    row = currency_row(file, currency)
    if not whole(row, "BASE_CURRENCY") and file.option(FOREIGN_TRADER) != "1":
        raise Refusal(ErrorCode.sdoForTraNotEnabled)


def agree_currency(file: CompanyFile, account: Row, header: Buffer, switches: Switches) -> Rate:
    """The currency of a header for this account.

    Raises Refusal 34 when the header names another than the account's, 35 when it gives a rate for base
    currency, 33 when foreign trading is off, 18 for a rate below nothing or none at all. A header that names
    no currency takes the account's, one that gives no rate that of the currency ([L]).
    """
    currency = whole(account, "CURRENCY")
    if "CURRENCY" in header.assigned and whole(header.values, "CURRENCY") != currency:
        raise Refusal(ErrorCode.sdoCurrencyDoesNotMatch)
    check_currency(file, currency)
    given = number(header.values, "FOREIGN_RATE")
    row = currency_row(file, currency)
    if whole(row, "BASE_CURRENCY"):
        if given:
            raise Refusal(ErrorCode.sdoForeignRateSetOnBase)
        return Rate(currency, _ONE, _ONE)
    if given < 0:
        raise Refusal(ErrorCode.sdoInvalidValue, "FOREIGN_RATE is negative")
    shown = given or number(row, "EXCHANGE_RATE")
    if not shown:
        raise Refusal(ErrorCode.sdoInvalidValue, "the currency has no exchange rate")
    return Rate(currency, shown, shown if switches.rate_is == "foreign_per_base" else _ONE / shown)
