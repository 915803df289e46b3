"""The two faces of a shop: where its API stands and who is let in. The documents behind them are the same.

`Paas` is the self-hosted one that was recorded, in its own words; `cloud_service.py` is the other.
"""

from __future__ import annotations

from typing import Protocol

from ml_connector.adobe.sandbox.activation import Activations
from ml_connector.adobe.sandbox.credentials import INTEGRATIONS
from ml_connector.adobe.sandbox.data import ShopData
from ml_connector.adobe.sandbox.oauth import Verifier, signed_request
from ml_connector.adobe.sandbox.routes import Route, route_of
from ml_connector.adobe.sandbox.server import Answer, Request
from ml_connector.adobe.sandbox.turn import Turn


class Face(Protocol):
    """What the shop asks before it looks for documents."""

    def address(self, base_url: str) -> str:
        """The address that a person enters to connect the shop."""
        ...

    def beside(self, request: Request) -> Answer | None:
        """The answer to a call for a token; None for every other request."""
        ...

    def route(self, request: Request, data: ShopData) -> tuple[Route, str]:
        """The route of a request and the store code that it asks under; may raise Refusal."""
        ...

    def resources_of(self, request: Request, turn: Turn, /) -> frozenset[str]:
        """What whoever sent this request may read: nothing, for nobody; may raise Refusal."""
        ...


class Paas:
    """`/rest/‹store code›/V1/…` behind OAuth 1.0a; integrations are activated at `/oauth/token/…`."""

    def __init__(self) -> None:
        self._verifier = Verifier(INTEGRATIONS)
        self.activations = Activations(self._verifier)

    def address(self, base_url: str) -> str:
        return base_url

    def beside(self, request: Request) -> Answer | None:
        return self.activations.answer(request)

    def route(self, request: Request, data: ShopData) -> tuple[Route, str]:
        return route_of(request.target.partition("?")[0], data)

    def resources_of(self, request: Request, turn: Turn) -> frozenset[str]:
        signed = signed_request(request)
        integration = self._verifier.integration_of(signed, clock_ahead_s=turn.clock_ahead_s)
        if integration is None and turn.configuration.integration_as_bearer:
            integration = self._verifier.bearer_of(request.header("Authorization"))
        return integration.resources if integration else frozenset()
