"""The vault: secrets encrypted at rest, each bound to the row that it stands in.

AES-256-GCM. A sealed secret is `version | key id | nonce | ciphertext and tag`; table and row are
authenticated with it, so a blob that is moved to another row does not open (design: “Records”, `vault`;
reference: stack.md, “secrets”). Keys live in a key file of mode 0600 beside, not in, the database: a copy of
the database alone opens nothing.

Rotation: `add_key`, then `reseal` each row (`cloud/vault_rotation.py`). The key file keeps the keys before,
so that a backup of the database still opens, and what another process seals meanwhile does too. A vault that
is open follows by itself: it reads the key file anew before it seals, and when it meets an unknown key.

Nothing here shows a secret or a key in a repr, a message or a chained exception.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ml_connector.clock import Clock
from ml_connector.codec import canonical, from_json
from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.records import private_file

BLOB_VERSION = 1
KEY_LENGTH = 32
KEY_ID_LENGTH = 4
NONCE_LENGTH = 12
_TAG_LENGTH = 16
_PREFIX_LENGTH = 1 + KEY_ID_LENGTH


@dataclass(frozen=True, slots=True, kw_only=True)
class _KeyFile:
    """The key file's JSON: key ids and keys in lower-case hex; `current` is the key that seals."""

    version: int
    current: str
    keys: dict[str, str]

    def __post_init__(self) -> None:
        if self.version != BLOB_VERSION:
            raise ValueError("another version wrote it")
        if self.current not in self.keys:
            raise ValueError("the current key is not in it")
        for key_id, key in self.keys.items():
            if len(bytes.fromhex(key_id)) != KEY_ID_LENGTH or len(bytes.fromhex(key)) != KEY_LENGTH:
                raise ValueError("a key or its id has the wrong length")

    def __repr__(self) -> str:
        return f"_KeyFile(current={self.current!r}, {len(self.keys)} keys)"


class _Ring:
    """The keys of one reading of the key file; it is never changed, so threads may share it."""

    __slots__ = ("ciphers", "current")

    def __init__(self, file: _KeyFile) -> None:
        self.current = bytes.fromhex(file.current)
        self.ciphers = {bytes.fromhex(name): AESGCM(bytes.fromhex(key)) for name, key in file.keys.items()}


