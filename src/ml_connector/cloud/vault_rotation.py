"""A new key for the vault: `ml-connector vault rotate`. Every stored secret is sealed anew, or none is.

Safe beside a running service, in this order, under the database's one writing lock: every secret is seen to
open; the new key is on disk; the rows are sealed anew; commit. Cut off in between, all secrets still open,
because the key file keeps every key it ever had. The service reads it again when it meets a key that it does
not know, and before it seals (`records/vault.py`).

Keys in the environment are somebody else's to change: then the new key is put in front of the others there,
the service started with it, and the same command seals anew what an older one has sealed. While nothing is,
it says these steps and changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.markup import escape
from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.exc import OperationalError

from ml_connector.clock import Clock
from ml_connector.cloud.connections import secret_row
from ml_connector.cloud.data_folder import existing_records
from ml_connector.cloud.vault_key import given_keys
from ml_connector.errors import Code, Finding, NeedsPerson, TryAgain
from ml_connector.records import tables
from ml_connector.records.database import is_locked_out, lock_all
from ml_connector.records.ledger import LedgerTransaction
from ml_connector.records.vault import Vault, add_key, reseal
from ml_connector.records.vault_keys import VARIABLE
from ml_connector.settings import CloudSettings

ACTOR = "ml-connector vault rotate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """What was done: the id of the key that seals now, and how many secrets of each connection it sealed.

    `older` are the ids of the keys that are kept beside it. An id is no secret.
    """

    key_id: str
    secrets: dict[str, int]
    older: tuple[str, ...]


class _Secret(NamedTuple):
    connection_id: str
    name: str
    sealed: bytes

    @property
    def row(self) -> str:
        return secret_row(self.connection_id, self.name)


def rotate(engine: Engine, clock: Clock, key_file: Path) -> Rotated:
    """Add a key to the key file, or take the newest of the environment, and seal every secret with it, in one
    transaction.

    Raises `NeedsPerson` (vault-key) while it would not be safe, and when the environment has no newer key;
    `TryAgain` while another program writes. Then nothing was changed.
    """
    given = given_keys(key_file)
    try:
        with engine.begin() as connection:
            lock_all(connection)
            if given is not None:
                return _moved_on(connection, clock, Vault.given(given, clock))
            return _rotated(connection, clock, key_file)
    except OperationalError as error:
        if not is_locked_out(error):
            raise
    raise TryAgain(
        Finding(
            code=Code.VAULT_KEY,
            what="The vault's key was not changed.",
            why="Another program has been writing into the database for half a minute.",
            fix="Run it again; if it stays, stop the service first.",
        )
    )


def print_rotation(settings: CloudSettings, clock: Clock, console: Console) -> None:
    """Rotate, and say what was done and what to do now. Raises as `rotate` does."""
    given = given_keys(settings.vault_key) is not None
    with existing_records(settings) as engine:
        done = rotate(engine, clock, settings.vault_key)
    secrets, connections = sum(done.secrets.values()), len(done.secrets)
    sealed = f"{_many(secrets, 'secret')} of {_many(connections, 'connection')}"
    told = (
        f"The {'first' if given else 'new'} key {done.key_id} seals from now on. {sealed}"
        f" {'was' if secrets == 1 else 'were'} sealed anew with it.\n"
    )
    older = _many(len(done.older), "older key")
    if given:
        told += (
            f"{VARIABLE} still holds {older}: keep them as long as you keep a backup of the database that was"
            " made before now; in the database itself nothing needs them any more."
        )
    else:
        told += (
            f"{settings.vault_key} keeps {older}, so that backups of the database open; in the database"
            " itself nothing needs them any more.\n"
            "Back up this file now, apart from the database: without it no secret opens. A service that is"
            " running goes on by itself."
        )
    console.print(escape(told), soft_wrap=True, highlight=False)


def _rotated(connection: Connection, clock: Clock, key_file: Path) -> Rotated:
    if key_file.is_symlink():
        raise _refused(
            f"{key_file} is a link to a file that something else provides.",
            "Add the key where that file comes from: a key that is only here would be gone one day.",
        )
    secrets = _secrets(connection)
    _check_all_open(Vault.existing(key_file, clock), secrets)
    return _resealed(connection, clock, add_key(key_file, clock), secrets)


def _moved_on(connection: Connection, clock: Clock, vault: Vault) -> Rotated:
    """Seal with the first key of the environment what another one has sealed."""
    secrets = _secrets(connection)
    _check_all_open(vault, secrets)
    if all(vault.is_current(secret.sealed) for secret in secrets):
        raise _refused(
            f"The keys come from {VARIABLE}, where this command cannot write; and its first key,"
            f" {vault.key_ids[0]}, has sealed everything already.",
            "Make a key (openssl rand -base64 32) and an id for it (openssl rand -hex 4); where the variable"
            " comes from, put ‹id›:‹key› and a comma in front of what is there; start the service again with"
            " it; then run this command again, with the same variable. Keep the older keys behind it for your"
            " backups.",
        )
    return _resealed(connection, clock, vault, secrets)


def _resealed(connection: Connection, clock: Clock, vault: Vault, secrets: Sequence[_Secret]) -> Rotated:
    for secret in secrets:
        connection.execute(
            update(tables.secrets)
            .where(
                tables.secrets.c.connection_id == secret.connection_id, tables.secrets.c.name == secret.name
            )
            .values(sealed=reseal(vault, secret.row, secret.sealed))
        )
    _check_all_open(vault, _secrets(connection))
    key_id, *older = vault.key_ids
    counted = Counter(secret.connection_id for secret in secrets if not vault.is_current(secret.sealed))
    for connection_id, number in sorted(counted.items()):
        LedgerTransaction(connection, clock, connection_id).note(
            actor=ACTOR, action="vault rotated", key=None, payload={"key": key_id, "secrets": number}
        )
    return Rotated(key_id=key_id, secrets=dict(counted), older=tuple(older))


def _secrets(connection: Connection) -> list[_Secret]:
    columns = tables.secrets.c
    rows = connection.execute(
        select(columns.connection_id, columns.name, columns.sealed).order_by(
            columns.connection_id, columns.name
        )
    )
    return [_Secret(row.connection_id, row.name, row.sealed) for row in rows]


def _check_all_open(vault: Vault, secrets: Sequence[_Secret]) -> None:
    closed: list[str] = []
    for secret in secrets:
        try:
            vault.unseal(secret.row, secret.sealed)
        except NeedsPerson as error:
            closed.append(f"{error.finding.what} {error.finding.why}")
    if closed:
        raise _refused(
            " ".join(closed),
            "Put back the key file or the database that it was sealed in, or enter that secret again; then"
            " rotate.",
        )


def _refused(why: str, fix: str) -> NeedsPerson:
    return NeedsPerson(
        Finding(code=Code.VAULT_KEY, what="The vault's key was not changed.", why=why, fix=fix)
    )


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
