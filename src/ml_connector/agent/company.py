"""Is this still the company that was connected, and has it only grown since?

A session on another company, or on a restored backup, would look for what was posted, find it absent and post
it again. So a company whose identity changed or whose ledger went backwards stops as a whole, before anything
is done for a command, until a person at this PC says that it is right (`accept-company`). Only the ledger's
numbers count: a saved document may be deleted in Sage, a transaction never gives its number back.
"""

from __future__ import annotations

from ml_connector.agent.journal import Fact, Journal
from ml_connector.codec import canonical, from_json, loads
from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.posting.company import CompanyIdentity, Watermark
from ml_connector.sage.books import Books

_REMEDY = (
    "Open the right company's folder in the agent's settings, or, if this is right, run "
    "“ml-connector-agent accept-company”: a full look is then made before anything is written."
)


def check_company(books: Books, journal: Journal) -> None:
    """Compare the open company with the one remembered, and remember it.

    Raises NeedsPerson COMPANY_CHANGED or COMPANY_WENT_BACK.
    """
    here, mark = books.identity(), books.watermark()
    known = remembered(journal)
    if known is not None and known.company_id != here.company_id:
        raise NeedsPerson(
            Finding(
                code=Code.COMPANY_CHANGED,
                what=f"Another Sage company is open than the one connected: {here.name}.",
                why=f"This agent was connected to {known.name}, and every company has its own connection.",
                fix=_REMEDY,
            )
        )
    last = journal.get(Fact.COMPANY_WATERMARK)
    before = from_json(Watermark, loads(last)) if last else mark
    if mark.header < before.header:
        raise NeedsPerson(
            Finding(
                code=Code.COMPANY_WENT_BACK,
                what=f"{here.name} holds less than it held at the last session.",
                why=(
                    f"Its ledger had reached transaction {before.header}, and now ends at {mark.header}: "
                    "a backup was restored, or the audit trail was cleared."
                ),
                fix=_REMEDY,
            )
        )
    remember(journal, here, mark)


def remember(journal: Journal, identity: CompanyIdentity, mark: Watermark) -> None:
    """Keep the company and how far it reaches now."""
    facts = {Fact.COMPANY: _text(identity), Fact.COMPANY_WATERMARK: _text(mark)}
    if any(journal.get(fact) != value for fact, value in facts.items()):
        journal.put({**facts})


def remembered(journal: Journal) -> CompanyIdentity | None:
    """The company of the last session, or None before the first."""
    known = journal.get(Fact.COMPANY)
    return from_json(CompanyIdentity, loads(known)) if known else None


def accept(journal: Journal) -> None:
    """A person has said that the company now open is right: the next session remembers it afresh."""
    journal.look_from_the_start()
    journal.put({Fact.COMPANY: None, Fact.COMPANY_WATERMARK: None, Fact.CATALOGUE_HASH: None})


def _text(value: object) -> str:
    return canonical(value).decode()
