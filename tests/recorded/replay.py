"""Asking the pretend shop the way a recording was asked, and comparing what it answers.

Requests are signed by oauthlib, which knows nothing of this project, and sent with http.client, which leaves
the path and the query as they are. How a recording was signed stands in words in its `auth`; what those words
do not tell (a wrong secret, an old time stamp) is in `SIGNED`.
"""

from __future__ import annotations

import http.client
import json
import lzma
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

from oauthlib.oauth1 import Client

from ml_connector.adobe.sandbox import FULL, INTEGRATIONS, LIMITED, Integration

HERE = Path(__file__).parent
BY_NAME = {integration.name: integration for integration in INTEGRATIONS}
# Recorded of the shop as it is packed, in its default configuration.
FOLDERS = (
    *("creditmemos", "customers", "errors", "invoices", "orders", "products"),
    *("signature_paths", "taxRates"),
)

JsonObject = dict[str, Any]  # an answer as parsed: what is in it is what the tests find out


@dataclass(frozen=True, slots=True)
class Recording:
    """One recorded request with its answer."""

    folder: str
    name: str
    request: JsonObject
    response: JsonObject

    @property
    def title(self) -> str:
        """Folder and name, as INDEX.md of the recordings has them."""
        return f"{self.folder}/{self.name}"

    @property
    def target(self) -> str:
        """Path and query, undecoded."""
        parts = urlsplit(cast(str, self.request["url"]))
        return f"{parts.path}?{parts.query}" if parts.query else parts.path


