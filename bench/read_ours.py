"""Our reader, as the service runs it: feed, sweep and ledger, for one flow, until the shop's present end.

`python -m bench.read_ours SMALL PORT FOLDER CORE` in a new process each time. It first reads the small shop
into a folder of its own, so that everything is imported; then the time runs, from an empty folder, with the
making of the database and its tables, to the last order. It prints seconds and the peak of this process's
memory.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path

from bench.machine import peak_rss_mb
from ml_connector.adobe.auth import OAuth1Credentials
from ml_connector.adobe.connect import open_shop
from ml_connector.adobe.reads import AdobeReads
from ml_connector.adobe.sandbox.credentials import FULL
from ml_connector.clock import SystemClock
from ml_connector.cloud import connections
from ml_connector.cloud.deciding import RulesKeeper
from ml_connector.records.database import open_database
from ml_connector.records.ledger import Ledger
from ml_connector.records.vault import Vault
from ml_connector.sync.ports import Flow
from ml_connector.sync.sweep import sweep

CONNECTION = "shop-1"


def read(url: str, folder: Path) -> None:
    """All orders into `folder/ours.sqlite3`."""
    clock = SystemClock()
    keys = OAuth1Credentials(
        consumer_key=FULL.consumer_key,
        consumer_secret=FULL.consumer_secret,
        access_token=FULL.access_token,
        access_token_secret=FULL.access_token_secret,
    )
    engine = open_database(folder / "ours.sqlite3")
    new = connections.NewConnection(
        connection_id=CONNECTION, name="Bench", tag="K7", shop_url=url, credentials=keys
    )
    connections.create(engine, clock, Vault.open(folder / "vault.key", clock), new, "bench")
    ledger = Ledger(engine, clock, CONNECTION)
    with open_shop(url, keys, clock, threading.Lock()) as shop:
        decider = RulesKeeper(ledger)()
        sweep(ledger, AdobeReads(shop, clock), decider, CONNECTION, Flow.ORDERS, clock.now())
    engine.dispose()


def main() -> None:
    small, port, folder, core = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
    os.sched_setaffinity(0, {core})
    read(f"http://127.0.0.1:{small}", folder / "small")
    began, used = time.perf_counter(), time.process_time()
    read(f"http://127.0.0.1:{port}", folder)
    took, cpu = time.perf_counter() - began, time.process_time() - used
    print(json.dumps({"seconds": took, "cpu_s": cpu, "rss_mb": peak_rss_mb()}))


if __name__ == "__main__":
    main()
