"""Books on Sage 50 UK & Ireland: the port, answered through one SDO session.

This file only joins: it lets the index catch up, hands each effect to the file that knows it, and leaves the
comparison of what stands in Sage with the plan to `sage/looks.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ml_connector.errors import Defect
from ml_connector.posting.company import (
    Catalogue,
    CompanyIdentity,
    CustomerEntry,
    LedgerEntry,
    LedgerSplit,
    Watermark,
)
from ml_connector.posting.plan import (
    Allocation,
    Effect,
    EnsureCustomer,
    Plan,
    PostDocument,
    Receipt,
    RefundPayment,
    UpdateCustomer,
)
from ml_connector.sage.books import Before, Look, LookIndex
from ml_connector.sage.looks import allocation_look, document_look, ledger_look, money_look
from ml_connector.sage.standing import customer_entry
from ml_connector.sage.uk.allocation import allocate
from ml_connector.sage.uk.catalogue import read_catalogue, read_identity
from ml_connector.sage.uk.checks import Checks
from ml_connector.sage.uk.currencies import Currencies
from ml_connector.sage.uk.customer import (
    create_customer,
    look_for_customer,
    look_for_update,
    update_customer,
)
from ml_connector.sage.uk.document import save_document
from ml_connector.sage.uk.enums import SI_AND_SC
from ml_connector.sage.uk.index import ReferenceIndex
from ml_connector.sage.uk.ledger import update_ledger
from ml_connector.sage.uk.lookup import Lookup
from ml_connector.sage.uk.money import post_money
from ml_connector.sage.uk.reader import Reader
from ml_connector.sage.uk.session import Session


class SageUkBooks:
    """`Books` on one open session. Plans in a currency that the company lacks raise `NeedsPerson`."""

    def __init__(self, session: Session, store: LookIndex) -> None:
        self._session = session
        self._currencies = Currencies(session)
        self._identity = read_identity(session)
        self._index = ReferenceIndex(session, store, self._identity.company_id)
        self._reader = Reader(session, self._currencies)
        self._lookup = Lookup(self._index, self._reader)
        self._checks = Checks(session, self._currencies)

    def identity(self) -> CompanyIdentity:
        return self._identity

    def watermark(self) -> Watermark:
        return self._index.catch_up()

    def remember(self) -> None:
        """Save the look-up index, as far as it has come."""
        self._index.save()

    def catalogue(self) -> Catalogue:
        return read_catalogue(self._session, self._currencies, self._identity)

    def before(self, plan: Plan, effect: Effect) -> Before:
        self._currencies.number(plan.currency)
        watermark = self._index.catch_up()
        if not isinstance(effect, Allocation):
            return Before(watermark=watermark)
        debit, credit = self._lookup.split(effect.debit), self._lookup.split(effect.credit)
        return Before(
            watermark=watermark,
            debit=None if isinstance(debit, str) else debit.outstanding,
            credit=None if isinstance(credit, str) else credit.outstanding,
        )

    def look(self, plan: Plan, effect: Effect, before: Before) -> Look:
        self._currencies.number(plan.currency)
        if isinstance(effect, EnsureCustomer):
            return look_for_customer(self._session, self._currencies, effect)
        if isinstance(effect, UpdateCustomer):
            return look_for_update(self._session, effect)
        self._index.catch_up(before.watermark)
        if isinstance(effect, Allocation):
            sides = self._lookup.split(effect.debit), self._lookup.split(effect.credit)
            return allocation_look(effect, before, *sides, plan.currency)
        if isinstance(effect, Receipt | RefundPayment):
            return money_look(plan, effect, self._lookup.entries_of(effect.reference))
        documents = self._lookup.documents(plan, lines=isinstance(effect, PostDocument))
        entries = self._lookup.entries(plan, documents)
        if isinstance(effect, PostDocument):
            return document_look(plan, effect, documents, entries)
        return ledger_look(plan, effect, documents, entries)

    def write(self, plan: Plan, effect: Effect) -> None:
        self._currencies.number(plan.currency)
        session = self._session
        if isinstance(effect, EnsureCustomer):
            create_customer(session, self._currencies, plan, effect)
        elif isinstance(effect, UpdateCustomer):
            update_customer(session, effect)
        elif isinstance(effect, PostDocument):
            self._checks.document(plan, effect)
            save_document(session, self._currencies, plan, effect)
        elif isinstance(effect, Receipt | RefundPayment):
            self._checks.bank(effect.bank, plan.currency)
            self._checks.date(effect.date)
            post_money(session, self._currencies, plan, effect)
        elif isinstance(effect, Allocation):
            allocate(session, effect, self._lookup.split(effect.debit), self._lookup.split(effect.credit))
        else:
            self._checks.date(plan.date)
            update_ledger(session, plan, self._lookup.documents(plan, lines=False))

    def ledger(self) -> Iterator[LedgerEntry]:
        self._index.catch_up()
        for entry in self._reader.entries_of_user(SI_AND_SC):
            if entry.date is None:
                raise Defect(f"transaction {entry.header} has no date that this program can read")
            yield LedgerEntry(
                header=entry.header,
                type=entry.type,
                account_ref=entry.account_ref,
                date=entry.date,
                reference=self._lookup.reference_of(entry),
                currency=entry.currency,
                splits=tuple(
                    LedgerSplit(nominal=each.nominal, tax_code=each.tax_code, net=each.net, tax=each.tax)
                    for each in entry.splits
                ),
            )

    def customer_entries(self, since: date) -> Iterator[CustomerEntry]:
        for entry in self._reader.entries_of_anybody(SI_AND_SC, since):
            if entry.date is not None:
                yield customer_entry(entry, entry.date)
