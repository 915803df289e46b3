"""The vault's keys from the environment: read, refused in words without a secret, and rotated by hand."""

from __future__ import annotations

import base64
import json
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ml_connector import cli
from ml_connector.cloud.vault_key import existing_vault, open_vault
from ml_connector.errors import Code, NeedsPerson
from ml_connector.records.vault import Vault
from ml_connector.records.vault_keys import VARIABLE
from tests.specs.rotation_place import CLOCK, Place, a_place

FIRST = base64.b64encode(b"canary-first-key-of-32-bytes-001").decode()
SECOND = base64.b64encode(b"canary-second-key-of-32-bytes-02").decode()
ROW = "secrets/shop-1/shop"
SECRET = b"canary-secret-of-the-shop"


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "vault.key"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with a_place(tmp_path) as made:
        yield made


def refusal(act: Callable[[], object]) -> NeedsPerson:
    with pytest.raises(NeedsPerson) as caught:
        act()
    assert caught.value.finding.code is Code.VAULT_KEY
    return caught.value


def shown(error: BaseException) -> str:
    """Everything that a traceback, a log or a debugger's repr would show of an error."""
    return "".join(traceback.format_exception(error)) + repr(error)


def is_shown(text: str) -> bool:
    keys = (FIRST, SECOND, base64.b64decode(FIRST).hex(), base64.b64decode(SECOND).hex(), "canary")
    return any(each in text for each in keys)


# Read


def test_a_key_of_the_environment_seals_and_no_key_file_is_made(
    key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, f"0badcafe:{FIRST}")
    vault = open_vault(key_file, CLOCK)
    sealed = vault.seal(ROW, SECRET)
    assert existing_vault(key_file, CLOCK).unseal(ROW, sealed) == SECRET
    assert vault.key_ids == ("0badcafe",)
    assert not key_file.exists()
    assert not is_shown(repr(vault))


def test_several_keys_open_and_the_first_one_seals(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, f"0badcafe:{FIRST}")
    before = open_vault(key_file, CLOCK).seal(ROW, SECRET)
    monkeypatch.setenv(VARIABLE, f"0000beef:{SECOND}, 0badcafe:{FIRST}\n")
    vault = open_vault(key_file, CLOCK)
    assert vault.unseal(ROW, before) == SECRET
    assert not vault.is_current(before)
    assert vault.is_current(vault.seal(ROW, SECRET))
    assert vault.key_ids == ("0000beef", "0badcafe")


