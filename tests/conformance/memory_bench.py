"""The conformance bench for the books in plain memory."""

from __future__ import annotations

import copy
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from ml_connector.posting.company import Account, StockItem
from ml_connector.posting.plan import FieldChange, UpdateCustomer
from ml_connector.sage.books import BooksDoor
from ml_connector.sage.conformance.bench import (
    ACCOUNT,
    EMAIL,
    EURO_ACCOUNT,
    ON_HOLD,
    PRODUCTS,
    SALES,
    STANDARD,
)
from ml_connector.sage.memory import MemoryCompany, MemoryDoor, MemoryIndex
from ml_connector.sage.memory_accounts import changed, fields_of
from ml_connector.sage.standing import StandingEntry, StandingSplit, ledger_type


def account(ref: str, email: str, *, on_hold: bool = False, currency: str = "GBP") -> Account:
    return Account(ref=ref, name="Sam Shopper", emails=(email,), currency=currency, on_hold=on_hold)


class MemoryBench:
    """A company in memory; people's acts change its lists."""

    def __init__(self) -> None:
        self.index = MemoryIndex()
        self.company = MemoryCompany(
            accounts={
                ACCOUNT: account(ACCOUNT, EMAIL),
                EURO_ACCOUNT: account(EURO_ACCOUNT, "sam@example.eu", currency="EUR"),
                ON_HOLD: account(ON_HOLD, "held@x.example", on_hold=True),
            },
            stock={
                code: StockItem(code=code, description=code, nominal="4000", tax_code=1) for code in PRODUCTS
            },
        )

    @property
    def door(self) -> BooksDoor:
        return MemoryDoor(self.company)

    def writes(self) -> int:
        return self.company.writes

    def lose_next_reply(self) -> None:
        self.company.lose_reply_after = 1

    def backup(self) -> Callable[[], None]:
        kept = copy.deepcopy((self.company.documents, self.company.entries, self.company.accounts))

        def restore() -> None:
            self.company.documents, self.company.entries, self.company.accounts = kept

        return restore

    @contextmanager
    def other_company(self) -> Generator[BooksDoor]:
        yield MemoryDoor(self.company, company_id="another-company")

    def duplicate(self, number: int) -> None:
        found = self._document(number)
        copied = replace(self.company.documents[found], number=self.company.next_document(), posted=False)
        self.company.documents.append(copied)

    def move_date(self, number: int, day: date) -> None:
        found = self._document(number)
        self.company.documents[found] = replace(self.company.documents[found], date=day)

    def delete_document(self, number: int) -> None:
        del self.company.documents[self._document(number)]

    def update_ledgers(self, number: int) -> None:
        found = self._document(number)
        document = self.company.documents[found]
        lines = (*document.lines, *([document.carriage] if document.carriage else ()))
        self.company.documents[found] = replace(document, posted=True)
        self.company.entries.append(
            StandingEntry(
                header=self.company.next_header(),
                type=ledger_type(document.credit),
                account_ref=document.account_ref,
                date=document.date,
                reference=document.reference,
                currency=document.currency,
                bank="",
                user="MANAGER",
                splits=tuple(
                    StandingSplit(
                        number=self.company.next_split(),
                        nominal=line.nominal,
                        tax_code=line.tax_code,
                        net=line.net,
                        tax=line.tax,
                    )
                    for line in lines
                ),
            )
        )

    def pay_by_hand(self, split: int, account_ref: str, amount: int) -> None:
        for n, entry in enumerate(self.company.entries):
            splits = tuple(
                replace(each, paid=each.paid + amount) if each.number == split else each
                for each in entry.splits
            )
            if entry.account_ref == account_ref:
                self.company.entries[n] = replace(entry, splits=splits)

    def enter_by_hand(
        self, account_ref: str, day: date, reference: str, details: str, net: int, tax: int, *, credit: bool
    ) -> None:
        split = StandingSplit(
            number=self.company.next_split(), nominal=SALES, tax_code=STANDARD, net=net, tax=tax
        )
        self.company.entries.append(
            StandingEntry(
                header=self.company.next_header(),
                type=ledger_type(credit),
                account_ref=account_ref,
                date=day,
                reference=reference,
                currency="GBP",
                bank="",
                user="MANAGER",
                splits=(split,),
                details=(details,),
            )
        )

    def type_into_account(self, account_ref: str, field: str, value: str) -> None:
        account = self.company.accounts[account_ref]
        was = fields_of(account)[field]
        typed = UpdateCustomer(
            id="typed", account_ref=account_ref, changes=(FieldChange(field=field, was=was, becomes=value),)
        )
        self.company.accounts[account_ref] = changed(account, typed)

    def lock_until(self, day: date) -> None:
        self.company.lock_date = day

    def _document(self, number: int) -> int:
        return next(n for n, each in enumerate(self.company.documents) if each.number == number)
