"""Reads documents, ledger entries and splits out of Sage into the values that looks compare.

Everything is read live, by number; nothing is remembered. Records that Sage keeps but marks as deleted are
not there (reference: sage50_uk_sdo.md §6).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import cast

from ml_connector.sage.standing import StandingDocument, StandingEntry, StandingLine, StandingSplit
from ml_connector.sage.uk.currencies import Currencies
from ml_connector.sage.uk.enums import CREDITS, ledger_word
from ml_connector.sage.uk.sdo import Fields, LinkedFile, Record, day, pence, text, whole
from ml_connector.sage.uk.session import Session


class Reader:
    """Reads single records of one session. Every method may raise what `Session.reading` raises."""

    def __init__(self, session: Session, currencies: Currencies) -> None:
        self._session = session
        self._currencies = currencies

    def document(self, number: int, *, lines: bool = True) -> StandingDocument | None:
        """The document with this number, or None; without its lines where only its head matters."""
        with self._session.reading(f"reading document {number}"):
            record = cast(Record, self._session.shared("InvoiceRecord"))
            record.Fields.Item("INVOICE_NUMBER").Value = number
            if not record.Find(False):
                return None
            fields = record.Fields
            if whole(fields, "DELETED_FLAG"):
                return None
            currency = whole(fields, "CURRENCY")
            return StandingDocument(
                number=number,
                account_ref=text(fields, "ACCOUNT_REF"),
                date=day(fields, "INVOICE_DATE"),
                currency=self._currencies.code(currency),
                base_gross=None if currency == self._currencies.base_number else _base_gross(fields),
                credit=whole(fields, "INVOICE_TYPE_CODE") in CREDITS,
                reference=text(fields, "CUST_ORDER_NUMBER"),
                lines=tuple(_lines(record.Link)) if lines else (),
                carriage=_carriage(fields) if lines else None,
                posted=bool(whole(fields, "POSTED_CODE")),
            )

    def entry(self, header: int) -> StandingEntry | None:
        """The ledger entry with this header number, or None."""
        with self._session.reading(f"reading transaction {header}"):
            headers = cast(LinkedFile, self._session.shared("HeaderData"))
            if not _stand_on(headers, header, "HEADER_NUMBER"):
                return None
            fields = headers.Fields
            if whole(fields, "DELETED_FLAG"):
                return None
            return self._entry(headers, fields)

    def split(self, number: int) -> StandingSplit | None:
        """The split with this number (“transaction number” in Sage's windows), or None."""
        with self._session.reading(f"reading transaction split {number}"):
            splits = cast(LinkedFile, self._session.shared("SplitData"))
            if not _stand_on(splits, number, "TRAN_NUMBER"):
                return None
            fields = splits.Fields
            return None if whole(fields, "DELETED_FLAG") else _split(fields)

    def entries_of_user(self, types: frozenset[int]) -> Iterator[StandingEntry]:
        """Every ledger entry of these types that this session's own Sage user made, in order."""
        headers = cast(LinkedFile, self._session.create("HeaderData"))
        with self._session.reading("reading the ledger"):
            standing = headers.MoveFirst()
            while standing:
                fields = headers.Fields
                if (
                    whole(fields, "TYPE") in types
                    and text(fields, "USER_NAME").upper() == self._session.user
                    and not whole(fields, "DELETED_FLAG")
                ):
                    yield self._entry(headers, fields)
                standing = headers.MoveNext()

    def entries_of_anybody(self, types: frozenset[int], since: date) -> Iterator[StandingEntry]:
        """Every ledger entry of these types dated `since` or later, whoever made it, with its details."""
        headers = cast(LinkedFile, self._session.create("HeaderData"))
        with self._session.reading("reading what others entered"):
            standing = headers.MoveFirst()
            while standing:
                fields = headers.Fields
                dated = day(fields, "DATE")
                if (
                    whole(fields, "TYPE") in types
                    and dated is not None
                    and dated >= since
                    and not whole(fields, "DELETED_FLAG")
                ):
                    entry = self._entry(headers, fields)
                    yield replace(entry, details=_details(text(fields, "DETAILS"), headers.Link))
                standing = headers.MoveNext()

    def _entry(self, headers: LinkedFile, fields: Fields) -> StandingEntry:
        return StandingEntry(
            header=whole(fields, "HEADER_NUMBER"),
            type=ledger_word(whole(fields, "TYPE")),
            account_ref=text(fields, "ACCOUNT_REF"),
            date=day(fields, "DATE"),
            reference=text(fields, "INV_REF"),
            currency=self._currencies.code(whole(fields, "CURRENCY")),
            bank=text(fields, "BANK_CODE"),
            user=text(fields, "USER_NAME"),
            splits=tuple(_splits(headers.Link)),
        )


def _base_gross(fields: Fields) -> int:
    """What Sage makes of a foreign document in base currency, in its own figures (§3.3)."""
    return sum(
        pence(fields, name) for name in ("BASE_TOT_NET", "BASE_TOT_TAX", "BASE_CARR_NET", "BASE_CARR_TAX")
    )


def _stand_on(file: LinkedFile, number: int, name: str) -> bool:
    """Stand on a ledger record: its number is its place in the file, or else it is searched for."""
    if file.Read(number) and whole(file.Fields, name) == number:
        return True
    return file.FindFirst(name, number)


def _lines(items: LinkedFile) -> Iterator[StandingLine]:
    standing = items.MoveFirst()
    while standing:
        fields = items.Fields
        net, tax = pence(fields, "NET_AMOUNT"), pence(fields, "TAX_AMOUNT")
        if whole(fields, "IS_NEGATIVE_LINE"):
            # The amounts of a negative line are positive (§3.5); a signed one would say the same.
            net, tax = -abs(net), -abs(tax)
        yield StandingLine(
            stock_code=text(fields, "STOCK_CODE").upper(),
            nominal=text(fields, "NOMINAL_CODE"),
            tax_code=whole(fields, "TAX_CODE"),
            net=net,
            tax=tax,
        )
        standing = items.MoveNext()


def _carriage(fields: Fields) -> StandingLine | None:
    net, tax = pence(fields, "CARR_NET"), pence(fields, "CARR_TAX")
    if not net and not tax:
        return None
    return StandingLine(
        stock_code="",
        nominal=text(fields, "CARR_NOM_CODE"),
        tax_code=whole(fields, "CARR_TAX_CODE"),
        net=net,
        tax=tax,
    )


def _splits(splits: LinkedFile) -> Iterator[StandingSplit]:
    standing = splits.MoveFirst()
    while standing:
        fields = splits.Fields
        if not whole(fields, "DELETED_FLAG"):
            yield _split(fields)
        standing = splits.MoveNext()


def _details(header: str, splits: LinkedFile) -> tuple[str, ...]:
    """The details of a header and of its splits, each text once."""
    found, standing = [header], splits.MoveFirst()
    while standing:
        found.append(text(splits.Fields, "DETAILS"))
        standing = splits.MoveNext()
    return tuple(each for each in dict.fromkeys(found) if each)


def _split(fields: Fields) -> StandingSplit:
    return StandingSplit(
        number=whole(fields, "TRAN_NUMBER"),
        nominal=text(fields, "NOMINAL_CODE"),
        tax_code=whole(fields, "TAX_CODE"),
        net=pence(fields, "NET_AMOUNT"),
        tax=pence(fields, "TAX_AMOUNT"),
        paid=pence(fields, "AMOUNT_PAID"),
    )
