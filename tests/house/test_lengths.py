"""The length ratchet: what it lets pass, and what it stops."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.check_lengths import Lengths, main, measure, problems, tightened


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """An empty repository with an empty ratchet."""
    for folder in ("src", "tests", "tools"):
        (tmp_path / folder).mkdir()
    (tmp_path / "tools" / "lengths.toml").write_text("[files]\n[functions]\n")
    return tmp_path


def module(lines: int) -> str:
    return "x = 1\n" * lines


def test_a_file_of_300_lines_passes_and_one_more_does_not(repository: Path) -> None:
    (repository / "src" / "a.py").write_text(module(300))
    assert main([], repository) == 0
    (repository / "src" / "a.py").write_text(module(301))
    assert main([], repository) == 1


def test_tests_are_measured_too(repository: Path) -> None:
    (repository / "tests" / "test_a.py").write_text(module(301))
    assert measure(repository).files == {"tests/test_a.py": 301}


def test_an_entry_lets_a_long_file_stand_but_not_grow() -> None:
    ratchet = Lengths({"src/a.py": 350}, {})
    assert problems(Lengths({"src/a.py": 350}, {}), ratchet) == []
    assert problems(Lengths({"src/a.py": 351}, {}), ratchet) == [
        "src/a.py: 351 lines, and 350 before; a long one may not grow."
    ]


def test_no_entry_lets_a_file_pass_the_end() -> None:
    grown = Lengths({"src/a.py": 401}, {})
    assert problems(grown, grown) == ["src/a.py: 401 lines; the end is 400. Split it by idea."]


def test_a_function_is_measured_from_its_def_and_named_as_it_is_nested(repository: Path) -> None:
    body = "        x = 1\n" * 60
    (repository / "src" / "a.py").write_text(f"class A:\n    @property\n    def b(self):\n{body}")
    assert measure(repository).functions == {"src/a.py::A.b": 61}


def test_a_function_of_60_lines_passes(repository: Path) -> None:
    (repository / "src" / "a.py").write_text("def b():\n" + "    x = 1\n" * 59)
    assert main([], repository) == 0


def test_an_entry_that_is_too_high_is_reported_and_tightened(repository: Path) -> None:
    (repository / "src" / "a.py").write_text(module(310))
    ratchet = repository / "tools" / "lengths.toml"
    ratchet.write_text('[files]\n"src/a.py" = 350\n"src/gone.py" = 320\n[functions]\n')
    assert main([], repository) == 1
    assert main(["--tighten"], repository) == 0
    assert '"src/a.py" = 310' in ratchet.read_text()
    assert "gone" not in ratchet.read_text()


def test_tightening_adds_nothing_and_raises_nothing() -> None:
    found = Lengths({"src/new.py": 301, "src/old.py": 330}, {"src/new.py::f": 61})
    assert tightened(found, Lengths({"src/old.py": 320}, {})) == Lengths({"src/old.py": 320}, {})
