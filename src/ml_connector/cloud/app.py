"""The service as one ASGI application: the webhooks, which are many, and beside them a Starlette root with
the agents' conversation and the operator's API.

A webhook is told by its path before Starlette's middleware and routes are asked: they cost a sixth of what it
takes to verify and keep a delivery.
"""

from __future__ import annotations

from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ml_connector import __version__
from ml_connector.clock import Clock
from ml_connector.cloud.activating import Activations
from ml_connector.cloud.activation_pages import ActivationPages
from ml_connector.cloud.agent_api import agent_api
from ml_connector.cloud.answers import answer
from ml_connector.cloud.hooks import Hooks
from ml_connector.cloud.operator_api import operator_api
from ml_connector.cloud.worker import Worker
from ml_connector.records.vault import Vault


def make_app(
    engine: Engine,
    clock: Clock,
    vault: Vault,
    worker: Worker,
    hooks: Hooks,
    operator_key: str,
    public_address: str = "",
) -> ASGIApp:
    """Everything that is served; `public_address` is where shops reach it, “” while none has to."""
    activations = Activations(engine, clock, vault, worker.wake)
    operators = operator_api(engine, clock, vault, worker, hooks, operator_key, public_address)

    async def healthy(_request: Request) -> Response:
        return answer({"version": __version__})

    others = Starlette(
        routes=[
            Route("/healthz", healthy),
            Mount("/agent/v1", agent_api(engine, clock, worker.wake)),
            Mount("/api", operators),
            ActivationPages(activations).route,
        ]
    )

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        delivered_to = hooks.named(scope["path"]) if scope["type"] == "http" else None
        if delivered_to is None:
            await others(scope, receive, send)
        else:
            await hooks.serve(*delivered_to, scope, receive, send)

    return app
