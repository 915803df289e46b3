"""Agents: paired once by a person, known by a credential of their own, heard, and given work.

An agent's credential is a random token of which only the hash is kept. One agent serves one connection; the
company that it opens is remembered, and another one, or one whose ledger went backwards, stops everything
until a person chooses (design: “Cloud and agent”).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, insert, select, update

from ml_connector.clock import Clock
from ml_connector.cloud.connections import code_hash, newest_chart
from ml_connector.codec import canonical, digest, from_json, loads
from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.posting.company import Catalogue, CompanyIdentity, Watermark
from ml_connector.records import tables
from ml_connector.records.ledger import Ledger, LedgerTransaction
from ml_connector.records.rows import json_text
from ml_connector.sync.cut_over import Reading
from ml_connector.sync.cut_over_gate import entries_wanted, save_reading
from ml_connector.sync.leasing import lease, raw
from ml_connector.sync.passage import State
from ml_connector.sync.protocol import (
    PROTOCOL_VERSION,
    CatalogueIs,
    Heartbeat,
    Hello,
    Leased,
    LeaseRequest,
    LedgerIs,
    Pair,
    Paired,
    Receipts,
    ReceiptsTaken,
    Taken,
    Welcome,
)
from ml_connector.sync.receipts import take_receipt

LEASE_MOST = 50
CATALOGUE_AGE_MAX = timedelta(hours=1)
"""So long may pass before a product or account that somebody made in Sage is seen by what waits for it."""

CATALOGUE = "catalogue"
LEDGER = "ledger"


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent that showed its credential, with the records of its connection."""

    agent_id: str
    ledger: Ledger

    @property
    def actor(self) -> str:
        return f"agent {self.agent_id}"


def pair(engine: Engine, clock: Clock, message: Pair) -> Paired:
    """Turn a pairing code into a credential; raises `NeedsPerson` (pairing-code) when it is not good."""
    with engine.begin() as connection:
        codes = tables.pairing_codes
        given = select(codes).where(codes.c.code_hash == code_hash(message.code)).with_for_update()
        row = connection.execute(given).first()
        now = clock.now()
        if row is None or row.used_at or datetime.fromisoformat(row.expires_at) < now:
            raise _bad_code()
        connection.execute(
            update(codes)
            .where(codes.c.connection_id == row.connection_id, codes.c.code_hash == row.code_hash)
            .values(used_at=now.isoformat())
        )
        agent_id, credential = clock.new_id()[:12], clock.secret()
        connection.execute(
            insert(tables.agents).values(
                connection_id=row.connection_id,
                agent_id=agent_id,
                credential_hash=code_hash(credential),
                instance_id=message.instance_id,
                agent_version=message.agent_version,
                last_seen=now.isoformat(),
                finding="",
            )
        )
        LedgerTransaction(connection, clock, row.connection_id).note(
            actor=f"agent {agent_id}",
            action="paired",
            key=None,
            payload={"agent_version": message.agent_version},
        )
    return Paired(agent_id=agent_id, credential=credential, connection_id=row.connection_id)


def recognise(engine: Engine, clock: Clock, credential: str) -> Agent:
    """The agent of a credential; raises `NeedsPerson` (agent-unknown)."""
    with engine.begin() as connection:
        row = connection.execute(
            select(tables.agents.c.connection_id, tables.agents.c.agent_id).where(
                tables.agents.c.credential_hash == code_hash(credential)
            )
        ).first()
    if row is None:
        raise NeedsPerson(
            Finding(
                code=Code.AGENT_UNKNOWN,
                what="This agent was not let in.",
                why="The cloud does not know its credential; it may have been revoked.",
                fix="Pair the agent again with a new pairing code.",
            )
        )
    return Agent(row.agent_id, Ledger(engine, clock, row.connection_id))


def hello(agent: Agent, message: Hello) -> Welcome:
    """Who called with which company; says what keeps it from getting work, if anything does."""
    with agent.ledger.begin() as tx:
        if message.protocol != PROTOCOL_VERSION:
            raise _other_protocol(message.protocol)
        finding = _same_company(tx, message)
        if finding is None:
            tx.set_controls(company=json_text(message.company), watermark=json_text(message.watermark))
        else:
            tx.trip_breaker(finding)
        _seen(tx, agent, message.instance_id, None)
        controls = tx.controls()
        catalogue = tx.fact(CATALOGUE)
        return Welcome(
            protocol=PROTOCOL_VERSION,
            incarnation=controls.incarnation,
            catalogue_hash=catalogue[0] if catalogue else "",
            trail_head=tx.trail_head(),
            finding=controls.breaker,
            entries_from=entries_wanted(tx, agent.ledger.clock.now().date()),
        )


def _same_company(tx: LedgerTransaction, message: Hello) -> Finding | None:
    known_company, known_watermark = _company(tx.connection, tx.connection_id)
    if known_company and known_company.company_id != message.company.company_id:
        return Finding(
            code=Code.COMPANY_CHANGED,
            what=f"The agent opened “{message.company.name}”, which is another company than before.",
            why=f"This connection belongs to “{known_company.name}”.",
            fix="Point the agent at the right company, or make a new connection for this one.",
        )
    if known_watermark and message.watermark.header < known_watermark.header:
        return Finding(
            code=Code.COMPANY_WENT_BACK,
            what=f"“{message.company.name}” holds fewer transactions than before.",
            why="Its ledger ended at "
            f"{known_watermark.header} and now ends at {message.watermark.header}: a backup was restored.",
            fix="Say which of the missing documents are to be posted again, then release the stop.",
        )
    return None


