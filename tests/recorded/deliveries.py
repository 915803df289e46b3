"""Webhook deliveries for tests: the recorded vectors and events, and headers as a server hands them over."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import cast

from ml_connector.adobe.webhooks import Headers

SAMPLES = Path(__file__).with_name("samples")
JSON = (b"content-type", b"application/json")


def sample(name: str) -> bytes:
    """A sample file as it stands."""
    return (SAMPLES / f"{name}.json").read_bytes()


def recorded_event(name: str) -> dict[str, object]:
    """One of the recorded events."""
    return cast(dict[str, object], json.loads(sample(f"event__{name}")))


@cache
def vectors() -> Mapping[str, object]:
    return cast(Mapping[str, object], json.loads(sample("webhook_signature_vectors")))


def vector(name: str) -> str:
    return str(vectors()[name])


def cases() -> list[Mapping[str, object]]:
    return cast(list[Mapping[str, object]], vectors()["cases"])


BODY = vector("body_utf8").encode()
SECRET = vector("hmac_secret_utf8").encode()
SIGNED_AT = datetime.fromtimestamp(int(vector("timestamp")), UTC)


def headers_of(case: Mapping[str, object]) -> Mapping[str, str]:
    """The headers of a vector."""
    return cast(Mapping[str, str], case["headers"])


def recorded_headers(profile: str) -> Mapping[str, str]:
    """The headers of the first vector of a sender."""
    return headers_of(next(each for each in cases() if each["profile"] == profile))


def raw(headers: Mapping[str, str | bytes]) -> Headers:
    """Header fields as they come from the server: names in lower case, values as bytes."""
    pairs = [
        (name.lower().encode(), value if isinstance(value, bytes) else value.encode())
        for name, value in headers.items()
    ]
    return [JSON, *pairs]
