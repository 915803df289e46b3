"""Adobe I/O Events, pushed: what a delivery must bear, and a registration's challenge. Pure.

A delivery bears two RSA signatures of its raw body and the paths of their keys; one that is right is enough.
The keys are on Adobe's one host, at paths of one form, whatever a header says: Adobe's own SDK joins host and
path, and would leave the host for a path such as `@evil.example/…`. Everybody's events are signed with the
same keys, so a delivery must also be addressed to our client id. Legacy `x-adobe-signature` is not looked at
(reference: adobe_commerce.md §3.2). Keys are fetched in `io_keys.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from ml_connector.adobe.notices import Notice, cloud_event, events, notices
from ml_connector.adobe.signatures import is_rsa, rsa_signature
from ml_connector.adobe.webhooks import Accepted, Headers, Refused, Verdict, only_value, parsed, unfit
from ml_connector.sync.ports import Flow

VALIDATION_ORIGIN = "https://csm.adobe.io"

_PAIRS = (
    (b"x-adobe-digital-signature-1", b"x-adobe-public-key1-path"),
    (b"x-adobe-digital-signature-2", b"x-adobe-public-key2-path"),
)
_KEY_PATH = re.compile(r"/prod/keys/pub-key-[A-Za-z0-9-]{1,64}\.pem")
_CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{1,200}")
_VALIDATION = re.compile(r"/csm/registrations/validate\?[A-Za-z0-9=&._~-]{1,400}")

Signatures = Mapping[str, bytes]
"""Signatures by the paths of their keys."""


@dataclass(frozen=True, slots=True)
class Unverified:
    """A delivery that is whole and ours, and whose signatures still have to be verified."""

    by: Signatures
    body: bytes
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IoEvents:
    """The contract of an endpoint for I/O Events: whose they are, by the client id of the credential."""

    client_ids: frozenset[str] = field(repr=False)
    about: Flow | None = None

    def look(self, headers: Headers, body: bytes) -> Unverified | Refused:
        """Everything that can be refused without a key, so that no stranger makes us fetch one."""
        refused = unfit(headers, body)
        if refused:
            return refused
        by = signatures(headers)
        if isinstance(by, Refused):
            return by
        value = parsed(body)
        if isinstance(value, Refused):
            return value
        if not self._are_ours(value):
            return Refused.OTHER_RECIPIENT
        return Unverified(by, body, notices(value, self.about))

    def _are_ours(self, body: object) -> bool:
        """Whether each event is addressed to us; the second name is the older one (§3.2)."""
        read = [cloud_event(event) or {} for event in events(body)]
        recipients = [event.get("recipientclientid", event.get("recipient_client_id")) for event in read]
        return bool(recipients) and all(recipient in self.client_ids for recipient in map(str, recipients))


def signatures(headers: Headers) -> Signatures | Refused:
    """The signatures that can be verified; where there is none, why."""
    found = [_pair(headers, *names) for names in _PAIRS]
    whole = dict(each for each in found if not isinstance(each, Refused))
    reasons = [each for each in found if isinstance(each, Refused)]
    telling = [reason for reason in reasons if reason is not Refused.UNSIGNED]
    return whole or (telling or reasons)[0]


def verified(delivery: Unverified, keys: Mapping[str, RSAPublicKey]) -> Verdict:
    """Whether one of its signatures is right, by the keys that there are."""
    if is_signed(delivery.body, delivery.by, keys):
        return Accepted(delivery.notices)
    return Refused.SIGNATURE_WRONG


def is_signed(body: bytes, by: Signatures, keys: Mapping[str, RSAPublicKey]) -> bool:
    """Whether one of these signatures of the body is right."""
    return any(path in keys and is_rsa([keys[path]], body, signature) for path, signature in by.items())


def is_key_path(path: str) -> bool:
    """Whether this is where a key can be on Adobe's host."""
    return _KEY_PATH.fullmatch(path) is not None


def challenge(query: str) -> str | None:
    """What to answer to a registration's `GET ?challenge=…`; None when it is none."""
    pairs = (pair.partition("=") for pair in query.split("&"))
    values = [value for name, _, value in pairs if name == "challenge"]
    return values[0] if len(values) == 1 and _CHALLENGE.fullmatch(values[0]) else None


def validation_url(body: object, origin: str) -> str | None:
    """The address at which a registration wants to be confirmed, if it is on Adobe's host; else None.

    It comes unsigned, when the challenge was not answered as Adobe expects it.
    """
    if not isinstance(body, dict):
        return None
    read = cast(dict[str, object], body)
    url = read.get("validationUrl") if len(read) == 1 else None
    return url if isinstance(url, str) and is_validation(url, origin) else None


def is_validation(url: str, origin: str) -> bool:
    """Whether a registration can be confirmed there."""
    return url.startswith(f"{origin}/") and _VALIDATION.fullmatch(url.removeprefix(origin)) is not None


def _pair(headers: Headers, signature_header: bytes, path_header: bytes) -> tuple[str, bytes] | Refused:
    """The path of the key, and the signature."""
    written, path = only_value(headers, signature_header), only_value(headers, path_header)
    if isinstance(written, Refused):
        return written
    if isinstance(path, Refused):
        return path
    if not is_key_path(path):
        return Refused.KEY_PATH
    signature = rsa_signature(written)
    return Refused.SIGNATURE_MALFORMED if signature is None else (path, signature)
