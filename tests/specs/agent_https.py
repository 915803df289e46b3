"""A small real HTTPS server on loopback that speaks the agents' protocol.

It has a private certificate of its own, checks credentials, and can be told to answer otherwise once.
"""

from __future__ import annotations

import ipaddress
import json
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ml_connector.clock import SystemClock
from ml_connector.codec import canonical, from_json, loads
from ml_connector.sync.protocol import (
    CatalogueIs,
    Heartbeat,
    Hello,
    LeaseRequest,
    LedgerIs,
    Pair,
    Paired,
    Receipts,
)
from tests.specs.agent_cloud import PretendCloud

CREDENTIAL = "credential-of-the-agent"
CODE = "KITE-4711"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer that the server gives instead of its own."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict[str, str])


@dataclass
class Server:
    """A running server: where it is, its certificate, what it heard, and what it is to say instead."""

    url: str
    certificate: Path
    fingerprint: str
    cloud: PretendCloud = field(default_factory=PretendCloud)
    instead: list[Said] = field(default_factory=list[Said])
    heard: list[str] = field(default_factory=list[str])
    paired: list[Pair] = field(default_factory=list[Pair])

    def answer(self, path: str, authorization: str, body: bytes) -> Said:
        """What to say to one request."""
        name = path.removeprefix("/agent/v1/")
        self.heard.append(name)
        if self.instead:
            return self.instead.pop(0)
        if name == "pair":
            return self._pair(from_json(Pair, loads(body), lenient=True))
        if authorization != f"Bearer {CREDENTIAL}":
            return refusal(401, "agent-unknown")
        return Said(status=200, body=canonical(self._told(name, loads(body))))

    def _pair(self, message: Pair) -> Said:
        if message.code != CODE or self.paired:
            return refusal(403, "pairing-code")
        self.paired.append(message)
        paired = Paired(agent_id="agent-1", credential=CREDENTIAL, connection_id="shop-1")
        return Said(status=200, body=canonical(paired))

    def _told(self, name: str, body: object) -> object:
        cloud = self.cloud
        told: dict[str, Callable[[], object]] = {
            "hello": lambda: cloud.hello(from_json(Hello, body, lenient=True)),
            "catalogue": lambda: cloud.catalogue(from_json(CatalogueIs, body, lenient=True)),
            "lease": lambda: cloud.lease(from_json(LeaseRequest, body, lenient=True)),
            "receipts": lambda: cloud.receipts(from_json(Receipts, body, lenient=True)),
            "ledger": lambda: cloud.ledger(from_json(LedgerIs, body, lenient=True)),
            "heartbeat": lambda: cloud.heartbeat(from_json(Heartbeat, body, lenient=True)),
        }
        return told[name]()


def refusal(status: int, code: str) -> Said:
    """An error as the cloud writes it."""
    sentences = {"code": code, "what": "What.", "why": "Why.", "fix": "Fix."}
    return Said(status=status, body=json.dumps(sentences).encode())


@contextmanager
def https_server(folder: Path) -> Generator[Server]:
    """A server that runs until the block is left."""
    certificate, key, fingerprint = private_certificate(folder)
    with _Listening(("127.0.0.1", 0), _Handler) as listening:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        listening.socket = context.wrap_socket(
            listening.socket, server_side=True, do_handshake_on_connect=False
        )
        server = Server(
            url=f"https://127.0.0.1:{listening.server_address[1]}",
            certificate=certificate,
            fingerprint=fingerprint,
        )
        _Handler.servers[listening.server_address[1]] = server
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join()


def private_certificate(folder: Path, name: str = "127.0.0.1") -> tuple[Path, Path, str]:
    """Certificate file, key file and SHA-256 fingerprint of a new self-signed certificate for an address."""
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    begins = SystemClock().now() - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=30))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(name))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, key_pem = folder / "certificate.pem", folder / "certificate.key"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return pem, key_pem, certificate.fingerprint(hashes.SHA256()).hex(":").upper()


class _Listening(ThreadingHTTPServer):
    """Says nothing of clients that hang up because they do not believe the certificate."""

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), OSError):
            super().handle_error(cast(socket.socket, request), client_address)


class _Handler(BaseHTTPRequestHandler):
    """Hands each POST to the `Server` of its port."""

    servers: ClassVar[dict[int, Server]] = {}
    protocol_version = "HTTP/1.1"
    timeout = 5

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        port = cast(tuple[str, int], self.server.server_address)[1]
        said = self.servers[port].answer(self.path, self.headers.get("Authorization", ""), body)
        self.send_response(said.status)
        for name, value in said.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(said.body)))
        self.end_headers()
        self.wfile.write(said.body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