class _Signer(Protocol):
    def sign(self, uri: str, http_method: str) -> tuple[str, dict[str, str], object]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """How to sign a request: whose keys, and anything that is meant to be wrong with it."""

    integration: Integration = FULL
    method: str = "HMAC-SHA256"
    nonce: str | None = None
    seconds: int | None = None
    timestamp: str | None = None
    wrong: Mapping[str, str] = field(default_factory=dict[str, str])
    over: str | None = None

    def header(self, url: str, http_method: str) -> str:
        """The Authorization header for a request to this URL (or, when `over` is set, to that one)."""
        keys = self.integration
        moved = str(int(time.time()) + self.seconds) if self.seconds is not None else None
        client = Client(
            self.wrong.get("consumer_key", keys.consumer_key),
            client_secret=self.wrong.get("consumer_secret", keys.consumer_secret),
            resource_owner_key=self.wrong.get("access_token", keys.access_token),
            resource_owner_secret=self.wrong.get("access_token_secret", keys.access_token_secret),
            signature_method=self.method,
            nonce=self.nonce,
            timestamp=self.timestamp or moved,
        )
        _, headers, _ = cast(_Signer, client).sign(self.over or url, http_method)
        return headers["Authorization"]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON, amounts as Decimal."""
        return json.loads(self.body, parse_float=Decimal)


_MADE_UP = "madeupmadeupmadeupmadeupmadeup00"
_OTHER_TOKEN = {"access_token": LIMITED.access_token, "access_token_secret": LIMITED.access_token_secret}
SIGNED = {
    "errors/bad_signature_wrong_secret": Signing(wrong={"consumer_secret": _MADE_UP}),
    "errors/bad_token_secret": Signing(wrong={"access_token_secret": _MADE_UP}),
    "errors/consumer_key_wrong_length": Signing(wrong={"consumer_key": "short"}),
    "errors/nonce_33_chars": Signing(nonce="n" * 33),
    "errors/nonce_first_use": Signing(nonce="used-twice"),
    "errors/nonce_reused": Signing(nonce="used-twice", seconds=1),
    "errors/nonce_uuid36": Signing(nonce="8f1c62de-5a3b-4f0e-9f57-1d6b2f6f3c11"),
    "errors/timestamp_1h_old": Signing(seconds=-3600),
    "errors/timestamp_1y_old": Signing(seconds=-365 * 86400),
    "errors/timestamp_590s_future": Signing(seconds=590),
    "errors/timestamp_700s_future": Signing(seconds=700),
    "errors/timestamp_garbage": Signing(timestamp="abc"),
    "errors/timestamp_zero": Signing(timestamp="0"),
    "errors/token_of_other_consumer": Signing(wrong=_OTHER_TOKEN),
    "errors/token_wrong_length": Signing(wrong={"access_token": "short"}),
    "errors/unknown_consumer_key_32": Signing(wrong={"consumer_key": _MADE_UP}),
    "errors/unknown_token_32": Signing(wrong={"access_token": _MADE_UP}),
}


def recordings(*folders: str) -> list[Recording]:
    """The recorded requests of these folders, in the order of their names."""
    return [each for folder in folders for each in _folder(folder)]


def ask(
    base_url: str,
    target: str,
    *,
    method: str = "GET",
    signing: Signing | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """Send one request: signed when `signing` says how, asking for JSON unless `headers` say otherwise."""
    sent = {"Accept": "application/json", **(headers or {})}
    if signing:
        sent["Authorization"] = signing.header(base_url + target, method)
    connection = http.client.HTTPConnection(urlsplit(base_url).netloc)
    try:
        connection.request(method, target, headers=sent)
        response = connection.getresponse()
        return Reply(
            response.status, {key.lower(): value for key, value in response.headers.items()}, response.read()
        )
    finally:
        connection.close()


def ask_as_recorded(base_url: str, recording: Recording) -> Reply:
    """Send a recorded request, signed as it was."""
    auth = cast(str, recording.request["auth"])
    headers = dict(cast("dict[str, str]", recording.request["headers"]))
    signing = SIGNED.get(recording.title) or _signing(auth)
    if signing and auth.endswith("signed over the path with a literal /"):
        signing = replace(signing, over=base_url + recording.target.replace("%2F", "/"))
    if auth.startswith("HTTP Basic"):
        headers["Authorization"] = "Basic bWFkZTp1cA=="
    if auth.startswith("Bearer"):
        named = next((each for name, each in BY_NAME.items() if name in auth), None)
        headers["Authorization"] = f"Bearer {named.access_token if named else _MADE_UP}"
    if urlsplit(cast(str, recording.request["url"])).hostname == "localhost":
        base_url = base_url.replace("127.0.0.1", "localhost")
    method = cast(str, recording.request["method"])
    return ask(base_url, recording.target, method=method, signing=signing, headers=headers)


def differences(recording: Recording, reply: Reply) -> list[str]:
    """Where the answer is another one than the recorded one; empty when it is the same.

    Compared are status, content type, the number of bytes, and the body: whole, or for a body that was cut
    the ids of all its entries, the entries that were kept, and all that stands beside them.
    """
    recorded = recording.response
    found = [
        f"{what}: {ours!r} instead of {theirs!r}"
        for what, ours, theirs in (
            ("status", reply.status, recorded["status"]),
            ("content type", reply.headers.get("content-type"), recorded["headers"]["Content-Type"]),
            ("bytes", len(reply.body), recorded["bytes"]),
        )
        if ours != theirs
    ]
    if "body" not in recorded:
        if reply.body.decode() != recorded["body_text"]:
            found.append("the text of the body differs")
    elif _masked(_comparable(recording, reply.json())) != _masked(_expected(recorded)):
        found.append("the body differs")
    return found


def _folder(folder: str) -> list[Recording]:
    lines = lzma.decompress((HERE / "http" / f"{folder}.jsonl.xz").read_bytes()).decode().splitlines()
    parsed: list[JsonObject] = [json.loads(line, parse_float=Decimal) for line in lines]
    return [Recording(folder, line["name"], line["request"], line["response"]) for line in parsed]


def _signing(auth: str) -> Signing | None:
    said = re.fullmatch(r"OAuth 1\.0a (\S+) as (connector_\w+)(?:, signed over .*)?", auth)
    return replace(Signing(), method=said[1], integration=BY_NAME[said[2]]) if said else None


def _comparable(recording: Recording, body: Any) -> Any:
    recorded = recording.response
    if not recorded.get("cut"):
        return body
    items = body["items"]
    kept = len(recorded["body"]["items"])
    shortened: JsonObject = {**body, "items": items[:kept]}
    id_field = "entity_id" if items and "entity_id" in items[0] else "id"
    return [shortened, len(items), [item[id_field] for item in items]]


def _expected(recorded: JsonObject) -> Any:
    if not recorded.get("cut"):
        return recorded["body"]
    return [recorded["body"], recorded["items_before_cut"], recorded["ids_before_cut"]]


def _masked(body: Any) -> Any:
    if isinstance(body, dict) and "message" in body:
        message = cast(str, body["message"])
        return {**cast(JsonObject, body), "message": re.sub(r"webapi-[0-9a-f]{13}", "webapi-…", message)}
    return cast(object, body)
