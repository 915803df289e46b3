"""How many webhook deliveries one core verifies and keeps durably per second, and how long each takes.

By hand, on Linux: `PYTHONPATH=src .venv/bin/python -m bench.webhooks [--seconds 5] [--runs 3]`. Loopback
only, and it ends by itself. The service (uvicorn with httptools and uvloop, its worker beside it) has one
core; the senders, in this process, have the other. On SQLite with synchronous FULL, and on a PostgreSQL
server of its own with fsync and synchronous_commit on, whose processes take what is left of both cores. Each
delivery is an order of 5.9 kB with an id of its own, signed with HMAC-SHA256. It counts once its 200 is here,
and at the end the rows in the database are compared with what was acknowledged. TLS is left to a proxy here,
as in the figures of reference stack.md §3. The median of some interleaved runs; the last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import hmac
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import uvicorn
from sqlalchemy import func, select

from ml_connector.adobe.auth import OAuth1Credentials
from ml_connector.adobe.contracts import Contract
from ml_connector.adobe.io_keys import KeyRing
from ml_connector.clock import SystemClock
from ml_connector.cloud import connections
from ml_connector.cloud.app import make_app
from ml_connector.cloud.hooks import Hooks
from ml_connector.cloud.serve import HTTP, keep_pauses_short
from ml_connector.cloud.turns import Turns
from ml_connector.cloud.worker import Worker
from ml_connector.records.database import open_database
from ml_connector.records.ledger import Ledger
from ml_connector.records.tables import deliveries
from ml_connector.records.vault import Vault
from tests.postgresql_server import a_server, binaries

CONNECTION, ENDPOINT, SECRET = "shop-1", "orders", "a-secret-of-the-bench"
BODY_BYTES = 5900
NOBODY_LISTENS = "http://127.0.0.1:1/"


def serve(folder: Path, database: Path | str) -> None:
    """The service on one core; it prints its port once it listens."""
    os.sched_setaffinity(0, {0})
    clock = SystemClock()
    engine = open_database(database, Turns())
    vault = Vault.open(folder / "vault.key", clock)
    keys = OAuth1Credentials(
        consumer_key="k" * 32, consumer_secret="s" * 32, access_token="t" * 32, access_token_secret="u" * 32
    )
    new = connections.NewConnection(
        connection_id=CONNECTION, name="Bench", tag="K7", shop_url=NOBODY_LISTENS, credentials=keys
    )
    connections.create(engine, clock, vault, new, "bench")
    worker, hooks = Worker(engine, clock, vault, 300), Hooks(engine, clock, vault, KeyRing(clock))
    contract = Contract(header="x-magento-signature")
    hooks.book.make(Ledger(engine, clock, CONNECTION), ENDPOINT, contract, [SECRET], "bench", "to measure")
    app = make_app(engine, clock, vault, worker, hooks, clock.secret())
    keep_pauses_short()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, **HTTP))
    listening = server.config.bind_socket()
    listening.listen(512)
    hooks.start()
    worker.start()
    print(listening.getsockname()[1], flush=True)
    server.run(sockets=[listening])
    hooks.stop()
    worker.stop()


def requests(host: str) -> Iterator[bytes]:
    """Signed requests, each about another order."""
    padding = "x" * (BODY_BYTES - 80)
    number = 0
    while True:
        number += 1
        body = json.dumps({"event": "sales.order.updated", "entity_id": number, "note": padding}).encode()
        signature = hmac.digest(SECRET.encode(), body, "sha256").hex()
        head = (
            f"POST /hooks/{CONNECTION}/{ENDPOINT} HTTP/1.1\r\nHost: {host}\r\n"
            f"Content-Type: application/json\r\nX-Magento-Signature: {signature}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        yield head.encode() + body


class Sender(asyncio.Protocol):
    """One connection: a request, its answer, the next request."""

    def __init__(
        self, source: Iterator[bytes], until: float, times: list[float], done: asyncio.Event
    ) -> None:
        self._source, self._until, self._times, self._done = source, until, times, done
        self._sent_at = 0.0
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if b"\r\n\r\n" not in self._received:
            return
        if not self._received.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"answered {self._received[:60]!r}")
        self._times.append(time.perf_counter() - self._sent_at)
        self._received = b""
        if time.perf_counter() < self._until:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._done.set()

    def _send(self) -> None:
        request = next(self._source)
        self._sent_at = time.perf_counter()
        self._transport.write(request)


async def load(port: int, seconds: float, width: int) -> list[float]:
    """Keep `width` requests under way for so long; how long each took, in seconds."""
    source, times = requests(f"127.0.0.1:{port}"), list[float]()
    until = time.perf_counter() + seconds
    ended = [asyncio.Event() for _ in range(width)]
    for done in ended:
        await asyncio.get_running_loop().create_connection(
            lambda done=done: Sender(source, until, times, done), "127.0.0.1", port
        )
    await asyncio.gather(*(done.wait() for done in ended))
    return times


def measure(seconds: float, width: int, url: str = "") -> dict[str, float]:
    """One run, on a new SQLite file or on the empty database of a `postgresql://` address: deliveries per
    second, the 50th and 99th percentile in milliseconds, and the processor time of the service per delivery
    in microseconds, which tells a busy machine from a slow service."""
    own_cores = os.sched_getaffinity(0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = url or folder / "bench.sqlite3"
        command = [sys.executable, "-m", "bench.webhooks", "--serve", str(folder), "--database", url]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as service:
            assert service.stdout is not None
            port = int(service.stdout.readline())
            os.sched_setaffinity(0, {max(own_cores)})
            began, used_before_s = time.perf_counter(), cpu_s(service.pid)
            times = asyncio.run(load(port, seconds, width))
            took, used_s = time.perf_counter() - began, cpu_s(service.pid) - used_before_s
            service.terminate()
        os.sched_setaffinity(0, own_cores)
        rows = kept(database)
    if rows != len(times):
        raise SystemExit(f"{len(times)} were acknowledged, and {rows} are in the database")
    on = "postgresql" if url else "sqlite"
    return {
        f"webhook_per_s_{on}": round(len(times) / took, 1),
        f"webhook_p50_ms_{on}": round(percentile(times, 0.5) * 1000, 2),
        f"webhook_p99_ms_{on}": round(percentile(times, 0.99) * 1000, 2),
        f"webhook_cpu_us_{on}": round(used_s / len(times) * 1e6, 1),
    }


def kept(database: Path | str) -> int:
    """How many deliveries are in the database."""
    engine = open_database(database)
    try:
        with engine.begin() as connection:
            return connection.execute(select(func.count()).select_from(deliveries)).scalar_one()
    finally:
        engine.dispose()


def report(seconds: float, width: int, runs: int) -> dict[str, dict[str, object]]:
    """The median of each figure over so many runs, both databases in turn; and what could not be measured."""
    found: dict[str, list[float]] = {}
    with ExitStack() as stack:
        server = stack.enter_context(a_server()) if binaries() else None
        for run in range(1, runs + 1):
            urls = ("", server.url(server.empty())) if server else ("",)
            for url in urls:
                figures = measure(seconds, width, url)
                print(f"webhooks, run {run} of {runs}: {figures}", file=sys.stderr)
                for name, value in figures.items():
                    found.setdefault(name, []).append(value)
    left_out: dict[str, object] = (
        {} if server else {"webhook_per_s_postgresql": "PostgreSQL is not installed"}
    )
    return {
        "figures": {name: round(median(values), 2) for name, values in found.items()},
        "left_out": left_out,
    }


def percentile(times: list[float], share: float) -> float:
    """The time that this share of all stays below."""
    return sorted(times)[min(int(len(times) * share), len(times) - 1)]


def cpu_s(pid: int) -> float:
    """Processor time that a process has used so far, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--serve", type=Path)
    parser.add_argument("--database", default="")
    given = parser.parse_args()
    if given.serve:
        serve(given.serve, given.database or given.serve / "bench.sqlite3")
    else:
        print(json.dumps(report(min(given.seconds, 60.0), given.connections, given.runs)))
