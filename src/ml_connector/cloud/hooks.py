"""`/hooks/{connection_id}/{endpoint}`: where the shop says that something changed.

A shell: the hot path, plain ASGI without a query. A delivery is verified by its endpoint's contract, reduced
to hints, and answered 2xx once these are durable. Whatever else comes is answered with a bare 401, 413 or 400
and leaves nothing but a count: the sender is not told what was wrong, and a stranger cannot tell an endpoint
that exists from one that does not (reference: adobe_commerce.md §3.5).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.types import Message, Receive, Scope, Send

from ml_connector.adobe.contracts import Scheme
from ml_connector.adobe.io_events import IoEvents, Unverified, challenge, validation_url, verified
from ml_connector.adobe.io_keys import KeyRing
from ml_connector.adobe.webhooks import BODY_BYTES_MAX, Accepted, Headers, Refused, parsed
from ml_connector.clock import Clock
from ml_connector.cloud.hook_book import Endpoint, HookBook
from ml_connector.cloud.inbox_writer import InboxWriter, NotStored
from ml_connector.records.inbox import Arrival, arrival
from ml_connector.records.vault import Vault

SLOWEST_S = 20.0
"""How long a body may take that does not come in one piece."""
VISITS_AFTER_S = (1.0, 10.0, 60.0)
"""When a registration's address is visited after the request was answered, until it answers 200 itself."""

PATH = "/hooks/"
TEXT = "text/plain; charset=utf-8"
JSON = "application/json"


