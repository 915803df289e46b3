"""What an operator's calls work with, and the words that they are made of.

Each act names the person behind it (`by`) and a reason (`why`); both stand in the trail.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, Self, cast

from fastapi import Depends, Request
from pydantic import BaseModel, Discriminator, Field, Tag, model_validator
from sqlalchemy import Engine

from ml_connector.adobe.auth import OAuth1Credentials
from ml_connector.adobe.connect import ShopCredentials
from ml_connector.adobe.ims_token import IMS_TOKEN_URL, ImsCredentials
from ml_connector.clock import Clock
from ml_connector.cloud import connections
from ml_connector.cloud.hooks import Hooks
from ml_connector.cloud.worker import Worker
from ml_connector.errors import Code, Finding
from ml_connector.records.ledger import Ledger
from ml_connector.records.vault import Vault

# The kinds of credentials, as `type` names them.
OAUTH1, IMS = "oauth1", "ims"

Word = Annotated[str, Field(min_length=1, max_length=200)]


class ByPerson(BaseModel):
    """Who says so, and why."""

    by: Word
    why: Word


class ConnectionIn(BaseModel):
    """A shop to be connected, and the tag for references in Sage. Documents made before `cut_over` (a day in
    the shop's time zone, ISO) are left out."""

    connection_id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    name: Word
    tag: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,3}$")]
    shop_url: Word
    cut_over: date | None = None
    by: Word


class PaasKeysIn(BaseModel):
    """The four values of an integration of a self-hosted or PaaS shop."""

    type: Literal["oauth1"] = "oauth1"
    consumer_key: Word
    consumer_secret: Word
    access_token: Word
    access_token_secret: Word

    @property
    def credentials(self) -> ShopCredentials:
        return OAuth1Credentials(
            consumer_key=self.consumer_key,
            consumer_secret=self.consumer_secret,
            access_token=self.access_token,
            access_token_secret=self.access_token_secret,
        )


class CloudServiceKeysIn(BaseModel):
    """An OAuth Server-to-Server credential, which opens a shop of the Cloud Service."""

    type: Literal["ims"]
    client_id: Word
    client_secret: Word
    organization_id: Word
    token_url: Word = IMS_TOKEN_URL

    @property
    def credentials(self) -> ShopCredentials:
        """Raises `NeedsPerson` (settings-invalid) for a value that can be none."""
        return ImsCredentials(
            client_id=self.client_id,
            client_secret=self.client_secret,
            organization_id=self.organization_id,
            token_url=self.token_url,
        )


class PaasConnectionIn(ConnectionIn, PaasKeysIn):
    """A self-hosted or PaaS shop to be connected."""


class CloudServiceConnectionIn(ConnectionIn, CloudServiceKeysIn):
    """A shop of the Cloud Service to be connected; `shop_url` is its REST address."""


class NewKeysIn(ByPerson):
    """Credentials in the place of others; `shop_url` is “”, or the address of the connection."""

    shop_url: Annotated[str, Field(max_length=200)] = ""


class NewPaasKeysIn(NewKeysIn, PaasKeysIn):
    """Of a self-hosted or PaaS shop."""


class NewCloudServiceKeysIn(NewKeysIn, CloudServiceKeysIn):
    """Of a shop of the Cloud Service."""


def _kind_of(given: object) -> str:
    kind = cast(Mapping[str, object], given).get("type", OAUTH1) if isinstance(given, Mapping) else OAUTH1
    return IMS if kind == IMS else OAUTH1


AnyConnectionIn = Annotated[
    Annotated[PaasConnectionIn, Tag(OAUTH1)] | Annotated[CloudServiceConnectionIn, Tag(IMS)],
    Discriminator(_kind_of),
]
"""Either kind, told apart by `type`; without one it is the four values."""
AnyNewKeysIn = Annotated[
    Annotated[NewPaasKeysIn, Tag(OAUTH1)] | Annotated[NewCloudServiceKeysIn, Tag(IMS)],
    Discriminator(_kind_of),
]
"""As `AnyConnectionIn`, for a shop that is connected already."""


def misfit(faults: Iterable[Mapping[str, object]]) -> Finding:
    """Which field does not fit, and why; never what was in it, and without the kind of credentials that it
    was looked at as. `faults` are those of pydantic."""
    told = (f"{_place(cast(Iterable[object], each['loc']))}: {each['msg']}" for each in faults)
    return Finding(
        code=Code.COMMAND_NOT_UNDERSTOOD,
        what="The request was not understood.",
        why="; ".join(told) + ".",
        fix="Correct these fields and send it again; nothing was done.",
    )


def _place(steps: Iterable[object]) -> str:
    return ".".join(str(step) for step in steps if step not in (OAUTH1, IMS))


class ChartIn(ByPerson):
    """Accept the proposed chart, with the gate that the merchant wants; or a chart that is written down, as
    the text of its file (`toml`) or as the same names in JSON (`chart`)."""

    gate: Annotated[str, Field(pattern=r"^(complete|invoiced)$")] | None = None
    toml: Annotated[str, Field(max_length=1024 * 1024)] | None = None
    chart: dict[str, object] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if sum(given is not None for given in (self.gate, self.toml, self.chart)) > 1:
            raise ValueError("give one of gate, toml and chart: the written chart says its gate itself")
        return self


@dataclass(frozen=True, slots=True)
class Desk:
    """The records, the vault, the worker and the webhook endpoints of this service; where shops reach it."""

    engine: Engine
    clock: Clock
    vault: Vault
    worker: Worker
    hooks: Hooks
    public_address: str

    def ledger(self, connection_id: str) -> Ledger:
        """The records of a connection; raises `NeedsPerson` when there is none of that name."""
        if not connections.exists(self.engine, connection_id):
            raise connections.unknown_connection(connection_id)
        return Ledger(self.engine, self.clock, connection_id)


def desk_of(request: Request) -> Desk:
    """The desk that `operator_api` put into its application."""
    return cast(Desk, request.app.state.desk)


AtDesk = Annotated[Desk, Depends(desk_of)]
