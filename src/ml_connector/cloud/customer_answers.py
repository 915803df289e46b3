"""A person's word on whose account a shopper has: asked, answered once, and kept for all their documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from ml_connector.cloud.agents import CATALOGUE
from ml_connector.cloud.connections import newest_chart
from ml_connector.codec import from_json, loads
from ml_connector.documents.identity import Key, Kind
from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.posting.choices.customers import CustomerChoices
from ml_connector.posting.company import Account, Catalogue
from ml_connector.posting.customers.matching import AccountIndex, account_finding, index_of
from ml_connector.posting.customers.shopper import Shopper
from ml_connector.records.ledger import Ledger, LedgerTransaction
from ml_connector.sync.customers import base_of
from ml_connector.sync.passage import NOTHING_WRITTEN, State
from ml_connector.sync.record import Record

Choice = Literal["link", "create"]
_MAY_BE_ANSWERED = NOTHING_WRITTEN | {State.PROVED}


def answer_customer(ledger: Ledger, entity: str, choice: Choice, account_ref: str, by: str, why: str) -> None:
    """Keep the answer with one trail entry, and let what waits for it go on.

    A link may be answered again at any time: documents that are in the books stay where they are, later ones
    go to the new account. Raises `NeedsPerson` (customer-answer-refused) and changes nothing when there is no
    such shopper, their account is just being written, or the account named cannot be used.
    """
    with ledger.begin() as tx:
        record = tx.record(Key(ledger.connection_id, Kind.CUSTOMER, entity))
        if record is None or base_of(record.key) != record.key:
            raise _refused(f"There is no shopper “{entity}”.", "List them with GET …/customers.")
        if record.state not in _MAY_BE_ANSWERED:
            raise _refused(
                f"The account of “{entity}” is {record.state} just now.",
                "Wait until the agent has reported, or settle the record first.",
            )
        ref = _linked(tx, record, account_ref) if choice == "link" else _new(record, account_ref)
        tx.answer_customer(entity, ref, by, why)
        said = {"answer": choice, "account_ref": ref, "why": why}
        action = "shopper linked" if choice == "link" else "new account allowed"
        tx.note(actor=f"user {by}", action=action, key=record.key, payload=said)
        tx.mark_due(states=(State.HELD, State.WAITING))
        tx.mark_customer_due(record.key)


def open_questions(ledger: Ledger, state: State | None) -> Iterator[dict[str, object]]:
    """Shoppers with what the shop and Sage say of them, side by side; without a state those that are held."""
    with ledger.begin() as tx:
        index = _index(tx)
        for record in tx.records(states=(state or State.HELD,)):
            if record.key.kind is Kind.CUSTOMER and base_of(record.key) == record.key:
                yield _question(tx, record, index)


def _question(tx: LedgerTransaction, record: Record, index: AccountIndex | None) -> dict[str, object]:
    shopper = from_json(Shopper, loads(record.profile))
    address = shopper.address
    with_email = index.with_email(shopper.email) if index else ()
    candidates: dict[str, tuple[Account, tuple[str, ...]]]
    candidates = {account.ref: (account, ("e-mail",)) for account in with_email}
    for near in index.near(shopper) if index else ():
        candidates.setdefault(near.account.ref, (near.account, near.because))
    return {
        "entity": record.key.entity,
        "state": record.state,
        "code": record.code or "",
        "findings": record.findings,
        "answer": tx.customer_answer(record.key.entity),
        "shop": {
            "name": address.name,
            "company": address.company,
            "emails": [shopper.email],
            "address": [*address.street, address.town, address.county, address.postcode, address.country],
            "telephone": address.telephone,
            "vat_number": shopper.vat_number,
        },
        "sage": [
            {"account": account, "same": because}
            for account, because in sorted(candidates.values(), key=lambda each: each[0].ref)
        ],
    }


def _linked(tx: LedgerTransaction, record: Record, account_ref: str) -> str:
    """The account as Sage spells it."""
    index = _index(tx)
    account = index.account(account_ref) if index else None
    if account is None:
        raise _refused(
            f"There is no account “{account_ref}” in Sage, as far as it was read.",
            "Correct the reference; an account that was just made is known once the agent has called.",
        )
    _usable(account, from_json(Shopper, loads(record.profile)).currency)
    return account.ref


def _usable(account: Account, currency: str) -> None:
    finding = account_finding(account, currency)
    if finding is not None:
        raise _refused(finding.what, finding.fix)


def _new(record: Record, account_ref: str) -> str:
    if account_ref:
        raise _refused(
            "A new account gets its reference by the chart's mask.", "Leave account_ref out, or link."
        )
    if record.state is State.PROVED:
        raise _refused(
            f"The shopper has an account, {record.account_ref}.", "Link them to another account instead."
        )
    return ""


def _index(tx: LedgerTransaction) -> AccountIndex | None:
    catalogue, (_, chart) = tx.fact(CATALOGUE), newest_chart(tx)
    choices = chart.customers if chart else CustomerChoices()
    return index_of(from_json(Catalogue, loads(catalogue[1])), choices) if catalogue else None


def _refused(why: str, fix: str) -> NeedsPerson:
    what = "The answer was not taken, and nothing was changed."
    return NeedsPerson(Finding(code=Code.CUSTOMER_ANSWER_REFUSED, what=what, why=why, fix=fix))
