"""How a connection's shop stands, kept with its records: for the report, for other processes, for a restart.

The worker writes it when it changes, and nobody else does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select

from ml_connector.codec import from_json, loads
from ml_connector.errors import Finding
from ml_connector.records import tables
from ml_connector.records.ledger import LedgerTransaction
from ml_connector.records.rows import json_text

SHOP = "shop"

Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopStanding:
    """`opened` is False while the connection cannot even be opened; `trouble` is what a person may have to
    do; `rests_until` (UTC) is the end of the pause that the shop asked for, None without one."""

    opened: bool = True
    trouble: Finding | None = None
    rests_until: datetime | None = None


def shop_standing(tx: LedgerTransaction) -> ShopStanding:
    """How this connection's shop stands."""
    return standing(tx, SHOP, ShopStanding) or ShopStanding()


def standing(tx: LedgerTransaction, name: str, kind: type[Kind]) -> Kind | None:
    """A value that is kept under this name; None before the first."""
    columns = tables.standings.c
    found = tx.connection.execute(
        select(columns.body).where(columns.connection_id == tx.connection_id, columns.name == name)
    ).scalar()
    return None if found is None else from_json(kind, loads(found))


def save_standing(tx: LedgerTransaction, name: str, value: object) -> None:
    """Keep a value under this name, in the place of what was there."""
    where = {"connection_id": tx.connection_id, "name": name}
    tx.put(tables.standings, where, {"body": json_text(value)})
