"""Allocation: a receipt or credit is set against an invoice or payment, split by split (reference §4.6).

Promises two usage rows for each allocation, AMOUNT_PAID and PAID_FLAG on both splits and their headers, and
refusal (40) of another account, the wrong side, or more than is outstanding. Balances do not move.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .com import ErrorCode, Refusal
from .ledger import DEBIT
from .session import Session
from .storage import CompanyFile
from .tables.ledger import HEADER, SPLIT, USAGE
from .values import Row, amount, money, text, whole


@dataclass(frozen=True, slots=True)
class _Side:
    split: Row
    header: Row

    @property
    def number(self) -> int:
        return whole(self.split, "TRAN_NUMBER")

    @property
    def gross(self) -> Decimal:
        return amount(self.split, "NET_AMOUNT") + amount(self.split, "TAX_AMOUNT")

    @property
    def is_debit(self) -> bool:
        """A negative line of an invoice stands on the credit side, of a credit on the debit side ([L])."""
        return (whole(self.split, "TYPE") in DEBIT) == (self.gross >= 0)

    @property
    def outstanding(self) -> Decimal:
        return abs(self.gross - amount(self.split, "AMOUNT_PAID"))


def allocate(session: Session, invoice_split: int, credit_split: int, value: Decimal, day: date) -> None:
    """Set `value` of the credit-side split against the debit-side split. Raises Refusal 40 or 75."""
    file = session.file
    debit, credit = _side(file, invoice_split), _side(file, credit_split)
    _check(debit, credit, value)
    for one, other in ((debit, credit), (credit, debit)):
        row = USAGE.blank_row() | {
            "TYPE": whole(other.split, "TYPE"),
            "SPLIT_NUMBER": one.number,
            "SPLIT_CROSSREF": other.number,
            "REFERENCE": text(other.header, "INV_REF"),
            "DETAILS": text(other.split, "DETAILS"),
            "USER_NAME": session.user,
            "DATE": day,
            "AMOUNT": float(value),
        }
        file.insert(USAGE, row)
        _pay(file, one, value)


def can_allocate(file: CompanyFile, invoice_split: int, credit_split: int) -> bool:
    """Whether any amount of the one can be set against the other."""
    debit, credit = _side(file, invoice_split), _side(file, credit_split)
    try:
        _check(debit, credit, Decimal("0.01"))
    except Refusal:
        return False
    return True


def _side(file: CompanyFile, number: int) -> _Side:
    split = file.first(SPLIT, "WHERE RECNO = ?", number)
    if split is None:
        raise Refusal(ErrorCode.sdoInvalidTransactionNumber, str(number))
    header = file.first(HEADER, "WHERE RECNO = ?", whole(split[1], "HEADER_NUMBER"))
    if header is None:
        raise Refusal(ErrorCode.sdoInvalidTransactionNumber, str(number))
    return _Side(split[1], header[1])


def _check(debit: _Side, credit: _Side, value: Decimal) -> None:
    if not debit.is_debit or credit.is_debit:
        raise Refusal(ErrorCode.sdoInvalidAllocation, "wrong side")
    if debit.header["ACCOUNT_REF"] != credit.header["ACCOUNT_REF"]:
        raise Refusal(ErrorCode.sdoInvalidAllocation, "two accounts")
    if not 0 < value <= min(debit.outstanding, credit.outstanding):
        raise Refusal(ErrorCode.sdoInvalidAllocation, f"{value} is more than outstanding, or not positive")


def _pay(file: CompanyFile, side: _Side, value: Decimal) -> None:
    signed = value if side.gross >= 0 else -value
    paid = amount(side.split, "AMOUNT_PAID") + signed
    file.update(SPLIT, side.number, {"AMOUNT_PAID": float(paid), "PAID_FLAG": int(paid == side.gross)})
    # Read again: both sides may be splits of one header.
    header_number = whole(side.split, "HEADER_NUMBER")
    header = file.first(HEADER, "WHERE RECNO = ?", header_number)
    if header is not None:
        in_all = money(amount(header[1], "AMOUNT_PAID") + signed)
        open_splits = file.count(SPLIT, "WHERE HEADER_NUMBER = ? AND PAID_FLAG = 0", header_number)
        file.update(HEADER, header_number, {"AMOUNT_PAID": float(in_all), "PAID_FLAG": int(not open_splits)})
