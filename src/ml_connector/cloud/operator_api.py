"""`/api`: what an operator's program or script does. Every call shows the operator's key as a bearer token.

The key is looked at before anything of a request is read. No answer repeats what was sent, so that a secret
with a typing error beside it comes back to nobody.
"""

from __future__ import annotations

import hmac

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ml_connector.clock import Clock
from ml_connector.cloud.answers import HANDLERS, bearer, refused
from ml_connector.cloud.hooks import Hooks
from ml_connector.cloud.operator_activation import activation_calls
from ml_connector.cloud.operator_acts import acts
from ml_connector.cloud.operator_chart import chart_calls
from ml_connector.cloud.operator_credentials import credential_calls
from ml_connector.cloud.operator_customers import customer_calls
from ml_connector.cloud.operator_cut_over import cut_over_calls
from ml_connector.cloud.operator_desk import Desk, misfit
from ml_connector.cloud.operator_hooks import hook_calls
from ml_connector.cloud.operator_ping import pings
from ml_connector.cloud.operator_views import views
from ml_connector.cloud.worker import Worker
from ml_connector.errors import Code, Finding
from ml_connector.records.vault import Vault


def operator_api(
    engine: Engine,
    clock: Clock,
    vault: Vault,
    worker: Worker,
    hooks: Hooks,
    operator_key: str,
    public_address: str,
) -> ASGIApp:
    """The application behind `/api`."""
    api = FastAPI(
        title="ml-connector",
        exception_handlers={**HANDLERS, RequestValidationError: _on_misfit},
        default_response_class=Response,
        docs_url=None,
        redoc_url=None,
    )
    api.state.desk = Desk(engine, clock, vault, worker, hooks, public_address)
    api.include_router(views)
    api.include_router(acts)
    api.include_router(chart_calls)
    api.include_router(credential_calls)
    api.include_router(activation_calls)
    api.include_router(pings)
    api.include_router(customer_calls)
    api.include_router(cut_over_calls)
    api.include_router(hook_calls)
    return _Locked(api, operator_key)


class _Locked:
    """An application behind the operator's key."""

    def __init__(self, inner: ASGIApp, operator_key: str) -> None:
        self._inner, self._key = inner, operator_key.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not hmac.compare_digest(bearer(Request(scope)).encode(), self._key):
            await refused(_NO_KEY, 401)(scope, receive, send)
            return
        await self._inner(scope, receive, send)


_NO_KEY = Finding(
    code=Code.OPERATOR_KEY,
    what="The call was not let in.",
    why="The operator's key is missing or wrong.",
    fix="Send it as a bearer token; it stands in the file operator.key in data_dir.",
)


async def _on_misfit(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return refused(misfit(error.errors()), 422)
