"""`/api`, the calls that only look: connections, records, the proof, the trail."""

from __future__ import annotations

from fastapi import APIRouter
from sqlalchemy import select
from starlette.responses import Response

from ml_connector.cloud import overview
from ml_connector.cloud.answers import answer
from ml_connector.cloud.operator_desk import AtDesk
from ml_connector.records import tables
from ml_connector.sync.passage import State

TRAIL_ENTRIES_MAX = 10_000

views = APIRouter()


@views.get("/connections")
def list_connections(desk: AtDesk) -> Response:
    """The names of all connections."""
    with desk.engine.begin() as connection:
        rows = connection.execute(select(tables.connections.c.connection_id))
        return answer({"connections": [row.connection_id for row in rows]})


@views.get("/connections/{connection_id}")
def show_connection(desk: AtDesk, connection_id: str) -> Response:
    """A connection at a glance."""
    return answer(overview.overview(desk.ledger(connection_id), desk.worker.state_of(connection_id)))


@views.get("/connections/{connection_id}/proof")
def show_proof(desk: AtDesk, connection_id: str) -> Response:
    """The reconciliation by the last reading of Sage's ledger."""
    return answer(overview.proof(desk.ledger(connection_id)))


@views.get("/connections/{connection_id}/records")
def list_records(desk: AtDesk, connection_id: str, state: State | None = None) -> Response:
    """Every record with the reason for where it stands, or those in one state."""
    with desk.ledger(connection_id).begin() as tx:
        found = tx.records(states=(state,) if state else ())
    return answer({"records": [overview.summary(record) for record in found]})


@views.get("/connections/{connection_id}/trail")
def list_trail(desk: AtDesk, connection_id: str, after: int = 0, limit: int = 1000) -> Response:
    """Entries of the trail behind `after`, as they stand."""
    wanted = max(1, min(limit, TRAIL_ENTRIES_MAX))
    return answer({"entries": overview.trail_page(desk.ledger(connection_id), after, wanted)})
