"""`/agent/v1`: the conversation of `sync/protocol.py` over HTTPS. Each message is one POST."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ml_connector.clock import Clock
from ml_connector.cloud import agents
from ml_connector.cloud.agents import Agent
from ml_connector.cloud.answers import HANDLERS, answer, bearer, body_of
from ml_connector.codec import NotUnderstood, from_json, loads
from ml_connector.sync.protocol import CatalogueIs, Heartbeat, Hello, LeaseRequest, LedgerIs, Pair, Receipts

Message = TypeVar("Message")


def agent_api(engine: Engine, clock: Clock, changed: Callable[[], None]) -> Starlette:
    """The application behind `/agent/v1`; `changed` is called when the worker has something to look at."""

    async def pair(request: Request) -> Response:
        message = _read(Pair, await body_of(request))
        return answer(await run_in_threadpool(agents.pair, engine, clock, message))

    def told(kind: type[Message], act: Callable[[Agent, Message], object]) -> Callable[[Request], object]:
        async def endpoint(request: Request) -> Response:
            agent = await run_in_threadpool(agents.recognise, engine, clock, bearer(request))
            message = _read(kind, await body_of(request))
            taken = await run_in_threadpool(act, agent, message)
            changed()
            return answer(taken)

        return endpoint

    def post(path: str, endpoint: Callable[[Request], object]) -> Route:
        return Route(path, endpoint, methods=["POST"])

    return Starlette(
        routes=[
            post("/pair", pair),
            post("/hello", told(Hello, agents.hello)),
            post("/catalogue", told(CatalogueIs, agents.take_catalogue)),
            post("/lease", told(LeaseRequest, agents.give_work)),
            post("/receipts", told(Receipts, agents.take_receipts)),
            post("/ledger", told(LedgerIs, agents.take_ledger)),
            post("/heartbeat", told(Heartbeat, agents.take_heartbeat)),
        ],
        exception_handlers={**HANDLERS},
    )


def _read(kind: type[Message], body: bytes) -> Message:
    try:
        value = loads(body)
    except (ValueError, RecursionError):
        raise NotUnderstood("the body is no JSON that we read") from None
    return from_json(kind, value, lenient=True)
