"""A whole request in bounded time, however its answer comes in.

The time-outs of an HTTP client are for one read each: a shop, or a trap for robots before it, that sends a
byte now and then satisfies each of them and keeps its caller for ever, in the headers as well as in the body.
Here every connect, write and read of a client ends also when the time of its whole request is over. What the
caller meets is the time-out that it knows already (`httpx2.TimeoutException`), after which it tries again.

    bound(client, clock)                 once, for a client that several threads may share
    with within(clock, seconds): …       around one request, in the thread that makes it
"""

from __future__ import annotations

import ssl
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from typing import cast

import httpcore2
import httpx2

from ml_connector.clock import Clock

_ends_at: ContextVar[float | None] = ContextVar("ends_at", default=None)


@contextmanager
def within(clock: Clock, seconds: float) -> Generator[None]:
    """Let the request that is made in this block take so long in all, by the monotonic clock; one within
    another ends with it at the latest."""
    own, outer = clock.monotonic() + seconds, _ends_at.get()
    before = _ends_at.set(own if outer is None else min(own, outer))
    try:
        yield
    finally:
        _ends_at.reset(before)


def bound(client: httpx2.Client, clock: Clock) -> None:
    """Let the connections of this client, and of its proxies, keep to the time of each request.

    httpx2 hands no network backend through to its pools, though these take one: so it is put in its place. A
    version that keeps it elsewhere is noticed by the tests of a dripping answer.
    """
    own = cast(dict[str, object], vars(client))
    mounted = cast(dict[object, object], own["_mounts"])
    for transport in (own["_transport"], *mounted.values()):
        if transport is not None:
            pool = cast(dict[str, object], vars(transport))["_pool"]
            vars(pool)["_network_backend"] = _Backend(clock)


class _Backend(httpcore2.NetworkBackend):
    """Opens connections that keep to the time."""

    def __init__(self, clock: Clock) -> None:
        self._inner = httpcore2.SyncBackend()
        self._clock = clock

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        left = _left(self._clock, timeout, httpcore2.ConnectTimeout)
        stream = self._inner.connect_tcp(host, port, left, local_address, socket_options)
        return _Stream(stream, self._clock)


class _Stream(httpcore2.NetworkStream):
    """A connection that keeps to the time of whatever request uses it."""

    def __init__(self, inner: httpcore2.NetworkStream, clock: Clock) -> None:
        self._inner = inner
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(self._clock, timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(self._clock, timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        left = _left(self._clock, timeout, httpcore2.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._clock)

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)


def _left(clock: Clock, timeout: float | None, over: type[httpcore2.TimeoutException]) -> float | None:
    """The time for one step: its own, or what is left of the request if that is less."""
    ends_at = _ends_at.get()
    if ends_at is None:
        return timeout
    left = ends_at - clock.monotonic()
    if left <= 0:
        raise over("the time of the whole request is over")
    return left if timeout is None else min(timeout, left)
