"""Secrets: where a shop's credentials, the operator's key and a pairing code do not appear."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from ml_connector.codec import loads
from ml_connector.records import tables
from tests.specs.cloud_place import CALLS, CONNECTION, JSON, KEY, SECRETS, SHOP, Cloud, a_cloud


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    with a_cloud(tmp_path) as made:
        made.connect()
        yield made


def test_a_secret_appears_in_no_answer_no_log_and_no_trail(
    cloud: Cloud, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whatever is asked, and however wrongly it is sent: a canary is only where the vault has sealed it."""
    caplog.set_level(logging.DEBUG)
    answers = [cloud.operator.request(method, path).text for method, path in CALLS]
    code = cloud.pairing_code()
    cloud.post(f"/{CONNECTION}/acts/pause", by="ben", why="to see")
    for wrong in ({"by": ""}, {"tag": "k7"}, {"shop_url": "nowhere"}, {"name": 7}, {}):
        answers.append(cloud.post("", **(SHOP | wrong), **SECRETS).text)
    answers.append(cloud.operator.post("/api/connections", content=b"[" + str(SECRETS).encode()).text)
    answers.append(
        cloud.operator.post("/api/connections", content=b'"' + KEY.encode() + b'"', headers=JSON).text
    )
    everything = "\n".join((*answers, caplog.text, *capfd.readouterr()))
    assert "canary" not in everything
    assert KEY not in everything
    said = "\n".join(f"{sealed.entry} {sealed.payload}" for sealed in cloud.trail())
    assert "canary" not in said
    assert code not in said
    files = b"".join(path.read_bytes() for path in cloud.folder.iterdir())
    assert b"canary" not in files
    assert code.encode() not in files


def test_the_vault_has_them_and_opens_them_for_their_own_row(cloud: Cloud) -> None:
    with cloud.ledger.engine.begin() as connection:
        (sealed,) = connection.execute(tables.secrets.select()).all()
    assert sealed.connection_id == CONNECTION
    opened = loads(cloud.worker.vault.unseal(f"secrets/{CONNECTION}/shop", sealed.sealed))
    assert cast(dict[str, object], opened).items() >= SECRETS.items()