class Outcome(StrEnum):
    """What is counted beside the reasons for which a delivery was refused."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    """Its events were there already: it is answered like any other, and stored no second time."""
    CHALLENGED = "challenged"
    NOT_STORED = "not-stored"
    KEYS_UNREACHABLE = "keys-unreachable"
    TOO_SLOW = "too-slow"
    METHOD = "method"


# Whatever is not here is answered 401. A sender comes again after a 503, and after no other of these (§3.2).
_STATUS: Mapping[str, int] = {
    Outcome.ACCEPTED: 200,
    Outcome.REPEATED: 200,
    Outcome.CHALLENGED: 200,
    Outcome.NOT_STORED: 503,
    Outcome.KEYS_UNREACHABLE: 503,
    Outcome.TOO_SLOW: 400,
    Refused.OVERSIZED: 413,
    Refused.CONTENT_TYPE: 400,
    Refused.BODY_MALFORMED: 400,
}


class Hooks:
    """What answers below `PATH`."""

    def __init__(self, engine: Engine, clock: Clock, vault: Vault, keys: KeyRing) -> None:
        self.book = HookBook(engine, clock, vault)
        self._clock = clock
        self._keys = keys
        self._fetching = asyncio.Lock()
        self._visiting = False
        self._writer = InboxWriter(engine, clock)
        self._counts: Counter[tuple[str, str, str]] = Counter()

    def start(self) -> None:
        """Deliveries may come."""
        self._writer.start()

    def stop(self) -> None:
        """No more deliveries; what is under way is stored."""
        self._writer.stop()

    def counts(self, connection_id: str = "", endpoint: str = "") -> dict[str, int]:
        """What came in at an endpoint since the service was started, by outcome; without names, what came in
        at none."""
        where = (connection_id, endpoint)
        return {what: number for (*place, what), number in self._counts.items() if tuple(place) == where}

    def named(self, path: str) -> tuple[str, str] | None:
        """The connection and the endpoint in a path, None when it is no endpoint's."""
        if not path.startswith(PATH):
            return None
        connection_id, _, endpoint = path[len(PATH) :].partition("/")
        return (connection_id, endpoint) if connection_id and endpoint and "/" not in endpoint else None

    async def serve(self, connection_id: str, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        """A request to the endpoint of that name, whether or not there is one."""
        endpoint = self.book.find(connection_id, name)
        if endpoint is None:
            self._counts["", "", Refused.UNKNOWN_ENDPOINT] += 1
            await _say(send, 401)
        elif scope["method"] == "POST":
            await self._post(endpoint, scope["headers"], receive, send)
        else:
            await self._get(endpoint, scope, send)

    async def _get(self, endpoint: Endpoint, scope: Scope, send: Send) -> None:
        """A registration's challenge, and nothing else."""
        asked = scope["method"] == "GET" and isinstance(endpoint.verifier, IoEvents)
        word = challenge(scope["query_string"].decode("latin-1")) if asked else None
        await self._answer(send, endpoint, Outcome.METHOD if word is None else Outcome.CHALLENGED, word or "")

    async def _post(self, endpoint: Endpoint, headers: Headers, receive: Receive, send: Send) -> None:
        body = await _body(headers, receive)
        if body is None:
            return
        if not isinstance(body, bytes):
            await self._answer(send, endpoint, body)
        elif isinstance(endpoint.verifier, IoEvents):
            address = self._address_to_visit(body)
            outcome = await self._io_events(endpoint, endpoint.verifier, headers, body)
            await self._answer(send, endpoint, Outcome.CHALLENGED if address else outcome)
            if address:
                await self._visit(address)
        else:
            now = self._clock.now()
            verdict = endpoint.verifier.verify(headers, body, now)
            if isinstance(verdict, Accepted):
                outcome = await self._store(endpoint, verdict, body, now)
            else:
                outcome = verdict
            await self._answer(send, endpoint, outcome)

    async def _io_events(
        self, endpoint: Endpoint, contract: IoEvents, headers: Headers, body: bytes
    ) -> Outcome | Refused:
        delivery = contract.look(headers, body)
        if not isinstance(delivery, Unverified):
            return delivery
        reached = await self._fetched(delivery)
        verdict = verified(delivery, self._keys.known(delivery.by))
        if isinstance(verdict, Accepted):
            return await self._store(endpoint, verdict, body, self._clock.now())
        return verdict if reached else Outcome.KEYS_UNREACHABLE

    async def _fetched(self, delivery: Unverified) -> bool:
        """Have the keys here; False when one could not be fetched."""
        if not self._keys.wanted(delivery.by):
            return True
        async with self._fetching:
            wanted = self._keys.wanted(delivery.by)
            return not wanted or await run_in_threadpool(self._keys.fetch, wanted)

    def _address_to_visit(self, body: bytes) -> str | None:
        """Where a registration wants to be confirmed, when this is what the request was about."""
        short = len(body) < 1000 and b"validationUrl" in body
        return validation_url(parsed(body), self._keys.validation_origin) if short else None

    async def _visit(self, address: str) -> None:
        """Confirm a registration, once its request was answered; one at a time, since a stranger can ask."""
        if self._visiting:
            return
        self._visiting = True
        try:
            for wait_s in VISITS_AFTER_S:
                await asyncio.sleep(wait_s)
                if await run_in_threadpool(self._keys.confirm, address):
                    break
        finally:
            self._visiting = False

    async def _store(self, endpoint: Endpoint, delivery: Accepted, body: bytes, now: datetime) -> Outcome:
        """Keep what there is to look at; an event about something else is answered, and that is all."""
        arrivals = [
            _arrival(endpoint, delivery, number, body, now)
            for number, notice in enumerate(delivery.notices)
            if notice.hints
        ]
        if not arrivals:
            return Outcome.ACCEPTED
        try:
            known = await self._writer.write(arrivals)
        except NotStored:
            return Outcome.NOT_STORED
        return Outcome.REPEATED if known == len(arrivals) else Outcome.ACCEPTED

    async def _answer(
        self, send: Send, endpoint: Endpoint, outcome: Outcome | Refused, word: str = ""
    ) -> None:
        self._counts[endpoint.connection_id, endpoint.name, outcome] += 1
        status = _STATUS.get(outcome, 401)
        if status == 200 and endpoint.contract.scheme is Scheme.COMMERCE_WEBHOOKS:
            # This sender waits for what it may go on with (§3.1).
            await _say(send, status, b'{"op":"success"}', JSON)
        else:
            await _say(send, status, word.encode())


def _arrival(endpoint: Endpoint, delivery: Accepted, number: int, body: bytes, now: datetime) -> Arrival:
    """One event's row, told by the sender's own id if there is one: the event's, or that of a header."""
    notice, body_hash = delivery.notices[number], ""
    event_id = notice.event_id
    if not event_id and delivery.delivery_id:
        event_id = _hashed(f"{endpoint.name}\n{delivery.delivery_id}\n{number}".encode())
    if not event_id:
        body_hash = f"{_hashed(body)}:{number}"
    return arrival(endpoint.connection_id, endpoint.name, event_id, body_hash, notice.hints, now)


def _hashed(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def _body(headers: Headers, receive: Receive) -> bytes | Outcome | Refused | None:
    """The body as it came, or why it is not read on; None when the sender has gone."""
    for name, value in headers:
        if name == b"content-length" and value.isdigit() and int(value) > BODY_BYTES_MAX:
            return Refused.OVERSIZED
    message = await receive()
    if not message.get("more_body"):
        return None if message["type"] == "http.disconnect" else message.get("body", b"")
    read = bytearray(message.get("body", b""))
    try:
        async with asyncio.timeout(SLOWEST_S):
            while message.get("more_body"):
                message = await receive()
                read += message.get("body", b"")
                if len(read) > BODY_BYTES_MAX:
                    return Refused.OVERSIZED
    except TimeoutError:
        return Outcome.TOO_SLOW
    return None if message["type"] == "http.disconnect" else bytes(read)


async def _say(send: Send, status: int, body: bytes = b"", content_type: str = TEXT) -> None:
    start: Message = {
        "type": "http.response.start",
        "status": status,
        "headers": [
            (b"content-length", str(len(body)).encode()),
            (b"content-type", content_type.encode()),
            (b"x-content-type-options", b"nosniff"),
        ],
    }
    await send(start)
    await send({"type": "http.response.body", "body": body})
