"""How the agent is doing, in sentences, from its journal alone."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from ml_connector.agent.company import remembered
from ml_connector.agent.journal import Fact, Journal
from ml_connector.codec import from_json, loads
from ml_connector.errors import Finding


def sentences(journal: Journal) -> list[str]:
    """What a person asks first: paired with what, which company, what is open, what keeps it from working."""
    said = [_pairing(journal), _company(journal), _contact(journal)]
    open_commands, unsent = journal.open_commands(), journal.unsent()
    said.append(
        f"{len(open_commands)} commands are not finished: "
        f"{', '.join(command.plan.reference for command in open_commands[:10])}."
        if open_commands
        else "Every command it was given is finished."
    )
    if unsent:
        said.append(f"{len(unsent)} receipts are still to be sent to the cloud.")
    outcomes = Counter(receipt.outcome.value for receipt, _ in journal.receipts())
    if outcomes:
        counted = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
        said.append(f"Receipts of the last 400 days: {counted}.")
    since = journal.get(Fact.SAGE_OPEN_SINCE)
    if since:
        said.append(f"A Sage session was begun on {_when(since)} and not closed: it is open, or was cut off.")
    finding = trouble(journal)
    said.append(f"What keeps it from working: {finding}" if finding else "Nothing keeps it from working.")
    return said


def trouble(journal: Journal) -> Finding | None:
    """What kept the last step from working, or None."""
    kept = journal.get(Fact.TROUBLE)
    return from_json(Finding, loads(kept)) if kept else None


def _pairing(journal: Journal) -> str:
    url = journal.get(Fact.CLOUD_URL)
    if url is None:
        return "It is not paired yet: get a code from the dashboard and run “ml-connector-agent pair”."
    agent, connection = journal.get(Fact.AGENT_ID), journal.get(Fact.CONNECTION_ID)
    return f"It is paired with {url} as agent {agent} of connection {connection}."


def _company(journal: Journal) -> str:
    company = remembered(journal)
    if company is None:
        return "It has not opened Sage yet."
    return f"The Sage company is {company.name} (data version {company.version})."


def _contact(journal: Journal) -> str:
    last = journal.get(Fact.LAST_CONTACT)
    return (
        f"It last spoke with the cloud on {_when(last)}." if last else "It has not spoken with the cloud yet."
    )


def _when(instant: str) -> str:
    """UTC text of the journal as local time for people."""
    return f"{datetime.fromisoformat(instant).astimezone():%d/%m/%Y %H:%M}"
