"""The import contracts in pyproject.toml, each broken once on purpose.

A copy of the source gets one forbidden import, in a module of its own, and import-linter has to find it:
a contract that cannot fail would be worse than none.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import cast

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = Path(sys.executable).with_name("lint-imports")

# contract, the package that gets a module with it, what that module imports
PLANTED = [
    ("pure", "documents", "import sqlite3"),
    ("pure", "posting", "from datetime import date; import time"),
    ("pure", "sync", "import threading"),
    ("pure", "sync", "from os import environ"),
    ("documents", "documents", "from ml_connector.posting import plan"),
    ("documents", "documents", "from ml_connector import clock"),
    ("timeless", "posting", "from ml_connector import clock"),
    ("decisions", "agent", "from ml_connector.posting import chart"),
    ("decisions", "agent", "from ml_connector.posting import rules"),
    ("decisions", "sync", "from ml_connector.posting import chart"),
    ("decisions", "sage", "from ml_connector.posting import chart"),
    ("decisions", "adobe", "from ml_connector.posting import chart"),
    ("sync", "posting", "from ml_connector.sync import passage"),
    ("shop-and-records", "sync", "from ml_connector import records"),
    ("shop-and-records", "adobe", "from ml_connector import records"),
    ("shop-and-records", "records", "from ml_connector import adobe"),
    ("shop-and-records", "sage", "from ml_connector import adobe"),
    ("shop-and-records", "agent", "from ml_connector import records"),
    ("sage", "adobe", "from ml_connector.sage import books"),
    ("sage", "cloud", "from ml_connector.sage import books"),
    ("sage", "sync", "from ml_connector.sage import books"),
    ("shells", "agent", "from ml_connector import cloud"),
    ("shells", "cloud", "from ml_connector import agent"),
    ("shells", "sage", "from ml_connector import agent"),
    ("settings", "agent", "from ml_connector import settings"),
    ("demo", "cloud", "from ml_connector import demo"),
    ("demo", "agent", "from ml_connector import cli"),
    ("sandboxes-out", "adobe", "from ml_connector.adobe import sandbox"),
    ("sandboxes-out", "agent", "from ml_connector.sage.uk import sandbox"),
    ("sandboxes-in", "adobe/sandbox", "from ml_connector import documents"),
    ("sandboxes-in", "adobe/sandbox", "from ml_connector.adobe import planted_beside"),
    ("sandboxes-in", "sage/uk/sandbox", "from ml_connector import errors"),
    ("base", "agent", "import sqlalchemy"),
    ("base", "sage", "import pydantic"),
]


def contracts() -> set[str]:
    """The ids of the contracts in pyproject.toml."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        tool = cast(dict[str, dict[str, list[dict[str, str]]]], tomllib.load(file)["tool"])
    return {contract["id"] for contract in tool["importlinter"]["contracts"]}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the source that a test may break."""
    copy = tmp_path_factory.mktemp("tree")
    shutil.copy(ROOT / "pyproject.toml", copy)
    shutil.copytree(ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("*.xz", "__pycache__"))
    (copy / "src" / "ml_connector" / "adobe" / "planted_beside.py").touch()
    return copy


def lint(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT, "--no-logo", "--no-cache", *arguments],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize(("contract", "package", "line"), PLANTED)
def test_a_forbidden_import_breaks_its_contract(tree: Path, contract: str, package: str, line: str) -> None:
    planted = tree / "src" / "ml_connector" / package / "planted.py"
    planted.write_text(line + "\n")
    try:
        result = lint(tree, "--contract", contract)
    finally:
        planted.unlink()
    assert "1 broken" in result.stdout, result.stdout + result.stderr
    assert f"ml_connector.{package.replace('/', '.')}.planted -> " in result.stdout


@pytest.mark.slow
def test_the_plan_may_not_learn_of_the_chart(tree: Path) -> None:
    """The agent imports the plan; through it, it would import everything that the plan imports."""
    plan = tree / "src" / "ml_connector" / "posting" / "plan.py"
    before = plan.read_text()
    plan.write_text(before + "\nfrom ml_connector.posting import chart\n")
    try:
        result = lint(tree, "--contract", "plan")
    finally:
        plan.write_text(before)
    assert "1 broken" in result.stdout, result.stdout + result.stderr


def test_every_contract_is_broken_once_by_this_test() -> None:
    assert contracts() == {contract for contract, _, _ in PLANTED} | {"plan"}
