"""Adobe's identity service (IMS) beside a pretend Cloud Service: client id and secret in, a bearer token out.

Facts: adobe_commerce.md §2.2, and `samples/ims_token_response.json`. How it words a refusal is in neither:
the words are those of the standard (RFC 6749 §5.2). A token without the scope `commerce.accs` is given all
the same, and then opens nothing.
"""

from __future__ import annotations

import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from urllib.parse import parse_qsl

from ml_connector.adobe.sandbox.credentials import FULL
from ml_connector.adobe.sandbox.server import Answer, Request

TOKEN_PATH = "/ims/token/v3"
EXPIRES_IN = 86399
OPENING_SCOPE = "commerce.accs"
SCOPES = frozenset(
    {
        *("openid", "AdobeID", "email", "profile", OPENING_SCOPE),
        *("additional_info.roles", "additional_info.projectedProductContext"),
    }
)
_MOST_SECONDS = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ImsClient:
    """One OAuth Server-to-Server credential; `resources` are what it may read of the shop (§1.6)."""

    client_id: str
    client_secret: str
    organization_id: str
    resources: frozenset[str]


CLIENT = ImsClient(
    client_id="sandboxclientid0000000000000full",
    client_secret="p8e-sandboxclientsecretfull",
    organization_id="5A4DB0CE5A4DB0CE5A4DB0CE@AdobeOrg",
    resources=FULL.resources,
)


@dataclass(frozen=True, slots=True)
class _Issued:
    client: ImsClient
    scopes: frozenset[str]
    until: float


class PretendIms:
    """Gives tokens to its clients and remembers them.

    `expires_in` is the number in the answer: seconds, or milliseconds above 10,000,000, as older endpoints
    meant it. `slowness_s` is how long it thinks about each call. `fetches` counts the tokens it gave.
    """

    def __init__(self, *clients: ImsClient, expires_in: int = EXPIRES_IN, slowness_s: float = 0.0) -> None:
        self.expires_in = expires_in
        self.slowness_s = slowness_s
        self._clients = {client.client_id: client for client in clients or (CLIENT,)}
        self._issued: dict[str, _Issued] = {}
        self._fetches = 0
        self._lock = Lock()

    @property
    def fetches(self) -> int:
        """How many tokens were given so far."""
        with self._lock:
            return self._fetches

    def revoke_all(self) -> None:
        """Every token given so far ends now, whatever its `expires_in` said."""
        with self._lock:
            self._issued.clear()

    def withdraw(self, client: ImsClient) -> None:
        """Forget a client: it is given no token any more; those that it has last on."""
        with self._lock:
            self._clients.pop(client.client_id, None)

    def client_of(self, token: str) -> ImsClient | None:
        """Whose token this is, while it lasts and if it opens a Commerce instance."""
        with self._lock:
            issued = self._issued.get(token)
        if issued is None or issued.until <= time.monotonic() or OPENING_SCOPE not in issued.scopes:
            return None
        return issued.client

    def answer(self, request: Request) -> Answer:
        """The answer to a call of `TOKEN_PATH`."""
        time.sleep(self.slowness_s)
        form = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        is_form = (request.header("Content-Type") or "").startswith("application/x-www-form-urlencoded")
        if request.method != "POST" or not is_form:
            return _refused(400, "invalid_request")
        if form.get("grant_type") != "client_credentials":
            return _refused(400, "unsupported_grant_type")
        client = self._clients.get(form.get("client_id", ""))
        given = form.get("client_secret", "")
        if client is None or not hmac.compare_digest(client.client_secret.encode(), given.encode()):
            return _refused(401, "invalid_client")
        scopes = frozenset(form.get("scope", "").split(","))
        if not scopes <= SCOPES:
            return _refused(400, "invalid_scope")
        return _json(200, self._token(client, scopes))

    def _token(self, client: ImsClient, scopes: frozenset[str]) -> Mapping[str, object]:
        token = f"eyJ-sandbox.{secrets.token_urlsafe(24)}"
        lasts_s = self.expires_in / 1000 if self.expires_in > _MOST_SECONDS else self.expires_in
        with self._lock:
            self._issued[token] = _Issued(client, scopes, time.monotonic() + lasts_s)
            self._fetches += 1
        return {"access_token": token, "token_type": "bearer", "expires_in": self.expires_in}


def _refused(status: int, error: str) -> Answer:
    return _json(status, {"error": error, "error_description": f"made up by the sandbox: {error}"})


def _json(status: int, value: Mapping[str, object]) -> Answer:
    return Answer(status, "application/json", json.dumps(value).encode())
