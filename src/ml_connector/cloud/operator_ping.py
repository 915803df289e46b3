"""`/api`, the ping: what stands between a shop and its books, step by step. Nothing is written."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from ml_connector.cloud.answers import answer
from ml_connector.cloud.operator_desk import AtDesk
from ml_connector.cloud.ping import ping

pings = APIRouter()


@pings.get("/connections/{connection_id}/ping")
def ping_connection(desk: AtDesk, connection_id: str) -> Response:
    """Every step with its state, sentences and facts; the answer comes when the shop has answered."""
    made = ping(desk.ledger(connection_id), desk.vault)
    return answer(
        {
            "connection_id": connection_id,
            "failed": len(made.failed),
            "shop": made.shop,
            "books": made.books,
        }
    )
