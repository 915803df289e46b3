"""Connections and the acts of people on them: made, approved, paused, released. Each act is in the trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import Connection, Engine, insert, or_, select

from ml_connector.adobe.connect import ShopCredentials, kept, root_of, to_keep
from ml_connector.clock import Clock
from ml_connector.cloud.websites import must_be_nobody_elses
from ml_connector.codec import from_json, loads
from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.posting.chart import Chart
from ml_connector.records import tables
from ml_connector.records.database import lock_all
from ml_connector.records.ledger import Ledger, LedgerTransaction
from ml_connector.records.rows import json_text
from ml_connector.records.vault import Vault
from ml_connector.sync.leasing import APPROVAL
from ml_connector.sync.passage import State

SHOP_SECRET = "shop"
"""The name of the secret that holds a shop's credentials."""
PAIRING_CODE_LIFE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConnection:
    """What has to be given to connect a shop with a company. `tag` is unique per Sage company. Documents that
    the shop made before the day `cut_over`, in its own time zone, are no concern of the connection."""

    connection_id: str
    name: str
    tag: str
    shop_url: str
    credentials: ShopCredentials
    cut_over: date | None = None


class Act(StrEnum):
    """What a person may allow or stop."""

    APPROVE_ROAD = "approve-road"
    APPROVE_FIRST_RUN = "approve-first-run"
    PAUSE = "pause"
    RESUME = "resume"
    RELEASE_BREAKER = "release-breaker"


_CONTROL: dict[Act, dict[str, bool | str]] = {
    Act.APPROVE_ROAD: {"road_approved": True},
    Act.APPROVE_FIRST_RUN: {"first_run_approved": True},
    Act.PAUSE: {"paused": True},
    Act.RESUME: {"paused": False},
    Act.RELEASE_BREAKER: {"breaker": ""},
}


def secret_row(connection_id: str, name: str) -> str:
    """The vault's associated data for a secret: the table and the row it stands in."""
    return f"secrets/{connection_id}/{name}"


def create(engine: Engine, clock: Clock, vault: Vault, new: NewConnection, by: str) -> None:
    """Make a connection: nothing is posted before a chart is accepted and a person has approved the road.

    Raises `NeedsPerson` (settings-invalid) for an address that is none, and for a name or tag that is taken.
    """
    root_of(new.shop_url, new.credentials)
    with engine.begin() as connection:
        lock_all(connection)
        must_be_free(connection, new.connection_id, new.tag)
        connection.execute(
            insert(tables.connections).values(
                connection_id=new.connection_id,
                name=new.name,
                tag=new.tag,
                shop_url=new.shop_url,
                incarnation=clock.new_id(),
                created_at=clock.now().isoformat(),
                paused=False,
                first_run_approved=False,
                road_approved=False,
                breaker="",
                company="",
                watermark="",
                ledger_wanted=False,
                cut_over=new.cut_over.isoformat() if new.cut_over else "",
            )
        )
        tx = LedgerTransaction(connection, clock, new.connection_id)
        keep_credentials(tx, vault, new.credentials)
        tx.note(
            actor=f"user {by}",
            action="connection made",
            key=None,
            payload={
                "name": new.name,
                "tag": new.tag,
                "shop_url": new.shop_url,
                "cut_over": new.cut_over.isoformat() if new.cut_over else "",
            },
        )


def must_be_free(connection: Connection, connection_id: str, tag: str) -> None:
    """Raises `NeedsPerson` (settings-invalid) for a name or tag that another connection has."""
    known = tables.connections.c
    taken = connection.execute(
        select(known.connection_id).where(or_(known.connection_id == connection_id, known.tag == tag))
    ).first()
    if taken is not None:
        raise NeedsPerson(
            Finding(
                code=Code.SETTINGS_INVALID,
                what=f"The connection “{connection_id}” was not made.",
                why=f"Connection “{taken.connection_id}” has that name or the tag {tag} already.",
                fix="Choose another one; a tag is given once, since it stands in Sage for good.",
            )
        )


def credentials(engine: Engine, vault: Vault, connection_id: str) -> ShopCredentials:
    """The shop's credentials, unsealed; raises `NeedsPerson`: vault-key when the key does not fit,
    shop-credentials when none are stored."""
    with engine.begin() as connection:
        sealed = connection.execute(
            select(tables.secrets.c.sealed).where(
                tables.secrets.c.connection_id == connection_id, tables.secrets.c.name == SHOP_SECRET
            )
        ).scalar()
    if sealed is None:
        raise NeedsPerson(_NO_CREDENTIALS)
    return kept(vault.unseal(secret_row(connection_id, SHOP_SECRET), sealed))


