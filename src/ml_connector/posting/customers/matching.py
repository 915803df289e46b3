"""The accounts of a company, ready to be asked: by reference, by e-mail, and which may be a shopper's.

Made once for each reading of the company. A shop with twenty thousand accounts would otherwise read all of
them for every document.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ml_connector.errors import Code, Finding
from ml_connector.posting.choices.customers import CustomerChoices
from ml_connector.posting.company import Account, Catalogue
from ml_connector.posting.customers.near import Near, evidence, near, postcode_key, vat_key
from ml_connector.posting.customers.shopper import Shopper, matching_email

_SHOWN = 5
"""So many near matches are shown; more would not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountIndex:
    """References in capitals, as Sage has them; e-mails as `matching_email` makes them."""

    by_ref: Mapping[str, Account]
    by_email: Mapping[str, tuple[Account, ...]]
    by_postcode: Mapping[str, tuple[Account, ...]]
    by_vat_number: Mapping[str, tuple[Account, ...]]
    customers: CustomerChoices

    def account(self, ref: str) -> Account | None:
        """The account of this reference, whatever its case."""
        return self.by_ref.get(ref.upper())

    def with_email(self, email: str) -> tuple[Account, ...]:
        """Every account that carries this e-mail, in the order of their references."""
        return self.by_email.get(matching_email(email, self.customers), ())

    def near(self, shopper: Shopper) -> tuple[Near, ...]:
        """Accounts in the shopper's currency that may be theirs, in the order of their references."""
        candidates = {
            account.ref: account
            for account in (
                *self.by_postcode.get(postcode_key(shopper.address.postcode), ()),
                *self.by_vat_number.get(vat_key(shopper.vat_number), ()),
            )
            if account.currency == shopper.currency and not account.inactive
        }
        found = (near(shopper, candidates[ref]) for ref in sorted(candidates))
        return tuple(each for each in found if each is not None)


def index_of(catalogue: Catalogue, customers: CustomerChoices) -> AccountIndex:
    """The index of a company's accounts, by the chart's choices."""
    emails: dict[str, list[Account]] = defaultdict(list)
    postcodes: dict[str, list[Account]] = defaultdict(list)
    vat_numbers: dict[str, list[Account]] = defaultdict(list)
    for account in sorted(catalogue.accounts, key=lambda each: each.ref):
        for email in {matching_email(email, customers) for email in account.emails} - {""}:
            emails[email].append(account)
        postcodes[postcode_key(account.postcode)].append(account)
        vat_numbers[vat_key(account.vat_number)].append(account)
    return AccountIndex(
        by_ref={account.ref.upper(): account for account in catalogue.accounts},
        by_email=_sealed(emails),
        by_postcode=_sealed(postcodes),
        by_vat_number=_sealed(vat_numbers),
        customers=customers,
    )


def account_finding(account: Account, currency: str) -> Finding | None:
    """Why nothing may be posted to this account in this currency, if so."""
    if account.currency != currency:
        return Finding(
            code=Code.CUSTOMER_OTHER_CURRENCY,
            what=f"Account {account.ref} ({account.name}) is kept in {account.currency}; this sale is posted "
            f"in {currency}.",
            why="A Sage account has one currency, and it cannot be changed once there are transactions.",
            fix=f"Create an account in {currency} in Sage, or answer which account is the shopper's.",
        )
    if account.on_hold:
        return _held(Code.CUSTOMER_ON_HOLD, account, "on hold", "Take the account off hold in Sage.")
    if account.inactive:
        return _held(Code.CUSTOMER_INACTIVE, account, "inactive", "Make the account active again in Sage.")
    return None


def by_email(shopper: Shopper, index: AccountIndex) -> Account | Finding | None:
    """The one usable account with the shopper's e-mail; a finding when it cannot be used or told."""
    matched = index.with_email(shopper.email)
    live = [each for each in matched if each.currency == shopper.currency and not each.inactive]
    if len(live) > 1:
        refs = ", ".join(account.ref for account in live)
        return Finding(
            code=Code.CUSTOMER_AMBIGUOUS,
            what=f"The e-mail {shopper.email} stands on {len(live)} accounts: {refs}.",
            why="Choosing one of them would be a guess.",
            fix="Leave the e-mail on one account in Sage, or answer which account is the shopper's.",
        )
    if live:
        return account_finding(live[0], shopper.currency) or live[0]
    same_currency = [account for account in matched if account.currency == shopper.currency]
    if same_currency:
        return account_finding(same_currency[0], shopper.currency)
    return account_finding(matched[0], shopper.currency) if matched else None


def near_finding(shopper: Shopper, index: AccountIndex) -> Finding | None:
    """The question that near matches put to a person, with the evidence."""
    found = index.near(shopper)
    if not found:
        return None
    refs = ", ".join(each.account.ref for each in found[:_SHOWN])
    return Finding(
        code=Code.CUSTOMER_NEAR_MATCH,
        what=f"No account carries the e-mail {shopper.email}, but {refs} may be this shopper's.",
        why=" ".join(evidence(shopper, each) for each in found[:_SHOWN]),
        fix="Answer which account is the shopper's, or that a new one is to be made.",
    )


def _held(code: Code, account: Account, state: str, fix: str) -> Finding:
    return Finding(
        code=code,
        what=f"Account {account.ref} ({account.name}) is {state} in Sage.",
        why="Sage's own windows would warn before anything is posted to it; this does not go past that.",
        fix=f"{fix} Or answer that another account is the shopper's.",
    )


def _sealed(found: Mapping[str, list[Account]]) -> Mapping[str, tuple[Account, ...]]:
    return {key: tuple(accounts) for key, accounts in _named(found)}


def _named(found: Mapping[str, list[Account]]) -> Iterator[tuple[str, list[Account]]]:
    """Without what stands under no name: a blank postcode is no reason to be alike."""
    return ((key, accounts) for key, accounts in found.items() if key)
