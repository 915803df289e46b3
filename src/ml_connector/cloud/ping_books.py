"""The books' half of a ping, from what the cloud knows of them: it can call no agent, the agent calls.

agent · company · catalogue · currency
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ml_connector.adobe.probe_reads import WebsiteSeen
from ml_connector.adobe.steps import Step, StepName, failed, good, not_tried, warning
from ml_connector.errors import Code, Finding
from ml_connector.posting.company import CompanyIdentity

# An agent calls every minute unless somebody set `poll_seconds`, at the longest a day.
QUIET = timedelta(minutes=15)
GONE = timedelta(days=1)
# The agent reads it anew every hour in which there is work.
CATALOGUE_OLD = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSeen:
    """A paired agent: when it last called, UTC, and what it said then keeps it from working."""

    agent_id: str
    version: str
    last_seen: datetime
    finding: Finding | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueSeen:
    """The latest reading of the company's lists: when, UTC, its base currency, and how much stood in it."""

    read_at: datetime
    base_currency: str
    accounts: int
    stock: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What the cloud knows of a connection's books. `websites` are the ids that the chart covers; None before
    a chart was accepted."""

    agents: tuple[AgentSeen, ...]
    company: CompanyIdentity | None
    catalogue: CatalogueSeen | None
    websites: tuple[str, ...] | None


def books_steps(books: Books, seen: Sequence[WebsiteSeen], now: datetime) -> tuple[Step, ...]:
    """The four steps; `seen` are the shop's websites as they were just read, none when they could not be."""
    return (
        _agent(books.agents, now),
        _company(books.company),
        _catalogue(books, now),
        _currency(books, seen),
    )


def _agent(agents: Sequence[AgentSeen], now: datetime) -> Step:
    if not agents:
        finding = Finding(
            code=Code.AGENT_UNKNOWN,
            what="No agent is paired with this connection.",
            why="Nobody has typed a pairing code at a PC with Sage yet.",
            fix="Ask for a pairing code, and run “ml-connector-agent pair” at that PC.",
        )
        return failed(StepName.AGENT, finding)
    agent = max(agents, key=lambda each: each.last_seen)
    facts = {
        "agent_id": agent.agent_id,
        "version": agent.version,
        "last_seen": agent.last_seen,
        "paired": len(agents),
    }
    if agent.finding is not None:
        return failed(StepName.AGENT, agent.finding, **facts)
    quiet = now - agent.last_seen
    what = f"The agent last called on {_moment(agent.last_seen)}."
    why = "Its PC is off or has no network, or the agent was ended; or it is in a long run of postings."
    fix = "See that the PC is on, and run “ml-connector-agent status” there."
    if quiet > GONE:
        return failed(StepName.AGENT, Finding(code=Code.AGENT_UNKNOWN, what=what, why=why, fix=fix), **facts)
    if quiet > QUIET:
        return warning(StepName.AGENT, what, why, fix, **facts)
    return good(StepName.AGENT, f"An agent is paired; it last called on {_moment(agent.last_seen)}.", **facts)


def _company(company: CompanyIdentity | None) -> Step:
    if company is None:
        return not_tried(
            StepName.COMPANY,
            "Which Sage company it is is not known yet.",
            "The agent tells it when it has opened Sage for the first time.",
        )
    return good(
        StepName.COMPANY,
        f"The Sage company is “{company.name}”, version {company.version}.",
        company=company.name,
        version=company.version,
    )


def _catalogue(books: Books, now: datetime) -> Step:
    seen = books.catalogue
    if seen is None:
        return not_tried(
            StepName.CATALOGUE,
            "Sage's accounts, products, nominals and tax codes were not read yet.",
            "The agent reads them when it first has Sage open; then charts can be proposed.",
        )
    facts = {"read_at": seen.read_at, "accounts": seen.accounts, "stock": seen.stock}
    what = (
        f"Sage's lists were read on {_moment(seen.read_at)}: {seen.accounts} customer accounts,"
        f" {seen.stock} products."
    )
    if now - seen.read_at > CATALOGUE_OLD:
        return warning(
            StepName.CATALOGUE,
            what,
            "What was added in Sage since is not known, and what needs it is held.",
            "See the agent's step above; it reads them anew as soon as it can open Sage.",
            **facts,
        )
    return good(StepName.CATALOGUE, what, **facts)


def _currency(books: Books, seen: Sequence[WebsiteSeen]) -> Step:
    if books.catalogue is None or not seen:
        return not_tried(
            StepName.CURRENCY,
            "The base currencies were not compared.",
            "The company's is not known yet." if seen else "The shop's websites could not be read.",
        )
    currency = books.catalogue.base_currency
    covered = [site for site in seen if books.websites is None or site.id in books.websites]
    other = [site for site in covered if any(each != currency for each in site.base_currencies)]
    facts = {"company": currency, "other": [site.code for site in other]}
    named = ", ".join(f"{site.code} ({'/'.join(site.base_currencies)})" for site in other)
    if not other:
        what = f"The company's base currency, {currency}, is that of {_many(len(covered))}."
        return good(StepName.CURRENCY, what, **facts)
    if books.websites is None and len(other) < len(covered):
        return warning(
            StepName.CURRENCY,
            f"The company is kept in {currency}, and some websites are not: {named}.",
            "A connection posts websites whose base currency is the company's.",
            "Leave these out of the chart, and connect them to a company of their own.",
            **facts,
        )
    finding = Finding(
        code=Code.OTHER_BASE_CURRENCY,
        what=f"The company is kept in {currency}, and these websites are not: {named}.",
        why="A connection posts websites whose base currency is the company's; their documents are held.",
        fix="Connect these websites to a company in their own base currency.",
    )
    return failed(StepName.CURRENCY, finding, **facts)


def _many(websites: int) -> str:
    return "its one website" if websites == 1 else f"all {websites} websites"


def _moment(instant: datetime) -> str:
    return f"{instant:%d/%m/%Y} at {instant:%H:%M} UTC"
