"""How every answer of the service is written, and how an error of ours becomes one.

An error body is `{"code", "what", "why", "fix"}`, the same four sentences that a person reads elsewhere.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from ml_connector.codec import NotUnderstood, canonical
from ml_connector.errors import Code, Finding, NeedsPerson, TryAgain

BODY_BYTES_MAX = 16 * 1024 * 1024

_STATUS = {Code.AGENT_UNKNOWN: 401, Code.PAIRING_CODE: 403, Code.PROTOCOL_TOO_NEW: 409}


def answer(value: object, status: int = 200) -> Response:
    """A value as canonical JSON."""
    return Response(canonical(value), status_code=status, media_type="application/json")


def refused(finding: Finding, status: int | None = None) -> Response:
    """What a person has to know, with the status that fits its code."""
    return answer(finding, status or _STATUS.get(finding.code, 400))


async def on_needs_person(_request: Request, error: Exception) -> Response:
    assert isinstance(error, NeedsPerson)
    return refused(error.finding)


async def on_try_again(_request: Request, error: Exception) -> Response:
    assert isinstance(error, TryAgain)
    return refused(error.finding, 503)


async def on_not_understood(_request: Request, error: Exception) -> Response:
    assert isinstance(error, NotUnderstood)
    return refused(
        Finding(
            code=Code.COMMAND_NOT_UNDERSTOOD,
            what="The message was not understood.",
            why=f"{error}.",
            fix="Update whichever of the two programs is older.",
        )
    )


HANDLERS = {NeedsPerson: on_needs_person, TryAgain: on_try_again, NotUnderstood: on_not_understood}


async def body_of(request: Request) -> bytes:
    """The request's body; raises `NeedsPerson` when it is larger than any message of ours can be."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise NeedsPerson(
                Finding(
                    code=Code.COMMAND_NOT_UNDERSTOOD,
                    what="The message was not read.",
                    why=f"It is larger than {BODY_BYTES_MAX // 1024 // 1024} MB.",
                    fix="Send smaller batches.",
                )
            )
    return bytes(body)


def bearer(request: Request) -> str:
    """The bearer token of a request, or “”."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
