"""A ping of one connection: its shop is asked, its books are told from what the cloud knows of them.

The same for the command, the API and the dashboard. The records are read before and not while the shop is
asked: nothing waits for a slow shop. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import cast

from sqlalchemy import func, select

from ml_connector.adobe.probe_reads import Known
from ml_connector.adobe.probing import Probed, probe, untried
from ml_connector.adobe.reader import day_begins, shop_facts
from ml_connector.adobe.steps import Step, StepState
from ml_connector.cloud.agents import CATALOGUE
from ml_connector.cloud.connections import credentials, newest_chart
from ml_connector.cloud.ping_books import AgentSeen, Books, CatalogueSeen, books_steps
from ml_connector.cloud.shop_settings import SHOP_SETTINGS
from ml_connector.codec import from_json, loads
from ml_connector.errors import Finding, NeedsPerson
from ml_connector.posting.company import CompanyIdentity
from ml_connector.records import tables
from ml_connector.records.ledger import Ledger, LedgerTransaction
from ml_connector.records.vault import Vault
from ml_connector.sync.ports import Flow


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """What a ping found, in the order in which it looked."""

    connection_id: str
    shop: tuple[Step, ...]
    books: tuple[Step, ...]

    @property
    def failed(self) -> tuple[Step, ...]:
        """The steps for which somebody has to do something before documents can move."""
        return tuple(step for step in (*self.shop, *self.books) if step.state is StepState.FAILED)


def ping(ledger: Ledger, vault: Vault) -> Ping:
    """Ping the shop and the books of a connection that exists; takes as long as the shop does."""
    with ledger.begin() as tx:
        address, known, books = address_of(tx), known_of(tx), _books(tx)
    probed = _probed(ledger, vault, address, known)
    return Ping(
        connection_id=ledger.connection_id,
        shop=probed.steps,
        books=books_steps(books, probed.websites, ledger.clock.now()),
    )


def _probed(ledger: Ledger, vault: Vault, address: str, known: Known) -> Probed:
    try:
        keys = credentials(ledger.engine, vault, ledger.connection_id)
    except NeedsPerson as error:
        return untried(error.finding)
    return probe(address, keys, ledger.clock, known)


def address_of(tx: LedgerTransaction) -> str:
    """The shop's address, as a person entered it."""
    columns = tables.connections.c
    return str(
        tx.connection.execute(
            select(columns.shop_url).where(columns.connection_id == tx.connection_id)
        ).scalar_one()
    )


def known_of(tx: LedgerTransaction) -> Known:
    """What our records say of a shop, for a ping."""
    columns = tables.payloads.c
    counted = tx.connection.execute(
        select(columns.kind, func.count())
        .where(columns.connection_id == tx.connection_id)
        .group_by(columns.kind)
    )
    read = {str(row[0]): int(row[1]) for row in counted}
    return Known(
        cursors={flow: tx.cursor(flow) for flow in Flow},
        read={flow: read.get(flow.value, 0) for flow in Flow},
        cut_over=tx.controls().cut_over,
        since=_since(tx),
    )


def _since(tx: LedgerTransaction) -> datetime | None:
    """When the cut-over day begins, in the shop's time zone; in UTC while that was never read."""
    day = tx.controls().cut_over
    if day is None:
        return None
    settings = tx.fact(SHOP_SETTINGS)
    if settings is not None:
        try:
            return day_begins(day, shop_facts(cast(Mapping[str, object], loads(settings[1]))))
        except NeedsPerson:
            pass  # the step about the stores says so
    return datetime.combine(day, time(), UTC)


def _books(tx: LedgerTransaction) -> Books:
    columns = tables.connections.c
    company = tx.connection.execute(
        select(columns.company).where(columns.connection_id == tx.connection_id)
    ).scalar_one()
    _, chart = newest_chart(tx)
    return Books(
        agents=_agents(tx),
        company=from_json(CompanyIdentity, loads(company)) if company else None,
        catalogue=_catalogue(tx),
        websites=None if chart is None else chart.websites,
    )


def _agents(tx: LedgerTransaction) -> tuple[AgentSeen, ...]:
    rows = tx.connection.execute(
        select(tables.agents).where(tables.agents.c.connection_id == tx.connection_id)
    )
    return tuple(
        AgentSeen(
            agent_id=row.agent_id,
            version=row.agent_version,
            last_seen=datetime.fromisoformat(row.last_seen),
            finding=from_json(Finding, loads(row.finding)) if row.finding else None,
        )
        for row in rows
    )


def _catalogue(tx: LedgerTransaction) -> CatalogueSeen | None:
    fact, read_at = tx.fact(CATALOGUE), tx.read_at(CATALOGUE)
    if fact is None or read_at is None:
        return None
    read = cast(Mapping[str, object], loads(fact[1]))
    return CatalogueSeen(
        read_at=read_at,
        base_currency=str(read["base_currency"]),
        accounts=len(cast(list[object], read["accounts"])),
        stock=len(cast(list[object], read["stock"])),
    )
