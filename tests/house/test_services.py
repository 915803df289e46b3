"""A test that needs a server is skipped by name on a desk, and fails where everything must be there."""

from __future__ import annotations

import pytest

from tests.conftest import REQUIRE_SERVICES, RequireService


def test_what_is_missing_is_skipped_by_name(
    require_service: RequireService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(REQUIRE_SERVICES, raising=False)
    with pytest.raises(pytest.skip.Exception, match="PostgreSQL is not there"):
        require_service("PostgreSQL", available=False)


def test_what_is_missing_fails_where_services_are_required(
    require_service: RequireService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(REQUIRE_SERVICES, "1")
    with pytest.raises(pytest.fail.Exception, match="PostgreSQL is needed"):
        require_service("PostgreSQL", available=False)


def test_what_is_there_is_used(require_service: RequireService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REQUIRE_SERVICES, "1")
    require_service("PostgreSQL", available=True)
