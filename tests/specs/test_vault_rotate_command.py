"""`ml-connector vault rotate`: what it says, and when it refuses because it would not be safe."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import Connection, create_engine, update
from sqlalchemy.event import listen

from ml_connector import cli
from ml_connector.cloud.vault_rotation import rotate
from ml_connector.errors import Code, NeedsPerson, TryAgain
from ml_connector.records import tables
from ml_connector.records.vault import Vault
from tests.specs.rotation_place import CLOCK, HOOK, Place, a_place

NOTHING_NEEDS_IT = "in the database itself nothing needs them any more."
GOES_ON = "A service that is running goes on by itself."

posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no file modes and no such links")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with a_place(tmp_path) as made:
        yield made


def refusal(place: Place) -> NeedsPerson:
    """Why the key was not changed; neither the key file nor a row was."""
    before, key_file = place.rows(), place.key_file.read_bytes() if place.key_file.exists() else None
    with pytest.raises(NeedsPerson) as caught:
        place.rotate()
    assert caught.value.finding.code is Code.VAULT_KEY
    assert place.rows() == before
    assert (place.key_file.read_bytes() if place.key_file.exists() else None) == key_file
    return caught.value


# While it would not be safe


def test_a_secret_that_does_not_open_now_is_told_and_nothing_is_changed(place: Place) -> None:
    with place.engine.begin() as connection:
        connection.execute(
            update(tables.secrets).where(tables.secrets.c.name == HOOK).values(sealed=b"damaged")
        )
    finding = refusal(place).finding
    assert finding.what == "The vault's key was not changed."
    assert f"secrets/second/{HOOK}" in finding.why
    assert "enter that secret again" in finding.fix


def test_another_key_file_than_the_database_s_is_told(place: Place) -> None:
    place.key_file.unlink()
    Vault.open(place.key_file, CLOCK)
    why = refusal(place).finding.why
    assert why.count("is not in the key file") == 3


def test_a_missing_key_file_is_told_and_none_is_made(place: Place) -> None:
    place.key_file.unlink()
    assert "cannot be read" in refusal(place).finding.what
    assert not place.key_file.exists()


@posix
def test_a_key_file_that_others_may_read_is_refused_first(place: Place) -> None:
    place.key_file.chmod(0o644)
    assert f"chmod 600 {place.key_file}" in refusal(place).finding.fix


@posix
def test_a_key_file_that_comes_from_somewhere_else_is_not_replaced(place: Place) -> None:
    """As a container's secret does: at the next start the new key would be gone, and all secrets with it."""
    provided = place.folder / "provided.key"
    place.key_file.rename(provided)
    place.key_file.symlink_to(provided)
    finding = refusal(place).finding
    assert "is a link to a file that something else provides" in finding.why
    assert "Add the key where that file comes from" in finding.fix


def test_a_key_file_that_cannot_be_written_is_told(place: Place) -> None:
    """The draft beside it gets a longer name than a file may have."""
    long = place.folder / ("k" * 250)
    place.key_file.rename(long)
    before = place.rows()
    with pytest.raises(NeedsPerson) as caught:
        rotate(place.engine, CLOCK, long)
    assert "cannot be written" in caught.value.finding.what
    assert "nothing was changed" in caught.value.finding.why
    assert place.rows() == before


def begin_writing(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def test_while_another_program_writes_nothing_is_changed(place: Place) -> None:
    database = place.folder / "ml-connector.sqlite3"
    before, key_file = place.rows(), place.key_file.read_bytes()
    impatient = create_engine(
        f"sqlite:///{database}", connect_args={"timeout": 0.05, "isolation_level": None}
    )
    listen(impatient, "begin", begin_writing)
    with place.engine.begin(), pytest.raises(TryAgain) as caught:
        rotate(impatient, CLOCK, place.key_file)
    impatient.dispose()
    assert caught.value.finding.fix == "Run it again; if it stays, stop the service first."
    assert (place.rows(), place.key_file.read_bytes()) == (before, key_file)


# The command


def command(place: Place, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    settings = place.folder / "cloud.toml"
    settings.write_text('data_dir = "."\n')
    with pytest.raises(SystemExit) as ended:
        cli.main(["vault", "rotate", str(settings)])
    assert isinstance(ended.value.code, int)
    printed = capsys.readouterr()
    return ended.value.code, printed.out + printed.err


def test_the_command_says_what_it_did_and_what_to_do_now(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = command(place, capsys)
    (key_id,) = place.key_ids()
    assert code == 0
    assert said.splitlines() == [
        f"The new key {key_id} seals from now on. 3 secrets of 2 connections were sealed anew with it.",
        f"{place.key_file} keeps 1 older key, so that backups of the database open; {NOTHING_NEEDS_IT}",
        f"Back up this file now, apart from the database: without it no secret opens. {GOES_ON}",
    ]


def test_the_command_says_why_it_refused(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    place.key_file.unlink()
    code, said = command(place, capsys)
    assert code == 1
    assert "vault-key" in said
    assert "cannot be read" in said


def test_without_records_the_command_makes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "cloud.toml"
    settings.write_text('data_dir = "data"\n')
    with pytest.raises(SystemExit):
        cli.main(["vault", "rotate", str(settings)])
    assert "does not exist" in capsys.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == ["cloud.toml"]


def test_neither_a_key_nor_a_secret_is_shown(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    said = command(place, capsys)[1]
    with place.engine.begin() as connection:
        connection.execute(update(tables.secrets).values(sealed=b"x" * 60))
    said += command(place, capsys)[1]
    ring = cast(dict[str, dict[str, str]], json.loads(place.key_file.read_bytes()))
    said += "".join(str(place.entries(name)) for name in place.names)
    assert "canary" not in said
    assert not any(key in said for key in ring["keys"].values())
