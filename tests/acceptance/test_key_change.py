"""The vault's key is changed under a service that runs, with real processes, and it goes on working."""

from __future__ import annotations

import ssl
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from ml_connector.adobe.sandbox import FULL
from ml_connector.clock import SystemClock
from ml_connector.demo import stage
from ml_connector.demo.operator import CONNECTION
from ml_connector.demo.processes import Processes
from tests.acceptance.small_shop import cut

pytestmark = pytest.mark.slow

ORDERS = (5, 11)


def command(*words: str) -> tuple[int, str]:
    """What a person types beside the service."""
    done = subprocess.run(
        [sys.executable, "-m", "ml_connector", *words], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


@contextmanager
def service(processes: Processes, folder: Path) -> Generator[tuple[stage.Cloud, httpx2.Client]]:
    (folder / "cloud.ready").unlink(missing_ok=True)
    address, cloud = stage.start_cloud(processes, folder)
    key = cloud.settings.operator_key.read_text("utf-8").strip()
    with httpx2.Client(
        base_url=f"{address}/api",
        headers={"Authorization": f"Bearer {key}"},
        verify=ssl.create_default_context(cafile=str(cloud.certificate)),
        timeout=60.0,
        trust_env=False,
    ) as client:
        yield cloud, client
    processes.end("cloud")


def let_in(client: httpx2.Client, name: str) -> bool:
    """Whether the service opens this shop with the credentials in its vault."""
    steps = client.get(f"/connections/{name}/ping").json()["shop"]
    return [step["state"] for step in steps if step["name"] == "credentials"] == ["ok"]


def connect(client: httpx2.Client, name: str, tag: str, shop_url: str) -> None:
    body = {"connection_id": name, "name": name, "tag": tag, "shop_url": shop_url, "by": "ann"}
    response = client.post("/connections", json={**body, **stage.integration(FULL)})
    assert response.status_code == 201, response.text


def test_a_service_goes_on_while_the_key_is_changed_and_after_a_restart(tmp_path: Path) -> None:
    with Processes(tmp_path / "logs", SystemClock()) as processes:
        shop_url = stage.start_shop(processes, tmp_path, cut(tmp_path / "shop", ORDERS))
        with service(processes, tmp_path) as (cloud, client):
            connect(client, CONNECTION, "K7", shop_url)
            assert let_in(client, CONNECTION)
            for _ in range(2):
                code, said = command("vault", "rotate", str(cloud.path))
                assert code == 0, said
                assert "1 secret of 1 connection was sealed anew" in said
                assert let_in(client, CONNECTION)
            connect(client, "later", "K8", shop_url)
            assert let_in(client, "later")
            code, said = command("ping", str(cloud.path), "later")
            assert (code, "✓ The shop accepts the credentials." in said) == (1, True), said
        with service(processes, tmp_path) as (cloud, client):
            assert let_in(client, CONNECTION)
            assert let_in(client, "later")
            code, said = command("trail", "verify", str(cloud.path))
            assert code == 0, said
        logs = "".join(log.read_text("utf-8") for log in (tmp_path / "logs").iterdir())
    for secret in (FULL.consumer_secret, FULL.access_token, FULL.access_token_secret):
        assert secret not in logs + said
