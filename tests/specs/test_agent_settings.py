"""The agent's settings and secrets: read at once, faults named together, secrets for their owner alone."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from ml_connector.agent.secrets import FileSecrets
from ml_connector.agent.settings import check_url, read_settings
from ml_connector.errors import Code, NeedsPerson

WHOLE = """
cloud_url = "https://connector.example.com:8443"
certificate = "pinned.pem"
data_dir = "state"
poll_seconds = 20
sage_wait_seconds = 5

[sage]
driver = "uk"
sdk = "sandbox"
version = 31
accdata = 'C:/ProgramData/Sage/Accounts/2026/Company.000/ACCDATA'
user = "WEBLINK"
"""
LEAST = '[sage]\naccdata = "ACCDATA"\nuser = "WEBLINK"\n'


def faults(tmp_path: Path, text: str) -> str:
    """Why the settings are refused."""
    path = tmp_path / "agent.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NeedsPerson) as trouble:
        read_settings(path)
    assert trouble.value.finding.code is Code.SETTINGS_INVALID
    assert str(path) in trouble.value.finding.what
    return trouble.value.finding.why


def test_every_setting_is_read_and_paths_are_seen_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "agent.toml"
    path.write_text(WHOLE)
    settings = read_settings(path)
    assert settings.cloud_url == "https://connector.example.com:8443"
    assert (settings.poll_seconds, settings.sage_wait_seconds) == (20, 5)
    assert (settings.certificate, settings.data_dir) == (tmp_path / "pinned.pem", tmp_path / "state")
    assert (settings.sage.sdk, settings.sage.version, settings.sage.user) == ("sandbox", 31, "WEBLINK")
    assert settings.journal == tmp_path / "state" / "journal.sqlite"


def test_what_is_not_said_has_a_default(tmp_path: Path) -> None:
    path = tmp_path / "agent.toml"
    path.write_text(LEAST)
    settings = read_settings(path)
    assert (settings.cloud_url, settings.poll_seconds, settings.sage_wait_seconds) == ("", 60, 30)
    assert (settings.sage.driver, settings.sage.sdk, settings.sage.version) == ("uk", "com", 32)
    assert settings.certificate == tmp_path / "data" / "cloud-certificate.pem"


def test_every_fault_is_named_at_once_by_its_key(tmp_path: Path) -> None:
    why = faults(
        tmp_path,
        'cloud_url = "http://x"\npoll_seconds = 0\ncolour = "green"\n'
        '[sage]\ndriver = "us"\nusr = "A"\nuser = 3\n',
    )
    for key in (
        "cloud_url:",
        "poll_seconds:",
        "colour:",
        "sage.driver:",
        "sage.usr:",
        "sage.user:",
        "sage.accdata:",
    ):
        assert key in why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("sage = 3", "a table [sage]"),
        ("poll_seconds = 2.5\n" + LEAST, "poll_seconds: a whole number"),
        ("poll_seconds = true\n" + LEAST, "poll_seconds: a whole number"),
        ("data_dir = ''\n" + LEAST, "data_dir: text is wanted"),
        ("= nothing", "no TOML"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(tmp_path: Path, text: str, why: str) -> None:
    assert why in faults(tmp_path, text)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NeedsPerson, match="No such file"):
        read_settings(tmp_path / "none.toml")


@pytest.mark.parametrize(
    "url",
    ["http://x", "https://", "https://a/b", "https://u:p@a", "https://a?x=1", "ftp://a", "x", "https://a:b"],
)
def test_the_cloud_is_an_https_host_and_nothing_else(url: str) -> None:
    assert check_url(url)


@pytest.mark.parametrize(
    "url", ["https://a", "https://a.example:8443", "https://127.0.0.1:1/", "https://[::1]:8"]
)
def test_a_host_with_or_without_a_port_is_a_cloud(url: str) -> None:
    assert check_url(url) is None


# secrets


def test_a_secret_comes_back_and_others_stay(tmp_path: Path) -> None:
    secrets = FileSecrets(tmp_path / "data" / "secrets.json")
    assert secrets.get("a") is None
    secrets.put("a", "one")
    secrets.put("b", "two")
    secrets.put("a", "three")
    again = FileSecrets(tmp_path / "data" / "secrets.json")
    assert (again.get("a"), again.get("b")) == ("three", "two")


def test_only_its_owner_may_read_the_secrets(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    FileSecrets(path).put("a", "one")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_secrets_that_others_may_read_are_not_used(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    FileSecrets(path).put("a", "one")
    path.chmod(0o644)
    with pytest.raises(NeedsPerson, match="chmod 600"):
        FileSecrets(path).get("a")


def test_damaged_secrets_are_said_to_be_so_without_being_shown(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    path.write_text('{"a": "swordfish"')
    path.chmod(0o600)
    with pytest.raises(NeedsPerson, match="damaged") as trouble:
        FileSecrets(path).get("a")
    assert "swordfish" not in str(trouble.value)
    assert trouble.value.__context__ is None
