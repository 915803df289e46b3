"""The Cloud Service face of the shop: the same documents behind other addresses and other credentials.

Facts: adobe_commerce.md §2. Paths are `/‹tenant id›/V1/…`, without `/rest` and store code; the store stands
in the `Store` header; only a bearer token of IMS opens anything; `directory/currency` is gone. Not recorded,
and so ours: the words of the 401 and 403, that a token is looked at before the path, and that a store which
does not exist is refused as it is in a path of the other face.
"""

from __future__ import annotations

from ml_connector.adobe.sandbox.data import ShopData
from ml_connector.adobe.sandbox.errors import Refusal, cannot_process, no_route
from ml_connector.adobe.sandbox.ims import TOKEN_PATH, ImsClient, PretendIms
from ml_connector.adobe.sandbox.routes import Route, Setting, route_below
from ml_connector.adobe.sandbox.server import Answer, Request
from ml_connector.adobe.sandbox.turn import Turn

TENANT_ID = "PrEtEnDtEnAnT4242"
# The recorded shop's reads that a Cloud Service does not have (§2.4).
_MISSING = frozenset({"directory/currency"})


class CloudService:
    """One tenant of the Cloud Service, with the identity service that gives its tokens."""

    def __init__(self, ims: PretendIms | None = None) -> None:
        self.ims = ims or PretendIms()

    def address(self, base_url: str) -> str:
        """The REST address of the instance, as Commerce Cloud Manager shows it."""
        return f"{base_url}/{TENANT_ID}"

    def token_url(self, base_url: str) -> str:
        """Where this tenant's tokens are fetched."""
        return f"{base_url}{TOKEN_PATH}"

    def beside(self, request: Request) -> Answer | None:
        """The answer of the identity service, for a request that is meant for it."""
        path = request.target.partition("?")[0]
        return self.ims.answer(request) if path == TOKEN_PATH else None

    def route(self, request: Request, data: ShopData) -> tuple[Route, str]:
        """The route of a request and the store code it asks under; raises Refusal (400, 401, 403 or 404)."""
        self._client_of(request)
        path = request.target.partition("?")[0]
        prefix = f"/{TENANT_ID}/"
        if not path.startswith(prefix):
            raise no_route()
        store_code = request.header("Store") or "default"
        if store_code not in data.store_codes():
            raise cannot_process()
        route = route_below([segment for segment in path[len(prefix) :].split("/") if segment])
        if isinstance(route, Setting) and route.name in _MISSING:
            raise no_route()
        return route, store_code

    def resources_of(self, request: Request, _turn: Turn) -> frozenset[str]:
        """What whoever sent this request may read; raises Refusal (401 or 403)."""
        return self._client_of(request).resources

    def _client_of(self, request: Request) -> ImsClient:
        scheme, _, token = (request.header("Authorization") or "").partition(" ")
        client = self.ims.client_of(token.strip()) if scheme.lower() == "bearer" else None
        if client is None:
            raise Refusal(401, "The access token is missing, unknown or has expired.")
        if request.header("x-gw-ims-org-id") not in (None, client.organization_id):
            raise Refusal(403, "User is not entitled to access this instance")
        if request.header("x-api-key") not in (None, client.client_id):
            raise Refusal(403, "The API key is not the token's.")
        return client
