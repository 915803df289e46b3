"""HTTP around the pretend shop: sockets, headers, compression. It knows nothing of shops.

As recorded behind nginx: HTTP/1.1 with keep-alive, chunked bodies, gzip when it is asked for (200 and 404
only), `Cache-Control: no-store`, and a PHPSESSID cookie with every answer (adobe_commerce.md §4.5, §9.4).
"""

from __future__ import annotations

import gzip
import secrets
import socket
import struct
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import cast


@dataclass(frozen=True, slots=True)
class Request:
    """One request as received: `target` is path and query, undecoded; header names are lower-case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str | None:
        """A header's value, whatever the case of its name."""
        return self.headers.get(name.lower())


class Break(Enum):
    """Where the connection is reset while an answer is under way."""

    NOWHERE = auto()
    BEFORE = auto()
    """Before the first byte."""
    WITHIN = auto()
    """Behind half of the body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How an answer goes onto the wire: after `after_s` seconds of silence, its body in so many `pieces` with
    `pause_s` seconds of silence between them. With `head_pause_s` it never comes to a body: its first header
    goes on for ever, a byte each time."""

    after_s: float = 0.0
    pieces: int = 1
    pause_s: float = 0.0
    head_pause_s: float = 0.0
    breaks: Break = Break.NOWHERE


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: status, content type and body.

    `headers` stand beside the usual ones (a `Date` in place of it). `session` is False for a page that was
    made before the shop opened a session: it has neither the cookie nor `Cache-Control`.
    """

    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    session: bool = True
    delivery: Delivery = Delivery()


Answering = Callable[[Request], Answer]
_Accepted = socket.socket | tuple[bytes, socket.socket]  # the latter for datagrams only


@contextmanager
def serving(answering: Answering, host: str, port: int) -> Generator[str]:
    """Answer requests at host and port (0: any free one) until the block ends; gives the base URL."""
    server = _Server((host, port), answering)
    thread = Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="pretend-shop", daemon=True
    )
    thread.start()
    try:
        yield f"http://{host}:{server.server_address[1]}"
    finally:
        server.closing.set()
        server.shutdown()
        server.close_connections()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that server_close waits for the handlers and their sockets

    def __init__(self, address: tuple[str, int], answering: Answering) -> None:
        self.answering = answering
        self.closing = Event()
        self._open: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def process_request(self, request: _Accepted, client_address: object) -> None:
        self._open.add(cast(socket.socket, request))
        super().process_request(request, client_address)

    def shutdown_request(self, request: _Accepted) -> None:
        self._open.discard(cast(socket.socket, request))
        super().shutdown_request(request)

    def close_connections(self) -> None:
        """End the connections that clients keep alive, so that their threads end too."""
        for connection in tuple(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # a client that went away is no fault
            super().handle_error(cast(socket.socket, request), client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):  # every method there is: the shop decides what it supports
            return self._handle
        raise AttributeError(name)

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = cast(_Server, self.server).answering(Request(self.command, self.path, headers, body))
        self._pause(answer.delivery.after_s)
        if answer.delivery.breaks is Break.BEFORE:
            self._reset()
            return
        if answer.delivery.head_pause_s:
            self._drip(answer.delivery.head_pause_s)
            return
        self._send(answer, gzipped="gzip" in headers.get("accept-encoding", ""))

    def _send(self, answer: Answer, *, gzipped: bool) -> None:
        self.send_response_only(answer.status)
        self.send_header("Server", self.version_string())
        for name, value in {"Date": self.date_time_string(), **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Type", answer.content_type)
        if answer.session:
            session = f"PHPSESSID={secrets.token_hex(13)}; Max-Age=3600; path=/; HttpOnly; SameSite=Lax"
            self.send_header("Cache-Control", "no-store")
            self.send_header("Set-Cookie", session)
        body = answer.body
        if answer.status in (200, 404):
            self.send_header("Vary", "Accept-Encoding")
            if gzipped:
                self.send_header("Content-Encoding", "gzip")
                body = gzip.compress(body, compresslevel=1, mtime=0)
        if answer.status == 204:  # has no body, and no length of one
            self.end_headers()
            return
        if self.command == "HEAD":
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        chunk = b"%x\r\n%s\r\n" % (len(body), body) if body else b""
        if answer.delivery.breaks is Break.WITHIN:
            self.wfile.write(chunk[: len(chunk) // 2])
            self._reset()
        else:
            self._write(chunk + b"0\r\n\r\n", answer.delivery)

    def _write(self, wire: bytes, delivery: Delivery) -> None:
        size = -(-len(wire) // delivery.pieces)
        for first in range(0, len(wire), size):
            self._pause(delivery.pause_s if first else 0.0)
            self.wfile.write(wire[first : first + size])

    def _pause(self, seconds: float) -> None:
        """Silence, which ends early when the server does."""
        if seconds:
            cast(_Server, self.server).closing.wait(seconds)

    def _drip(self, pause_s: float) -> None:
        """A header without an end, until the client has had enough."""
        self.close_connection = True
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Wait: ")
        closing = cast(_Server, self.server).closing
        with suppress(OSError):
            while not closing.wait(pause_s):
                self.wfile.write(b".")

    def _reset(self) -> None:
        """End the connection so that the other side sees a reset: closed with nothing to linger for."""
        linger = struct.pack("ii", 1, 0)
        cast(socket.socket, self.connection).setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()
        self.close_connection = True

    def version_string(self) -> str:
        return "nginx/1.22.1"

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the shop keeps its own log of requests."""
