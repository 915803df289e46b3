"""The endpoints at which deliveries may come in: made, changed and removed by people, known without a query.

The contract stands in `hook_endpoints`, its secrets sealed in `secrets`, so that the vault's rotation covers
them. All endpoints are read at once and again after each change, so that a delivery costs no SQL and a name
that does not exist costs nothing at all. Each act is in the trail; a secret is in none.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select

from ml_connector.adobe.contracts import Contract, Scheme, checked, verifier
from ml_connector.adobe.io_events import IoEvents
from ml_connector.adobe.webhooks import Verifier
from ml_connector.clock import Clock
from ml_connector.cloud.connections import secret_row
from ml_connector.codec import canonical, from_json, loads, to_json
from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.records import tables
from ml_connector.records.ledger import Ledger, LedgerTransaction
from ml_connector.records.rows import json_text
from ml_connector.records.vault import Vault

ENDPOINTS_MAX = 20

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint, ready for deliveries."""

    connection_id: str
    name: str
    contract: Contract
    verifier: Verifier | IoEvents


class HookBook:
    """All endpoints of this service."""

    def __init__(self, engine: Engine, clock: Clock, vault: Vault) -> None:
        self._engine, self._clock, self._vault = engine, clock, vault
        self._endpoints: dict[tuple[str, str], Endpoint] = {}
        self.reload()

    def find(self, connection_id: str, name: str) -> Endpoint | None:
        """The endpoint of that name."""
        return self._endpoints.get((connection_id, name))

    def of(self, connection_id: str) -> tuple[Endpoint, ...]:
        """The endpoints of one connection, by name."""
        return tuple(each for key, each in sorted(self._endpoints.items()) if key[0] == connection_id)

    def reload(self) -> None:
        """Read all endpoints; one whose secrets cannot be opened takes no deliveries, and is logged."""
        with self._engine.begin() as connection:
            rows = connection.execute(select(tables.hook_endpoints)).all()
            opened = [self._opened(connection, row) for row in rows]
        self._endpoints = {(each.connection_id, each.name): each for each in opened if each is not None}

    # ---------------------------------------------------------------- what people do

    def make(
        self, ledger: Ledger, name: str, contract: Contract, secrets: Sequence[str], by: str, why: str
    ) -> str:
        """Make an endpoint; returns the secret that was drawn for it, “” when secrets were given.

        Raises `NeedsPerson` (settings-invalid) for an unfit contract or secret, and for a name that is taken.
        """
        contract = checked(contract)
        drawn = self._clock.secret() if contract.scheme is Scheme.HMAC and not secrets else ""
        secrets = (drawn,) if drawn else tuple(secrets)
        verifier(contract, secrets)
        with ledger.begin() as tx:
            self._must_be_free(tx.connection, ledger.connection_id, name)
            tx.connection.execute(
                insert(tables.hook_endpoints).values(
                    connection_id=ledger.connection_id,
                    endpoint=name,
                    contract=json_text(contract),
                    made_at=self._clock.now().isoformat(),
                )
            )
            self._seal(tx, name, secrets)
            _note(tx, by, "webhook endpoint made", name, why, contract)
        self.reload()
        return drawn

    def rotate(self, ledger: Ledger, name: str, secret: str, by: str, why: str) -> str:
        """Add a secret as the newest, beside those that are active; returns it if it was drawn here."""
        with ledger.begin() as tx:
            row = _row(tx.connection, ledger.connection_id, name)
            contract = from_json(Contract, loads(row.contract))
            drawn = self._clock.secret() if contract.scheme is Scheme.HMAC and not secret else ""
            secrets = (drawn or secret, *self._unsealed(tx.connection, ledger.connection_id, name))
            verifier(contract, secrets)
            self._seal(tx, name, secrets)
            _note(tx, by, "webhook secret added", name, why)
        self.reload()
        return drawn

    def retire(self, ledger: Ledger, name: str, by: str, why: str) -> None:
        """Keep the newest secret only: whoever still signs with an older one is refused from now on."""
        with ledger.begin() as tx:
            _row(tx.connection, ledger.connection_id, name)
            secrets = self._unsealed(tx.connection, ledger.connection_id, name)
            self._seal(tx, name, secrets[:1])
            _note(tx, by, "older webhook secrets retired", name, why)
        self.reload()

    def remove(self, ledger: Ledger, name: str, by: str, why: str) -> None:
        """Remove an endpoint with its secrets; what came in there is kept."""
        with ledger.begin() as tx:
            _row(tx.connection, ledger.connection_id, name)
            for table, column, value in (
                (tables.hook_endpoints, "endpoint", name),
                (tables.secrets, "name", _secret_name(name)),
            ):
                tx.connection.execute(
                    delete(table).where(
                        table.c.connection_id == ledger.connection_id, table.c[column] == value
                    )
                )
            _note(tx, by, "webhook endpoint removed", name, why)
        self.reload()

    # ---------------------------------------------------------------- small change

    def _opened(self, connection: Connection, row: Row[tuple[object, ...]]) -> Endpoint | None:
        connection_id, name = str(row.connection_id), str(row.endpoint)
        try:
            contract = from_json(Contract, loads(row.contract))
            secrets = self._unsealed(connection, connection_id, name)
            return Endpoint(connection_id, name, contract, verifier(contract, secrets))
        except (NeedsPerson, ValueError) as error:
            log.error("the webhook endpoint %s/%s takes nothing: %s", connection_id, name, error)
            return None

    def _must_be_free(self, connection: Connection, connection_id: str, name: str) -> None:
        table = tables.hook_endpoints.c
        if connection.execute(
            select(table.endpoint).where(table.connection_id == connection_id, table.endpoint == name)
        ).first():
            raise _refused(
                f"There is an endpoint “{name}” already.", "Choose another name, or remove it first."
            )
        count = select(func.count()).where(table.connection_id == connection_id)
        if connection.execute(count).scalar_one() >= ENDPOINTS_MAX:
            raise _refused(f"There are {ENDPOINTS_MAX} endpoints already.", "Remove those that nobody uses.")

    def _unsealed(self, connection: Connection, connection_id: str, name: str) -> tuple[str, ...]:
        row = secret_row(connection_id, _secret_name(name))
        sealed = connection.execute(
            select(tables.secrets.c.sealed).where(
                tables.secrets.c.connection_id == connection_id, tables.secrets.c.name == _secret_name(name)
            )
        ).scalar()
        if sealed is None:
            raise _refused(f"The secrets of “{name}” are not there.", "Remove the endpoint and make it anew.")
        return from_json(tuple[str, ...], loads(self._vault.unseal(row, sealed)))  # pyright: ignore[reportArgumentType]

    def _seal(self, tx: LedgerTransaction, name: str, secrets: Sequence[str]) -> None:
        where = {"connection_id": tx.connection_id, "name": _secret_name(name)}
        row = secret_row(tx.connection_id, _secret_name(name))
        tx.put(tables.secrets, where, {"sealed": self._vault.seal(row, canonical(tuple(secrets)))})


def _secret_name(endpoint: str) -> str:
    return f"hook/{endpoint}"


def _row(connection: Connection, connection_id: str, name: str) -> Row[tuple[object, ...]]:
    table = tables.hook_endpoints.c
    row = connection.execute(
        select(tables.hook_endpoints).where(table.connection_id == connection_id, table.endpoint == name)
    ).first()
    if row is None:
        raise _refused(f"There is no endpoint “{name}”.", "List them with GET …/hooks.")
    return row


def _note(
    tx: LedgerTransaction, by: str, action: str, name: str, why: str, contract: Contract | None = None
) -> None:
    payload = {"endpoint": name, "why": why} | ({"contract": to_json(contract)} if contract else {})
    tx.note(actor=f"user {by}", action=action, key=None, payload=payload)


def _refused(why: str, fix: str) -> NeedsPerson:
    return NeedsPerson(
        Finding(code=Code.SETTINGS_INVALID, what="The webhook endpoint was not changed.", why=why, fix=fix)
    )
