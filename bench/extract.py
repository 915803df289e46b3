"""How fast orders are read and stored, beside a plain `dlt` REST source, and how much memory that takes.

`python -m bench.extract`. Each reading is a new process with one core; the shop has the other. The readers
take turns, so that whatever else the machine does meets all of them. Each reading is checked: every order is
stored once, and afterwards the shop has verified each signature. dlt has an environment of its own,
`.venv-bench`; without it only our figures are measured.
"""

from __future__ import annotations

import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.machine import cores
from ml_connector.adobe.listing import RESOURCES
from ml_connector.adobe.sandbox.credentials import FULL
from ml_connector.sync.ports import Flow

RUNS = 5
ORDERS, MANY, FEW = 10_000, 100_000, 100
ROOT = Path(__file__).resolve().parent.parent
OTHER_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
PAGE = RESOURCES[Flow.ORDERS].page_size
"""Orders in a page, for each reader: what our own feed asks for."""
KEYS = {
    "consumer_key": FULL.consumer_key,
    "consumer_secret": FULL.consumer_secret,
    "access_token": FULL.access_token,
    "access_token_secret": FULL.access_token_secret,
}
SETTINGS = {
    "BENCH_KEYS": json.dumps(KEYS),
    "PYTHONPATH": str(ROOT),
    # dlt would tell its makers about each run, and write about each column that it found empty.
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "ERROR",
    "PYTHONWARNINGS": "ignore",
    # By default it loads with twenty threads, which lock each other out of a SQLite file and try again.
    "LOAD__WORKERS": "1",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """One way to read all orders; `counted` asks its database how many orders there are, and how many
    different ones."""

    name: str
    python: Path
    module: str
    arguments: tuple[str, ...]
    file: str
    counted: str


OURS = Reader(
    "ours",
    Path(sys.executable),
    "bench.read_ours",
    (),
    "ours.sqlite3",
    "SELECT count(*), count(DISTINCT entity_id) FROM payloads WHERE kind = 'orders'",
)
_COUNT = "SELECT count(*), count(DISTINCT entity_id) FROM orders"
DLT = Reader("dlt", OTHER_PYTHON, "bench.read_dlt", (str(PAGE), "default"), "dlt.sqlite3", _COUNT)
UNNESTED = Reader("dlt, unnested", OTHER_PYTHON, "bench.read_dlt", (str(PAGE), "0"), "dlt.sqlite3", _COUNT)


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading as it was measured: seconds, of them at work on its core, and MB of memory at the most.

    On a busy machine a reader waits for its core as well; what it worked tells that from a slow reader."""

    seconds: float
    cpu_s: float
    rss_mb: float

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s, at work {self.cpu_s:.2f} s, {self.rss_mb} MB"


@contextmanager
def shop(orders: int) -> Generator[int]:
    """A shop with so many orders, as its port; at the end of the block its signatures are verified."""
    command = [sys.executable, "-m", "bench.shop", "--orders", str(orders), "--core", str(cores()[1])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.stdin.close()
        said = json.loads(process.stdout.readline())
    if said["wrong"] or not said["asked"]:
        raise SystemExit(f"the shop was asked wrongly: {said}")


def reading(reader: Reader, small: int, port: int, orders: int) -> Reading:
    """Read the shop at `port` once, and check what was stored."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = [str(small), str(port), folder, str(cores()[0]), *reader.arguments]
        done = subprocess.run(
            [reader.python, "-m", reader.module, *arguments],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **SETTINGS},
            check=True,
        )
        with closing(sqlite3.connect(Path(folder) / reader.file)) as database:
            stored = database.execute(reader.counted).fetchone()
    if stored != (orders, orders):
        raise SystemExit(f"{reader.name} stored {stored} instead of {orders} orders")
    said = json.loads(done.stdout.splitlines()[-1])
    return Reading(said["seconds"], said["cpu_s"], said["rss_mb"])


def measure() -> dict[str, float]:
    """All figures of this part; those beside dlt only where dlt is installed."""
    readers = [OURS, DLT, UNNESTED] if OTHER_PYTHON.exists() else [OURS]
    taken: dict[str, list[Reading]] = {reader.name: [] for reader in readers}
    with ExitStack() as shops:
        small, port = shops.enter_context(shop(FEW)), shops.enter_context(shop(ORDERS))
        for number in range(1, RUNS + 1):
            for reader in readers:
                taken[reader.name].append(reading(reader, small, port, ORDERS))
                print(f"extract {number}/{RUNS} {reader.name}: {taken[reader.name][-1]}", file=sys.stderr)
        many = reading(OURS, small, shops.enter_context(shop(MANY)), MANY)
    print(f"extract {MANY:,} {OURS.name}: {many}", file=sys.stderr)
    rates = {name: rate(each) for name, each in taken.items()}
    figures = {
        "extract_orders_per_s": round(rates[OURS.name], 1),
        "extract_rss_mb_10k": memory(taken[OURS.name]),
        "extract_rss_mb_100k": many.rss_mb,
    }
    if DLT in readers:
        figures |= {
            "extract_dlt_orders_per_s": round(rates[DLT.name], 1),
            "extract_dlt_unnested_orders_per_s": round(rates[UNNESTED.name], 1),
            "extract_dlt_rss_mb_10k": memory(taken[DLT.name]),
            "extract_vs_dlt": round(rates[OURS.name] / rates[DLT.name], 2),
            "extract_vs_dlt_unnested": round(rates[OURS.name] / rates[UNNESTED.name], 2),
        }
    for name, each in taken.items():
        slowest, fastest = (
            ORDERS / max(one.seconds for one in each),
            ORDERS / min(one.seconds for one in each),
        )
        spread = f"{slowest:,.0f} to {fastest:,.0f} orders/s"
        print(f"extract {name}: median {rates[name]:,.0f}, {spread}", file=sys.stderr)
    return figures


def rate(readings: list[Reading]) -> float:
    """Orders per second in the median reading."""
    return ORDERS / statistics.median(one.seconds for one in readings)


def memory(readings: list[Reading]) -> float:
    """Peak memory in the median reading, MB."""
    return round(statistics.median(one.rss_mb for one in readings), 1)


def main() -> None:
    figures = measure()
    left_out: dict[str, str] = {}
    if "extract_vs_dlt" not in figures:
        left_out["extract_vs_dlt"] = "dlt is not installed: python3 tools/bootstrap.py bench"
    print(json.dumps({"figures": figures, "left_out": left_out}))


if __name__ == "__main__":
    main()
