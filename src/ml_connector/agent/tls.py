"""Whom the agent believes to be the cloud: a pinned private certificate, or an authority of this system.

There is no way to leave verification out. A private certificate is shown by its SHA-256 fingerprint, which a
person compares with the dashboard's once, at pairing; from then on only this one certificate is believed,
under the names that stand in it.
"""

from __future__ import annotations

import hashlib
import re
import socket
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from ml_connector.errors import Code, Finding, NeedsPerson, TryAgain

CONNECT_SECONDS = 10.0


def context(certificate: Path) -> ssl.SSLContext:
    """Verification against the pinned certificate if that file is there, else against the system's store.

    Raises NeedsPerson CLOUD_CERTIFICATE when the file is no certificate.
    """
    if not certificate.exists():
        return ssl.create_default_context()
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    # The pinned certificate is trusted itself, though no authority signed it.
    made.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    try:
        made.load_verify_locations(cafile=certificate)
    except (OSError, ssl.SSLError):
        raise NeedsPerson(
            Finding(
                code=Code.CLOUD_CERTIFICATE,
                what=f"The pinned certificate {certificate.name} cannot be read.",
                why="The file is damaged, or this Windows user may not read it.",
                fix="Pair again with the fingerprint that the dashboard shows.",
            )
        ) from None
    return made


def shown_certificate(url: str) -> str:
    """The PEM of the certificate that the server at `url` shows, believed by nobody yet.

    Raises TryAgain CLOUD_UNREACHABLE.
    """
    parts = urlsplit(url)
    try:
        return ssl.get_server_certificate((parts.hostname or "", parts.port or 443), timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise TryAgain(unreachable(url, error)) from None


def fingerprint(pem: str) -> str:
    """SHA-256 over the certificate's DER, as browsers show it: `AB:CD:…`."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).digest().hex(":").upper()


def same_fingerprint(one: str, other: str) -> bool:
    """Whether two fingerprints are the same, however they are grouped or cased."""
    plain = [re.sub(r"[^0-9A-F]", "", text.upper().removeprefix("SHA256")) for text in (one, other)]
    return plain[0] == plain[1] and len(plain[0]) == 64


def pin(url: str, expected: str, certificate: Path) -> None:
    """Keep the server's certificate as the one to believe, if its fingerprint is the expected one.

    Raises NeedsPerson CLOUD_CERTIFICATE if it is another, TryAgain CLOUD_UNREACHABLE.
    """
    pem = shown_certificate(url)
    shown = fingerprint(pem)
    if not same_fingerprint(shown, expected):
        raise NeedsPerson(
            Finding(
                code=Code.CLOUD_CERTIFICATE,
                what=f"{url} shows another certificate than the one you named.",
                why=f"Its SHA-256 fingerprint is {shown}.",
                fix=(
                    "Compare it with the one in the dashboard. If they differ, something stands between this "
                    "PC and the cloud: do not pair, and ask whoever runs the network."
                ),
            )
        )
    certificate.parent.mkdir(parents=True, exist_ok=True)
    certificate.write_text(pem, encoding="ascii")


def unreachable(url: str, error: Exception) -> Finding:
    """The sentence for a cloud that does not answer."""
    if isinstance(error, socket.gaierror):
        why = "Its name is not known here."
    elif isinstance(error, TimeoutError):
        why = "It did not answer in time."
    else:
        why = f"The connection failed ({type(error).__name__})."
    return Finding(
        code=Code.CLOUD_UNREACHABLE,
        what=f"The cloud side at {url} cannot be reached.",
        why=why,
        fix="Nothing is lost, and it is tried again. See that this PC is online and that the cloud runs.",
    )
