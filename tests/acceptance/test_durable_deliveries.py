"""What was acknowledged is on disk: service and database are killed under load, their system calls traced.

All run `ml-connector serve` as a process of its own, over HTTPS with its private certificate, on SQLite and
on a PostgreSQL server.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import select, text

from ml_connector.records import tables
from ml_connector.records.database import is_postgresql, open_database
from ml_connector.settings import DATABASE
from tests.conftest import RequireService
from tests.postgresql_server import PASSWORD, PostgresServer, a_server, binaries
from tests.recorded.deliveries import SECRET
from tests.specs.cloud_place import SECRETS, SHOP
from tests.specs.hook_place import signed

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
CONNECTION, ENDPOINT = str(SHOP["connection_id"]), "orders"
PATH = f"/hooks/{CONNECTION}/{ENDPOINT}"
SENDERS = 12
READY_S = 60


@dataclass
class Service:
    """The service in a folder, started and ended as often as a test likes; `url` is that of a PostgreSQL
    database, “” for SQLite."""

    folder: Path
    url: str = ""
    _runs: int = 0
    _trust: ssl.SSLContext | None = None

    @contextmanager
    def running(self, *before: str) -> Generator[tuple[str, subprocess.Popen[bytes]]]:
        """The address, and the process, which is `before` if that is given: a tracer."""
        self._runs += 1
        settings, ready = self.folder / "settings.toml", self.folder / f"ready-{self._runs}"
        settings.write_text('data_dir = "data"\nport = 0\n')
        program = [sys.executable, "-m", "ml_connector", "serve", str(settings), "--ready-file", str(ready)]
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [*before, *program],
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONPATH": str(ROOT / "src"), DATABASE: self.url},
                start_new_session=True,
            )
        try:
            for _ in range(READY_S * 10):
                if ready.exists() or process.poll() is not None:
                    break
                time.sleep(0.1)
            assert ready.exists(), (self.folder / "log").read_text()
            yield ready.read_text(), process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def client(self, address: str) -> httpx2.Client:
        if self._trust is None:
            certificate = self.folder / "data" / "tls" / "certificate.pem"
            self._trust = ssl.create_default_context(cafile=str(certificate))
        return httpx2.Client(base_url=address, verify=self._trust, timeout=30, trust_env=False)

    def prepare(self, address: str) -> None:
        """A connection with one endpoint."""
        key = {"Authorization": f"Bearer {(self.folder / 'data' / 'operator.key').read_text().strip()}"}
        with self.client(address) as client:
            made = client.post("/api/connections", json={**SHOP, **SECRETS}, headers=key)
            assert made.status_code == 201, made.text
            hook = {"endpoint": ENDPOINT, "sender": "async-events", "secrets": [SECRET.decode()]}
            who = {"by": "ann", "why": "to hear of orders"}
            made = client.post(f"/api/connections/{CONNECTION}/hooks", json=hook | who, headers=key)
            assert made.status_code == 201, made.text

    def stored(self) -> set[int]:
        """The orders that deliveries in the database are about, whatever their number."""
        engine = open_database(self.url or self.folder / "data" / "ml-connector.sqlite3")
        try:
            with engine.begin() as connection:
                intact = is_postgresql(engine) or connection.execute(text("PRAGMA integrity_check")).scalar()
                assert intact in (True, "ok")
                rows = connection.execute(select(tables.deliveries.c.hints)).scalars()
                return {int(hints.split(":")[1]) for hints in rows}
        finally:
            engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Service:
    if request.param == "sqlite":
        return Service(tmp_path)
    server: PostgresServer = request.getfixturevalue("postgresql_server")
    return Service(tmp_path, server.url(server.empty()))


def body(entity_id: int) -> bytes:
    return json.dumps({"event": "sales.order.updated", "entity_id": entity_id}).encode()


class Load:
    """Senders that deliver without a pause, each order once, and write down what was acknowledged; until the
    service is dead, or `end` is set."""

    def __init__(self, service: Service, address: str, first: int) -> None:
        self.acknowledged: set[int] = set()
        self.end = False
        self._service, self._address, self._numbers = service, address, count(first)
        self._threads = [threading.Thread(target=self._send) for _ in range(SENDERS)]

    def _send(self) -> None:
        with self._service.client(self._address) as client:
            try:
                while not self.end:
                    number = next(self._numbers)
                    message = body(number)
                    if client.post(PATH, content=message, headers=signed(message)).status_code == 200:
                        self.acknowledged.add(number)
            except httpx2.RequestError:
                pass  # the service is dead

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()


def test_no_acknowledged_delivery_is_missing_after_the_service_was_killed_under_load(
    service: Service,
) -> None:
    acknowledged: set[int] = set()
    for run in range(1, 4):
        with service.running() as (address, process):
            if run == 1:
                service.prepare(address)
            load = Load(service, address, first=run * 1_000_000)
            load.start()
            time.sleep(0.5 + 0.5 * run)
            os.killpg(process.pid, signal.SIGKILL)
            load.join()
        assert len(load.acknowledged) > 100, "too little was under way to show anything"
        acknowledged |= load.acknowledged
        assert acknowledged <= service.stored()
    assert len(service.stored()) <= len(acknowledged) + 3 * SENDERS


def test_no_acknowledged_delivery_is_missing_after_the_database_server_was_killed_under_load(
    tmp_path: Path, require_service: RequireService
) -> None:
    """PostgreSQL ends as if it were killed, twice. Meanwhile nothing is acknowledged; once it is back, the
    same service goes on, and nobody's password is in its log."""
    require_service("PostgreSQL", available=binaries() is not None)
    with a_server() as server:
        service = Service(tmp_path, server.url(server.empty()))
        with service.running() as (address, _):
            service.prepare(address)
            for run in range(1, 3):
                load = Load(service, address, first=run * 1_000_000)
                load.start()
                time.sleep(1)
                server.stop("immediate")
                before = len(load.acknowledged)
                time.sleep(0.5)
                meanwhile = len(load.acknowledged) - before
                server.start()
                time.sleep(1)
                load.end = True
                load.join()
                assert before > 100, "too little was under way to show anything"
                assert meanwhile <= SENDERS, "what was acknowledged without a database?"
                assert len(load.acknowledged) > before + SENDERS, "the service did not go on"
                assert load.acknowledged <= service.stored()
        assert PASSWORD not in (tmp_path / "log").read_text()


