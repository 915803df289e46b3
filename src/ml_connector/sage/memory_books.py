"""One session on books in plain memory. See `memory.py`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ml_connector.errors import NeedsPerson
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
    AllocationSide,
    Effect,
    EnsureCustomer,
    Plan,
    PostDocument,
    Receipt,
    RefundPayment,
    UpdateCustomer,
)
from ml_connector.sage import findings
from ml_connector.sage.books import Absent, Before, Found, IndexState, Look, LookIndex
from ml_connector.sage.looks import (
    allocation_look,
    chosen_split,
    document_look,
    ledger_look,
    money_look,
    update_look,
)
from ml_connector.sage.memory_accounts import fields_of
from ml_connector.sage.memory_company import MemoryCompany
from ml_connector.sage.memory_writes import MemoryWriter
from ml_connector.sage.standing import StandingEntry, StandingSplit, carries, customer_entry, has_email


class MemoryBooks:
    """`Books` on a `MemoryCompany`."""

    def __init__(self, company: MemoryCompany, user: str, index: LookIndex) -> None:
        self._company = company
        self._user = user
        self._index = index
        self._checked = False

    def identity(self) -> CompanyIdentity:
        return self._company.identity

    def watermark(self) -> Watermark:
        """Raises `NeedsPerson` (company-went-back) when the ledger is shorter than it was."""
        known = None if self._checked else self._index.load(self._company.identity.company_id)
        return self._not_below(known.watermark.header if known else 0)

    def remember(self) -> None:
        """Save how far these books were read; after a refusal nothing is saved."""
        if self._checked:
            state = IndexState(watermark=self._company.watermark())
            self._index.save(self._company.identity.company_id, state)

    def catalogue(self) -> Catalogue:
        company = self._company
        return Catalogue(
            company=company.identity,
            base_currency=company.base_currency,
            country="GB",
            accounts=tuple(company.accounts.values()),
            stock=tuple(company.stock.values()),
            nominals=company.nominals,
            tax_codes=company.tax_codes,
            default_nominal="4000",
            default_tax_code=1,
            lock_date=company.lock_date,
            vat_cash_accounting=company.vat_cash_accounting,
            currencies=(company.base_currency, *company.per_base),
        )

    def before(self, plan: Plan, effect: Effect) -> Before:
        self._known_currency(plan)
        watermark = self.watermark()
        if not isinstance(effect, Allocation):
            return Before(watermark=watermark)
        debit, credit = self._side(effect.debit), self._side(effect.credit)
        return Before(
            watermark=watermark,
            debit=None if isinstance(debit, str) else debit.outstanding,
            credit=None if isinstance(credit, str) else credit.outstanding,
        )

    def look(self, plan: Plan, effect: Effect, before: Before) -> Look:
        self._known_currency(plan)
        self._not_below(max(self.watermark().header, before.watermark.header))
        if isinstance(effect, EnsureCustomer):
            return self._customer_look(effect)
        if isinstance(effect, UpdateCustomer):
            account = self._company.accounts.get(effect.account_ref)
            return Absent() if account is None else update_look(effect, fields_of(account))
        if isinstance(effect, Allocation):
            sides = self._side(effect.debit), self._side(effect.credit)
            return allocation_look(effect, before, *sides, plan.currency)
        if isinstance(effect, Receipt | RefundPayment):
            return money_look(plan, effect, self._entries(effect.reference))
        documents = [each for each in self._company.documents if carries(each.reference, plan.reference)]
        entries = self._entries(plan.reference)
        if isinstance(effect, PostDocument):
            return document_look(plan, effect, documents, entries)
        return ledger_look(plan, effect, documents, entries)

    def write(self, plan: Plan, effect: Effect) -> None:
        self._known_currency(plan)
        writer = MemoryWriter(self._company, self._user)
        if isinstance(effect, EnsureCustomer):
            writer.customer(effect)
        elif isinstance(effect, UpdateCustomer):
            writer.update_customer(effect)
        elif isinstance(effect, PostDocument):
            writer.document(plan, effect)
        elif isinstance(effect, Receipt | RefundPayment):
            writer.money(plan, effect)
        elif isinstance(effect, Allocation):
            writer.allocation(effect, self._side(effect.debit), self._side(effect.credit))
        else:
            writer.ledger(plan, effect)

    def ledger(self) -> Iterator[LedgerEntry]:
        for entry in self._company.entries:
            if entry.user == self._user and entry.type in ("SI", "SC") and entry.date is not None:
                yield LedgerEntry(
                    header=entry.header,
                    type=entry.type,
                    account_ref=entry.account_ref,
                    date=entry.date,
                    reference=entry.reference.split(" ")[-1],
                    currency=entry.currency,
                    splits=tuple(
                        LedgerSplit(nominal=each.nominal, tax_code=each.tax_code, net=each.net, tax=each.tax)
                        for each in entry.splits
                    ),
                )

    def customer_entries(self, since: date) -> Iterator[CustomerEntry]:
        for entry in self._company.entries:
            if entry.type in ("SI", "SC") and entry.date is not None and entry.date >= since:
                yield customer_entry(entry, entry.date)

    def _not_below(self, header: int) -> Watermark:
        now = self._company.watermark()
        if now.header < header:
            raise NeedsPerson(findings.company_went_back(header, now.header))
        self._checked = True
        return now

    def _known_currency(self, plan: Plan) -> None:
        company = self._company
        if plan.currency not in (company.base_currency, *company.per_base):
            raise NeedsPerson(findings.currency_missing(plan.currency))

    def _customer_look(self, effect: EnsureCustomer) -> Look:
        account = self._company.accounts.get(effect.account_ref)
        if account is None:
            return Absent()
        if not effect.by_reference and not has_email(account.emails, effect.fields.email):
            return Absent()
        if account.currency != effect.fields.currency:
            return Absent()
        return Found(numbers={"account_ref": account.ref})

    def _entries(self, reference: str) -> list[StandingEntry]:
        return [entry for entry in self._company.entries if carries(entry.reference, reference)]

    def _side(self, side: AllocationSide) -> StandingSplit | str:
        return chosen_split(self._entries(side.reference), side.reference, side.position, side.gross)