class Vault:
    """Seals and unseals with the keys of one key file, also with those that another process adds to it."""

    __slots__ = ("_clock", "_path", "_ring")

    def __init__(self, path: Path, ring: _KeyFile, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._ring = _Ring(ring)

    def __repr__(self) -> str:
        ring = self._ring
        return f"Vault({str(self._path)!r}, current key {ring.current.hex()}, {len(ring.ciphers)} keys)"

    @classmethod
    def open(cls, path: Path, clock: Clock) -> Vault:
        """The vault of this key file, which is made when there is none (the first start).

        Raises NeedsPerson `vault-key` for a key file that cannot be made or read, or that others may read.
        """
        try:
            if not path.exists():
                private_file.create(path, canonical(_with_new_key(None, clock)))
        except OSError as error:
            raise _needs_person(
                f"The key file {path} cannot be made: {error.strerror}.",
                "Secrets are stored only encrypted, and the key has a file of its own.",
                "Let this program write to that folder, or name another one.",
            ) from error
        return cls(path, _read(path), clock)

    @classmethod
    def existing(cls, path: Path, clock: Clock) -> Vault:
        """The vault of a key file that has to be there: a new one would open nothing that is stored.

        Raises NeedsPerson `vault-key` as `open` does, and when there is none.
        """
        return cls(path, _read(path), clock)

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The ids of all keys, in hex, the one that seals first. An id is no secret."""
        ring = self._ring
        return (ring.current.hex(), *sorted(each.hex() for each in ring.ciphers if each != ring.current))

    def seal(self, row: str, secret: bytes) -> bytes:
        """The secret as it may stand in the database, in this row and no other.

        `row` names table and row, such as “secrets/shop-1/oauth”, and has to be the same for `unseal`. Raises
        NeedsPerson `vault-key` when the key file is no longer as it should be: what is sealed with a key that
        stands nowhere would open for nobody.
        """
        ring = self._reread()
        prefix = bytes([BLOB_VERSION]) + ring.current
        nonce = self._clock.random_bytes(NONCE_LENGTH)
        sealed = ring.ciphers[ring.current].encrypt(nonce, secret, prefix + row.encode())
        return prefix + nonce + sealed

    def unseal(self, row: str, blob: bytes) -> bytes:
        """The secret that was sealed for this row.

        Raises NeedsPerson `vault-key` when the key is not in the key file, or the blob is not this row's.
        """
        if len(blob) < _PREFIX_LENGTH + NONCE_LENGTH + _TAG_LENGTH or blob[0] != BLOB_VERSION:
            raise _needs_person(
                f"The secret stored at {row} is in no form that this version can read.",
                "It was damaged, or a newer version of ml-connector stored it.",
                "Run the version that stored it, or enter the secret again.",
            )
        prefix, nonce = blob[:_PREFIX_LENGTH], blob[_PREFIX_LENGTH : _PREFIX_LENGTH + NONCE_LENGTH]
        cipher = self._ring.ciphers.get(prefix[1:]) or self._reread().ciphers.get(prefix[1:])
        if cipher is None:
            raise _needs_person(
                f"The secret stored at {row} was sealed with key {prefix[1:].hex()}.",
                f"That key is not in the key file {self._path}.",
                "Put back the key file that belongs to this database, or enter the secret again.",
            )
        try:
            return cipher.decrypt(nonce, blob[_PREFIX_LENGTH + NONCE_LENGTH :], prefix + row.encode())
        except InvalidTag:
            pass
        raise _needs_person(
            f"The secret stored at {row} does not open.",
            "It was changed, or it was sealed for another row.",
            "Restore the database from a backup, or enter the secret again.",
        )

    def is_current(self, blob: bytes) -> bool:
        """Whether the blob was sealed with the key that seals now; if not, `reseal` it."""
        return blob[:_PREFIX_LENGTH] == bytes([BLOB_VERSION]) + self._ring.current

    def _reread(self) -> _Ring:
        self._ring = _Ring(_read(self._path))
        return self._ring


def key_id_of(blob: bytes) -> str:
    """The id, in hex, of the key that a secret was sealed with."""
    return blob[1:_PREFIX_LENGTH].hex()


def add_key(path: Path, clock: Clock) -> Vault:
    """Add a new key to the key file and make it the one that seals; the keys before still open.

    Two at the same time would lose one of the new keys: the caller sees that there is only one. Raises
    NeedsPerson `vault-key` when the key file cannot be read or written; then it is as it was.
    """
    ring = _with_new_key(_read(path), clock)
    try:
        private_file.replace(path, canonical(ring))
    except OSError as error:
        raise _needs_person(
            f"The key file {path} cannot be written: {error.strerror}.",
            "A new key has to be on disk before anything is sealed with it; nothing was changed.",
            "Let this program write to that folder, and see that its disk has room.",
        ) from error
    return Vault.existing(path, clock)


def reseal(vault: Vault, row: str, blob: bytes) -> bytes:
    """The same secret for the same row under the current key; the blob itself when it is already so."""
    return blob if vault.is_current(blob) else vault.seal(row, vault.unseal(row, blob))


def _with_new_key(ring: _KeyFile | None, clock: Clock) -> _KeyFile:
    before = ring.keys if ring else {}
    key_id = clock.random_bytes(KEY_ID_LENGTH).hex()
    while key_id in before:
        key_id = clock.random_bytes(KEY_ID_LENGTH).hex()
    key = clock.random_bytes(KEY_LENGTH).hex()
    return _KeyFile(version=BLOB_VERSION, current=key_id, keys={**before, key_id: key})


def _read(path: Path) -> _KeyFile:
    try:
        exposed = private_file.others_may_read(path)
        content = path.read_bytes()
    except OSError as error:
        raise _needs_person(
            f"The key file {path} cannot be read: {error.strerror}.",
            "Without it no stored secret opens.",
            "Let the user who runs this program read it.",
        ) from error
    if exposed:
        raise _needs_person(
            f"Other users of this machine may read the key file {path}.",
            "Whoever has it and a copy of the database has every secret in it.",
            f"Run “chmod 600 {path}”; if somebody may have read it, rotate the key and the secrets.",
        )
    try:
        return from_json(_KeyFile, json.loads(content))
    except ValueError:
        pass  # … and out of the block, so that no part of the file hangs on the error below
    raise _needs_person(
        f"The key file {path} is not one that this version can read.",
        "It is damaged, cut off, or was written by a newer version of ml-connector.",
        "Put it back from a backup; without it, the stored secrets have to be entered again.",
    )


def _needs_person(what: str, why: str, fix: str) -> NeedsPerson:
    return NeedsPerson(Finding(code=Code.VAULT_KEY, what=what, why=why, fix=fix))
