"""The currencies of the company: Sage's numbers and the codes that everybody else uses.

Records, documents and headers hold CURRENCY from 0; `CurrencyData.Read(CURRENCY + 1)` is its row (reference:
sage50_uk_sdo.md §3.2). The row's names CODE and BASE_CURRENCY are ODBC's; SDO's were not seen ([L]).
"""

from __future__ import annotations

from typing import cast

from ml_connector.sage.uk.sdo import PlainFile, text, whole
from ml_connector.sage.uk.session import Session

MOST = range(256)
"""CURRENCY is one byte."""


class Currencies:
    """Read once in a session."""

    def __init__(self, session: Session) -> None:
        file = cast(PlainFile, session.create("CurrencyData"))
        codes: dict[int, str] = {}
        self.base_number = 0
        with session.reading("reading the currencies"):
            for number in MOST:
                if not file.Read(number + 1):
                    break
                codes[number] = text(file.Fields, "CODE").upper()
                if whole(file.Fields, "BASE_CURRENCY"):
                    self.base_number = number
        self._codes = codes

    @property
    def base(self) -> str:
        """The code of the company's base currency."""
        return self.code(self.base_number)

    def code(self, number: int) -> str:
        """The currency's code, as GBP; its bare number where the company has no such currency."""
        return self._codes.get(number, str(number))
