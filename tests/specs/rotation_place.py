"""A data folder whose vault is rotated, for tests: connections with secrets, and the vault of a service."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, insert, select

from ml_connector.adobe.auth import OAuth1Credentials
from ml_connector.clock import SystemClock
from ml_connector.cloud import connections
from ml_connector.cloud.connections import secret_row
from ml_connector.cloud.vault_rotation import Rotated, rotate
from ml_connector.codec import loads
from ml_connector.records import tables, trail
from ml_connector.records.vault import Vault, key_id_of
from ml_connector.records.verify import verify
from tests.specs.cloud_place import SECRETS
from tests.specs.databases import EmptyDatabase, empty_database

CLOCK = SystemClock()
KEYS = OAuth1Credentials(**SECRETS)
HOOK = "hook/orders"


@dataclass
class Place:
    """A data folder with two connections, three secrets, and the vault of a service that runs."""

    folder: Path
    engine: Engine
    service: Vault
    names: list[str] = field(default_factory=lambda: ["first", "second"])

    @property
    def key_file(self) -> Path:
        return self.folder / "vault.key"

    def rotate(self) -> Rotated:
        return rotate(self.engine, CLOCK, self.key_file)

    def add_hook(self, connection_id: str, secret: bytes) -> None:
        sealed = self.service.seal(secret_row(connection_id, HOOK), secret)
        with self.engine.begin() as connection:
            connection.execute(
                insert(tables.secrets).values(connection_id=connection_id, name=HOOK, sealed=sealed)
            )

    def rows(self) -> dict[tuple[str, str], bytes]:
        with self.engine.begin() as connection:
            rows = connection.execute(select(tables.secrets))
            return {(row.connection_id, row.name): row.sealed for row in rows}

    def key_ids(self) -> set[str]:
        return {key_id_of(sealed) for sealed in self.rows().values()}

    def opened(self, vault: Vault) -> list[bytes]:
        return [vault.unseal(secret_row(*row), sealed) for row, sealed in sorted(self.rows().items())]

    def entries(self, connection_id: str) -> list[tuple[str, str, object]]:
        with self.engine.begin() as connection:
            entries = list(trail.entries(connection, connection_id))
            assert verify(entries, trail.head(connection, connection_id)) == ()
        return [(each.entry.actor, each.entry.action, loads(each.payload or "{}")) for each in entries]


def connect(engine: Engine, vault: Vault, name: str) -> None:
    new = connections.NewConnection(
        connection_id=name,
        name=name,
        tag=name.upper()[:4],
        shop_url="https://shop.example.com",
        credentials=KEYS,
    )
    connections.create(engine, CLOCK, vault, new, "ann")


@contextmanager
def a_place(folder: Path, empty: EmptyDatabase = empty_database) -> Generator[Place]:
    engine = empty(folder / "ml-connector.sqlite3")
    made = Place(folder, engine, Vault.open(folder / "vault.key", CLOCK))
    for name in made.names:
        connect(engine, made.service, name)
    made.add_hook("second", b"canary-hook-secret")
    yield made
    engine.dispose()
