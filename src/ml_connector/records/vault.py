"""The vault: secrets encrypted at rest, each bound to the row that it stands in.

AES-256-GCM. A sealed secret is `version | key id | nonce | ciphertext and tag`; table and row are
authenticated with it, so a blob that is moved to another row does not open (design: “Records”, `vault`;
reference: stack.md, “secrets”). The keys come from a key file of mode 0600 beside, not in, the database, or
from the environment (`vault_keys.py`): a copy of the database alone opens nothing.

Rotation: `add_key`, then `reseal` each row (`cloud/vault_rotation.py`). The key file keeps the keys before,
so that a backup of the database still opens, and what another process seals meanwhile does too. A vault that
is open follows by itself: it reads the key file anew before it seals, and when it meets an unknown key.

Nothing here shows a secret or a key in a repr, a message or a chained exception.
"""

from __future__ import annotations

from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ml_connector.clock import Clock
from ml_connector.records.vault_keys import KEY_ID_LENGTH, KeyFile, KeySource, VaultKeys, about_keys, keys_in

BLOB_VERSION = 1
NONCE_LENGTH = 12
_TAG_LENGTH = 16
_PREFIX_LENGTH = 1 + KEY_ID_LENGTH


class _Ring:
    """The keys of one reading of their source; it is never changed, so threads may share it."""

    __slots__ = ("ciphers", "current")

    def __init__(self, keys: VaultKeys) -> None:
        self.current = bytes.fromhex(keys.current)
        self.ciphers = {bytes.fromhex(name): AESGCM(bytes.fromhex(key)) for name, key in keys.keys.items()}


class Vault:
    """Seals and unseals with the keys of one source, also with those that another process adds to it."""

    __slots__ = ("_clock", "_ring", "_source")

    def __init__(self, source: KeySource, clock: Clock) -> None:
        """Raises NeedsPerson `vault-key` when the source gives no keys."""
        self._source = source
        self._clock = clock
        self._ring = _Ring(source.read())

    def __repr__(self) -> str:
        ring = self._ring
        return f"Vault({self._source.place}, current key {ring.current.hex()}, {len(ring.ciphers)} keys)"

    @classmethod
    def open(cls, path: Path, clock: Clock) -> Vault:
        """The vault of this key file, which is made when there is none (the first start).

        Raises NeedsPerson `vault-key` for a key file that cannot be made or read, or that others may read.
        """
        file = KeyFile(path)
        file.make(clock)
        return cls(file, clock)

    @classmethod
    def existing(cls, path: Path, clock: Clock) -> Vault:
        """The vault of a key file that has to be there: a new one would open nothing that is stored.

        Raises NeedsPerson `vault-key` as `open` does, and when there is none.
        """
        return cls(KeyFile(path), clock)

    @classmethod
    def given(cls, text: str, clock: Clock) -> Vault:
        """The vault of the keys in the environment's variable; raises NeedsPerson `vault-key` for no keys."""
        return cls(keys_in(text), clock)

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
            raise about_keys(
                f"The secret stored at {row} is in no form that this version can read.",
                "It was damaged, or a newer version of ml-connector stored it.",
                "Run the version that stored it, or enter the secret again.",
            )
        prefix, nonce = blob[:_PREFIX_LENGTH], blob[_PREFIX_LENGTH : _PREFIX_LENGTH + NONCE_LENGTH]
        cipher = self._ring.ciphers.get(prefix[1:]) or self._reread().ciphers.get(prefix[1:])
        if cipher is None:
            raise about_keys(
                f"The secret stored at {row} was sealed with key {prefix[1:].hex()}.",
                f"That key is not in {self._source.place}.",
                f"Put back {self._source.place} as it belongs to this database, or enter the secret again.",
            )
        try:
            return cipher.decrypt(nonce, blob[_PREFIX_LENGTH + NONCE_LENGTH :], prefix + row.encode())
        except InvalidTag:
            pass
        raise about_keys(
            f"The secret stored at {row} does not open.",
            "It was changed, or it was sealed for another row.",
            "Restore the database from a backup, or enter the secret again.",
        )

    def is_current(self, blob: bytes) -> bool:
        """Whether the blob was sealed with the key that seals now; if not, `reseal` it."""
        return blob[:_PREFIX_LENGTH] == bytes([BLOB_VERSION]) + self._ring.current

    def _reread(self) -> _Ring:
        self._ring = _Ring(self._source.read())
        return self._ring


def key_id_of(blob: bytes) -> str:
    """The id, in hex, of the key that a secret was sealed with."""
    return blob[1:_PREFIX_LENGTH].hex()


def add_key(path: Path, clock: Clock) -> Vault:
    """Add a new key to the key file and make it the one that seals; the keys before still open.

    Two at the same time would lose one of the new keys: the caller sees that there is only one. Raises
    NeedsPerson `vault-key` when the key file cannot be read or written; then it is as it was.
    """
    KeyFile(path).add(clock)
    return Vault.existing(path, clock)


def reseal(vault: Vault, row: str, blob: bytes) -> bytes:
    """The same secret for the same row under the current key; the blob itself when it is already so."""
    return blob if vault.is_current(blob) else vault.seal(row, vault.unseal(row, blob))
