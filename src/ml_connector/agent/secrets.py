"""Where the agent keeps its secrets: the cloud's credential and the Sage user's password.

`SecretStore` is the port. `FileSecrets` is for systems other than Windows: one file that only its owner may
read. On Windows the Credential Manager takes its place; until that store is built, the agent says so and
stops rather than write a secret where others may read it. Secrets are never in settings, journal or messages.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Protocol, cast

from ml_connector.errors import Code, Finding, NeedsPerson

SAGE_PASSWORD = "sage-password"


class SecretStore(Protocol):
    """Secrets by name."""

    def get(self, name: str) -> str | None:
        """The secret, or None when there is none of that name."""
        ...

    def put(self, name: str, secret: str) -> None:
        """Keep a secret; it is on the disk when this returns."""
        ...


class FileSecrets:
    """Secrets in one file of mode 0600. Raises NeedsPerson when others may read it, or when it is damaged."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, name: str) -> str | None:
        return self._read().get(name)

    def put(self, name: str, secret: str) -> None:
        kept = {**self._read(), name: secret}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(kept, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)

    def _read(self) -> dict[str, str]:
        if not self._path.exists():
            return {}
        if self._path.stat().st_mode & 0o077:
            raise self._unfit("Other users of this machine may read it.", f"Run: chmod 600 {self._path}")
        try:
            kept: object = json.loads(self._path.read_text(encoding="utf-8"))
        except ValueError:
            kept = None  # … and out of the block, so that nothing of the file hangs on the error below
        if not isinstance(kept, dict):
            raise self._unfit("It is damaged.", "Delete it, pair again, and give the Sage password again.")
        return cast(dict[str, str], kept)

    def _unfit(self, why: str, fix: str) -> NeedsPerson:
        what = f"The agent's secrets in {self._path.name} cannot be used."
        return NeedsPerson(Finding(code=Code.SETTINGS_INVALID, what=what, why=why, fix=fix))


def secret_store(data_dir: Path) -> SecretStore:
    """The store of this system. Raises NeedsPerson on Windows, whose store is not built yet."""
    if sys.platform == "win32":
        raise NeedsPerson(
            Finding(
                code=Code.SETTINGS_INVALID,
                what="This release of ml-connector-agent cannot keep secrets on Windows.",
                why="They belong into the Windows Credential Manager, which it does not use yet.",
                fix="Install a later release on this PC.",
            )
        )
    return FileSecrets(data_dir / "secrets.json")
