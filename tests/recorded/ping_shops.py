"""Pings of pretend shops, and what may stand before one: a proxy that changes requests, a TLS of its own."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ml_connector.adobe.connect import ShopCredentials
from ml_connector.adobe.probe_reads import Known
from ml_connector.adobe.probing import probe
from ml_connector.adobe.sandbox import PretendShop
from ml_connector.adobe.sandbox.server import Answer, Request, serving
from ml_connector.adobe.steps import Step, StepName, StepState
from ml_connector.clock import Clock, SystemClock
from ml_connector.sync.ports import Flow
from tests.recorded.faulty_shops import fresh_shop
from tests.recorded.shop_clients import credentials

NOTHING_READ = Known(cursors={}, read={})
REQUESTS_MAX = 12


@dataclass(frozen=True)
class Found:
    """The steps of a ping, and how to look at them."""

    steps: tuple[Step, ...]

    def __getitem__(self, name: StepName) -> Step:
        (step,) = (step for step in self.steps if step.name is name)
        return step

    def of(self, state: StepState) -> list[StepName]:
        return [step.name for step in self.steps if step.state is state]

    @property
    def failure(self) -> Step:
        """The one step that failed."""
        (step,) = (step for step in self.steps if step.state is StepState.FAILED)
        return step

    @property
    def granted(self) -> dict[str, StepState]:
        """The state of each permission, by its resource."""
        return {
            str(step.facts["resource"]): step.state for step in self.steps if step.name is StepName.PERMISSION
        }

    @property
    def text(self) -> str:
        """Everything that a person or a program could read of it."""
        return "\n".join(f"{step}" for step in self.steps)


def pinged(
    address: str,
    given: ShopCredentials | None = None,
    *,
    known: Known = NOTHING_READ,
    clock: Clock | None = None,
) -> Found:
    return Found(probe(address, given or credentials(), clock or SystemClock(), known).steps)


def known(cursors: Mapping[Flow, str], read: int = 0) -> Known:
    return Known(cursors=cursors, read=dict.fromkeys(Flow, read))


@contextmanager
def before(shop: PretendShop, change: Callable[[Request], Request | Answer]) -> Generator[str]:
    """What stands before a shop: it changes each request on its way, or answers it itself."""

    def answer(request: Request) -> Answer:
        changed = change(request)
        return changed if isinstance(changed, Answer) else shop.answer(changed)

    with serving(answer, "127.0.0.1", 0) as url:
        yield url


def with_header(request: Request, name: str, value: str | None) -> Request:
    """The request as it arrives with this header changed, or without it."""
    headers = {key: each for key, each in request.headers.items() if key != name}
    return replace(request, headers=headers if value is None else {**headers, name: value})


@contextmanager
def fresh() -> Generator[tuple[PretendShop, str]]:
    """The recorded shop, to be changed."""
    shop = fresh_shop()
    with shop.running() as url:
        yield shop, url


# TLS


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The certificate that a server shows: for whom, from when until when, in days from now."""

    names: tuple[str, ...] = ("127.0.0.1",)
    begins: int = -10
    ends: int = 10
    self_signed: bool = True
    made_at: datetime.datetime = field(default_factory=lambda: SystemClock().now())

    def day(self, days: int) -> datetime.datetime:
        return self.made_at + datetime.timedelta(days=days)


@contextmanager
def over_tls(
    folder: Path, shown: Shown, shop: PretendShop | None = None, host: str = "127.0.0.1"
) -> Generator[str]:
    """An https server with this certificate; it hands requests to the shop, which sees plain http."""
    pem, authority = certificate(shown)
    file = folder / "shown.pem"
    file.write_bytes(pem)
    (folder / "authority.pem").write_bytes(authority)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server = _TlsServer((host, 0), shop or fresh_shop(), context)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"https://{host}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _TlsServer(ThreadingHTTPServer):
    def __init__(self, address: tuple[str, int], shop: PretendShop, context: ssl.SSLContext) -> None:
        self.shop, self.context = shop, context
        super().__init__(address, _Handler)

    def finish_request(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        try:
            wrapped = self.context.wrap_socket(cast(socket.socket, request), server_side=True)
        except OSError:
            return  # a client that does not believe the certificate
        with wrapped:
            _Handler(wrapped, cast(tuple[str, int], client_address), self)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = cast(_TlsServer, self.server).shop.answer(Request("GET", self.path, headers, b""))
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def certificate(shown: Shown) -> tuple[bytes, bytes]:
    """Key and certificate of the server, and the certificate of who vouches for it, as PEM."""
    key, authority_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    own_name, authority_name = _name(shown.names[0]), _name("a private authority")
    issuer, signer = (own_name, key) if shown.self_signed else (authority_name, authority_key)
    made = _signed(own_name, key, issuer, signer, shown)
    authority = _signed(authority_name, authority_key, authority_name, authority_key, Shown(ends=99), ca=True)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem = serialization.Encoding.PEM
    return private + made.public_bytes(pem), (made if shown.self_signed else authority).public_bytes(pem)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _signed(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    signer: ec.EllipticCurvePrivateKey,
    shown: Shown,
    *,
    ca: bool = False,
) -> x509.Certificate:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(shown.day(shown.begins))
        .not_valid_after(shown.day(shown.ends))
        .add_extension(x509.SubjectAlternativeName([_subject(name) for name in shown.names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(signer, hashes.SHA256())
    )


def _subject(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
