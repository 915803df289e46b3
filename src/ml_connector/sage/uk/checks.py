"""What is looked at before a write, so that a refusal reaches nothing.

SDO may or may not refuse an account on hold, a product that is not there, or a nominal that a sale must not
use (reference: sage50_uk_sdo.md §2.3, §4.4, §9); so this driver looks first, as careful programs do. What was
found to be in order is not asked again in the same session; accounts are, since people put them on hold.
"""

from __future__ import annotations

from datetime import date
from typing import cast

from ml_connector.errors import Finding, NeedsPerson
from ml_connector.posting.plan import Plan, PostDocument
from ml_connector.sage import findings
from ml_connector.sage.uk.currencies import Currencies
from ml_connector.sage.uk.enums import SDO_READ, SPECIAL_STOCK_CODES
from ml_connector.sage.uk.sdo import NominalRecord, Record, SetupFile, moment, whole
from ml_connector.sage.uk.session import Session

PERMITTED = 0
"""LockDatePermission (§3.1): 1, the user may override, is not permission enough (design: lock date)."""


class Checks:
    """The looks before a write, in one session. They raise `NeedsPerson`, or what a read may raise."""

    def __init__(self, session: Session, currencies: Currencies) -> None:
        self._session = session
        self._currencies = currencies
        self._fine: set[tuple[str, str]] = set()

    def document(self, plan: Plan, effect: PostDocument) -> None:
        """Everything that the document names is there and may be used."""
        with self._session.reading(f"checking what {plan.reference} needs"):
            self._account(plan)
            self._date(plan.date, reached_sage=False)
            for line in effect.lines:
                if line.stock_code.upper() not in SPECIAL_STOCK_CODES and not effect.service:
                    self._product(line.stock_code)
                self._nominal(line.nominal)
            if effect.carriage is not None:
                self._nominal(effect.carriage.nominal)

    def date(self, day: date) -> None:
        """The day is not locked, for the effects that follow a document."""
        with self._session.reading("asking for the lock date"):
            self._date(day, reached_sage=True)

    def bank(self, code: str, currency: str) -> None:
        """The nominal is a bank, as Sage wants for money, and is kept in the money's currency."""
        if (f"bank in {currency}", code) in self._fine:
            return
        with self._session.reading(f"checking the bank {code}"):
            bank = self._found("BankRecord", "ACCOUNT_REF", code)
            if bank is None:
                raise NeedsPerson(findings.not_a_bank(code), reached_sage=True)
            kept_in = self._currencies.code(whole(bank.Fields, "CURRENCY"))
            if kept_in != currency:
                raise NeedsPerson(findings.bank_in_other_currency(code, kept_in, currency), reached_sage=True)
        self._fine.add((f"bank in {currency}", code))

    def _account(self, plan: Plan) -> None:
        account = self._found("SalesRecord", "ACCOUNT_REF", plan.account_ref)
        if account is None:
            raise NeedsPerson(findings.account_missing(plan.account_ref))
        fields = account.Fields
        currency = self._currencies.code(whole(fields, "CURRENCY"))
        refused: Finding | None = None
        if currency != plan.currency:
            refused = findings.other_currency(plan.account_ref, currency, plan.currency)
        elif whole(fields, "ACCOUNT_ON_HOLD"):
            refused = findings.account_on_hold(plan.account_ref)
        elif whole(fields, "INACTIVE_FLAG"):
            refused = findings.account_inactive(plan.account_ref)
        if refused is not None:
            raise NeedsPerson(refused)

    def _date(self, day: date, *, reached_sage: bool) -> None:
        if ("date", day.isoformat()) in self._fine:
            return
        setup = cast(SetupFile, self._session.create("SetupData"))
        setup.Open(SDO_READ)
        if setup.IsDateUserValidForLockDate(moment(day), self._session.user) != PERMITTED:
            raise NeedsPerson(findings.before_lock_date(day), reached_sage=reached_sage)
        self._fine.add(("date", day.isoformat()))

    def _product(self, code: str) -> None:
        if ("product", code) in self._fine:
            return
        product = self._found("StockRecord", "STOCK_CODE", code)
        if product is None or whole(product.Fields, "INACTIVE_FLAG"):
            raise NeedsPerson(findings.stock_missing(code))
        self._fine.add(("product", code))

    def _nominal(self, code: str) -> None:
        if ("nominal", code) in self._fine:
            return
        nominal = cast("NominalRecord | None", self._found("NominalRecord", "ACCOUNT_REF", code))
        if nominal is None:
            raise NeedsPerson(findings.nominal_unusable(code, "It does not exist in this company."))
        if nominal.MajorControl:
            raise NeedsPerson(
                findings.nominal_unusable(code, "It is a control account, kept by Sage itself.")
            )
        if self._found("BankRecord", "ACCOUNT_REF", code) is not None:
            raise NeedsPerson(findings.nominal_unusable(code, "It is a bank account."))
        self._fine.add(("nominal", code))

    def _found(self, kind: str, key: str, value: str) -> Record | None:
        record = cast(Record, self._session.create(kind))
        self._session.put(kind, record.Fields, {key: value})
        if not record.Find(False):
            return None
        return record
