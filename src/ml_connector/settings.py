"""The cloud side's settings: one TOML file, read once, every fault named at the same time.

Secrets do not stand in it: shop credentials are in the vault, the operator's key in a file of its own.
Every setting is described in docs/reference/settings.md.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import cast, get_type_hints

from ml_connector.errors import Code, Finding, NeedsPerson

DATABASE = "ML_CONNECTOR_DATABASE"
"""The variable of the environment that may stand for `database`, whose address can hold a password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudSettings:
    """Where the service keeps its data, where it listens, and how often it reads the shops.

    `data_dir` holds database, vault key, certificate and operator key. `database` is another SQLite file, or
    the `postgresql://` address of a database; it may hold a password, so it is never shown. `host` and `port`
    are where HTTPS is served; `names` are the host names and addresses in the private certificate.
    `public_address` is where shops reach this service, “” while none has to. `sweep_every_s` is the pause
    between two readings of a shop, in seconds.
    """

    data_dir: Path
    database: Path | str = field(default="", repr=False)
    host: str = "127.0.0.1"
    port: int = 8443
    names: tuple[str, ...] = ("localhost", "127.0.0.1")
    public_address: str = ""
    sweep_every_s: int = 300

    def __post_init__(self) -> None:
        if not self.database:
            object.__setattr__(self, "database", self.data_dir / "ml-connector.sqlite3")

    @property
    def vault_key(self) -> Path:
        return self.data_dir / "vault.key"

    @property
    def operator_key(self) -> Path:
        return self.data_dir / "operator.key"


def load(path: Path, environment: Mapping[str, str] = os.environ) -> CloudSettings:
    """Read a settings file; raises `NeedsPerson` that lists everything that is wrong with it.

    `DATABASE` in the environment counts before `database` in the file.
    """
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise _invalid(path, [f"it cannot be read ({error.strerror})"]) from None
    except UnicodeDecodeError:
        raise _invalid(path, ["it is not written in UTF-8"]) from None
    except tomllib.TOMLDecodeError as error:
        raise _invalid(path, [f"it is no TOML: {error}"]) from None
    if environment.get(DATABASE):
        given["database"] = environment[DATABASE]
    faults = [f"`{name}` is no setting" for name in given if name not in _known()]
    values: dict[str, object] = {}
    for name, kind in _known().items():
        if name in given:
            value = _read(kind, given[name], path)
            if value is None:
                faults.append(f"`{name}` is not {_WORDS[kind]}")
            else:
                values[name] = value
                faults += _out_of_bounds(name, value)
    if "data_dir" not in given:
        faults.append("`data_dir` is missing")
    if faults:
        raise _invalid(path, faults)
    return CloudSettings(**values)  # pyright: ignore[reportArgumentType]  (each was read by its own type)


# A shop sends an integration's secret there; http is for this machine alone.
_ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+(?::[0-9]{1,5})?/?|http://127\.0\.0\.1:[0-9]{1,5}/?")
_BOUNDS = {"port": (0, 65_535), "sweep_every_s": (1, 86_400)}
_DATABASE = Path | str
_WORDS: dict[object, str] = {
    _DATABASE: "a path, or an address that begins with postgresql://",
    Path: "a path in quotes",
    str: "text in quotes",
    int: "a whole number",
    tuple[str, ...]: "a list of texts",
}


def _known() -> dict[str, object]:
    hints = get_type_hints(CloudSettings)
    return {field.name: hints[field.name] for field in fields(CloudSettings)}


def _read(kind: object, value: object, path: Path) -> object:
    if kind is Path and isinstance(value, str) and value:
        return path.parent / value
    if kind is str and isinstance(value, str) and value:
        return value
    if kind == _DATABASE and isinstance(value, str) and value:
        if value.startswith("postgresql://"):
            return value
        return None if "://" in value else path.parent / value
    if kind is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind == tuple[str, ...] and isinstance(value, list):
        items = cast(list[object], value)
        texts = tuple(item for item in items if isinstance(item, str))
        return texts if texts and len(texts) == len(items) else None
    return None


def _out_of_bounds(name: str, value: object) -> list[str]:
    if name == "public_address" and not _ADDRESS.fullmatch(str(value)):
        return [f"`{name}` is not of the form https://host or https://host:port"]
    least, most = _BOUNDS.get(name, (0, 0))
    if name not in _BOUNDS or not isinstance(value, int) or least <= value <= most:
        return []
    return [f"`{name}` is not between {least} and {most}"]


def _invalid(path: Path, faults: list[str]) -> NeedsPerson:
    return NeedsPerson(
        Finding(
            code=Code.SETTINGS_INVALID,
            what=f"The settings file {path} cannot be used.",
            why="; ".join(faults) + ".",
            fix="Correct it; every setting is described in docs/reference/settings.md.",
        )
    )
