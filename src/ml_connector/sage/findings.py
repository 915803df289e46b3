"""What any Sage may say no to, as findings in the words that Sage 50's own windows use.

What only one edition can say is beside its driver (`uk/error_codes.py`). Every code here has its heading in
`docs/reference/errors.md`. No sentence holds a secret.
"""

from __future__ import annotations

from datetime import date

from ml_connector.errors import Code, Finding


def sage_in_use(user: str) -> Finding:
    """The user name is logged on: one session per user name and company."""
    return Finding(
        code=Code.SAGE_IN_USE,
        what=f"Sage says that user {user} is already logged on.",
        why="A name can be logged on once: another program or person uses it, or a session was cut off.",
        fix=(
            f"If nobody works as {user}: log on to Sage with that name and answer Yes to “remove”, then log "
            "off. ml-connector goes on by itself."
        ),
    )


def sage_busy(doing: str) -> Finding:
    """Sage is locked for a moment; it passes by itself."""
    return Finding(
        code=Code.SAGE_BUSY,
        what=f"Sage was busy while {doing}.",
        why="Another user holds a file or a record that was needed.",
        fix="Nothing to do: ml-connector tries again. If it lasts, ask who has this record or window open.",
    )


def reply_lost(doing: str) -> Finding:
    """The call may have been carried out; a look decides."""
    return Finding(
        code=Code.SAGE_SESSION_LOST,
        what=f"The connection to Sage broke while {doing}.",
        why="Sage may have saved it and could not say so.",
        fix="Nothing to do: ml-connector looks in Sage first and never posts blindly.",
    )


def document_missing(reference: str) -> Finding:
    """The document that was to be posted to the ledger is not there any more."""
    return Finding(
        code=Code.GONE_FROM_SAGE,
        what=f"The document {reference} is not among the invoices in Sage.",
        why="It was deleted before its ledgers were updated.",
        fix="Find out in Sage what happened; if it was removed on purpose, say so in the dashboard.",
    )


def session_broke(doing: str) -> Finding:
    """A read came to nothing; nothing was written."""
    return Finding(
        code=Code.SAGE_SESSION_LOST,
        what=f"The connection to Sage broke while {doing}.",
        why="Sage's program parts ended, or the data folder could not be reached for a moment.",
        fix="Nothing to do: ml-connector logs on again by itself. If it lasts, restart this PC.",
    )


def account_missing(account_ref: str) -> Finding:
    """An account that a plan rests on is not there."""
    return Finding(
        code=Code.GONE_FROM_SAGE,
        what=f"The customer account {account_ref} is not in Sage.",
        why="It was deleted, or another company is open.",
        fix=f"Create the account {account_ref} again in Customers, or map the shopper to another account.",
    )


def account_taken(account_ref: str) -> Finding:
    """The account exists and belongs to somebody else, as far as its e-mails say."""
    return Finding(
        code=Code.ACCOUNT_REF_TAKEN,
        what=f"The customer account {account_ref} in Sage does not carry this shopper's e-mail.",
        why="It may belong to somebody else; ml-connector never puts two customers on one account by guess.",
        fix="If it is the same customer, add the e-mail in Customers; if not, choose another account.",
    )


def account_on_hold(account_ref: str) -> Finding:
    """Sage's window would warn; SDO may not."""
    return Finding(
        code=Code.CUSTOMER_ON_HOLD,
        what=f"The customer account {account_ref} is on hold.",
        why="Sage would warn before a document for it; ml-connector does not post past that warning.",
        fix="Take the account off hold in Customers > Credit Control, then retry the document.",
    )


def account_inactive(account_ref: str) -> Finding:
    """Inactive accounts take no documents."""
    return Finding(
        code=Code.CUSTOMER_INACTIVE,
        what=f"The customer account {account_ref} is inactive.",
        why="Nothing is posted to an account that was made inactive.",
        fix="Clear “Inactive” on the account in Customers, or map the shopper to another account.",
    )


