"""`ml-connector credentials replace`: values from standard input, tried out, kept, and repeated nowhere."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ml_connector import cli
from ml_connector.adobe.auth import OAuth1Credentials
from ml_connector.adobe.sandbox import FULL, PretendShop
from tests.recorded.cloud_shops import recorded
from tests.specs.cloud_place import CONNECTION, Cloud
from tests.specs.credentials_place import connected, four_values, stored

pytestmark = pytest.mark.slow


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    with PretendShop(recorded()).running() as url, connected(tmp_path, url) as made:
        yield made


def command(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, *more: str
) -> tuple[object, str]:
    settings = cloud.folder / "cloud.toml"
    settings.write_text('data_dir = "."\n')
    records = cloud.folder / "ml-connector.sqlite3"
    if not records.exists():
        records.symlink_to(cloud.folder / "records.sqlite3")
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    names = ["--by", "Ann", "--why", "renewed"]
    with pytest.raises(SystemExit) as ended:
        cli.main(["credentials", "replace", str(settings), CONNECTION, *names, *more])
    printed = capsys.readouterr()
    return ended.value.code, " ".join((printed.out + printed.err).split())


def test_the_command_reads_them_from_its_input_and_shows_the_trial(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = command(cloud, monkeypatch, capsys, json.dumps(four_values()))
    assert code == 0, said
    assert "The credentials were replaced. A service that is running uses them by itself." in said
    assert "Invoices" in said
    assert not any(value in said for value in four_values().values())
    assert stored(cloud) == OAuth1Credentials(**four_values())
    assert cloud.last_entry()[:2] == ("user Ann", "credentials replaced")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("canary", "it is no JSON object"),
        ('["canary"]', "it is no JSON object"),
        ('{"consumer_key": "canary"}', "consumer_secret: Field required"),
        (
            json.dumps(four_values() | {"consumer_secret": "canary" * 99}),
            "consumer_secret: String should",
        ),
        (json.dumps(four_values() | {"access_token": "canary"}), "The token length is invalid"),
    ],
)
def test_the_command_refuses_without_repeating(
    cloud: Cloud,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    text: str,
    words: str,
) -> None:
    before = stored(cloud)
    code, said = command(cloud, monkeypatch, capsys, text)
    assert code == 1
    assert words in said
    assert "canary" not in said
    assert FULL.consumer_secret not in said
    assert stored(cloud) == before
