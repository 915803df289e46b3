"""Activations that people expect: for which shop, until when, and how far each has come.

A merchant presses Activate in the shop's admin, and the shop calls this service (reference: adobe_commerce.md
§1.8). That call is let in only while a person expects it: they named the shop's address, and got a callback
URL with a ticket in it for this alone. The ticket is kept as a hash; nothing that came in a call is kept.

    expected ─▶ called ─▶ done
                  └─────▶ failed ─▶ called …      (the merchant presses Activate once more)
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Engine, select

from ml_connector.adobe.activation import LASTS
from ml_connector.adobe.shop import api_root
from ml_connector.clock import Clock
from ml_connector.cloud import connections
from ml_connector.cloud.connections import code_hash
from ml_connector.cloud.ping import address_of
from ml_connector.cloud.standings import save_standing, standing
from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.records import tables
from ml_connector.records.ledger import Ledger, LedgerTransaction

EXPECTED_FOR = timedelta(hours=1)
"""How long the merchant has to paste two addresses and press Activate."""

ACTIVATION = "activation"
"""The name of an expected activation among the standings."""


class Phase(StrEnum):
    """How far an activation has come."""

    EXPECTED = "expected"
    CALLED = "called"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShop:
    """The connection that is to be made, as in `connections.NewConnection`, without the credentials."""

    name: str
    tag: str
    shop_url: str
    cut_over: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """An activation that somebody expects.

    `new` is None for a connection that is there already and gets new credentials. `phase_at` (UTC) is since
    when the phase lasts; `finding` is why the last attempt failed.
    """

    shop_url: str
    new: NewShop | None
    by: str
    why: str
    ticket_hash: str
    expires_at: datetime
    phase: Phase
    phase_at: datetime
    finding: Finding | None = None


def expect(ledger: Ledger, new: NewShop | None, by: str, why: str) -> tuple[str, Expected]:
    """Expect an activation from now on; gives its ticket, which is shown this once. One that was expected
    before for the same connection is not any more.

    Raises `NeedsPerson` (settings-invalid) for an address that is none, for a name or tag that is taken, and
    without `new` for a connection that does not exist.
    """
    clock, ticket = ledger.clock, ledger.clock.new_id()
    with ledger.begin() as tx:
        if new is None:
            if not _exists(tx):
                raise connections.unknown_connection(ledger.connection_id)
            shop_url = address_of(tx)
        else:
            shop_url = new.shop_url
            connections.must_be_free(tx.connection, ledger.connection_id, new.tag)
        api_root(shop_url)
        made = Expected(
            shop_url=shop_url,
            new=new,
            by=by,
            why=why,
            ticket_hash=code_hash(ticket),
            expires_at=clock.now() + EXPECTED_FOR,
            phase=Phase.EXPECTED,
            phase_at=clock.now(),
        )
        save_standing(tx, ACTIVATION, made)
        what = {"shop_url": shop_url, "expires_at": made.expires_at, "why": why}
        tx.note(actor=f"user {by}", action="activation expected", key=None, payload=what)
    return ticket, made


def look(engine: Engine, clock: Clock, connection_id: str) -> Expected | None:
    """The activation of this connection, with a call that was cut off (by a restart) told as failed."""
    with Ledger(engine, clock, connection_id).begin() as tx:
        return _present(tx, clock.now())


def with_ticket(engine: Engine, clock: Clock, connection_id: str, ticket: str) -> Expected | None:
    """The activation that this ticket belongs to; None for a stranger, and once it has run out unused."""
    found = look(engine, clock, connection_id)
    if found is None or not hmac.compare_digest(found.ticket_hash, code_hash(ticket)):
        return None
    return None if found.phase is Phase.EXPECTED and found.expires_at < clock.now() else found


def begin(ledger: Ledger, ticket: str) -> Expected:
    """Take a call in; two at once cannot both succeed. Raises `NeedsPerson` when none is expected now."""
    now = ledger.clock.now()
    with ledger.begin() as tx:
        found = _present(tx, now)
        if found is None or not hmac.compare_digest(found.ticket_hash, code_hash(ticket)):
            raise not_expected("Another activation was begun meanwhile.")
        if found.phase is Phase.DONE:
            raise not_expected("This activation is over: the connection has its keys.")
        if found.phase is Phase.CALLED:
            raise not_expected("The shop has called already, and that call is being answered.")
        if found.expires_at < now:
            raise not_expected(f"It was expected until {found.expires_at:%d/%m/%Y %H:%M} UTC.")
        called = replace(found, phase=Phase.CALLED, phase_at=now, finding=None)
        save_standing(tx, ACTIVATION, called)
    return called


def end(ledger: Ledger, expected: Expected, finding: Finding | None) -> None:
    """Say how a call ended: with keys, or why without. One that a newer activation has replaced is left."""
    now = ledger.clock.now()
    with ledger.begin() as tx:
        present = standing(tx, ACTIVATION, Expected)
        if present is None or present.ticket_hash != expected.ticket_hash:
            return
        phase = Phase.DONE if finding is None else Phase.FAILED
        save_standing(tx, ACTIVATION, replace(present, phase=phase, phase_at=now, finding=finding))


def refuse(ledger: Ledger, ticket: str, finding: Finding) -> None:
    """Let whoever expects it read why a call was not taken in; one that is done or under way is left."""
    with ledger.begin() as tx:
        found = _present(tx, ledger.clock.now())
        ours = found is not None and hmac.compare_digest(found.ticket_hash, code_hash(ticket))
        if found is not None and ours and found.phase in (Phase.EXPECTED, Phase.FAILED):
            save_standing(tx, ACTIVATION, replace(found, finding=finding))


def not_expected(why: str) -> NeedsPerson:
    """A call that nobody expects."""
    return NeedsPerson(
        Finding(
            code=Code.SETTINGS_INVALID,
            what="This activation is not expected.",
            why=why,
            fix="Begin one anew (ml-connector activation start), enter its two addresses in the shop's"
            " integration, and press Activate (or Reauthorize) once.",
        )
    )


def _present(tx: LedgerTransaction, now: datetime) -> Expected | None:
    found = standing(tx, ACTIVATION, Expected)
    if found is None or found.phase is not Phase.CALLED or now - found.phase_at <= LASTS:
        return found
    return replace(found, phase=Phase.FAILED, finding=_CUT_OFF)


_CUT_OFF = Finding(
    code=Code.SHOP_CREDENTIALS,
    what="The activation was cut off.",
    why="The service was stopped while the shop was asked, or the shop's answer never came.",
    fix="In the shop's admin, System > Integrations, press Activate (or Reauthorize) once more.",
)


def _exists(tx: LedgerTransaction) -> bool:
    columns = tables.connections.c
    wanted = select(columns.tag).where(columns.connection_id == tx.connection_id)
    return tx.connection.execute(wanted).first() is not None
