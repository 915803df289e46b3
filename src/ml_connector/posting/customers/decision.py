"""One shopper, one decision: which account is theirs, what a new one looks like, or what a person has to say.

    a person's answer ─▶ e-mail ─▶ near match (asks) ─▶ a new account

What was proved before is not asked again: `decide` takes the account from there. Worked tables:
docs/rules/customers.md.
"""

from __future__ import annotations

from datetime import date

from ml_connector.documents.identity import Key, Kind
from ml_connector.errors import Code, Finding
from ml_connector.posting.chart import Chart
from ml_connector.posting.company import Account, Catalogue
from ml_connector.posting.customers.fields import new_fields
from ml_connector.posting.customers.matching import AccountIndex, account_finding, by_email, near_finding
from ml_connector.posting.customers.policy import Ours, changes
from ml_connector.posting.customers.reference import free_reference
from ml_connector.posting.customers.shopper import Shopper
from ml_connector.posting.plan import (
    Decision,
    EnsureCustomer,
    Held,
    Plan,
    Planned,
    Skipped,
    UpdateCustomer,
    Waiting,
)


def decide_customer(
    shopper: Shopper,
    *,
    connection_id: str,
    catalogue: Catalogue,
    index: AccountIndex,
    taken_refs: frozenset[str],
    chart: Chart,
    chart_version: int,
    date: date,
    answer: str | None = None,
    refused: str = "",
) -> Decision:
    """The account of a shopper: answered, matched, to be created with a reference that is free, or held.

    `taken_refs` are references that other customer records have already been given. `answer` is a person's:
    the reference of the shopper's account, “” for a new one, None while nobody was asked. `refused` is the
    reference that Sage would not have for this shopper.
    """
    account = _found(shopper, index, answer)
    if isinstance(account, Finding):
        return Held(findings=(account,))
    if account is not None and account.ref == refused:
        return Held(findings=(_changed_in_sage(shopper, account),))
    if account is None:
        taken = taken_refs | set(index.by_ref)
        ref = free_reference(shopper, taken, chart.customers.mask, refused)
    else:
        ref = account.ref
    effect = EnsureCustomer(
        id="CUS",
        account_ref=ref,
        create=account is None,
        fields=new_fields(shopper, catalogue, chart.lines.sales_nominal),
        by_reference=bool(answer),
    )
    key = str(Key(connection_id, Kind.CUSTOMER, shopper.entity))
    return Planned(plan=_plan(key, ref, shopper, effect, date, chart_version))


def decide_update(
    shopper: Shopper,
    *,
    key: Key,
    account_ref: str,
    ours: Ours,
    catalogue: Catalogue,
    index: AccountIndex,
    chart: Chart,
    chart_version: int,
    date: date,
) -> Decision:
    """What the shopper's account takes over from the shop. `ours` is what we wrote on it."""
    account = index.account(account_ref)
    if account is None:
        why = f"Sage's accounts have not been read since {account_ref} was made."
        return Waiting(code=Code.CUSTOMER_NOT_READY, why=why, on=(str(key),))
    fields = new_fields(shopper, catalogue, chart.lines.sales_nominal)
    wanted = changes(fields, account, chart.customers.update, ours, company=bool(shopper.company))
    if not wanted:
        why = f"Account {account.ref} says the same already, or what a person typed is kept."
        return Skipped(code=Code.CUSTOMER_UP_TO_DATE, why=why)
    effect = UpdateCustomer(id="UPD", account_ref=account.ref, changes=wanted)
    return Planned(plan=_plan(str(key), account.ref, shopper, effect, date, chart_version))


def _found(shopper: Shopper, index: AccountIndex, answer: str | None) -> Account | Finding | None:
    """The account that is the shopper's already, why none can be taken, or None: a new one is to be made."""
    if answer:
        account = index.account(answer)
        return (
            _link_broken(shopper, answer)
            if account is None
            else account_finding(account, shopper.currency) or account
        )
    if answer == "":
        return None
    return by_email(shopper, index) or near_finding(shopper, index)


def _plan(
    key: str,
    ref: str,
    shopper: Shopper,
    effect: EnsureCustomer | UpdateCustomer,
    day: date,
    chart_version: int,
) -> Plan:
    return Plan(
        key=key,
        kind=Kind.CUSTOMER,
        reference=ref,
        account_ref=ref,
        currency=shopper.currency,
        date=day,
        gross=0,
        chart_version=chart_version,
        effects=(effect,),
    )


def _link_broken(shopper: Shopper, ref: str) -> Finding:
    return Finding(
        code=Code.CUSTOMER_LINK_BROKEN,
        what=f"A person said that account {ref} is the account of {shopper.email}, and it is not in Sage.",
        why="It was deleted, or its reference was typed otherwise.",
        fix="Create the account again in Sage, or answer anew which account is the shopper's.",
    )


def _changed_in_sage(shopper: Shopper, account: Account) -> Finding:
    return Finding(
        code=Code.ACCOUNT_REF_TAKEN,
        what=f"Account {account.ref} no longer carries the e-mail {shopper.email}.",
        why="It did when Sage's accounts were last read, and somebody has changed it since.",
        fix="Nothing to do if that was right: it is decided anew once the accounts are read again.",
    )
