"""What a write makes of the books in plain memory. See `memory.py`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ml_connector.documents.money import from_minor, to_minor
from ml_connector.errors import NeedsPerson
from ml_connector.posting.company import Account
from ml_connector.posting.plan import (
    Allocation,
    EnsureCustomer,
    Plan,
    PostDocument,
    Receipt,
    RefundPayment,
    UpdateCustomer,
    UpdateLedger,
)
from ml_connector.sage import findings
from ml_connector.sage.differences import planned_carriage, planned_lines
from ml_connector.sage.memory_accounts import changed
from ml_connector.sage.memory_company import MemoryCompany
from ml_connector.sage.standing import (
    StandingDocument,
    StandingEntry,
    StandingLine,
    StandingSplit,
    carries,
    ledger_type,
)

NON_VAT = 9
SPECIAL_CODES = frozenset({"S1", "S2", "S3", "M"})


class MemoryWriter:
    """Writes into a company as one Sage user; refuses what Sage or a driver would refuse."""

    def __init__(self, company: MemoryCompany, user: str) -> None:
        self._company = company
        self._user = user

    def customer(self, effect: EnsureCustomer) -> None:
        company, fields = self._company, effect.fields
        standing = company.accounts.get(effect.account_ref)
        if standing is not None:
            if not effect.create and standing.currency != fields.currency:
                refused = findings.other_currency(effect.account_ref, standing.currency, fields.currency)
                raise NeedsPerson(refused)
            raise NeedsPerson(findings.account_taken(effect.account_ref))
        if not effect.create:
            raise NeedsPerson(findings.account_missing(effect.account_ref))
        company.about_to_write()
        company.accounts[effect.account_ref] = Account(
            ref=effect.account_ref,
            name=fields.name,
            emails=(fields.email,),
            currency=fields.currency,
            postcode=fields.address[4],
            contact=fields.contact,
            telephone=fields.telephone,
            vat_number=fields.vat_number,
            country=fields.country,
            address=fields.address,
        )
        company.has_written()

    def update_customer(self, effect: UpdateCustomer) -> None:
        company = self._company
        account = company.accounts.get(effect.account_ref)
        if account is None:
            raise NeedsPerson(findings.account_missing(effect.account_ref))
        company.about_to_write()
        company.accounts[effect.account_ref] = changed(account, effect)
        company.has_written()

    def document(self, plan: Plan, effect: PostDocument) -> None:
        company = self._company
        self._usable_account(plan)
        self._usable_products(effect)
        self._open_date(plan.date, reached_sage=False)
        base_gross = self._base_gross(plan)
        company.about_to_write()
        lines = planned_lines(effect)
        if company.spoils():
            lines = (replace(lines[0], tax=lines[0].tax + 1), *lines[1:])
        company.documents.append(
            StandingDocument(
                number=company.next_document(),
                account_ref=plan.account_ref,
                date=plan.date,
                currency=plan.currency,
                credit=effect.credit,
                reference=f"{effect.order_number} {plan.reference}",
                lines=lines,
                carriage=planned_carriage(effect),
                posted=False,
                base_gross=base_gross,
            )
        )
        company.has_written()

    def ledger(self, plan: Plan, effect: UpdateLedger) -> None:
        company = self._company
        at = next(
            (n for n, each in enumerate(company.documents) if carries(each.reference, plan.reference)), None
        )
        if at is None:
            raise NeedsPerson(findings.document_missing(plan.reference), reached_sage=True)
        self._open_date(plan.date, reached_sage=True)
        company.about_to_write()
        document = company.documents[at]
        company.documents[at] = replace(document, posted=True)
        lines = (*document.lines, *([document.carriage] if document.carriage else ()))
        if any(line.net or line.tax for line in lines):
            self._enter(plan, ledger_type(effect.credit), document.reference, plan.date, "", lines)
        company.has_written()

    def money(self, plan: Plan, effect: Receipt | RefundPayment) -> None:
        company = self._company
        banks = {nominal.code: nominal for nominal in company.nominals if nominal.bank}
        if effect.bank not in banks:
            raise NeedsPerson(findings.not_a_bank(effect.bank), reached_sage=True)
        kept_in = banks[effect.bank].currency or company.base_currency
        if kept_in != plan.currency:
            raise NeedsPerson(
                findings.bank_in_other_currency(effect.bank, kept_in, plan.currency), reached_sage=True
            )
        self._open_date(effect.date, reached_sage=True)
        company.about_to_write()
        kind = "SA" if isinstance(effect, Receipt) else "SP"
        line = StandingLine(stock_code="", nominal=effect.bank, tax_code=NON_VAT, net=effect.amount, tax=0)
        self._enter(plan, kind, effect.reference, effect.date, effect.bank, (line,))
        company.has_written()

    def allocation(self, effect: Allocation, debit: StandingSplit | str, credit: StandingSplit | str) -> None:
        company = self._company
        for side in (debit, credit):
            if isinstance(side, str):
                raise NeedsPerson(findings.cannot_allocate(side), reached_sage=True)
        company.about_to_write()
        numbers = {side.number for side in (debit, credit) if isinstance(side, StandingSplit)}
        for n, entry in enumerate(company.entries):
            splits = tuple(
                replace(split, paid=split.paid + effect.amount) if split.number in numbers else split
                for split in entry.splits
            )
            company.entries[n] = replace(entry, splits=splits)
        company.has_written()

    def _enter(
        self, plan: Plan, kind: str, reference: str, day: date, bank: str, lines: tuple[StandingLine, ...]
    ) -> None:
        company = self._company
        company.entries.append(
            StandingEntry(
                header=company.next_header(),
                type=kind,
                account_ref=plan.account_ref,
                date=day,
                reference=reference,
                currency=plan.currency,
                bank=bank,
                user=self._user,
                splits=tuple(
                    StandingSplit(
                        number=company.next_split(),
                        nominal=line.nominal,
                        tax_code=line.tax_code,
                        net=line.net,
                        tax=line.tax,
                    )
                    for line in lines
                    if line.net or line.tax
                ),
            )
        )

    def _usable_account(self, plan: Plan) -> None:
        account = self._company.accounts.get(plan.account_ref)
        if account is None:
            raise NeedsPerson(findings.account_missing(plan.account_ref))
        if account.currency != plan.currency:
            raise NeedsPerson(findings.other_currency(plan.account_ref, account.currency, plan.currency))
        if account.on_hold:
            raise NeedsPerson(findings.account_on_hold(plan.account_ref))
        if account.inactive:
            raise NeedsPerson(findings.account_inactive(plan.account_ref))

    def _base_gross(self, plan: Plan) -> int | None:
        """What these books make of the plan in base currency; None where it is in it."""
        if plan.currency == self._company.base_currency:
            return None
        per_base = self._company.per_base[plan.currency]
        if not per_base:
            raise NeedsPerson(findings.exchange_rate_missing(plan.currency))
        return to_minor(from_minor(plan.gross) / per_base)

    def _open_date(self, day: date, *, reached_sage: bool) -> None:
        if self._company.lock_date is not None and day <= self._company.lock_date:
            raise NeedsPerson(findings.before_lock_date(day), reached_sage=reached_sage)

    def _usable_products(self, effect: PostDocument) -> None:
        stock = self._company.stock
        for line in effect.lines:
            if stock and line.stock_code not in SPECIAL_CODES and line.stock_code not in stock:
                raise NeedsPerson(findings.stock_missing(line.stock_code))
