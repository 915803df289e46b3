"""The customer effects: an account that is the shopper's, or is made; fields that follow the shop.

AddNew gives a bare record (reference: sage50_uk_sdo.md §2.2), so the company's own customer defaults are
copied from SetupData as Sage's window would do; should a Sage fill them in itself, the same stands there. An
account of that reference with another e-mail is not ours: the look calls ours absent, and the write refuses
(account-ref-taken) before it touches anything. One that a person named is theirs whatever it carries.
"""

from __future__ import annotations

from typing import cast

from ml_connector.errors import NeedsPerson
from ml_connector.posting.effects import ADDRESS_FIELDS
from ml_connector.posting.effects import EMAIL_FIELDS as EFFECT_EMAILS
from ml_connector.posting.plan import EnsureCustomer, Plan, UpdateCustomer
from ml_connector.sage import findings
from ml_connector.sage.books import Absent, Found, Look
from ml_connector.sage.looks import still_to_write, update_look
from ml_connector.sage.standing import has_email
from ml_connector.sage.uk.currencies import Currencies
from ml_connector.sage.uk.document import Values
from ml_connector.sage.uk.enums import SDO_READ
from ml_connector.sage.uk.sdo import Fields, Record, SetupFile, moment, text, whole
from ml_connector.sage.uk.session import Session

EMAIL_FIELDS = ("E_MAIL", "E_MAIL2", "E_MAIL3")
FIELDS = {
    "name": "NAME",
    **{field: field.upper() for field in ADDRESS_FIELDS},
    "contact": "CONTACT_NAME",
    "telephone": "TELEPHONE",
    **dict(zip(EFFECT_EMAILS, EMAIL_FIELDS, strict=True)),
    "vat_number": "VAT_REG_NUMBER",
    "country": "COUNTRY_CODE",
}
"""Sage's names of the fields that may follow the shop (reference: sage50_uk_sdo.md §3.2)."""


def look_for_customer(session: Session, currencies: Currencies, effect: EnsureCustomer) -> Look:
    """Found when the account is there with this e-mail, in this currency. numbers: `account_ref`."""
    with session.reading(f"looking for the account {effect.account_ref}"):
        record = _find(session, effect.account_ref)
        if record is None or whole(record.Fields, "DELETED_FLAG"):
            return Absent()
        if not effect.by_reference and not has_email(emails(record.Fields), effect.fields.email):
            return Absent()
        if _currency(record, currencies) != effect.fields.currency:
            return Absent()
        return Found(numbers={"account_ref": text(record.Fields, "ACCOUNT_REF")})


def create_customer(session: Session, currencies: Currencies, plan: Plan, effect: EnsureCustomer) -> None:
    """Make the account. Raises what `Session.writing` raises, and `NeedsPerson` when it must not be made."""
    doing = f"creating the account {effect.account_ref}"
    with session.reading(doing):
        standing = _find(session, effect.account_ref)
        if standing is not None:
            kept_in, wanted = _currency(standing, currencies), effect.fields.currency
            if not effect.create and kept_in != wanted:
                raise NeedsPerson(findings.other_currency(effect.account_ref, kept_in, wanted))
            raise NeedsPerson(findings.account_taken(effect.account_ref))
        if not effect.create:
            raise NeedsPerson(findings.account_missing(effect.account_ref))
        values = {**_defaults(session), **_own(effect, currencies), "ACCOUNT_OPENED": moment(plan.date)}
    with session.writing(doing, reached_sage=False):
        record = cast(Record, session.create("SalesRecord"))
        session.must(record.AddNew(), doing, reached_sage=False)
        session.put("SalesRecord", record.Fields, values)
        session.must(record.Update(), doing, reached_sage=False)


def look_for_update(session: Session, effect: UpdateCustomer) -> Look:
    """Absent while a field still holds what it held when the change was decided; as `update_look`."""
    with session.reading(f"looking at the account {effect.account_ref}"):
        record = _find(session, effect.account_ref)
        if record is None or whole(record.Fields, "DELETED_FLAG"):
            return Absent()
        return update_look(effect, _standing(record, effect))


def update_customer(session: Session, effect: UpdateCustomer) -> None:
    """Write the fields that nobody has changed meanwhile. Raises what `Session.writing` raises, and
    `NeedsPerson` when the account is gone."""
    doing = f"changing the account {effect.account_ref}"
    with session.reading(doing):
        record = _find(session, effect.account_ref)
        if record is None or whole(record.Fields, "DELETED_FLAG"):
            raise NeedsPerson(findings.account_missing(effect.account_ref))
    with session.writing(doing, reached_sage=False):
        session.must(record.Edit(), doing, reached_sage=False)
        # Read again on the record that is locked for the change: what stands here now is what is overwritten.
        wanted = still_to_write(effect, _standing(record, effect))
        values = {FIELDS[field]: becomes for field, becomes in wanted.items()}
        session.put("SalesRecord", record.Fields, values)
        session.must(record.Update(), doing, reached_sage=False)


def emails(fields: Fields) -> tuple[str, ...]:
    """Every e-mail on an account."""
    return tuple(email for email in (text(fields, name) for name in EMAIL_FIELDS) if email)


def _standing(record: Record, effect: UpdateCustomer) -> dict[str, str]:
    """What the fields that are to change hold now."""
    return {each.field: text(record.Fields, FIELDS[each.field]) for each in effect.changes}


def _currency(record: Record, currencies: Currencies) -> str:
    return currencies.code(whole(record.Fields, "CURRENCY"))


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
        "CURRENCY": currencies.number(fields.currency),
        "DEF_NOM_CODE": fields.nominal,
        "DEF_TAX_CODE": fields.tax_code,
    }
    values.update((f"ADDRESS_{n}", line) for n, line in enumerate(fields.address, 1))
    return values
