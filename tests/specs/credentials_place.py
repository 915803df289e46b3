"""A connection whose credentials the shop does not know, and some that it knows, to replace them by."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ml_connector.adobe.sandbox import FULL, Integration
from ml_connector.clock import SystemClock
from ml_connector.cloud import connections
from tests.specs.cloud_place import CONNECTION, SECRETS, SHOP, Cloud, a_cloud


def four_values(of: Integration = FULL) -> dict[str, str]:
    return {
        "consumer_key": of.consumer_key,
        "consumer_secret": of.consumer_secret,
        "access_token": of.access_token,
        "access_token_secret": of.access_token_secret,
    }


def stored(cloud: Cloud) -> object:
    return connections.credentials(cloud.ledger.engine, cloud.worker.vault, CONNECTION)


@contextmanager
def connected(folder: Path, url: str) -> Generator[Cloud]:
    """A connection with this shop, by the canaries in the place of credentials."""
    with a_cloud(folder) as made:
        made.clock.at = SystemClock().now()
        assert made.post("", **SHOP | {"shop_url": url}, **SECRETS).status_code == 201
        yield made
