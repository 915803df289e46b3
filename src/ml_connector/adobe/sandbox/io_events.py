"""A pretend Adobe I/O Events: the host of the public keys, the confirmation of a registration, the journal.

Envelope, headers and statuses are those of adobe_commerce.md §3.2 and §3.3, with the sample events and
Adobe's own guide to the journal: its `next` link is relative, 204 at the end bears `retry-after`, a position
that has expired is answered 410 in plain text. Journal calls need a token of the pretend identity service.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Lock
from urllib.parse import parse_qs, quote

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ml_connector.adobe.sandbox.ims import CLIENT, TOKEN_PATH, ImsClient, PretendIms
from ml_connector.adobe.sandbox.server import Answer, Request, serving

JOURNAL_PATH = "/events/organizations/23294/integrations/54108/f89067f2-0d50-4bb2-bf78-209d0eacb6eb"
VALIDATION_PATH = "/csm/registrations/validate"
RETRY_AFTER_S = 10
EVENTS_PER_PAGE = 100

Event = Mapping[str, object]


class PretendIoEvents:
    """Signs and serves the events of one registration.

    `down` answers everything with 503. `requests` are the targets that were asked for, oldest first.
    """

    def __init__(self, client: ImsClient = CLIENT) -> None:
        self.client = client
        self.ims = PretendIms(client)
        self.down = False
        self._keys = [generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2)]
        self._paths = [f"/prod/keys/pub-key-{uuid.uuid4()}.pem" for _ in self._keys]
        self._events: list[tuple[str, Event]] = []
        self._expired = 0
        self._requests: list[str] = []
        self._lock = Lock()

    @property
    def requests(self) -> tuple[str, ...]:
        with self._lock:
            return tuple(self._requests)

    @property
    def key_paths(self) -> tuple[str, ...]:
        """Where the two public keys are served."""
        return tuple(self._paths)

    @contextmanager
    def running(self, host: str = "127.0.0.1", port: int = 0) -> Generator[str]:
        """Serve over HTTP in threads of this process; gives the origin."""
        with serving(self.answer, host, port) as origin:
            yield origin

    def event(self, name: str, value: Mapping[str, object], recipient: str = "") -> Event:
        """An event in its envelope; `name` as in `observer.sales_order_save_commit_after`."""
        recipient = recipient or self.client.client_id
        event_id = str(uuid.uuid4())
        return {
            "specversion": "1.0",
            "id": str(uuid.uuid4()),
            "source": "urn:uuid:fb58963f-d2e7-4ab4-83da-b6ff15b8ebc0",
            "type": f"com.adobe.commerce.{name}",
            "datacontenttype": "application/json",
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "eventid": event_id,
            "event_id": event_id,
            "recipient_client_id": recipient,
            "recipientclientid": recipient,
            "data": {"key": str(uuid.uuid4()), "value": value, "source": "acme.Stage", "_metadata": {}},
        }

    def signed(self, body: bytes) -> dict[str, str]:
        """The headers of a delivery: both signatures, and where their keys are."""
        headers = {"x-adobe-delivery-id": str(uuid.uuid4())}
        for number, (key, path) in enumerate(zip(self._keys, self._paths, strict=True), start=1):
            headers[f"x-adobe-digital-signature-{number}"] = signature(key, body)
            headers[f"x-adobe-public-key{number}-path"] = path
        return headers

    def publish(self, *events: Event) -> None:
        """Add events to the end of the journal."""
        with self._lock:
            self._events += [
                (f"moose:{uuid.uuid4()}:{len(self._events) + n}", each) for n, each in enumerate(events)
            ]

    def expire(self, count: int) -> None:
        """Drop the oldest events, as after seven days: their positions are gone."""
        with self._lock:
            self._expired = min(self._expired + count, len(self._events))

    def answer(self, request: Request) -> Answer:
        path, _, query = request.target.partition("?")
        with self._lock:
            self._requests.append(request.target)
        if self.down:
            return _text(503, "Service Unavailable")
        if path == TOKEN_PATH:
            return self.ims.answer(request)
        if path in self._paths:
            return _text(200, _pem(self._keys[self._paths.index(path)]))
        if path == VALIDATION_PATH and query:
            return _text(200, "validated")
        if path == JOURNAL_PATH:
            return self._journal(request, parse_qs(query))
        return _text(404, "Not Found")

    def _journal(self, request: Request, asked: Mapping[str, list[str]]) -> Answer:
        scheme, _, token = (request.header("Authorization") or "").partition(" ")
        client = self.ims.client_of(token)
        named = (request.header("x-api-key"), request.header("x-ims-org-id"))
        if scheme != "Bearer" or client is None or named != (client.client_id, client.organization_id):
            return Answer(
                401, "application/json", b'{"error_code":"401013","message":"Oauth token is not valid"}'
            )
        with self._lock:
            positions = [position for position, _ in self._events]
            since = asked.get("since", [""])[0]
            if since and (since not in positions or positions.index(since) < self._expired):
                return _text(410, f"Events at position {since} have expired.")
            first = positions.index(since) + 1 if since else self._expired
            limit = int(asked.get("limit", [str(EVENTS_PER_PAGE)])[0])
            page = self._events[first : first + limit]
        return _page(page, limit) if page else _nothing(since, limit)


def signature(key: RSAPrivateKey, body: bytes) -> str:
    """RSA PKCS#1 v1.5 with SHA-256 over the raw body, in base64."""
    return base64.b64encode(key.sign(body, PKCS1v15(), SHA256())).decode()


def _pem(key: RSAPrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _page(page: list[tuple[str, Event]], limit: int) -> Answer:
    last = page[-1][0]
    body = {
        "events": [{"position": position, "event": event} for position, event in page],
        "_page": {"last": last, "count": len(page)},
    }
    return Answer(200, "application/json", json.dumps(body).encode(), _next(last, limit), session=False)


def _nothing(since: str, limit: int) -> Answer:
    return Answer(
        204, "text/plain", b"", {"retry-after": str(RETRY_AFTER_S), **_next(since, limit)}, session=False
    )


def _next(since: str, limit: int) -> dict[str, str]:
    if not since:
        return {}
    link = f"{JOURNAL_PATH}?since={quote(since, safe=':')}&limit={limit}"
    return {"Link": f'<{link}>; rel="next"'}


def _text(status: int, text: str) -> Answer:
    return Answer(status, "text/plain; charset=utf-8", text.encode(), session=False)