_NO_CREDENTIALS = Finding(
    code=Code.SHOP_CREDENTIALS,
    what="No credentials are stored for this shop.",
    why="They were removed, or the connection was never finished.",
    fix="Enter the shop's credentials again (ml-connector credentials replace).",
)


def keep_credentials(tx: LedgerTransaction, vault: Vault, credentials: ShopCredentials) -> None:
    """Seal a shop's credentials into its row, in the place of those that were there."""
    where = {"connection_id": tx.connection_id, "name": SHOP_SECRET}
    row = secret_row(tx.connection_id, SHOP_SECRET)
    tx.put(tables.secrets, where, {"sealed": vault.seal(row, to_keep(credentials))})


def act(ledger: Ledger, what: Act, by: str, why: str) -> None:
    """A named person's word, written down before anything rests on it.

    Who releases the stop of a company that went back says that its ledger is right as it is: from then on it
    is measured by where it ends now.
    """
    with ledger.begin() as tx:
        stopped = tx.controls().breaker
        tx.set_controls(**_CONTROL[what])
        if what is Act.RELEASE_BREAKER and stopped and stopped.code is Code.COMPANY_WENT_BACK:
            tx.set_controls(watermark="")
        tx.note(actor=f"user {by}", action=what.value, key=None, payload={"why": why})
        if what is Act.APPROVE_FIRST_RUN:
            tx.mark_due(waits_on=APPROVAL, states=(State.WAITING,))


def accept_chart(ledger: Ledger, chart: Chart, by: str, why: str) -> int:
    """A new version of the chart; everything that is not at Sage yet is decided again by it.

    Raises `NeedsPerson` (website-taken) for a website that another connection posts.
    """
    with ledger.engine.begin() as connection:
        lock_all(connection)
        tx = LedgerTransaction(connection, ledger.clock, ledger.connection_id)
        must_be_nobody_elses(connection, ledger.connection_id, chart)
        version = newest_chart(tx)[0] + 1
        body = json_text(chart)
        tx.connection.execute(
            insert(tables.charts).values(
                connection_id=ledger.connection_id,
                version=version,
                accepted_by=by,
                accepted_at=ledger.clock.now().isoformat(),
                body=body,
            )
        )
        tx.note(
            actor=f"user {by}",
            action="chart accepted",
            key=None,
            payload={"version": version, "why": why, "chart": loads(body)},
        )
        tx.mark_due()
    return version


def newest_chart(tx: LedgerTransaction) -> tuple[int, Chart | None]:
    """The current chart and its version; (0, None) before the first."""
    row = tx.connection.execute(
        select(tables.charts.c.version, tables.charts.c.body)
        .where(tables.charts.c.connection_id == tx.connection_id)
        .order_by(tables.charts.c.version.desc())
        .limit(1)
    ).first()
    return (row.version, from_json(Chart, loads(row.body))) if row else (0, None)


def pairing_code(ledger: Ledger, by: str, why: str) -> str:
    """A new pairing code: 12 characters, 30 minutes, one use; only its hash is kept."""
    code = "".join(character for character in ledger.clock.secret().upper() if character.isalnum())[:12]
    with ledger.begin() as tx:
        tx.connection.execute(
            insert(tables.pairing_codes).values(
                connection_id=ledger.connection_id,
                code_hash=code_hash(code),
                expires_at=(ledger.clock.now() + PAIRING_CODE_LIFE).isoformat(),
                used_at="",
            )
        )
        tx.note(actor=f"user {by}", action="pairing code given", key=None, payload={"why": why})
    return code


def code_hash(code: str) -> str:
    """What is kept of a pairing code or a credential."""
    return sha256(code.encode()).hexdigest()


def exists(engine: Engine, connection_id: str) -> bool:
    """Whether there is such a connection."""
    with engine.begin() as connection:
        return (
            connection.execute(
                select(tables.connections.c.tag).where(tables.connections.c.connection_id == connection_id)
            ).first()
            is not None
        )


def unknown_connection(connection_id: str) -> NeedsPerson:
    """There is no such connection."""
    return NeedsPerson(
        Finding(
            code=Code.SETTINGS_INVALID,
            what=f"There is no connection “{connection_id}”.",
            why="No shop was connected under that name.",
            fix="List the connections with GET /api/connections.",
        )
    )
