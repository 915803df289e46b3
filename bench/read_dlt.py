"""The other reader: a plain `dlt` REST source with OAuth1, into SQLite.

`python -m bench.read_dlt SMALL PORT FOLDER CORE PAGE NESTING` under `.venv-bench`, in a new process each
time, with the four values of the integration in the environment. Everything is dlt's default but what is
written here: the page size, the sort order that paging by number needs, and the end at the first empty page
(a list's `total_count` counts orders, not pages), and what `extract.SETTINGS` says. NESTING is `default`, or
`0` for one row per order with its lists as JSON. The time is taken as by `read_ours.py`: after a reading of
the small shop, from an empty folder to the last row.
"""

# The packages are in the environment of the bench alone; what is used of them is declared in bench/stubs.
# pyright: reportMissingModuleSource=false

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import dlt
from dlt.common.configuration import configspec
from dlt.sources import DltSource
from dlt.sources.helpers.rest_client.auth import AuthConfigBase
from dlt.sources.rest_api import rest_api_source
from requests import PreparedRequest
from requests_oauthlib import OAuth1

from bench.machine import peak_rss_mb

SORTED = {
    "searchCriteria[sortOrders][0][field]": "entity_id",
    "searchCriteria[sortOrders][0][direction]": "ASC",
}


@configspec
class Signed(AuthConfigBase):
    """OAuth1 as dlt takes it: its REST source wants a configuration, not requests' own kind."""

    consumer_key: str = ""
    consumer_secret: str = ""
    access_token: str = ""
    access_token_secret: str = ""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        sign = OAuth1(
            self.consumer_key,
            self.consumer_secret,
            self.access_token,
            self.access_token_secret,
            signature_method="HMAC-SHA256",
        )
        return sign(request)


def source(port: int, page: int) -> DltSource:
    """Every order of the shop, so many at once."""
    keys = json.loads(os.environ["BENCH_KEYS"])
    paginator = {
        "type": "page_number",
        "base_page": 1,
        "page_param": "searchCriteria[currentPage]",
        "total_path": None,
        "stop_after_empty_page": True,
    }
    endpoint = {
        "path": "orders",
        "params": SORTED | {"searchCriteria[pageSize]": page},
        "data_selector": "items",
        "paginator": paginator,
    }
    client = {"base_url": f"http://127.0.0.1:{port}/rest/all/V1/", "auth": Signed(**keys)}
    return rest_api_source({"client": client, "resources": [{"name": "orders", "endpoint": endpoint}]})


def read(port: int, folder: Path, page: int, nesting: str) -> None:
    """All orders into `folder/dlt.sqlite3`."""
    folder.mkdir(exist_ok=True)
    orders = source(port, page)
    if nesting != "default":
        orders.max_table_nesting = int(nesting)
    pipeline = dlt.pipeline(
        pipeline_name="orders",
        pipelines_dir=str(folder / "pipelines"),
        destination=dlt.destinations.sqlalchemy(f"sqlite:///{folder / 'dlt.sqlite3'}"),
        dataset_name="main",
    )
    pipeline.run(orders)


def main() -> None:
    small, port, folder, core, page, nesting = sys.argv[1:7]
    os.sched_setaffinity(0, {int(core)})
    read(int(small), Path(folder) / "small", int(page), nesting)
    began, used = time.perf_counter(), time.process_time()
    read(int(port), Path(folder), int(page), nesting)
    took, cpu = time.perf_counter() - began, time.process_time() - used
    print(json.dumps({"seconds": took, "cpu_s": cpu, "rss_mb": peak_rss_mb()}))


if __name__ == "__main__":
    main()
