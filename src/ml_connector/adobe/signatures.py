"""How a signature is written in a header, and whether it is right. Nothing here raises for what was sent.

HMAC-SHA256 in the forms in which senders write it, and RSA PKCS#1 v1.5 with SHA-256 (reference:
adobe_commerce.md §3.1, §3.2, §3.4, §3.5).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Sequence
from enum import StrEnum

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

RSA_BITS_LEAST = 2048
SIGNATURES_MAX = 4
"""How many signatures one header may hold: a sender that rotates its secret sends two."""

_HEX = re.compile(r"[0-9a-fA-F]{64}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{43}=?")
_SECONDS = re.compile(r"[0-9]{1,12}")


class Form(StrEnum):
    """How an HMAC is written in its header, and what it is over."""

    HEX = "hex"
    """64 digits of either case."""
    BASE64 = "base64"
    """Of either alphabet, with or without its `=`."""
    PREFIXED = "sha256="
    """`sha256=` and one of the two above."""
    TIMESTAMPED = "t=,v1="
    """`t=‹seconds›,v1=‹hex›`, over `‹seconds›.‹body›`; several v1 may stand in it."""
    STANDARD = "v1,"
    """Standard Webhooks: `v1,‹base64›`, several with spaces between; over `‹id›.‹seconds›.‹body›`."""


def digests(form: Form, text: str) -> tuple[tuple[bytes, ...], str]:
    """The 32-byte signatures that a header holds, and the seconds that stand beside them (“” if none do).

    No signature at all when the header is not written in this form.
    """
    match form:
        case Form.HEX:
            found = [_of_hex(text)]
        case Form.BASE64:
            found = [_of_base64(text)]
        case Form.PREFIXED:
            written = text.removeprefix("sha256=")
            found = [] if written == text else [_of_hex(written) or _of_base64(written)]
        case Form.TIMESTAMPED:
            return _timestamped(text)
        case Form.STANDARD:
            versions = [each.partition(",") for each in text.split(" ")]
            found = [_of_base64(value) for version, _, value in versions if version == "v1"]
    return _few(found), ""


def seconds(text: str) -> int | None:
    """Seconds since 1970 as a sender writes them, or None."""
    return int(text) if _SECONDS.fullmatch(text) else None


def is_hmac(secrets: Sequence[bytes], message: bytes, candidates: Sequence[bytes]) -> bool:
    """Whether one of the candidates is the HMAC-SHA256 of the message under one of the secrets; each pair is
    compared in constant time."""
    right = False
    for secret in secrets:
        expected = hmac.digest(secret, message, "sha256")
        for candidate in candidates:
            right |= hmac.compare_digest(expected, candidate)
    return right


def public_key(pem: str | bytes) -> RSAPublicKey | None:
    """The RSA public key in a PEM text, or None when it holds none of at least `RSA_BITS_LEAST` bits."""
    try:
        key = load_pem_public_key(pem.encode() if isinstance(pem, str) else pem)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPublicKey) and key.key_size >= RSA_BITS_LEAST else None


def rsa_signature(text: str) -> bytes | None:
    """A signature written in base64, or None."""
    try:
        return base64.b64decode(text, validate=True) or None
    except binascii.Error:
        return None


def is_rsa(keys: Sequence[RSAPublicKey], message: bytes, signature: bytes) -> bool:
    """Whether this is an RSA PKCS#1 v1.5 SHA-256 signature of the message by one of the keys."""
    for key in keys:
        try:
            key.verify(signature, message, PKCS1v15(), SHA256())
        except InvalidSignature:
            continue
        return True
    return False


def _timestamped(text: str) -> tuple[tuple[bytes, ...], str]:
    pairs = [each.strip().partition("=") for each in text.split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    if len(times) != 1 or seconds(times[0]) is None:
        return (), ""
    return _few([_of_hex(value) for name, _, value in pairs if name == "v1"]), times[0]


def _few(found: Sequence[bytes | None]) -> tuple[bytes, ...]:
    """Those that are there, and none at all if there are too many to be tried."""
    there = tuple(each for each in found if each is not None)
    return there if len(there) <= SIGNATURES_MAX else ()


def _of_hex(text: str) -> bytes | None:
    return bytes.fromhex(text) if _HEX.fullmatch(text) else None


def _of_base64(text: str) -> bytes | None:
    if not _BASE64.fullmatch(text):
        return None
    return base64.urlsafe_b64decode(text.rstrip("=").replace("+", "-").replace("/", "_") + "=")
