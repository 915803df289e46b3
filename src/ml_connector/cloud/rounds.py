"""One connection as the worker has it open: its shop, its conductor, and how its last reading went."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select

from ml_connector.adobe.connect import open_shop
from ml_connector.adobe.reads import AdobeReads
from ml_connector.adobe.shop import ShopClient
from ml_connector.clock import Clock
from ml_connector.cloud.connections import SHOP_SECRET, credentials
from ml_connector.cloud.deciding import RulesKeeper
from ml_connector.cloud.standings import ShopStanding, shop_standing
from ml_connector.errors import Finding
from ml_connector.records import tables
from ml_connector.records.ledger import Ledger
from ml_connector.records.vault import Vault
from ml_connector.sync.engine import Conductor


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a connection's shop is, and its credentials as they are sealed: when either changes, the shop is
    opened anew."""

    url: str
    sealed: bytes | None


@dataclass(slots=True)
class Round:
    """One connection's conductor, and how its last sweep went.

    `swept_at` is when a sweep last came to its end; `next_at` is when the shop is to be read again,
    `follow_at` when it may be asked for what hints name, `check_at` when the completeness check may go on;
    before `rests_until` nothing is asked of it, as it wished. `noted` is what the records say of all that.
    """

    entry: Entry
    ledger: Ledger
    shop: ShopClient
    reads: AdobeReads
    conductor: Conductor
    next_at: datetime
    follow_at: datetime
    check_at: datetime
    rests_until: datetime | None
    noted: ShopStanding
    swept_at: datetime | None = None
    sweeping: bool = True
    changed: int = 0
    trouble: Finding | None = None

    @property
    def standing(self) -> ShopStanding:
        return ShopStanding(trouble=self.trouble, rests_until=self.rests_until)


def entries(engine: Engine) -> dict[str, Entry]:
    """Every connection; one whose credentials are gone has none."""
    known, secrets = tables.connections.c, tables.secrets.c
    of_shop = (secrets.connection_id == known.connection_id) & (secrets.name == SHOP_SECRET)
    wanted = select(known.connection_id, known.shop_url, secrets.sealed).outerjoin(tables.secrets, of_shop)
    with engine.begin() as connection:
        return {row.connection_id: Entry(row.shop_url, row.sealed) for row in connection.execute(wanted)}


def opened(
    ledger: Ledger, vault: Vault, entry: Entry, one_at_a_time: AbstractContextManager[object]
) -> Round:
    """Open a connection. A pause that the shop asked for before a restart still holds.

    Raises `NeedsPerson` for credentials that are gone or do not open, and for an address that is none.
    """
    clock: Clock = ledger.clock
    keys = credentials(ledger.engine, vault, ledger.connection_id)
    shop = open_shop(entry.url, keys, clock, one_at_a_time)
    reads = AdobeReads(shop, clock)
    now = clock.now()
    with ledger.begin() as tx:
        noted = shop_standing(tx)
    return Round(
        entry=entry,
        ledger=ledger,
        shop=shop,
        reads=reads,
        conductor=Conductor(
            connection_id=ledger.connection_id,
            store=ledger,
            shop=reads,
            decider=RulesKeeper(ledger),
            clock=clock,
        ),
        next_at=now,
        follow_at=now,
        check_at=now,
        rests_until=noted.rests_until,
        noted=noted,
    )
