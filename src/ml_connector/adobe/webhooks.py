"""A delivery is verified by its endpoint's contract, and reduced to notices; its body is never trusted.

There is no webhook standard in Magento, so the contract is the merchant's: which header, how it is written,
which secrets (reference: adobe_commerce.md §3.4, §3.5). Pure: bytes and a time in, `Accepted` or `Refused`
out; whatever was sent, nothing is raised. Why something was refused is for counters and never for the sender.
Adobe I/O Events, whose keys must be fetched, are in `io_events.py`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from ml_connector.adobe.notices import Notice, notices
from ml_connector.adobe.signatures import Form, digests, is_hmac, is_rsa, rsa_signature, seconds
from ml_connector.sync.ports import Flow

BODY_BYTES_MAX = 3 * 1024 * 1024
"""A batch of I/O Events has up to 2 MB, a REST order some ten kilobytes (§3.2, §9.4)."""
HEADER_BYTES_MAX = 1024
"""An RSA signature of 4096 bits in base64 has 684."""
TOLERANCE_S = 300

Headers = Sequence[tuple[bytes, bytes]]
"""Names in lower case and values, as they came."""

_JSON = re.compile(rb"application/(?:[a-z0-9.+-]+\+)?json\s*(?:;.*)?", re.IGNORECASE)


class Refused(StrEnum):
    """Why a delivery was not taken: one counter each."""

    UNKNOWN_ENDPOINT = "unknown-endpoint"
    OVERSIZED = "oversized"
    CONTENT_TYPE = "content-type"
    UNSIGNED = "unsigned"
    HEADER_REPEATED = "header-repeated"
    HEADER_TOO_LONG = "header-too-long"
    HEADER_NOT_ASCII = "header-not-ascii"
    SIGNATURE_MALFORMED = "signature-malformed"
    SIGNATURE_WRONG = "signature-wrong"
    LATE = "late"
    BODY_MALFORMED = "body-malformed"
    KEY_PATH = "key-path"
    OTHER_RECIPIENT = "other-recipient"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A delivery whose signature is right, event by event. `delivery_id` came in a header, “” for none."""

    notices: tuple[Notice, ...]
    delivery_id: str = ""


Verdict = Accepted | Refused


class Verifier(Protocol):
    """The contract of one endpoint with its secrets, made ready."""

    def verify(self, headers: Headers, body: bytes, now: datetime) -> Verdict:
        """Whether a delivery is the sender's, and what it says. `now` is UTC."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Hmac:
    """HMAC-SHA256 over the raw body, by one of several secrets that are active while they are changed.

    `timestamp_header` holds the seconds that are signed before the body, where the sender sends them apart; a
    signed time may be `tolerance_s` seconds off. `id_header` holds the delivery's id; only Standard Webhooks
    sign it, elsewhere it names a delivery together with its body. `about` is what the deliveries of this
    endpoint are about when they do not say it.
    """

    secrets: tuple[bytes, ...]
    header: bytes
    form: Form
    timestamp_header: bytes = b""
    id_header: bytes = b""
    tolerance_s: int = TOLERANCE_S
    about: Flow | None = None

    def __repr__(self) -> str:
        return f"Hmac(header={self.header!r}, form={self.form.value!r}, {len(self.secrets)} secrets)"

    def verify(self, headers: Headers, body: bytes, now: datetime) -> Verdict:
        refused = unfit(headers, body)
        if refused:
            return refused
        signature = only_value(headers, self.header)
        if isinstance(signature, Refused):
            return signature
        candidates, time = digests(self.form, signature)
        if not candidates:
            return Refused.SIGNATURE_MALFORMED
        if self.timestamp_header:
            time = only_value(headers, self.timestamp_header)
        delivery_id = only_value(headers, self.id_header) if self.id_header else ""
        if isinstance(time, Refused):
            return time
        if self.form is not Form.STANDARD:
            delivery_id = _unsigned_id(delivery_id, body)
        elif isinstance(delivery_id, Refused):
            return delivery_id
        before = [delivery_id, time] if self.form is Form.STANDARD else [time] if time else []
        message = "".join(f"{each}." for each in before).encode() + body
        if not is_hmac(self.secrets, message, candidates):
            return Refused.SIGNATURE_WRONG
        if time and _is_late(time, now, self.tolerance_s):
            return Refused.LATE
        return said(body, self.about, delivery_id)


def _unsigned_id(sent: str | Refused, body: bytes) -> str:
    """An id that anybody could put beside a body names the delivery only together with it."""
    return "" if isinstance(sent, Refused) or not sent else f"{sent}:{hashlib.sha256(body).hexdigest()}"


def _is_late(time: str, now: datetime, tolerance_s: int) -> bool:
    at = seconds(time)
    return at is None or abs(now.timestamp() - at) > tolerance_s


@dataclass(frozen=True, slots=True, kw_only=True)
class CommerceWebhooks:
    """Adobe's Commerce Webhooks module: RSA-SHA256 over the base64 text of the raw body (§3.1).

    Two keys may be active: making a new pair in the shop's admin breaks the old one at once.
    """

    keys: tuple[RSAPublicKey, ...]
    about: Flow | None = None

    HEADER = b"x-adobe-commerce-webhook-signature"

    def verify(self, headers: Headers, body: bytes, now: datetime) -> Verdict:
        del now  # this module signs no time
        refused = unfit(headers, body)
        if refused:
            return refused
        value = only_value(headers, self.HEADER)
        if isinstance(value, Refused):
            return value
        signature = rsa_signature(value)
        if signature is None:
            return Refused.SIGNATURE_MALFORMED
        if not is_rsa(self.keys, base64.b64encode(body), signature):
            return Refused.SIGNATURE_WRONG
        return said(body, self.about)


def unfit(headers: Headers, body: bytes) -> Refused | None:
    """What is looked at before anything is hashed."""
    if len(body) > BODY_BYTES_MAX:
        return Refused.OVERSIZED
    types = [value for name, value in headers if name == b"content-type"]
    if types and (len(types) > 1 or (types[0] != b"application/json" and not _JSON.fullmatch(types[0]))):
        return Refused.CONTENT_TYPE
    return None


def only_value(headers: Headers, name: bytes) -> str | Refused:
    """The one value of a header that has to be there once, in ASCII, and not longer than any can be."""
    found = [value for each, value in headers if each == name]
    if len(found) > 1:
        return Refused.HEADER_REPEATED
    value = found[0].strip() if found else b""
    if not value:
        return Refused.UNSIGNED
    if len(value) > HEADER_BYTES_MAX:
        return Refused.HEADER_TOO_LONG
    return value.decode() if value.isascii() else Refused.HEADER_NOT_ASCII


def said(body: bytes, about: Flow | None, delivery_id: str = "") -> Verdict:
    """What a verified body says."""
    value = parsed(body)
    return value if isinstance(value, Refused) else Accepted(notices(value, about), delivery_id)


def parsed(body: bytes) -> object:
    """The body as JSON, or `BODY_MALFORMED`. Plain floats will do: no number of it is ever used."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return Refused.BODY_MALFORMED
