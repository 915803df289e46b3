"""Why no answer came from a shop: its name, its port, its certificate, or something between.

Asked only after a request has failed. To tell what is wrong with a certificate it is fetched once more and
looked at; nothing is sent over that connection, and nothing is believed because of it.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx2
from cryptography import x509

from ml_connector.adobe.refusal import one_line
from ml_connector.adobe.shop import CONNECT_S
from ml_connector.errors import Code, Finding

_NAMES_SHOWN = 5
_UNKNOWN_ISSUER = (
    "Who issued it is not trusted here, or the shop does not send the certificates in between.",
    "Let the shop send its whole chain; or add its private authority to the file that SSL_CERT_FILE names.",
)
_PORTS = {"http": 80, "https": 443}


def no_answer(root: str, error: BaseException, now: datetime) -> Finding:
    """What to tell of a request to `root` that failed with this error; `now` is our clock, UTC."""
    parts = urlsplit(root)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    causes = tuple(_causes(error))
    if any(isinstance(each, socket.gaierror) for each in causes):
        return _unknown_name(host, causes)
    if any(isinstance(each, ssl.SSLCertVerificationError) for each in causes):
        return _untrusted(host, port, now)
    if any(isinstance(each, ssl.SSLError) for each in causes):
        return _finding(
            f"{host} does not speak TLS at port {port}.",
            f"The address begins with https://, and no encrypted connection came about: {_said(causes)}.",
            "Enter http:// or the port of its https, whichever is right; old TLS versions are not spoken.",
        )
    return _silent(host, port, causes)


def _silent(host: str, port: int, causes: tuple[BaseException, ...]) -> Finding:
    if any(isinstance(each, ConnectionRefusedError) for each in causes):
        return _finding(
            f"Nothing listens at port {port} of {host}.",
            "The host is there and refuses the connection: its web server is stopped, or has another port.",
            "Check the port in the address; then see that the web server runs.",
        )
    if any(isinstance(each, httpx2.ConnectTimeout) for each in causes):
        return _finding(
            f"{host} gave no sign of life at port {port}.",
            f"No connection came about within {CONNECT_S:.0f} s: a firewall drops it, or the host is off.",
            "Let the firewalls on both sides pass this machine to that port.",
        )
    if any(isinstance(each, httpx2.TimeoutException) for each in causes):
        return _finding(
            f"{host} took the request and did not answer in time.",
            "The shop is overloaded or hangs.",
            "Open the shop in a browser; if it is slow there too, ask whoever runs it.",
        )
    if any(isinstance(each, httpx2.ProxyError) for each in causes):
        return _finding(
            f"This machine's proxy does not lead to {host}.",
            f"The proxy of the environment refused: {_said(causes)}.",
            "Correct HTTPS_PROXY and NO_PROXY of this machine, or let the proxy pass the shop.",
        )
    if any(isinstance(each, httpx2.RemoteProtocolError) for each in causes):
        return _finding(
            f"What listens at port {port} of {host} is no web server, or ended the connection at once.",
            f"Its answer is not HTTP: {_said(causes)}.",
            "Enter https:// instead of http:// or the other way round, or the web server's port.",
        )
    return _finding(
        f"The connection to {host} broke off.",
        f"It was cut while the request was under way: {_said(causes)}.",
        "Run ping again. If it stays, try https:// instead of http://, and look at firewalls on the way.",
    )


def _unknown_name(host: str, causes: tuple[BaseException, ...]) -> Finding:
    again = any(getattr(each, "errno", None) == socket.EAI_AGAIN for each in causes)
    return _finding(
        f"The host name {host} is not known here.",
        "No name server answered this machine."
        if again
        else "No name server has it: it is mistyped, or known inside another network only.",
        "Check this machine's name servers." if again else "Correct the address, or add the name to DNS.",
    )


def _untrusted(host: str, port: int, now: datetime) -> Finding:
    """The certificate's faults, each in a sentence; the first decides what to do."""
    try:
        pem = ssl.get_server_certificate((host, port), timeout=CONNECT_S)
        certificate = x509.load_pem_x509_certificate(pem.encode())
    except (OSError, ValueError):
        faults = [("It could not be looked at more closely.", "Open the address in a browser to see it.")]
    else:
        faults = [*_faults(certificate, host, now)] or [_UNKNOWN_ISSUER]
    return _finding(
        f"The certificate of {host} is not trusted.",
        " ".join(why for why, _ in faults),
        faults[0][1],
    )


def _faults(certificate: x509.Certificate, host: str, now: datetime) -> Iterator[tuple[str, str]]:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if ends < now:
        yield (
            f"It ended on {ends:%d/%m/%Y} (this machine's clock says {now:%d/%m/%Y}).",
            "Renew it at the shop; or set this machine's clock, if that is wrong.",
        )
    if begins > now:
        yield (
            f"It begins only on {begins:%d/%m/%Y} (this machine's clock says {now:%d/%m/%Y}).",
            "Set this machine's clock, or wait until it is valid.",
        )
    names = _names(certificate)
    if not any(_fits(name, host) for name in names):
        shown = ", ".join(one_line(name) for name in names[:_NAMES_SHOWN]) or "no name at all"
        yield (
            f"It is for {shown}, and not for {host}.",
            "Enter the shop's address with a name that is in it, or let the certificate name this one too.",
        )
    if certificate.issuer == certificate.subject:
        yield (
            "It is self-signed: nobody vouches for it.",
            "Give the shop a certificate of a public authority.",
        )


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    return [str(each.value) for each in named if isinstance(each, x509.DNSName | x509.IPAddress)]


def _fits(name: str, host: str) -> bool:
    try:
        return ip_address(name) == ip_address(host)
    except ValueError:
        pass
    name, host = name.lower(), host.lower()
    return name == host or (name.startswith("*.") and host.partition(".")[2] == name[2:])


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _said(causes: tuple[BaseException, ...]) -> str:
    return next((text for each in causes if (text := one_line(str(each)))), type(causes[0]).__name__)


def _finding(what: str, why: str, fix: str) -> Finding:
    return Finding(code=Code.SHOP_UNREACHABLE, what=what, why=why, fix=fix)
