"""`/api/connections/{id}/hooks` and `/journal`: where the shop may say that something changed.

A secret that is drawn here is answered once, when it is made; nothing answers it again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from ml_connector.adobe.contracts import Contract, preset
from ml_connector.adobe.ims_token import IMS_TOKEN_URL, ImsCredentials
from ml_connector.adobe.signatures import Form
from ml_connector.adobe.webhooks import TOLERANCE_S
from ml_connector.cloud import journals
from ml_connector.cloud.answers import answer
from ml_connector.cloud.operator_desk import AtDesk, ByPerson, Word

hook_calls = APIRouter()

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
HeaderName = Annotated[str, Field(max_length=100)]
Secret = Annotated[str, Field(min_length=1, max_length=4000)]


class CustomContract(BaseModel):
    """A sender of one's own: which header holds the signature, and how it is written."""

    model_config = ConfigDict(extra="forbid")

    header: HeaderName
    form: Form = Form.HEX
    timestamp_header: HeaderName = ""
    id_header: HeaderName = ""
    tolerance_s: int = TOLERANCE_S


class HookIn(ByPerson):
    """An endpoint: a known sender, or `custom`. Without secrets one is drawn, where the sender takes any."""

    model_config = ConfigDict(extra="forbid")

    endpoint: Name
    sender: Word
    custom: CustomContract | None = None
    about: Literal["", "orders", "invoices", "creditmemos"] = ""
    secrets: Annotated[tuple[Secret, ...], Field(max_length=4)] = ()

    @property
    def contract(self) -> Contract:
        """Raises `NeedsPerson` (settings-invalid) for a sender that is unknown or cannot be believed."""
        if self.sender != "custom" or self.custom is None:
            return replace(preset(self.sender), about=self.about)
        return Contract(**self.custom.model_dump(), about=self.about)


class SecretIn(ByPerson):
    """A further secret; without one it is drawn."""

    secret: Annotated[str, Field(max_length=4000)] = ""


class JournalIn(ByPerson):
    """The journal of an event registration, and the credential of its project."""

    model_config = ConfigDict(extra="forbid")

    address: Annotated[str, Field(min_length=1, max_length=1000)]
    client_id: Word
    client_secret: Word
    organization_id: Word
    scopes: Annotated[list[Word], Field(min_length=1, max_length=50)]
    token_url: Word = IMS_TOKEN_URL


@hook_calls.get("/connections/{connection_id}/hooks")
def list_hooks(desk: AtDesk, connection_id: str) -> Response:
    """The endpoints with their contracts, and what came in at each since the service was started."""
    ledger, hooks = desk.ledger(connection_id), desk.hooks
    return answer(
        {
            "hooks": [
                {
                    "endpoint": each.name,
                    "path": _path(connection_id, each.name),
                    "contract": each.contract,
                    "counts": hooks.counts(connection_id, each.name),
                }
                for each in hooks.book.of(ledger.connection_id)
            ]
        }
    )


@hook_calls.post("/connections/{connection_id}/hooks")
def make_hook(desk: AtDesk, connection_id: str, given: HookIn) -> Response:
    """Make an endpoint; the answer holds the path, and the secret that was drawn, this once."""
    ledger = desk.ledger(connection_id)
    secret = desk.hooks.book.make(ledger, given.endpoint, given.contract, given.secrets, given.by, given.why)
    return answer(_made(given.endpoint, _path(connection_id, given.endpoint), secret), 201)


@hook_calls.post("/connections/{connection_id}/hooks/{endpoint}/rotate")
def rotate_hook(desk: AtDesk, connection_id: str, endpoint: str, given: SecretIn) -> Response:
    """Add a secret beside the active ones; the answer holds it, this once, if it was drawn."""
    ledger = desk.ledger(connection_id)
    secret = desk.hooks.book.rotate(ledger, endpoint, given.secret, given.by, given.why)
    return answer(_made(endpoint, _path(connection_id, endpoint), secret))


@hook_calls.post("/connections/{connection_id}/hooks/{endpoint}/retire")
def retire_hook_secrets(desk: AtDesk, connection_id: str, endpoint: str, person: ByPerson) -> Response:
    """Keep the newest secret only."""
    desk.hooks.book.retire(desk.ledger(connection_id), endpoint, person.by, person.why)
    return answer({"retired": True})


@hook_calls.post("/connections/{connection_id}/hooks/{endpoint}/remove")
def remove_hook(desk: AtDesk, connection_id: str, endpoint: str, person: ByPerson) -> Response:
    """Take no more deliveries at this endpoint."""
    desk.hooks.book.remove(desk.ledger(connection_id), endpoint, person.by, person.why)
    return answer({"removed": True})


@hook_calls.post("/connections/{connection_id}/journal")
def set_journal(desk: AtDesk, connection_id: str, given: JournalIn) -> Response:
    """Pull the journal of an event registration from now on."""
    credentials = ImsCredentials(
        client_id=given.client_id,
        client_secret=given.client_secret,
        organization_id=given.organization_id,
        scopes=tuple(given.scopes),
        token_url=given.token_url,
    )
    settings = journals.JournalSettings(address=given.address, credentials=credentials)
    journals.keep(desk.ledger(connection_id), desk.vault, settings, given.by, given.why)
    desk.worker.journals.changed(connection_id)
    desk.worker.wake()
    return answer({"pulling": True})


@hook_calls.post("/connections/{connection_id}/journal/remove")
def remove_journal(desk: AtDesk, connection_id: str, person: ByPerson) -> Response:
    """Pull no journal any more."""
    journals.remove(desk.ledger(connection_id), person.by, person.why)
    desk.worker.journals.changed(connection_id)
    return answer({"pulling": False})


def _path(connection_id: str, endpoint: str) -> str:
    return f"/hooks/{connection_id}/{endpoint}"


def _made(endpoint: str, path: str, secret: str) -> dict[str, str]:
    return {"endpoint": endpoint, "path": path} | ({"secret": secret} if secret else {})
