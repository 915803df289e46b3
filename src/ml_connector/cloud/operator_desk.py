"""What an operator's calls work with, and the words that they are made of.

Each act names the person behind it (`by`) and a reason (`why`); both stand in the trail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request
from pydantic import BaseModel, Field
from sqlalchemy import Engine

from ml_connector.clock import Clock
from ml_connector.cloud import connections
from ml_connector.cloud.worker import Worker
from ml_connector.records.ledger import Ledger
from ml_connector.records.vault import Vault

Word = Annotated[str, Field(min_length=1, max_length=200)]


class ByPerson(BaseModel):
    """Who says so, and why."""

    by: Word
    why: Word


class ConnectionIn(BaseModel):
    """A shop to be connected: the four values of its integration, and the tag for references in Sage."""

    connection_id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    name: Word
    tag: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,3}$")]
    shop_url: Word
    consumer_key: Word
    consumer_secret: Word
    access_token: Word
    access_token_secret: Word
    by: Word


class ChartIn(ByPerson):
    """Accept the proposed chart, with the gate that the merchant wants."""

    gate: Annotated[str, Field(pattern=r"^(complete|invoiced)$")] = "complete"


@dataclass(frozen=True, slots=True)
class Desk:
    """The records, the vault and the worker of this service."""

    engine: Engine
    clock: Clock
    vault: Vault
    worker: Worker

    def ledger(self, connection_id: str) -> Ledger:
        """The records of a connection; raises `NeedsPerson` when there is none of that name."""
        if not connections.exists(self.engine, connection_id):
            raise connections.unknown_connection(connection_id)
        return Ledger(self.engine, self.clock, connection_id)


def desk_of(request: Request) -> Desk:
    """The desk that `operator_api` put into its application."""
    return cast(Desk, request.app.state.desk)


AtDesk = Annotated[Desk, Depends(desk_of)]
