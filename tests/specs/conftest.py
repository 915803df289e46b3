"""What the specs of the pretend SDO engine share: a company of its own for each test, and a desk in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.specs.pretend_sdo import Desk, company, connected


@pytest.fixture
def accdata(tmp_path: Path) -> Path:
    """The ACCDATA folder of a new company."""
    return company(tmp_path)


@pytest.fixture
def desk(accdata: Path) -> Iterator[Desk]:
    """Somebody logged on to that company."""
    with connected(accdata) as desk:
        yield desk