def _company(connection: Connection, connection_id: str) -> tuple[CompanyIdentity | None, Watermark | None]:
    row = connection.execute(
        select(tables.connections.c.company, tables.connections.c.watermark).where(
            tables.connections.c.connection_id == connection_id
        )
    ).one()
    company = from_json(CompanyIdentity, loads(row.company)) if row.company else None
    return company, from_json(Watermark, loads(row.watermark)) if row.watermark else None


def take_catalogue(agent: Agent, message: CatalogueIs) -> Taken:
    """A new reading of what stands in the company; what was held or waits may be possible now."""
    with agent.ledger.begin() as tx:
        known = tx.fact(CATALOGUE)
        hashed = digest(message.catalogue)
        tx.save_fact(CATALOGUE, hashed, json_text(message.catalogue))
        if known is None or known[0] != hashed:
            tx.note(actor=agent.actor, action="catalogue read", key=None, payload={"hash": hashed})
            tx.mark_due(states=(State.NOTICED, State.HELD, State.WAITING))
        return Taken(trail_head=tx.trail_head())


def give_work(agent: Agent, message: LeaseRequest) -> Leased:
    """Commands for this agent; from this transaction on, Sage may hold what they name."""
    with agent.ledger.begin() as tx:
        _seen(tx, agent, message.instance_id, None)
        version, _ = newest_chart(tx)
        most = max(0, min(message.most, LEASE_MOST))
        commands = tuple(
            raw(command) for command in lease(tx, agent.agent_id, most, version, agent.ledger.clock)
        )
        wanted = ledger_wanted(tx) or entries_wanted(tx, agent.ledger.clock.now().date()) is not None
        read_at = tx.read_at(CATALOGUE)
        stale = read_at is None or agent.ledger.clock.now() - read_at > CATALOGUE_AGE_MAX
        return Leased(commands=commands, send_ledger=wanted, send_catalogue=stale)


def take_receipts(agent: Agent, message: Receipts) -> ReceiptsTaken:
    """What the agent found and did; taken twice it changes nothing."""
    with agent.ledger.begin() as tx:
        for receipt in message.receipts:
            take_receipt(tx, agent.agent_id, receipt, agent.ledger.clock.now())
        return ReceiptsTaken(
            command_ids=tuple(receipt.command_id for receipt in message.receipts),
            trail_head=tx.trail_head(),
        )


def take_ledger(agent: Agent, message: LedgerIs) -> Taken:
    """Sage's side of the proof, as read just now."""
    with agent.ledger.begin() as tx:
        body = canonical(message.entries).decode()
        hashed = digest(message.entries)
        tx.save_fact(LEDGER, hashed, body)
        tx.set_controls(ledger_wanted=False)
        _take_entries(tx, agent, message)
        tx.note(
            actor=agent.actor,
            action="ledger read",
            key=None,
            payload={"hash": hashed, "entries": len(message.entries)},
        )
        return Taken(trail_head=tx.trail_head())


def _take_entries(tx: LedgerTransaction, agent: Agent, message: LedgerIs) -> None:
    """What anybody entered around the cut-over, with the names of the accounts that it stands on."""
    read_on = agent.ledger.clock.now().date()
    if message.entries_from is None or entries_wanted(tx, read_on) is None:
        return
    named, catalogue = {entry.account_ref for entry in message.of_anybody}, tx.fact(CATALOGUE)
    accounts = from_json(Catalogue, loads(catalogue[1])).accounts if catalogue else ()
    names = {account.ref: account.name for account in accounts if account.ref in named}
    save_reading(tx, Reading(read_on=read_on, entries=message.of_anybody, names=names))
    what = {"from": message.entries_from.isoformat(), "entries": len(message.of_anybody)}
    tx.note(actor=agent.actor, action="entries around the cut-over read", key=None, payload=what)


def take_heartbeat(agent: Agent, message: Heartbeat) -> Taken:
    """The agent is alive; what keeps it from working is shown."""
    with agent.ledger.begin() as tx:
        _seen(tx, agent, message.instance_id, message.finding)
        return Taken(trail_head=tx.trail_head())


def _seen(tx: LedgerTransaction, agent: Agent, instance_id: str, finding: Finding | None) -> None:
    tx.connection.execute(
        update(tables.agents)
        .where(tables.agents.c.connection_id == tx.connection_id, tables.agents.c.agent_id == agent.agent_id)
        .values(
            instance_id=instance_id,
            last_seen=agent.ledger.clock.now().isoformat(),
            finding=json_text(finding) if finding else "",
        )
    )


def ledger_wanted(tx: LedgerTransaction) -> bool:
    """Whether somebody asked for a new reading of Sage's ledger."""
    return bool(
        tx.connection.execute(
            select(tables.connections.c.ledger_wanted).where(
                tables.connections.c.connection_id == tx.connection_id
            )
        ).scalar_one()
    )


def _bad_code() -> NeedsPerson:
    return NeedsPerson(
        Finding(
            code=Code.PAIRING_CODE,
            what="The agent was not paired.",
            why="The pairing code is wrong, was used before, or is older than 30 minutes.",
            fix="Ask for a new pairing code and type it within 30 minutes.",
        )
    )


def _other_protocol(theirs: int) -> NeedsPerson:
    return NeedsPerson(
        Finding(
            code=Code.PROTOCOL_TOO_NEW,
            what="The agent was not let in.",
            why=f"It speaks protocol {theirs}, this cloud speaks {PROTOCOL_VERSION}.",
            fix="Update whichever of the two is older.",
        )
    )
