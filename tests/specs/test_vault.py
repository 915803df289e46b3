"""Secrets at rest: encrypted, bound to their row, under keys that can be changed, and never shown."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ml_connector.clock import ManualClock, SystemClock
from ml_connector.errors import Code, NeedsPerson
from ml_connector.records.vault import NONCE_LENGTH, Vault, add_key, reseal

ROW = "secrets/shop-1/oauth"
SECRET = b"canary-7f3a-consumer-secret"
HEADER_LENGTH = 1 + 4

posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no file modes")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "vault.key"


@pytest.fixture
def vault(path: Path) -> Vault:
    return Vault.open(path, SystemClock())


def refusal(attempt: Callable[[], object]) -> NeedsPerson:
    """The error that the attempt ends in, which is always for a person and about the vault's key."""
    with pytest.raises(NeedsPerson) as caught:
        attempt()
    error = caught.value
    assert error.finding.code is Code.VAULT_KEY
    assert not error.reached_sage
    return error


# Sealing


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(row=st.text(), secret=st.binary(max_size=400))
def test_what_was_sealed_for_a_row_opens_for_that_row(vault: Vault, row: str, secret: bytes) -> None:
    assert vault.unseal(row, vault.seal(row, secret)) == secret


def test_a_sealed_secret_is_version_key_id_nonce_ciphertext_and_tag(vault: Vault) -> None:
    blob = vault.seal(ROW, SECRET)
    assert blob[0] == 1
    assert len(blob) == HEADER_LENGTH + NONCE_LENGTH + len(SECRET) + 16
    assert SECRET not in blob


def test_the_same_secret_is_never_sealed_to_the_same_bytes(vault: Vault) -> None:
    blobs = {vault.seal(ROW, SECRET) for _ in range(200)}
    nonces = {blob[HEADER_LENGTH : HEADER_LENGTH + NONCE_LENGTH] for blob in blobs}
    assert len(nonces) == 200


def test_keys_and_nonces_come_from_the_clock_so_that_a_simulation_can_repeat_them(tmp_path: Path) -> None:
    first = Vault.open(tmp_path / "first.key", ManualClock(seed=3)).seal(ROW, SECRET)
    again = Vault.open(tmp_path / "again.key", ManualClock(seed=3)).seal(ROW, SECRET)
    other = Vault.open(tmp_path / "other.key", ManualClock(seed=4)).seal(ROW, SECRET)
    assert first == again != other


# What does not open


@pytest.mark.parametrize("row", ["secrets/shop-2/oauth", "agents/shop-1/oauth", "", ROW + " "])
def test_a_secret_that_was_moved_to_another_row_does_not_open(vault: Vault, row: str) -> None:
    error = refusal(lambda: vault.unseal(row, vault.seal(ROW, SECRET)))
    assert "sealed for another row" in error.finding.why


def test_no_byte_of_a_sealed_secret_can_be_changed(vault: Vault) -> None:
    blob = vault.seal(ROW, SECRET)
    for place in range(len(blob)):
        changed = blob[:place] + bytes([blob[place] ^ 1]) + blob[place + 1 :]
        refusal(lambda blob=changed: vault.unseal(ROW, blob))


@pytest.mark.parametrize("length", [0, 1, 5, 17, 32])
def test_a_cut_secret_does_not_open(vault: Vault, length: int) -> None:
    refusal(lambda: vault.unseal(ROW, vault.seal(ROW, SECRET)[:length]))


def test_a_secret_that_a_newer_version_sealed_is_not_taken_for_a_damaged_one(vault: Vault) -> None:
    error = refusal(lambda: vault.unseal(ROW, bytes([2]) + vault.seal(ROW, SECRET)[1:]))
    assert "a newer version of ml-connector stored it" in error.finding.why


def test_another_installations_key_file_is_named_with_the_key_that_is_missing(
    vault: Vault, tmp_path: Path
) -> None:
    blob = vault.seal(ROW, SECRET)
    stranger = Vault.open(tmp_path / "other.key", SystemClock())
    error = refusal(lambda: stranger.unseal(ROW, blob))
    assert blob[1:HEADER_LENGTH].hex() in error.finding.what
    assert ROW in error.finding.what
    assert "other.key" in error.finding.why
    assert "Put back the key file" in error.finding.fix


# The key file


