"""`/activate/{connection_id}/{ticket}`: where a shop calls when Activate is pressed, and where it sends the
merchant's browser meanwhile.

A shell: the call is answered first, as the shop waits five seconds for that, and the two calls for the keys
follow it, again until they succeed or are too late (reference: adobe_commerce.md §1.8). A stranger's call is
answered 404 and read no further. No answer repeats anything of a request.
"""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit

import anyio
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from ml_connector.adobe.activation import CALLBACK_BYTES_MAX
from ml_connector.adobe.shop import origin_and_path
from ml_connector.cloud import activation_book as book
from ml_connector.cloud.activating import Activations, Handshake
from ml_connector.cloud.activation_book import Expected, Phase
from ml_connector.errors import Finding, NeedsPerson

PATH = "/activate/{connection_id}/{ticket}"

# The shop hangs up after five seconds.
BODY_S = 5.0
AGAIN_S = 3.0
REFRESH_S = 2

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


def path_of(connection_id: str, ticket: str) -> str:
    """Where the shop calls, and the browser goes, for this ticket."""
    return f"/activate/{connection_id}/{ticket}"


class ActivationPages:
    """The endpoint behind the route."""

    def __init__(self, activations: Activations) -> None:
        self._activations = activations

    @property
    def route(self) -> Route:
        return Route(PATH, self.serve, methods=["GET", "POST"])

    async def serve(self, request: Request) -> Response:
        """The shop posts, the browser gets."""
        connection_id = str(request.path_params["connection_id"])
        ticket = str(request.path_params["ticket"])
        activations = self._activations
        expected = await run_in_threadpool(
            book.with_ticket, activations.engine, activations.clock, connection_id, ticket
        )
        if expected is None:
            return _said("There is no activation here, or not any more.", 404)
        if request.method == "POST":
            return await self._called(request, connection_id, ticket)
        return _page(expected, request.query_params.get("success_call_back", ""))

    async def _called(self, request: Request, connection_id: str, ticket: str) -> Response:
        body = await _body(request)
        if body is None:
            return _said("The call did not come in time.", 400)
        try:
            handshake = await run_in_threadpool(self._activations.take, connection_id, ticket, body)
        except NeedsPerson as error:
            return _said(f"{error.finding.what} {error.finding.why} {error.finding.fix}", 400)
        return PlainTextResponse("ok", headers=_HEADERS, background=BackgroundTask(self._finish, handshake))

    async def _finish(self, handshake: Handshake) -> None:
        while not await run_in_threadpool(self._activations.go_on, handshake):
            await anyio.sleep(AGAIN_S)


async def _body(request: Request) -> bytes | None:
    """The call, cut behind what one can have; None when it does not come to its end."""
    body = bytearray()
    try:
        with anyio.fail_after(BODY_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > CALLBACK_BYTES_MAX:
                    break
    except (TimeoutError, ClientDisconnect):
        return None
    return bytes(body)


def _page(expected: Expected, success_call_back: str) -> Response:
    """What the merchant sees: the shop's own page when all is done, else how far it is."""
    if expected.phase is Phase.DONE:
        if _is_of_the_shop(success_call_back, expected.shop_url):
            return RedirectResponse(success_call_back, status_code=303, headers=_HEADERS)
        return _html("The shop is connected. This window may be closed.")
    if expected.finding is not None and expected.phase is not Phase.CALLED:
        return _html(*_sentences(expected.finding))
    return _html("The shop is being connected. This takes a few seconds.", waits=True)


def _is_of_the_shop(address: str, shop_url: str) -> bool:
    """Whether a browser may be sent there: to the shop that a person named, and nowhere else."""
    try:
        origin, _ = origin_and_path(address.partition("?")[0].partition("#")[0])
        named, _ = origin_and_path(shop_url)
    except NeedsPerson:
        return False
    return urlsplit(origin).hostname == urlsplit(named).hostname and address.isprintable()


def _sentences(finding: Finding) -> tuple[str, ...]:
    return finding.what, finding.why, finding.fix


def _html(*sentences: str, waits: bool = False) -> Response:
    refresh = f'<meta http-equiv="refresh" content="{REFRESH_S}">' if waits else ""
    told = "".join(f"<p>{escape(each)}</p>" for each in sentences)
    page = f'<!doctype html><meta charset="utf-8">{refresh}<title>ml-connector</title>{told}'
    return HTMLResponse(page, headers=_HEADERS)


def _said(text: str, status: int) -> Response:
    return PlainTextResponse(text, status_code=status, headers=_HEADERS)
