"""What all tests share: no settings from outside, and one way to need a program or a server.

A test that needs something the machine may not have says so by name, and is skipped by that name where it
is missing. Under ML_CONNECTOR_REQUIRE_SERVICES=1, as in CI, it fails instead: no skip hides a gap there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Protocol

import pytest
from hypothesis import settings

from tests.postgresql_server import PostgresServer, a_server, binaries

REQUIRE_SERVICES = "ML_CONNECTOR_REQUIRE_SERVICES"


# `make test-fast` asks for few random examples.
settings.register_profile("quick", max_examples=15)


class RequireService(Protocol):
    def __call__(self, name: str, *, available: bool) -> None: ...


def pytest_configure() -> None:
    """Take the settings of whoever runs the tests out of the environment, before anything reads them."""
    for name in [*os.environ]:
        if name.startswith("ML_CONNECTOR_") and name != REQUIRE_SERVICES:
            del os.environ[name]


@pytest.fixture(scope="session")
def require_service() -> RequireService:
    """Call with the name of what the test needs and whether it is there."""

    def require(name: str, *, available: bool) -> None:
        if available:
            return
        if os.environ.get(REQUIRE_SERVICES) == "1":
            pytest.fail(f"{name} is needed and not there ({REQUIRE_SERVICES}=1)")
        pytest.skip(f"{name} is not there")

    return require


@pytest.fixture(scope="session")
def postgresql_server(require_service: RequireService) -> Iterator[PostgresServer]:
    """A PostgreSQL server that the tests of this process share; whoever stops one starts one of their own."""
    require_service("PostgreSQL", available=binaries() is not None)
    with a_server() as server:
        yield server