def test_a_delivery_is_synced_to_disk_between_its_insert_and_its_answer(
    tmp_path: Path, require_service: RequireService
) -> None:
    """Seen from outside: the page with the row is written to the log of the database, that file is synced by
    the same thread, and only then is anything written to the sender's connection."""
    require_service("strace", available=can_trace())
    must_be_synced_before_it_is_answered(Service(tmp_path), "-wal", ())


def test_on_postgresql_it_is_the_server_that_syncs_before_the_answer(
    tmp_path: Path, require_service: RequireService
) -> None:
    """The same for the server's process that writes for us: it is traced together with the service."""
    require_service("strace", available=can_trace())
    require_service("PostgreSQL", available=binaries() is not None)
    with a_server() as server:
        service = Service(tmp_path, server.url(server.empty()))
        must_be_synced_before_it_is_answered(service, "/pg_wal/", ("-p", str(server.pid())))


def must_be_synced_before_it_is_answered(service: Service, log: str, also: tuple[str, ...]) -> None:
    """`log` tells the file of the database's log by its name; `also` names processes to be traced too."""
    trace = service.folder / "trace"
    calls = "trace=pwrite64,fdatasync,fsync,write,writev,sendto,sendmsg"
    tracer = ("strace", "-f", "-yy", "-s", "65536", "-e", calls, "-o", str(trace), *also)
    with service.running(*tracer) as (address, _):
        service.prepare(address)
        with service.client(address) as client:
            for number in (1, 987_654_321):
                message = body(number)
                assert client.post(PATH, content=message, headers=signed(message)).status_code == 200
            time.sleep(0.5)
    lines = trace.read_text("utf-8", "replace").splitlines()
    inserted, thread = next(
        (at, line.split()[0])
        for at, line in enumerate(lines)
        if "pwrite64(" in line and log in line and "orders:987654321" in line
    )
    synced = next(at for at, line in enumerate(lines) if at > inserted and is_synced(line, thread, log))
    answered = next(at for at, line in enumerate(lines) if at > inserted and is_answer(line))
    assert inserted < synced < answered


def can_trace() -> bool:
    """Whether there is a tracer, and it is allowed to trace here."""
    if shutil.which("strace") is None:
        return False
    tried = subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, check=False)
    return tried.returncode == 0


def is_synced(line: str, thread: str, log: str) -> bool:
    """The end of a sync of that file; one shown in two halves counts if it is the writing thread's."""
    if line.split()[0] == thread and re.search(r"f(?:data)?sync resumed>\) *= 0", line):
        return True
    return re.search(rf"f(?:data)?sync\(\d+<[^>]*{log}[^>]*>*\) *= 0", line) is not None


def is_answer(line: str) -> bool:
    """Something written to a TCP connection."""
    return re.search(r"(?:write|writev|sendto|sendmsg)\(\d+<TCP", line) is not None
