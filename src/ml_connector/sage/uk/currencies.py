"""The currencies of the company: Sage's numbers and the codes that everybody else uses.

Records, documents and headers hold CURRENCY from 0; `CurrencyData.Read(CURRENCY + 1)` is its row (reference:
sage50_uk_sdo.md §3.2). The row's names CODE and BASE_CURRENCY are ODBC's; SDO's were not seen ([L]).
"""

from __future__ import annotations

from decimal import Decimal
from typing import cast

from ml_connector.errors import NeedsPerson
from ml_connector.sage import findings
from ml_connector.sage.uk.sdo import PlainFile, exact, text, whole
from ml_connector.sage.uk.session import Session

MOST = range(256)
"""CURRENCY is one byte."""


class Currencies:
    """Read once in a session."""

    def __init__(self, session: Session) -> None:
        file = cast(PlainFile, session.create("CurrencyData"))
        codes: dict[int, str] = {}
        rates: dict[int, Decimal] = {}
        self.base_number = 0
        with session.reading("reading the currencies"):
            for number in MOST:
                if not file.Read(number + 1):
                    break
                codes[number] = text(file.Fields, "CODE").upper()
                rates[number] = exact(file.Fields, "EXCHANGE_RATE")
                if whole(file.Fields, "BASE_CURRENCY"):
                    self.base_number = number
        self._codes = codes
        self._rates = rates

    @property
    def base(self) -> str:
        """The code of the company's base currency."""
        return self.code(self.base_number)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all of them, in the order of Sage's list."""
        return tuple(self._codes.values())

    def number(self, code: str) -> int:
        """CURRENCY of a code. Raises `NeedsPerson` (currency-missing) for one that the company lacks."""
        number = next((each for each, known in self._codes.items() if known == code), None)
        if number is None:
            raise NeedsPerson(findings.currency_missing(code))
        return number

    def foreign_values(self, code: str, *, reached_sage: bool) -> dict[str, int | float]:
        """What a header says in a foreign currency: its number, and Sage's own rate for it; else nothing.

        FOREIGN_RATE may be given for foreign accounts only (§3.3). It is copied from EXCHANGE_RATE of Sage's
        currency table as it stands there, so that no question is left which way round a rate is, or whether
        Sage would fill in its own (§6, both [L]). Raises `NeedsPerson` while the table holds none.
        """
        number = self.number(code)
        if number == self.base_number:
            return {}
        rate = self._rates[number]
        if rate <= 0:
            raise NeedsPerson(findings.exchange_rate_missing(code), reached_sage=reached_sage)
        return {"CURRENCY": number, "FOREIGN_RATE": float(rate)}

    def code(self, number: int) -> str:
        """The currency's code, as GBP; its bare number where the company has no such currency."""
        return self._codes.get(number, str(number))
