"""The service as one ASGI application: a Starlette root with the webhooks, which are many, and below it the
agents' conversation and the operator's API."""

from __future__ import annotations

from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from ml_connector import __version__
from ml_connector.clock import Clock
from ml_connector.cloud.agent_api import agent_api
from ml_connector.cloud.answers import answer
from ml_connector.cloud.hooks import Hooks
from ml_connector.cloud.operator_api import operator_api
from ml_connector.cloud.worker import Worker
from ml_connector.records.vault import Vault


def make_app(
    engine: Engine, clock: Clock, vault: Vault, worker: Worker, hooks: Hooks, operator_key: str
) -> Starlette:
    """Everything that is served."""

    async def healthy(_request: Request) -> Response:
        return answer({"version": __version__})

    return Starlette(
        routes=[
            Route("/hooks/{connection_id}/{endpoint}", hooks),
            Route("/healthz", healthy),
            Mount("/agent/v1", agent_api(engine, clock, worker.wake)),
            Mount("/api", operator_api(engine, clock, vault, worker, hooks, operator_key)),
        ]
    )
