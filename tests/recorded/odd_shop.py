"""A server that answers with exactly the bytes it is given, or with none: what a proxy or an outage does."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import cast

RESET = b""


def http(status: str, body: bytes = b"", *headers: str, length: int | None = None) -> bytes:
    """The bytes of one answer; `length` is what it claims to be long, if that is not true."""
    said = len(body) if length is None else length
    head = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", *headers, f"Content-Length: {said}"))
    return f"{head}Connection: close\r\n\r\n".encode() + body


@dataclass
class OddShop:
    """What it was asked, the head of each request as text, and how many were under way at once at most."""

    url: str
    heads: list[str] = field(default_factory=list[str])
    at_once_max: int = 0
    _at_once: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, head: str) -> None:
        with self._lock:
            self.heads.append(head)
            self._at_once += 1
            self.at_once_max = max(self.at_once_max, self._at_once)

    def end(self) -> None:
        with self._lock:
            self._at_once -= 1


@contextmanager
def odd_shop(answering: Callable[[str], bytes]) -> Generator[OddShop]:
    """Serve until the block ends; `answering` makes the answer, or RESET, from the head of a request."""

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            with suppress(ConnectionError):
                lines = iter(self.rfile.readline, b"\r\n")
                head = b"".join(line for line in lines if line).decode()
                shop.begin(head)
                try:
                    answer = answering(head)
                finally:
                    shop.end()
                if answer == RESET:
                    # Closing with nothing to linger for sends a reset instead of an end.
                    linger = struct.pack("ii", 1, 0)
                    cast(socket.socket, self.connection).setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, linger
                    )
                    self.connection.close()
                else:
                    self.wfile.write(answer)

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        host, port = server.server_address[:2]
        shop = OddShop(f"http://{host!s}:{port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield shop
        finally:
            server.shutdown()
            thread.join()
