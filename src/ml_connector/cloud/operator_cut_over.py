"""`/api/connections/{id}/cut-over`: which documents may be in Sage already, and a person's answers."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from ml_connector.cloud.answers import answer
from ml_connector.cloud.cut_over_answers import answer_document, open_questions
from ml_connector.cloud.operator_desk import AtDesk, ByPerson
from ml_connector.documents.identity import Kind
from ml_connector.sync.cut_over import Answer

cut_over_calls = APIRouter()


class CutOverAnswerIn(ByPerson):
    """The document is that transaction of Sage (`link`, with its number), is not in the books (`post`), or is
    to be left out (`skip`)."""

    kind: Literal[Kind.INVOICE, Kind.CREDIT_MEMO]
    entity: Annotated[str, Field(min_length=1, max_length=20)]
    answer: Answer
    header: Annotated[int, Field(ge=0)] = 0


@cut_over_calls.get("/connections/{connection_id}/cut-over")
def list_questions(desk: AtDesk, connection_id: str) -> Response:
    """Each document that may be in Sage already, with the entries that look like it."""
    return answer({"documents": list(open_questions(desk.ledger(connection_id)))})


@cut_over_calls.post("/connections/{connection_id}/cut-over/answer")
def take_answer(desk: AtDesk, connection_id: str, given: CutOverAnswerIn) -> Response:
    """Answer for one document; when the last one is answered, that time's documents go on."""
    ledger = desk.ledger(connection_id)
    answer_document(ledger, given.kind, given.entity, given.answer, given.header, given.by, given.why)
    desk.worker.wake()
    return answer({"answered": given.entity})
