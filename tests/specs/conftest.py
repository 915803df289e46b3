"""What specs share: both databases for what must hold on each, and a company of the pretend SDO engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ml_connector.records.database import open_database
from tests.postgresql_server import PostgresServer
from tests.specs.databases import EmptyDatabase, empty_database
from tests.specs.pretend_sdo import Desk, company, connected


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def empty(request: pytest.FixtureRequest) -> EmptyDatabase:
    """How to open an empty database: the test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return empty_database
    server: PostgresServer = request.getfixturevalue("postgresql_server")
    return lambda _path: open_database(server.migrated())


@pytest.fixture
def accdata(tmp_path: Path) -> Path:
    """The ACCDATA folder of a new company."""
    return company(tmp_path)


@pytest.fixture
def desk(accdata: Path) -> Iterator[Desk]:
    """Somebody logged on to that company."""
    with connected(accdata) as desk:
        yield desk
