"""`/api`, the calls that give a connected shop new credentials. No answer repeats one of them."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from ml_connector.cloud.answers import answer
from ml_connector.cloud.new_credentials import replace_credentials
from ml_connector.cloud.operator_desk import AnyNewKeysIn, AtDesk

credential_calls = APIRouter()


@credential_calls.post("/connections/{connection_id}/credentials")
def give_new_credentials(desk: AtDesk, connection_id: str, given: AnyNewKeysIn) -> Response:
    """Try new credentials and keep them if they work; the answer comes when the shop has answered."""
    steps = replace_credentials(
        desk.ledger(connection_id),
        desk.vault,
        given.credentials,
        given.by,
        given.why,
        shop_url=given.shop_url,
    )
    desk.worker.wake()
    return answer({"replaced": True, "steps": steps})
