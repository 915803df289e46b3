"""Currency rules: one account has one currency (reference sage50_uk_sdo.md §6).

CURRENCY is 0-based, record CURRENCY + 1 of CurrencyData holds its rate: foreign units per base unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from .com import ErrorCode, Refusal
from .fields import Buffer
from .storage import CompanyFile
from .tables.settings import CURRENCY
from .values import Row, money, number, whole

FOREIGN_TRADER = "FOREIGN_TRADER"
"""Option of the company: “1” when Foreign Trader is enabled."""

_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Rate:
    """The currency of a document or entry (0-based) and its rate: foreign units per base unit, 1 for base."""

    currency: int
    rate: Decimal

    def to_base(self, foreign: Decimal) -> Decimal:
        """An amount in base currency, in pennies."""
        return foreign if self.rate == _ONE else money(foreign / self.rate)

    @property
    def foreign_rate(self) -> float:
        """FOREIGN_RATE as it is stored."""
        return float(self.rate)


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


def agree_currency(file: CompanyFile, account: Row, header: Buffer) -> Rate:
    """The currency of a header for this account.

    Raises Refusal 34 when the header names another than the account's, 35 when it gives a rate for base
    currency, 33 when foreign trading is off. A header that names none takes the account's.
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
        return Rate(currency, _ONE)
    if given < 0:
        raise Refusal(ErrorCode.sdoInvalidValue, "FOREIGN_RATE is negative")
    return Rate(currency, given or number(row, "EXCHANGE_RATE"))
