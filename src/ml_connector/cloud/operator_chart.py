"""`/api/connections/{id}/chart` and `/preview`: the chart proposed, shown and accepted; what it comes to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from ml_connector.cloud import connections
from ml_connector.cloud.answers import answer
from ml_connector.cloud.chart_book import accept_read, faults, refusal, version_of
from ml_connector.cloud.chart_toml import chart_toml
from ml_connector.cloud.operator_desk import AtDesk, ChartIn
from ml_connector.cloud.preview_forms import as_values
from ml_connector.cloud.preview_records import Only, asked_for, rules_of
from ml_connector.cloud.proposing import accepted_chart, propose_chart
from ml_connector.codec import loads, to_json
from ml_connector.posting.chart import Gate
from ml_connector.posting.chart_text import ChartRead, chart_from_toml, chart_from_values
from ml_connector.records.ledger import Ledger

chart_calls = APIRouter()


async def _raw_body(request: Request) -> bytes:
    """The body as it was sent: its numbers have all their digits there."""
    return await request.body()


Raw = Annotated[bytes, Depends(_raw_body)]


@chart_calls.get("/connections/{connection_id}/chart/proposal")
def show_proposal(desk: AtDesk, connection_id: str) -> Response:
    """The chart that would be accepted now, with its questions."""
    return answer(propose_chart(desk.ledger(connection_id)))


@chart_calls.get("/connections/{connection_id}/chart")
def show_chart(desk: AtDesk, connection_id: str, version: int | None = None) -> Response:
    """The accepted chart or an earlier version, as values and as the text of its file."""
    found = version_of(desk.ledger(connection_id), version)
    return answer(
        {
            "version": found.version,
            "accepted_by": found.accepted_by,
            "accepted_at": found.accepted_at,
            "chart": found.chart,
            "toml": chart_toml(found.chart),
        }
    )


@chart_calls.post("/connections/{connection_id}/chart")
def accept_chart(desk: AtDesk, connection_id: str, given: ChartIn, raw: Raw) -> Response:
    """Accept a written chart, or without one the proposed chart with every answer that it proposes."""
    ledger = desk.ledger(connection_id)
    if given.toml is not None:
        accepted = _accept_read(ledger, chart_from_toml(given.toml), given)
    elif given.chart is not None:
        values = cast(Mapping[str, object], loads(raw))
        accepted = _accept_read(ledger, chart_from_values(values["chart"]), given)
    else:
        chart = accepted_chart(ledger, given.by, given.why, given.gate or Gate.COMPLETE)
        accepted = answer({"version": connections.accept_chart(ledger, chart, given.by, given.why)})
    desk.worker.wake()
    return accepted


@chart_calls.get("/connections/{connection_id}/preview")
def show_preview(
    desk: AtDesk,
    connection_id: str,
    number: str = "",
    kind: Only = "order",
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> Response:
    """What would stand in Sage for a number, or for days; nothing is written."""
    ledger = desk.ledger(connection_id)
    made = asked_for(ledger, rules_of(ledger), number, kind, first, last)
    return answer({"documents": [as_values(each) for each in made]})


def _accept_read(ledger: Ledger, read: ChartRead, given: ChartIn) -> Response:
    """The new version and what is different; else the refusal, with each finding by itself beside it."""
    wrong = faults(ledger, read)
    if wrong:
        refused = cast(dict[str, object], to_json(refusal("The chart was not accepted.", wrong).finding))
        return answer({**refused, "findings": wrong}, 400)
    version, changes = accept_read(ledger, read, given.by, given.why)
    return answer({"version": version, "changes": changes})