def test_the_text_of_a_key_file_may_stand_there_as_it_is(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a service can move from the file to the environment."""
    monkeypatch.setenv(VARIABLE, place.key_file.read_text())
    place.key_file.unlink()
    assert place.opened(existing_vault(place.key_file, CLOCK)) == place.opened(
        open_vault(place.key_file, CLOCK)
    )


def test_without_the_variable_the_key_file_counts(key_file: Path) -> None:
    refusal(lambda: existing_vault(key_file, CLOCK))
    sealed = open_vault(key_file, CLOCK).seal(ROW, SECRET)
    assert existing_vault(key_file, CLOCK).unseal(ROW, sealed) == SECRET


# Refused


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "canary", "{", "{}", FIRST, f":{FIRST}", f"0badcafe{FIRST}", f"0badcafe:{FIRST},"),
        f"0badcafe:{FIRST[:-4]}",
        f"0badcafe:{FIRST[:-1]}",
        f"0badcafe:{base64.b64encode(b'canary' * 6).decode()}",
        f"0badcaf:{FIRST}",
        f"0BADCAFE:{FIRST}",
        f"0badcafe:{FIRST},0badcafe:{SECOND}",
        f"0badcafe:{FIRST} 0000beef:{SECOND}",
        f"0badcafe:{base64.b64decode(FIRST).hex()}",
        json.dumps({"version": 2, "current": "0badcafe", "keys": {"0badcafe": FIRST}}),
        json.dumps({"version": 1, "current": "0badcafe", "keys": {"0badcafe": FIRST}}),
    ],
)
def test_a_value_of_another_form_is_refused_and_not_repeated(
    key_file: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """Too short, too long, without an id, with one id twice, no Base64: the message says how it has to be."""
    monkeypatch.setenv(VARIABLE, text)
    for act in (lambda: open_vault(key_file, CLOCK), lambda: existing_vault(key_file, CLOCK)):
        error = refusal(act)
        assert VARIABLE in error.finding.what
        assert "‹id›:‹key›" in error.finding.why
        assert not is_shown(shown(error))
    assert not key_file.exists()


def test_a_key_file_and_the_variable_together_are_refused(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, f"0badcafe:{FIRST}")
    for act in (
        lambda: open_vault(place.key_file, CLOCK),
        lambda: existing_vault(place.key_file, CLOCK),
        place.rotate,
    ):
        error = refusal(act)
        assert VARIABLE in error.finding.what
        assert str(place.key_file) in error.finding.what
        assert not is_shown(shown(error))


def test_a_secret_of_another_key_names_the_place_of_the_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, f"0badcafe:{FIRST}")
    sealed = Vault.given(f"0000beef:{SECOND}", CLOCK).seal(ROW, SECRET)
    error = refusal(lambda: Vault.given(f"0badcafe:{FIRST}", CLOCK).unseal(ROW, sealed))
    assert "sealed with key 0000beef" in error.finding.what
    assert VARIABLE in error.finding.why
    assert not is_shown(shown(error))


# Rotated


def move_into_the_environment(place: Place, monkeypatch: pytest.MonkeyPatch) -> str:
    """The keys of the place as the variable holds them; there is no key file any more."""
    ring = json.loads(place.key_file.read_bytes())
    current = ring["current"]
    text = f"{current}:{base64.b64encode(bytes.fromhex(ring['keys'][current])).decode()}"
    monkeypatch.setenv(VARIABLE, text)
    place.key_file.unlink()
    return text


def command(place: Place, capsys: pytest.CaptureFixture[str]) -> tuple[object, str]:
    settings = place.folder / "cloud.toml"
    settings.write_text('data_dir = "."\n')
    with pytest.raises(SystemExit) as ended:
        cli.main(["vault", "rotate", str(settings)])
    printed = capsys.readouterr()
    return ended.value.code, " ".join((printed.out + printed.err).split())


def test_rotate_cannot_write_into_the_environment_and_says_what_to_do(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = move_into_the_environment(place, monkeypatch)
    before = place.rows()
    code, said = command(place, capsys)
    assert code == 1
    assert f"The keys come from {VARIABLE}, where this command cannot write" in said
    for step in ("openssl rand -base64 32", "in front of what is there", "start the service again"):
        assert step in said
    assert text.partition(":")[2] not in said
    assert place.rows() == before
    assert not place.key_file.exists()


def test_a_new_key_in_front_seals_everything_anew(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old = move_into_the_environment(place, monkeypatch)
    secrets = place.opened(existing_vault(place.key_file, CLOCK))
    monkeypatch.setenv(VARIABLE, f"0000beef:{SECOND},{old}")
    code, said = command(place, capsys)
    assert code == 0
    assert "The first key 0000beef seals from now on. 3 secrets of 2 connections were sealed anew" in said
    assert f"{VARIABLE} still holds 1 older key: keep them as long as you keep a backup" in said
    assert not is_shown(said)
    assert place.key_ids() == {"0000beef"}
    assert place.opened(Vault.given(f"0000beef:{SECOND}", CLOCK)) == secrets
    noted = ("ml-connector vault rotate", "vault rotated", {"key": "0000beef", "secrets": 2})
    assert place.entries("second")[-1] == noted
    assert command(place, capsys)[0] == 1, "there is nothing left to do"


def test_a_key_that_was_taken_out_too_early_is_told_before_anything_is_changed(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    move_into_the_environment(place, monkeypatch)
    before = place.rows()
    monkeypatch.setenv(VARIABLE, f"0000beef:{SECOND}")
    code, said = command(place, capsys)
    assert code == 1
    assert said.count(f"is not in the environment variable {VARIABLE}") == 3
    assert place.rows() == before
    assert not is_shown(said)