def test_the_key_file_is_made_once_and_used_again(vault: Vault, path: Path) -> None:
    content = path.read_bytes()
    blob = vault.seal(ROW, SECRET)
    assert Vault.open(path, SystemClock()).unseal(ROW, blob) == SECRET
    assert path.read_bytes() == content
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@posix
@pytest.mark.usefixtures("vault")
def test_only_its_owner_can_read_the_key_file(path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    add_key(path, SystemClock())
    assert path.stat().st_mode & 0o777 == 0o600


@posix
@pytest.mark.usefixtures("vault")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620])
def test_a_key_file_that_others_may_read_is_refused_and_how_to_mend_it_said(path: Path, mode: int) -> None:
    path.chmod(mode)
    error = refusal(lambda: Vault.open(path, SystemClock()))
    assert f"chmod 600 {path}" in error.finding.fix
    path.chmod(0o400)
    assert Vault.open(path, SystemClock()).is_current(b"") is False


DAMAGE: dict[str, Callable[[str], str]] = {
    "cut": lambda text: text[:40],
    "empty": lambda _: "",
    "no object": lambda _: "[]",
    "newer": lambda text: text.replace('"version":1', '"version":2'),
    "current key missing": lambda text: text.replace('"current":"', '"current":"00'),
    "unknown field": lambda text: text.replace('"version":1', '"version":1,"more":2'),
    "long key": lambda text: text.replace('"}', 'ff"}'),
}


@pytest.mark.usefixtures("vault")
@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_key_file_that_is_not_whole_is_refused_and_kept(path: Path, damage: Callable[[str], str]) -> None:
    """A new key in its place would seal on, and nothing that was sealed before would ever open."""
    damaged = damage(path.read_text())
    path.write_text(damaged)
    error = refusal(lambda: Vault.open(path, SystemClock()))
    assert str(path) in error.finding.what
    assert path.read_text() == damaged


def test_a_place_where_no_key_file_can_be_made_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    error = refusal(lambda: Vault.open(tmp_path / "file" / "vault.key", SystemClock()))
    assert "cannot be made" in error.finding.what


# Rotation


def test_after_a_key_was_added_new_secrets_use_it_and_old_ones_still_open(vault: Vault, path: Path) -> None:
    old = vault.seal(ROW, SECRET)
    rotated = add_key(path, SystemClock())
    new = rotated.seal(ROW, SECRET)
    assert new[1:HEADER_LENGTH] != old[1:HEADER_LENGTH]
    assert rotated.unseal(ROW, old) == rotated.unseal(ROW, new) == SECRET
    assert not rotated.is_current(old)
    assert rotated.is_current(new)


def test_re_sealing_keeps_the_secret_and_leaves_the_old_key_unneeded(vault: Vault, path: Path) -> None:
    old = vault.seal(ROW, SECRET)
    rotated = add_key(path, SystemClock())
    moved = reseal(rotated, ROW, old)
    assert rotated.is_current(moved)
    assert rotated.unseal(ROW, moved) == SECRET
    assert reseal(rotated, ROW, moved) == moved
    assert vault.unseal(ROW, moved) == SECRET, "a vault that was open before follows"


def test_re_sealing_for_the_wrong_row_is_refused(vault: Vault, path: Path) -> None:
    old = vault.seal(ROW, SECRET)
    rotated = add_key(path, SystemClock())
    refusal(lambda: reseal(rotated, "secrets/shop-2/oauth", old))


# Silence


def test_no_repr_and_no_error_shows_a_secret_or_a_key(vault: Vault, path: Path) -> None:
    """The canary and every key are looked for in what a log or a traceback would hold."""
    blob = vault.seal(ROW, SECRET)
    keys = [part for part in path.read_text().split('"') if len(part) == 64]
    shown = [repr(vault), str(vault)]
    errors = [refusal(lambda: vault.unseal("else", blob)), refusal(lambda: vault.unseal(ROW, blob[:9]))]
    path.write_text(path.read_text()[:-1])
    errors.append(refusal(lambda: Vault.open(path, SystemClock())))
    for error in errors:
        assert error.__cause__ is None
        assert error.__context__ is None
        shown += [repr(error), str(error), "".join(traceback.format_exception(error))]
    assert len(keys) == 1
    for text in shown:
        assert SECRET.decode() not in text
        assert keys[0] not in text
