"""The audit trail: how an entry becomes a header with splits, and moves the balances.

Ledger updates (`ledger_update.py`) and direct entries (`transaction_post.py`) both end here. Header numbers
and split numbers are two sequences without gaps; nothing is ever taken out of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum

from .com import ErrorCode, Refusal
from .currencies import Rate
from .session import Session
from .storage import CompanyFile
from .tables.ledger import HEADER, SPLIT
from .tables.records import NOMINAL, SALES, NominalType
from .values import Row, money, number, text, whole


class TransType(IntEnum):
    """The transaction types that this engine posts (§3.1)."""

    SI = 1
    SC = 2
    SA = 4
    SP = 24


DEBIT = frozenset({TransType.SI, TransType.SP})
"""What the customer owes more by; SC and SA are what the customer owes less by (§4.6)."""

MONEY = frozenset({TransType.SA, TransType.SP})
"""What moves a bank."""

DEBTORS_CONTROL, SALES_TAX_CONTROL = 2, 5
"""ControlTypes (§3.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSplit:
    """A split to be posted; amounts in the account's currency, signs as in the ledger of its type."""

    nominal: str
    tax_code: int
    net: Decimal
    tax: Decimal
    details: str
    department: int
    date: date
    extra_ref: str = ""
    internal_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """A header to be posted, with what its splits share."""

    type: TransType
    account: Row
    rate: Rate
    date: date
    due: date
    posted: date
    inv_ref: str
    details: str
    splits: Sequence[NewSplit]
    bank: str = ""
    document_number: int = 0


def account_row(file: CompanyFile, ref: str) -> Row:
    """The customer account. Raises Refusal 63 for no reference and 17 for one that does not exist."""
    if not ref:
        raise Refusal(ErrorCode.sdoEmptyAccountReference)
    found = file.first(SALES, "WHERE ACCOUNT_REF = ?", ref.strip().upper())
    if found is None:
        raise Refusal(ErrorCode.sdoInvalidKey, f"there is no account {ref}")
    return found[1]


def post_entry(session: Session, entry: NewEntry) -> int:
    """Write the entry and move the balances; its header number. Inside the caller's transaction."""
    file = session.file
    header_number, first = file.highest(HEADER) + 1, file.highest(SPLIT) + 1
    net, tax = sum((s.net for s in entry.splits), Decimal()), sum((s.tax for s in entry.splits), Decimal())
    base = [(entry.rate.to_base(split.net), entry.rate.to_base(split.tax)) for split in entry.splits]
    base_net, base_tax = sum((n for n, _ in base), Decimal()), sum((t for _, t in base), Decimal())
    header = HEADER.blank_row() | {
        "TYPE": int(entry.type),
        "ACCOUNT_REF": text(entry.account, "ACCOUNT_REF"),
        "DATE": entry.date,
        "DATE_DUE": entry.due,
        "POSTED_DATE": entry.posted,
        "INV_REF": entry.inv_ref,
        "DETAILS": entry.details,
        "BANK_CODE": entry.bank,
        "NET_AMOUNT": float(net),
        "TAX_AMOUNT": float(tax),
        **entry.rate.columns(),
        "FOREIGN_GROSS": float(net + tax),
        "USER_NAME": session.user,
        "HEADER_NUMBER": header_number,
        "UNIQUE_REF": header_number,
        "FIRST_SPLIT": first,
        "LAST_SPLIT": first + len(entry.splits) - 1,
        "NO_OF_SPLIT": len(entry.splits),
        "ISP_REFERENCE": entry.document_number,
        "BASE_NET": float(base_net),
        "BASE_TAX": float(base_tax),
    }
    file.insert(HEADER, header)
    for position, (split, (split_net, split_tax)) in enumerate(zip(entry.splits, base, strict=True)):
        tran_number, is_last = first + position, position == len(entry.splits) - 1
        row = SPLIT.blank_row() | {
            "TYPE": int(entry.type),
            "NOMINAL_CODE": split.nominal,
            "TAX_CODE": split.tax_code,
            "NET_AMOUNT": float(split.net),
            "TAX_AMOUNT": float(split.tax),
            "DETAILS": split.details,
            "DATE": split.date,
            "POSTED_DATE": entry.posted,
            "DEPT_NUMBER": split.department,
            "EXTRA_REF": split.extra_ref,
            "INTERNAL_REF": split.internal_ref,
            "USER_NAME": session.user,
            "TRAN_NUMBER": tran_number,
            "UNIQUE_REF": tran_number,
            "NEXT_SPLIT": 0 if is_last else tran_number + 1,
            "HEADER_NUMBER": header_number,
            "BASE_NET": float(split_net),
            "BASE_TAX": float(split_tax),
        }
        file.insert(SPLIT, row)
    _move_balances(file, entry, base_net + base_tax, base_tax, base)
    return header_number


def _move_balances(
    file: CompanyFile, entry: NewEntry, gross: Decimal, tax: Decimal, base: Sequence[tuple[Decimal, Decimal]]
) -> None:
    sign = 1 if entry.type in DEBIT else -1
    foreign = sum((split.net + split.tax for split in entry.splits), Decimal())
    account = file.first(SALES, "WHERE ACCOUNT_REF = ?", text(entry.account, "ACCOUNT_REF"))
    if account is not None:
        recno, row = account
        changes = {
            "BALANCE": float(money(number(row, "BALANCE") + sign * gross)),
            "FOREIGN_BALANCE": float(money(number(row, "FOREIGN_BALANCE") + sign * foreign)),
        }
        file.update(SALES, recno, changes)
    _move_nominal(file, "CONTROL_TYPE = ?", DEBTORS_CONTROL, sign * gross)
    if tax:
        _move_nominal(file, "CONTROL_TYPE = ?", SALES_TAX_CONTROL, -sign * tax)
    for split, (net, _) in zip(entry.splits, base, strict=True):
        _move_nominal(file, "ACCOUNT_REF = ?", split.nominal, -sign * net)


def _move_nominal(file: CompanyFile, condition: str, value: int | str, change: Decimal) -> None:
    """Nominal balances: debits plus, credits minus, in base currency."""
    found = file.first(NOMINAL, f"WHERE {condition}", value)
    if found is not None:
        recno, row = found
        file.update(NOMINAL, recno, {"BALANCE": float(money(number(row, "BALANCE") + change))})


def check_sales_nominal(file: CompanyFile, code: str) -> None:
    """Refuse a nominal that a sale may not use: 65 missing or a bank, 88 a control account (§4.4)."""
    found = file.first(NOMINAL, "WHERE ACCOUNT_REF = ?", code)
    if found is None:
        raise Refusal(ErrorCode.sdoInvalidNominalCode, f"{code!r} does not exist")
    account_type = whole(found[1], "ACCOUNT_TYPE")
    if account_type == NominalType.control:
        raise Refusal(ErrorCode.sdoNominalAccountIsControl, code)
    if account_type == NominalType.bank:
        raise Refusal(ErrorCode.sdoInvalidNominalCode, f"{code} is a bank")
