"""Every way in which the pretend shop can go wrong is in docs/reference/shop-faults.md, with its tests."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from ml_connector.adobe.sandbox.configuration import Configuration
from ml_connector.adobe.sandbox.control import KINDS
from tests.recorded.test_faults_passing import PASSING
from tests.recorded.test_faults_staying import STAYING

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "shop-faults.md"
CASES = {
    "passing": {name: type(fault).__name__ for name, (fault, *_) in PASSING.items()},
    "staying": {name: type(fault).__name__ for name, (fault, *_) in STAYING.items()},
}
SWITCHES = {*KINDS, *(field.name for field in fields(Configuration))}


@dataclass(frozen=True)
class Row:
    """One line of a table: the switches that it names, and what shows what it says."""

    switches: frozenset[str]
    cells: tuple[str, ...]
    shown_by: tuple[str, ...]


@cache
def rows() -> tuple[Row, ...]:
    found: list[Row] = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = tuple(cell.strip() for cell in line.strip("|").split(" | "))
        if line.startswith("| ") and not line.startswith("| what is wrong"):
            switches = frozenset(re.findall(r"`(\w+)`", cells[0])) & SWITCHES
            found.append(Row(switches, cells, tuple(re.findall(r"`([^`]+)`", cells[-1]))))
    return tuple(found)


@cache
def sources() -> dict[str, str]:
    """The text of the file in which each test function stands."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        found |= dict.fromkeys(re.findall(r"^def (test_\w+)\(", text, re.MULTILINE), text)
    return found


def test_every_switch_has_a_row() -> None:
    assert SWITCHES - {switch for row in rows() for switch in row.switches} == set()


def test_every_row_is_whole_and_shown_by_a_test() -> None:
    for row in rows():
        assert len(row.cells) == 4, row.cells[0]
        assert all(row.cells), row.cells[0]
        assert row.shown_by, row.cells[0]


def test_every_test_that_is_named_exists_and_each_switch_of_a_row_is_used_by_one_of_them() -> None:
    for row in rows():
        used: set[str] = set()
        for name in row.shown_by:
            case = re.fullmatch(r"(passing|staying)\[(.+)\]", name)
            if case:
                assert CASES[case[1]].get(case[2]) in row.switches, name
                used.add(CASES[case[1]][case[2]])
            else:
                assert name in sources(), name
                used |= {switch for switch in row.switches if re.search(rf"\b{switch}\b", sources()[name])}
        assert row.switches <= used, row.cells[0]


def test_every_case_has_a_row() -> None:
    named = {name for row in rows() for name in row.shown_by}
    assert {f"{kind}[{name}]" for kind, cases in CASES.items() for name in cases} - named == set()


def test_the_tests_that_stand_below_the_tables_exist() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert set(re.findall(r"`(test_\w+)`", text)) <= set(sources())
