"""TransactionPost: an entry straight into the ledger, and allocation (reference sage50_uk_sdo.md §4.4, §4.6).

Serves SI 1, SC 2, SA 4 and SP 24. Posts at once; any INV_REF may repeat. `PostingNumber` is the header's
record number, -1 before Update.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from .allocation import allocate, can_allocate
from .com import ErrorCode, Refusal
from .currencies import agree_currency
from .data_files import SplitData
from .document_totals import rate_of
from .fields import Buffer
from .ledger import MONEY, NewEntry, NewSplit, TransType, account_row, check_sales_nominal, post_entry
from .lock_date import check_lock_date
from .post_parts import PostHeader, PostItem, PostItems
from .session import Session
from .tables.ledger import HEADER, SPLIT
from .tables.records import BANK
from .tables.settings import CONTROL
from .values import Row, amount, day, money, take_day, text, whole

NON_VAT_TAX_CODE = "NON_VAT_TAX_CODE"
"""Option of the company: the tax code that a payment must carry (T9)."""


class TransactionPost:
    """ITransactionPost."""

    __slots__ = ("_header", "_items", "_posting_number", "_session")

    def __init__(self, session: Session) -> None:
        self._session = session
        self._header = Buffer(HEADER)
        self._items = PostItems(session, lambda: PostItem(session, SPLIT))
        self._posting_number = -1

    @property
    def PostingNumber(self) -> int:
        return self._posting_number

    @property
    def Header(self) -> PostHeader:
        """The header; after Update it shows HEADER_NUMBER and FIRST_SPLIT."""
        return PostHeader(self._session, self._header)

    @property
    def Items(self) -> PostItems[PostItem]:
        return self._items

    def IsPostable(self) -> bool:
        """Whether Update would be refused, without saying why."""

        def look() -> bool:
            try:
                self._entry()
            except Refusal:
                return False
            return True

        return self._session.read(look)

    def Update(self) -> bool:
        """Post the entry."""
        return self._session.write("TransactionPost.Update", self._update)

    def AllocatePayment(self, nInvoice: int, nCredit: int, dfAmount: float, dDate: object) -> bool:
        """Set an amount of the credit-side split `nCredit` against the debit-side split `nInvoice`."""

        def act() -> None:
            value = money(Decimal(repr(dfAmount)))
            allocate(self._session, nInvoice, nCredit, value, take_day(dDate))

        return self._session.write("TransactionPost.AllocatePayment", act)

    def CanBeAllocated(self, payment: SplitData | int, invoice: SplitData | int) -> bool:
        """Whether two splits could be allocated, each given by its number or as an object standing on it."""
        return self._session.read(
            lambda: can_allocate(self._session.file, _split_number(invoice), _split_number(payment))
        )

    def _update(self) -> None:
        if self._posting_number != -1:
            raise Refusal(ErrorCode.sdoInvalidUse, "a post object is used once")
        number = post_entry(self._session, self._entry())
        found = self._session.file.first(HEADER, "WHERE RECNO = ?", number)
        self._header.fill(None if found is None else found[1])
        self._posting_number = number

    def _entry(self) -> NewEntry:
        session, row = self._session, self._header.values
        account = account_row(session.file, text(row, "ACCOUNT_REF"))
        kind = _type_of(row)
        on = day(row, "DATE")
        if on is None:
            raise Refusal(ErrorCode.sdoInvalidDate, "DATE is empty")
        check_lock_date(session, on)
        splits = [self._split(kind, account, item.buffer.values, on) for item in self._items.made()]
        if not splits:
            raise Refusal(ErrorCode.sdoZeroValueTransaction, "no splits")
        return NewEntry(
            type=kind,
            account=account,
            rate=agree_currency(session.file, account, self._header, session.switches),
            date=on,
            due=day(row, "DATE_DUE") or on,
            posted=day(row, "POSTED_DATE") or session.now().date(),
            inv_ref=text(row, "INV_REF"),
            details=text(row, "DETAILS"),
            bank=text(row, "BANK_CODE") if kind in MONEY else "",
            splits=splits,
        )

    def _split(self, kind: TransType, account: Row, row: Row, on: date) -> NewSplit:
        file = self._session.file
        # A split without a TYPE inherits the header's (DANK, §3.7).
        if whole(row, "TYPE") not in (0, kind):
            raise Refusal(ErrorCode.sdoInvalidType, "a split of another type than its header")
        net, tax = amount(row, "NET_AMOUNT"), amount(row, "TAX_AMOUNT")
        if net < 0 or tax < 0:
            raise Refusal(ErrorCode.sdoInvalidValue, "amounts are positive, the type gives the sign")
        if not net:
            raise Refusal(ErrorCode.sdoZeroValueNet if tax else ErrorCode.sdoZeroValueTransaction)
        if kind in MONEY:
            self._check_money_split(account, row, tax)
        else:
            check_sales_nominal(file, text(row, "NOMINAL_CODE"))
        rate_of(next(file.rows(CONTROL)), whole(row, "TAX_CODE"))
        return NewSplit(
            nominal=text(row, "NOMINAL_CODE"),
            tax_code=whole(row, "TAX_CODE"),
            net=net,
            tax=tax,
            details=text(row, "DETAILS") or text(self._header.values, "DETAILS"),
            department=whole(row, "DEPT_NUMBER"),
            date=day(row, "DATE") or on,
            extra_ref=text(row, "EXTRA_REF"),
            internal_ref=text(row, "INTERNAL_REF"),
        )

    def _check_money_split(self, account: Row, row: Row, tax: Decimal) -> None:
        """A receipt's or payment's nominal is the bank in BANK_CODE, its tax code the non-VAT one.

        The bank is kept in the account's currency or in the base currency ([L]).
        """
        bank = text(self._header.values, "BANK_CODE")
        found = self._session.file.first(BANK, "WHERE ACCOUNT_REF = ?", bank)
        if bank != text(row, "NOMINAL_CODE") or found is None:
            raise Refusal(ErrorCode.sdoBankAccountNotAvailable, f"{bank!r} {text(row, 'NOMINAL_CODE')!r}")
        if whole(found[1], "CURRENCY") not in (whole(account, "CURRENCY"), 0):
            raise Refusal(ErrorCode.sdoCurrencyDoesNotMatch, f"the bank {bank}")
        if tax or str(whole(row, "TAX_CODE")) != self._session.file.option(NON_VAT_TAX_CODE):
            raise Refusal(ErrorCode.sdoInvalidTaxCodeForPayment)


def _type_of(header: Row) -> TransType:
    try:
        return TransType(whole(header, "TYPE"))
    except ValueError:
        raise Refusal(ErrorCode.sdoInvalidType, f"TYPE {header['TYPE']}") from None


def _split_number(split: SplitData | int) -> int:
    return split if isinstance(split, int) else split.RecordNumber
