"""The agent's settings: one TOML file, read once, checked as a whole.

Every fault of the file is found at once and named with its key, so that a person mends it in one go. Secrets
are not settings. Each setting is described in docs/reference/settings.md.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast
from urllib.parse import urlsplit

from ml_connector.errors import Code, Finding, NeedsPerson

Sdk = Literal["com", "sandbox"]
DAY_SECONDS = 86400

_TOP = frozenset({"cloud_url", "certificate", "data_dir", "poll_seconds", "sage_wait_seconds", "sage"})
_SAGE = frozenset({"driver", "sdk", "version", "accdata", "user"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SageSettings:
    """Which company, by which driver and which version of Sage's SDK, as which Sage user."""

    driver: Literal["uk"]
    sdk: Sdk
    version: int
    accdata: Path
    user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSettings:
    """All settings. Where `cloud_url` is empty, the URL of the pairing holds; seconds are whole."""

    cloud_url: str
    certificate: Path
    data_dir: Path
    poll_seconds: int
    sage_wait_seconds: int
    sage: SageSettings

    @property
    def journal(self) -> Path:
        return self.data_dir / "journal.sqlite"


def read_settings(path: Path) -> AgentSettings:
    """Read and check the file. Raises NeedsPerson SETTINGS_INVALID that names every fault in it."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise _invalid(path, [f"the file cannot be read ({error.strerror})"]) from None
    except UnicodeDecodeError:
        raise _invalid(path, ["the file is not UTF-8 text"]) from None
    try:
        given = cast(Mapping[str, object], tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise _invalid(path, [f"it is no TOML: {error}"]) from None
    reading = _Reading(path.parent)
    settings = _settings(given, reading)
    if reading.faults:
        raise _invalid(path, reading.faults)
    return settings


def check_url(url: str) -> str | None:
    """What is wrong with a cloud URL, or None. It is https, with a host, and without path, user or query."""
    try:
        parts = urlsplit(url)
        port_fits = parts.port is None or parts.port > 0
    except ValueError:
        return f"“{url}” is no URL"
    if parts.scheme != "https":
        return "it has to begin with https://; there is no unencrypted way"
    if not parts.hostname or not port_fits:
        return "it names no host"
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        return "it may hold a host and a port, nothing else"
    return None


class _Reading:
    """Takes values out of tables and collects what does not fit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[str] = []

    def table(self, given: Mapping[str, object], key: str) -> Mapping[str, object]:
        value = given.get(key, {})
        if not isinstance(value, Mapping):
            self.faults.append(f"{key}: a table [{key}] is wanted")
            return {}
        return cast(Mapping[str, object], value)

    def known(self, given: Mapping[str, object], known: frozenset[str], prefix: str) -> None:
        self.faults += [f"{prefix}{key}: there is no such setting" for key in sorted(set(given) - known)]

    def text(self, given: Mapping[str, object], key: str, default: str | None, prefix: str = "") -> str:
        value = given.get(key, default)
        if isinstance(value, str) and (value.strip() or value == default):
            return value.strip()
        self.faults.append(f"{prefix}{key}: {'is missing' if value is None else 'text is wanted'}")
        return ""

    def choice(self, given: Mapping[str, object], key: str, choices: tuple[str, ...], prefix: str) -> str:
        value = given.get(key, choices[0])
        if value not in choices:
            self.faults.append(f"{prefix}{key}: {' or '.join(choices)} is wanted")
            return choices[0]
        return str(value)

    def number(self, given: Mapping[str, object], key: str, default: int, least: int, most: int) -> int:
        value = given.get(key.rpartition(".")[2], default)
        if type(value) is not int or not least <= value <= most:
            self.faults.append(f"{key}: a whole number from {least} to {most} is wanted")
            return default
        return value

    def path(self, given: Mapping[str, object], key: str, default: str | None, prefix: str = "") -> Path:
        return self.folder / Path(self.text(given, key, default, prefix)).expanduser()


def _settings(given: Mapping[str, object], reading: _Reading) -> AgentSettings:
    sage = reading.table(given, "sage")
    reading.known(given, _TOP, "")
    reading.known(sage, _SAGE, "sage.")
    url = reading.text(given, "cloud_url", "")
    fault = check_url(url) if url else None
    if fault:
        reading.faults.append(f"cloud_url: {fault}")
    data_dir = reading.path(given, "data_dir", "data")
    reading.choice(sage, "driver", ("uk",), "sage.")
    return AgentSettings(
        cloud_url=url,
        certificate=reading.path(given, "certificate", str(data_dir / "cloud-certificate.pem")),
        data_dir=data_dir,
        poll_seconds=reading.number(given, "poll_seconds", 60, 1, DAY_SECONDS),
        sage_wait_seconds=reading.number(given, "sage_wait_seconds", 30, 1, DAY_SECONDS),
        sage=SageSettings(
            driver="uk",
            sdk=cast(Sdk, reading.choice(sage, "sdk", ("com", "sandbox"), "sage.")),
            version=reading.number(sage, "sage.version", 32, 21, 99),
            accdata=reading.path(sage, "accdata", None, "sage."),
            user=reading.text(sage, "user", None, "sage."),
        ),
    )


def _invalid(path: Path, faults: list[str]) -> NeedsPerson:
    return NeedsPerson(
        Finding(
            code=Code.SETTINGS_INVALID,
            what=f"The agent's settings in {path} cannot be used.",
            why="; ".join(faults) + ".",
            fix="Mend the file; each setting is described in docs/reference/settings.md.",
        )
    )
