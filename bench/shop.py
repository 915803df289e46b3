"""The shop of the extraction figures: a process of its own, on the other core, that is never the bottleneck.

`python -m bench.shop --orders N` prints its port and answers `GET /rest/all/V1/orders` until its standard
input ends. Every reader costs it the same. It keeps who asked for what, and verifies the signatures
afterwards, as the pretend shop of the tests does; then it prints how many requests there were and how many
of them were wrong, and ends.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
import threading

from bench.recorded_orders import NotAskedLikeThis, Orders
from ml_connector.adobe.sandbox.credentials import INTEGRATIONS
from ml_connector.adobe.sandbox.errors import Refusal
from ml_connector.adobe.sandbox.oauth import SignedRequest, Verifier

PATH = "/rest/all/V1/orders"
LONGEST = 65_536


class Shop:
    """Answers connections, each in a thread of its own, and remembers what was asked."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self.asked: list[SignedRequest] = []
        self.wrong: list[str] = []

    def listen(self) -> int:
        """The port, once it listens."""
        listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, args=(listening,), daemon=True).start()
        return int(listening.getsockname()[1])

    def verify(self) -> None:
        """Every request has to be signed, with a nonce of its own, by one of the integrations."""
        verifier = Verifier(INTEGRATIONS)
        for request in self.asked:
            try:
                if verifier.integration_of(request) is None:
                    self.wrong.append(f"not signed: {request.query}")
            except Refusal as refusal:
                self.wrong.append(f"{refusal.body()}: {request.query}")

    def _accept(self, listening: socket.socket) -> None:
        while True:
            connection, _ = listening.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            received = b""
            while piece := connection.recv(LONGEST):
                received += piece
                if received.endswith(b"\r\n\r\n"):
                    connection.sendall(self._answer(received.decode("latin-1")))
                    received = b""

    def _answer(self, received: str) -> bytes:
        line, *rest = received.split("\r\n")
        method, target, _ = line.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in rest)}
        path, _, query = target.partition("?")
        self.asked.append(
            SignedRequest(
                method=method,
                host=headers["host"],
                path=path,
                query=query,
                authorization=headers.get("authorization"),
            )
        )
        try:
            if (method, path) != ("GET", PATH):
                raise NotAskedLikeThis(f"{method} {path}")
            status, body = "200 OK", self._orders.page(query)
        except (NotAskedLikeThis, Refusal) as error:
            self.wrong.append(f"{error}: {target}")
            status, body = "400 Bad Request", json.dumps({"message": str(error)}).encode()
        head = f"HTTP/1.1 {status}\r\nContent-Type: application/json; charset=utf-8\r\n"
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, required=True)
    parser.add_argument("--core", type=int, required=True)
    given = parser.parse_args()
    os.sched_setaffinity(0, {given.core})
    shop = Shop(Orders.of(given.orders))
    print(shop.listen(), flush=True)
    sys.stdin.read()
    shop.verify()
    print(json.dumps({"asked": len(shop.asked), "wrong": shop.wrong[:5]}), flush=True)


if __name__ == "__main__":
    main()