def other_currency(account_ref: str, currency: str, wanted: str) -> Finding:
    """One account has one currency, and the plan has another."""
    return Finding(
        code=Code.CUSTOMER_OTHER_CURRENCY,
        what=f"The customer account {account_ref} is kept in {currency}; the document is in {wanted}.",
        why="A Sage account has one currency.",
        fix=f"Map the shopper to an account in {wanted}.",
    )


def currency_missing(currency: str) -> Finding:
    """The company has no such currency at all."""
    return Finding(
        code=Code.CURRENCY_MISSING,
        what=f"This company has no currency {currency}.",
        why="The chart posts sales in it, and Sage keeps accounts only in the currencies of its own list.",
        fix=f"Enable Foreign Trader in Sage and set {currency} up there, or take it out of the chart.",
    )


def exchange_rate_missing(currency: str) -> Finding:
    """Sage's own table has no rate for the currency."""
    return Finding(
        code=Code.EXCHANGE_RATE_MISSING,
        what=f"Sage has no exchange rate for {currency}.",
        why="It values foreign sales by the rate of its own currency table, and would take them one for one.",
        fix=f"Enter the rate of {currency} in Sage (Settings, Currencies), then retry.",
    )


def bank_in_other_currency(bank: str, currency: str, wanted: str) -> Finding:
    """The bank is kept in another currency than the money."""
    return Finding(
        code=Code.BANK_OTHER_CURRENCY,
        what=f"The bank account {bank} is kept in {currency}; the money is {wanted}.",
        why="Money in a currency goes through a bank of that currency only: nothing is converted.",
        fix=f"Choose a bank account kept in {wanted} in the chart, then retry.",
    )


def stock_missing(stock_code: str) -> Finding:
    """A line names a product that is not there."""
    return Finding(
        code=Code.STOCK_CODE_MISSING,
        what=f"The product {stock_code} is not in Sage, or is inactive.",
        why="A line of the document needs it.",
        fix=f"Create {stock_code} in Products and services, or give it an alias in the chart.",
    )


def nominal_unusable(nominal: str, why: str) -> Finding:
    """A nominal code is missing, or is one that a sale must not use."""
    return Finding(
        code=Code.NOMINAL_MISSING,
        what=f"The nominal code {nominal} cannot be used for a sale.",
        why=why,
        fix="Create it in Nominal codes, or choose another nominal in the chart.",
    )


def not_a_bank(bank: str) -> Finding:
    """Sage takes money only through a bank account."""
    return Finding(
        code=Code.BANK_NOT_A_BANK,
        what=f"The nominal code {bank} is not a bank account in this company.",
        why="Sage posts money received or paid back through a bank account only.",
        fix="Create it in Bank accounts, or choose another bank in the chart.",
    )


def before_lock_date(day: date) -> Finding:
    """The date is locked; not even a user who may override does so."""
    return Finding(
        code=Code.BEFORE_LOCK_DATE,
        what=f"The date {day:%d/%m/%Y} is on or before the lock date of this company.",
        why="The period was locked, usually because its VAT return was filed.",
        fix="Move the lock date in Settings > Lock Date, or tell ml-connector which later date to use.",
    )


def company_changed(name: str) -> Finding:
    """Another company stands where ours was."""
    return Finding(
        code=Code.COMPANY_CHANGED,
        what=f"The Sage company that was opened ({name}) is not the one that was connected.",
        why="The data folder holds another company, or the company was created again.",
        fix="Open the right company, or connect this one anew in the dashboard.",
    )


def company_went_back(known: int, now: int) -> Finding:
    """The ledger is shorter than it was: a backup was restored, or the audit trail was cleared."""
    return Finding(
        code=Code.COMPANY_WENT_BACK,
        what=f"The ledger had reached transaction {known}, and now ends at {now}.",
        why="An older backup was restored, or the audit trail was cleared: posted documents may be missing.",
        fix="Choose in the dashboard what happened; until then nothing is posted to this company.",
    )


def cannot_allocate(why: str) -> Finding:
    """One side of an allocation is not there as it was planned."""
    return Finding(
        code=Code.ALLOCATION_UNCLEAR,
        what="An allocation could not be made.",
        why=why,
        fix="Look at the account's transactions in Sage, allocate by hand, and accept it in the dashboard.",
    )
