"""Where the vault's keys come from: a key file beside the database, or the environment.

A key file is made and added to by this program. The environment is written by somebody else (a container's
platform, a secret manager): it is read when the service starts, and nothing here can change it. It holds the
text of a key file, or in short `‹id›:‹key›`, the key in Base64, several of them separated by commas; the
first one seals.

Nothing here shows a key in a repr, a message or a chained exception.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ml_connector.clock import Clock
from ml_connector.codec import canonical, from_json, loads
from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.records import private_file

VERSION = 1
KEY_LENGTH = 32
KEY_ID_LENGTH = 4
VARIABLE = "ML_CONNECTOR_VAULT_KEY"

_SHORT = re.compile(r"([0-9a-f]{8}):([A-Za-z0-9+/_-]+={0,2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultKeys:
    """Key ids and keys in lower-case hex; `current` is the key that seals. A key file holds this as JSON."""

    version: int
    current: str
    keys: dict[str, str]

    def __post_init__(self) -> None:
        if self.version != VERSION:
            raise ValueError("another version wrote it")
        if self.current not in self.keys:
            raise ValueError("the current key is not in it")
        for key_id, key in self.keys.items():
            if len(bytes.fromhex(key_id)) != KEY_ID_LENGTH or len(bytes.fromhex(key)) != KEY_LENGTH:
                raise ValueError("a key or its id has the wrong length")

    def __repr__(self) -> str:
        return f"VaultKeys(current={self.current!r}, {len(self.keys)} keys)"


class KeySource(Protocol):
    """What a vault takes its keys from; `place` is what messages call it."""

    @property
    def place(self) -> str: ...

    def read(self) -> VaultKeys:
        """The keys as they are now; raises NeedsPerson `vault-key`."""
        ...


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A key file of mode 0600."""

    path: Path

    @property
    def place(self) -> str:
        return f"the key file {self.path}"

    def make(self, clock: Clock) -> None:
        """Make it with a first key unless it exists."""
        try:
            if not self.path.exists():
                private_file.create(self.path, canonical(with_new_key(None, clock)))
        except OSError as error:
            raise about_keys(
                f"The key file {self.path} cannot be made: {error.strerror}.",
                "Secrets are stored only encrypted, and the key has a file of its own.",
                "Let this program write to that folder, or name another one.",
            ) from error

    def add(self, clock: Clock) -> None:
        """Add a new key, which seals from now on; raises NeedsPerson, and then the file is as it was."""
        ring = with_new_key(self.read(), clock)
        try:
            private_file.replace(self.path, canonical(ring))
        except OSError as error:
            raise about_keys(
                f"The key file {self.path} cannot be written: {error.strerror}.",
                "A new key has to be on disk before anything is sealed with it; nothing was changed.",
                "Let this program write to that folder, and see that its disk has room.",
            ) from error

    def read(self) -> VaultKeys:
        path = self.path
        try:
            exposed = private_file.others_may_read(path)
            content = path.read_bytes()
        except OSError as error:
            raise about_keys(
                f"The key file {path} cannot be read: {error.strerror}.",
                "Without it no stored secret opens.",
                "Let the user who runs this program read it.",
            ) from error
        if exposed:
            raise about_keys(
                f"Other users of this machine may read the key file {path}.",
                "Whoever has it and a copy of the database has every secret in it.",
                f"Run “chmod 600 {path}”; if somebody may have read it, rotate the key and the secrets.",
            )
        ring = _whole(content)
        if ring is None:
            raise about_keys(
                f"The key file {path} is not one that this version can read.",
                "It is damaged, cut off, or was written by a newer version of ml-connector.",
                "Put it back from a backup; without it, the stored secrets have to be entered again.",
            )
        return ring


@dataclass(frozen=True, slots=True)
class FixedKeys:
    """Keys that stay as they were read, since somebody else provides them."""

    ring: VaultKeys

    @property
    def place(self) -> str:
        return f"the environment variable {VARIABLE}"

    def read(self) -> VaultKeys:
        return self.ring


def keys_in(text: str) -> FixedKeys:
    """The keys in the variable's text; raises NeedsPerson `vault-key`, which repeats nothing of it."""
    text = text.strip()
    ring = _whole(text.encode()) if text.startswith("{") else _short(text)
    if ring is not None:
        return FixedKeys(ring)
    raise about_keys(
        f"The environment variable {VARIABLE} holds no key of the vault.",
        "It has to be ‹id›:‹key›, several of them separated by commas, or the whole text of a key file; an"
        f" id is 8 hexadecimal digits, and a key is {KEY_LENGTH} bytes in Base64, which is 44 characters.",
        "Correct it where it comes from, and start this program again.",
    )


def with_new_key(ring: VaultKeys | None, clock: Clock) -> VaultKeys:
    """The same keys, and a new one that seals."""
    before = ring.keys if ring else {}
    key_id = clock.random_bytes(KEY_ID_LENGTH).hex()
    while key_id in before:
        key_id = clock.random_bytes(KEY_ID_LENGTH).hex()
    key = clock.random_bytes(KEY_LENGTH).hex()
    return VaultKeys(version=VERSION, current=key_id, keys={**before, key_id: key})


def about_keys(what: str, why: str, fix: str) -> NeedsPerson:
    """The vault's own kind of error."""
    return NeedsPerson(Finding(code=Code.VAULT_KEY, what=what, why=why, fix=fix))


def _whole(content: bytes) -> VaultKeys | None:
    """The text of a key file; None for what is none, so that no part of it hangs on an error."""
    try:
        return from_json(VaultKeys, loads(content))
    except (ValueError, RecursionError):
        return None


def _short(text: str) -> VaultKeys | None:
    """`‹id›:‹key›` and more of them."""
    keys: dict[str, str] = {}
    for each in text.split(","):
        found = _SHORT.fullmatch(each.strip())
        if found is None or found[1] in keys:
            return None
        try:
            keys[found[1]] = base64.b64decode(
                found[2].replace("-", "+").replace("_", "/"), validate=True
            ).hex()
        except ValueError:
            return None
    try:
        return VaultKeys(version=VERSION, current=next(iter(keys)), keys=keys)
    except ValueError:
        return None
