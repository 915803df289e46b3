"""`/api/connections/{id}/customers`: whose account a shopper has, where a person has to say so."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from ml_connector.cloud.answers import answer
from ml_connector.cloud.customer_answers import Choice, answer_customer, open_questions
from ml_connector.cloud.operator_desk import AtDesk, ByPerson
from ml_connector.sync.passage import State

customer_calls = APIRouter()


class AnswerIn(ByPerson):
    """Which account is this shopper's (`link`), or that a new one is to be made (`create`)."""

    entity: Annotated[str, Field(min_length=1, max_length=400)]
    answer: Choice
    account_ref: Annotated[str, Field(max_length=8)] = ""


@customer_calls.get("/connections/{connection_id}/customers")
def list_questions(desk: AtDesk, connection_id: str, state: State | None = None) -> Response:
    """The shoppers that are held, or in another state: what the shop says of them, and which accounts of Sage
    may be theirs."""
    return answer({"customers": list(open_questions(desk.ledger(connection_id), state))})


@customer_calls.post("/connections/{connection_id}/customers/answer")
def take_answer(desk: AtDesk, connection_id: str, given: AnswerIn) -> Response:
    """Answer for one shopper; their documents go on by it."""
    ledger = desk.ledger(connection_id)
    answer_customer(ledger, given.entity, given.answer, given.account_ref, given.by, given.why)
    desk.worker.wake()
    return answer({"answered": given.entity})
