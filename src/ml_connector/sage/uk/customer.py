"""The customer effect: an account that is there and carries the shopper's e-mail, or is made.

AddNew gives a bare record (reference: sage50_uk_sdo.md §2.2), so the company's own customer defaults are
copied from SetupData as Sage's window would do. An account of that reference with another e-mail is not ours:
the look calls ours absent, and the write refuses (account-ref-taken) before it touches anything.
"""

from __future__ import annotations

from typing import cast

from ml_connector.errors import NeedsPerson
from ml_connector.posting.plan import EnsureCustomer, Plan
from ml_connector.sage import findings
from ml_connector.sage.books import Absent, Found, Look
from ml_connector.sage.standing import has_email
from ml_connector.sage.uk.currencies import Currencies
from ml_connector.sage.uk.document import Values
from ml_connector.sage.uk.enums import SDO_READ
from ml_connector.sage.uk.sdo import Fields, Record, SetupFile, moment, text, whole
from ml_connector.sage.uk.session import Session

EMAIL_FIELDS = ("E_MAIL", "E_MAIL2", "E_MAIL3")


def look_for_customer(session: Session, effect: EnsureCustomer) -> Look:
    """Found when the account is there with this e-mail. numbers: `account_ref`."""
    with session.reading(f"looking for the account {effect.account_ref}"):
        record = _find(session, effect.account_ref)
        if record is None or whole(record.Fields, "DELETED_FLAG"):
            return Absent()
        if not has_email(emails(record.Fields), effect.fields.email):
            return Absent()
        return Found(numbers={"account_ref": text(record.Fields, "ACCOUNT_REF")})


def create_customer(session: Session, currencies: Currencies, plan: Plan, effect: EnsureCustomer) -> None:
    """Make the account. Raises what `Session.writing` raises, and `NeedsPerson` when it must not be made."""
    doing = f"creating the account {effect.account_ref}"
    with session.reading(doing):
        if _find(session, effect.account_ref) is not None:
            raise NeedsPerson(findings.account_taken(effect.account_ref))
        if not effect.create:
            raise NeedsPerson(findings.account_missing(effect.account_ref))
        values = {**_defaults(session), **_own(effect, currencies), "ACCOUNT_OPENED": moment(plan.date)}
    with session.writing(doing, reached_sage=False):
        record = cast(Record, session.create("SalesRecord"))
        session.must(record.AddNew(), doing, reached_sage=False)
        session.put("SalesRecord", record.Fields, values)
        session.must(record.Update(), doing, reached_sage=False)


def emails(fields: Fields) -> tuple[str, ...]:
    """Every e-mail on an account."""
    return tuple(email for email in (text(fields, name) for name in EMAIL_FIELDS) if email)


def _find(session: Session, account_ref: str) -> Record | None:
    record = cast(Record, session.create("SalesRecord"))
    session.put("SalesRecord", record.Fields, {"ACCOUNT_REF": account_ref})
    return record if record.Find(False) else None


def _defaults(session: Session) -> Values:
    setup = cast(SetupFile, session.create("SetupData"))
    setup.Open(SDO_READ)
    fields = setup.Fields
    return {
        "DEPT_NUMBER": whole(fields, "SALES_DEPARTMENT"),
        "DISCOUNT_TYPE": whole(fields, "SALES_DISC_TYPE"),
        "PAYMENT_DUE_DAYS": whole(fields, "SALES_PAY_DUE_DAYS"),
        "TERMS": text(fields, "SALES_TERMS"),
        # Without it Sage's window warns at every document of the account (error 73 in SDO).
        "TERMS_AGREED_FLAG": 1,
    }


def _own(effect: EnsureCustomer, currencies: Currencies) -> Values:
    fields = effect.fields
    values: Values = {
        "ACCOUNT_REF": effect.account_ref,
        "NAME": fields.name,
        "CONTACT_NAME": fields.contact,
        "TELEPHONE": fields.telephone,
        "E_MAIL": fields.email,
        "VAT_REG_NUMBER": fields.vat_number,
        "COUNTRY_CODE": fields.country,
        "CURRENCY": currencies.base_number,
        "DEF_NOM_CODE": fields.nominal,
        "DEF_TAX_CODE": fields.tax_code,
    }
    values.update((f"ADDRESS_{n}", line) for n, line in enumerate(fields.address, 1))
    return values
