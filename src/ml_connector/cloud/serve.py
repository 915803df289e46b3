"""`ml-connector serve`: the whole service in one process, on SQLite or PostgreSQL, over HTTPS.

One process only: its data folder, and on PostgreSQL the database, is held as long as it runs.
"""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy import Engine

from ml_connector.adobe.io_keys import KeyRing
from ml_connector.clock import Clock
from ml_connector.cloud.app import make_app
from ml_connector.cloud.certificate import ensure
from ml_connector.cloud.hooks import Hooks
from ml_connector.cloud.single_process import sole_process, sole_process_on
from ml_connector.cloud.turns import Turns
from ml_connector.cloud.vault_key import open_vault
from ml_connector.cloud.worker import Worker
from ml_connector.records import private_file
from ml_connector.records.database import open_database
from ml_connector.settings import CloudSettings

LISTEN_BACKLOG = 128
"""Who calls between the ready file and the first accept waits here instead of being refused."""

HTTP: Mapping[str, Any] = {
    "log_level": "warning",
    "access_log": False,
    "lifespan": "off",
    # Nothing here asks who is behind a proxy.
    "proxy_headers": False,
    "server_header": False,
}
"""How uvicorn serves; typed as loosely as uvicorn's own parameters are."""

SWITCH_S = 0.001
"""How long a thread may keep others from running. The event loop is busy under load, and the inbox's writer
needs a moment of it after each sync; with Python's 5 ms all requests of a group would wait as much longer."""


def keep_pauses_short() -> None:
    """Once everything is loaded: threads take turns quickly, and the garbage collector leaves alone what was
    loaded, which it would else look through whenever it runs, with every request waiting."""
    sys.setswitchinterval(SWITCH_S)
    gc.collect()
    gc.freeze()


def serve(settings: CloudSettings, clock: Clock, ready_file: Path | None = None) -> None:
    """Run until it is told to stop; `ready_file` gets the address once requests are answered."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    with sole_process(settings.data_dir), _records(settings) as engine:
        vault = open_vault(settings.vault_key, clock)
        certificate = ensure(settings.data_dir / "tls", settings.names, clock)
        worker = Worker(engine, clock, vault, settings.sweep_every_s)
        hooks = Hooks(engine, clock, vault, KeyRing(clock))
        key = operator_key(settings.operator_key, clock)
        app = make_app(engine, clock, vault, worker, hooks, key, settings.public_address)
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                host=settings.host,
                port=settings.port,
                ssl_certfile=str(certificate.cert_path),
                ssl_keyfile=str(certificate.key_path),
                **HTTP,
            )
        )
        listening = server.config.bind_socket()
        listening.listen(LISTEN_BACKLOG)
        address = f"https://{settings.host}:{listening.getsockname()[1]}"
        print(f"ml-connector listens on {address}")
        print(f"certificate fingerprint (SHA-256): {certificate.fingerprint}")
        print(f"operator's key: in {settings.operator_key}")
        if ready_file is not None:
            private_file.replace(ready_file, address.encode())
        keep_pauses_short()
        hooks.start()
        worker.start()
        try:
            server.run(sockets=[listening])
        finally:
            worker.stop()
            hooks.stop()


@contextmanager
def _records(settings: CloudSettings) -> Generator[Engine]:
    engine = open_database(settings.database, Turns())
    try:
        with sole_process_on(engine):
            yield engine
    finally:
        engine.dispose()


def operator_key(path: Path, clock: Clock) -> str:
    """The operator's key, made at the first start, in a file that only this user may read."""
    private_file.create(path, clock.secret().encode())
    return path.read_text("utf-8").strip()
