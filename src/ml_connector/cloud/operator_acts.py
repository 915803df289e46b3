"""`/api`, the calls by which a person does something. Each stands in the trail with who and why."""

from __future__ import annotations

from fastapi import APIRouter
from sqlalchemy import update
from starlette.responses import Response

from ml_connector.cloud import connections
from ml_connector.cloud.agents import LEDGER
from ml_connector.cloud.answers import answer
from ml_connector.cloud.connections import Act, NewConnection
from ml_connector.cloud.operator_desk import AnyConnectionIn, AtDesk, ByPerson
from ml_connector.records import tables
from ml_connector.sync import completeness
from ml_connector.sync.ports import Flow

acts = APIRouter()


@acts.post("/connections")
def make_connection(desk: AtDesk, new: AnyConnectionIn) -> Response:
    """Connect a shop; its credentials go into the vault and come out in no answer."""
    made = NewConnection(
        connection_id=new.connection_id,
        name=new.name,
        tag=new.tag,
        shop_url=new.shop_url,
        credentials=new.credentials,
        cut_over=new.cut_over,
    )
    connections.create(desk.engine, desk.clock, desk.vault, made, new.by)
    desk.worker.wake()
    return answer({"connection_id": new.connection_id}, 201)


@acts.post("/connections/{connection_id}/pairing-code")
def give_pairing_code(desk: AtDesk, connection_id: str, person: ByPerson) -> Response:
    """A code for one agent: shown once, good for 30 minutes."""
    return answer({"code": connections.pairing_code(desk.ledger(connection_id), person.by, person.why)})


@acts.post("/connections/{connection_id}/acts/{act}")
def allow_or_stop(desk: AtDesk, connection_id: str, act: Act, person: ByPerson) -> Response:
    """What a person allows or stops."""
    connections.act(desk.ledger(connection_id), act, person.by, person.why)
    desk.worker.wake()
    return answer({"done": act.value})


@acts.post("/connections/{connection_id}/sweep")
def ask_for_sweep(desk: AtDesk, connection_id: str, person: ByPerson, full: bool = False) -> Response:
    """Read the shop now; `full` begins at the beginning."""
    with desk.ledger(connection_id).begin() as tx:
        what = {"full": full, "why": person.why}
        tx.note(actor=f"user {person.by}", action="sweep asked for", key=None, payload=what)
        if full:
            for flow in Flow:
                tx.save_cursor(flow, "")
    desk.worker.sweep_now(connection_id)
    return answer({"sweeping": True})


@acts.post("/connections/{connection_id}/completeness")
def ask_for_check(desk: AtDesk, connection_id: str, person: ByPerson) -> Response:
    """Hold all that the shop has against what is stored now, and not only at its daily time."""
    with desk.ledger(connection_id).begin() as tx:
        what = {"why": person.why}
        tx.note(actor=f"user {person.by}", action="completeness check asked for", key=None, payload=what)
        completeness.ask_for_check(tx)
    desk.worker.check_now(connection_id)
    return answer({"checking": True})


@acts.post("/connections/{connection_id}/ledger-reading")
def ask_for_ledger(desk: AtDesk, connection_id: str, person: ByPerson) -> Response:
    """Let the agent read Sage's ledger anew; until it has, the last reading is marked as old."""
    with desk.ledger(connection_id).begin() as tx:
        tx.set_controls(ledger_wanted=True)
        tx.note(actor=f"user {person.by}", action="ledger asked for", key=None, payload={"why": person.why})
        tx.connection.execute(
            update(tables.facts)
            .where(tables.facts.c.connection_id == connection_id, tables.facts.c.name == LEDGER)
            .values(hash="")
        )
    return answer({"asked": True})
