"""Which Sage account a shopper has: found by e-mail among the live accounts, else created.

Every shopper gets one account per posting currency, guest or not, known by the normalised e-mail. Matching
is by e-mail alone, without regard to case; what is ambiguous, on hold, inactive or in another currency is
held for a person. An A/C reference cannot be changed once it is made (reference: sage50_uk_sdo.md §6), so it
uses A to Z and digits only. Worked table: docs/rules/customers.md.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date

from ml_connector.documents.identity import Key, Kind
from ml_connector.documents.sales import Address, SalesDocument
from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.posting.chart import Chart
from ml_connector.posting.company import Account, Catalogue
from ml_connector.posting.fitting import (
    CONTACT,
    E_MAIL,
    NAME,
    TELEPHONE,
    VAT_NUMBER,
    account_name,
    address_lines,
    ascii_letters,
    fit,
)
from ml_connector.posting.plan import CustomerFields, Decision, EnsureCustomer, Held, Plan, Planned

ACCOUNT_REF = 8
_LETTERS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Shopper:
    """A shopper of one connection as a Sage account needs it; `entity` is the record's (see `Key`)."""

    entity: str
    email: str
    currency: str
    vat_number: str
    address: Address


def normalised_email(text: str) -> str:
    """An e-mail as two spellings of it are compared: composed Unicode, no outer spaces, lower case."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def shopper_of(document: SalesDocument, chart: Chart) -> Shopper:
    """Who bought; raises NeedsPerson (`customer-without-email`) when the order names no e-mail."""
    finding = email_finding(document)
    if finding:
        raise NeedsPerson(finding)
    email = normalised_email(document.order.email)
    return Shopper(
        entity=f"{email}|{chart.currency}",
        email=email,
        currency=chart.currency,
        vat_number=document.bill_to.vat_number or document.order.vat_number,
        address=document.bill_to,
    )


def email_finding(document: SalesDocument) -> Finding | None:
    """Why this document has no customer, if it has none."""
    if normalised_email(document.order.email):
        return None
    return Finding(
        code=Code.CUSTOMER_WITHOUT_EMAIL,
        what=f"Order {document.order.number} names no e-mail address.",
        why="Customers are told apart by their e-mail; without one nobody knows whose account this is.",
        fix="Add the e-mail address to the order in the shop, or enter this document by hand.",
    )


def decide_customer(
    shopper: Shopper,
    *,
    connection_id: str,
    catalogue: Catalogue,
    taken_refs: frozenset[str],
    chart: Chart,
    chart_version: int,
    date: date,
) -> Decision:
    """The account of a shopper: matched, to be created with a reference that is free, or held.

    `taken_refs` are references that other customer records have already been given.
    """
    matched = [
        account
        for account in catalogue.accounts
        if shopper.email in {normalised_email(email) for email in account.emails}
    ]
    live = [account for account in matched if account.currency == shopper.currency and not account.inactive]
    finding = _not_usable(shopper, matched, live)
    if finding:
        return Held(findings=(finding,))
    taken = taken_refs | {account.ref for account in catalogue.accounts}
    ref = live[0].ref if live else free_reference(shopper, taken)
    effect = EnsureCustomer(
        id="CUS", account_ref=ref, create=not live, fields=_fields(shopper, catalogue, chart)
    )
    return Planned(
        plan=Plan(
            key=str(Key(connection_id, Kind.CUSTOMER, shopper.entity)),
            kind=Kind.CUSTOMER,
            reference=ref,
            account_ref=ref,
            currency=shopper.currency,
            date=date,
            gross=0,
            chart_version=chart_version,
            effects=(effect,),
        )
    )


def free_reference(shopper: Shopper, taken: frozenset[str]) -> str:
    """An A/C reference of up to five letters of the name and a number, that nobody has."""
    name = ascii_letters(account_name(shopper.address)) or ascii_letters(shopper.email.partition("@")[0])
    letters = (name or "CUST")[:_LETTERS]
    number = 1
    while True:
        digits = f"{number:03d}"
        ref = letters[: ACCOUNT_REF - len(digits)] + digits
        if ref not in taken:
            return ref
        number += 1


def account_finding(account: Account) -> Finding | None:
    """Why nothing may be posted to this account, if so."""
    if account.on_hold:
        return _held(Code.CUSTOMER_ON_HOLD, account, "on hold", "Take the account off hold in Sage.")
    if account.inactive:
        return _held(Code.CUSTOMER_INACTIVE, account, "inactive", "Make the account active again in Sage.")
    return None


def _not_usable(shopper: Shopper, matched: list[Account], live: list[Account]) -> Finding | None:
    if len(live) > 1:
        refs = ", ".join(account.ref for account in live)
        return Finding(
            code=Code.CUSTOMER_AMBIGUOUS,
            what=f"The e-mail {shopper.email} stands on {len(live)} accounts: {refs}.",
            why="Choosing one of them would be a guess.",
            fix="Leave the e-mail on one account in Sage.",
        )
    if live:
        return account_finding(live[0])
    if not matched:
        return None
    same_currency = [account for account in matched if account.currency == shopper.currency]
    if same_currency:
        return account_finding(same_currency[0])
    return Finding(
        code=Code.CUSTOMER_OTHER_CURRENCY,
        what=f"The e-mail {shopper.email} stands on account {matched[0].ref}, which is kept in "
        f"{matched[0].currency}; this sale is posted in {shopper.currency}.",
        why="A Sage account has one currency, and it cannot be changed once there are transactions.",
        fix=f"Create an account in {shopper.currency} with that e-mail in Sage.",
    )


def _held(code: Code, account: Account, state: str, fix: str) -> Finding:
    return Finding(
        code=code,
        what=f"Account {account.ref} ({account.name}) is {state} in Sage.",
        why="Sage's own windows would warn before anything is posted to it; this does not go past that.",
        fix=fix,
    )


def _fields(shopper: Shopper, catalogue: Catalogue, chart: Chart) -> CustomerFields:
    """The record to be created; an e-mail that Sage cannot hold letter by letter is left out, not bent."""
    address = shopper.address
    return CustomerFields(
        name=account_name(address) or fit(shopper.email, NAME),
        address=address_lines(address),
        contact=fit(address.name, CONTACT),
        telephone=fit(address.telephone, TELEPHONE),
        email=shopper.email if fit(shopper.email, E_MAIL) == shopper.email else "",
        vat_number=fit(shopper.vat_number.replace(" ", "").upper(), VAT_NUMBER),
        country=address.country,
        currency=shopper.currency,
        nominal=chart.lines.sales_nominal,
        tax_code=catalogue.default_tax_code,
    )
