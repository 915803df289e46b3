"""The length ratchet: files and functions stay short enough to be read in one go.

    files       aim 200 lines; over 300 only with an entry in lengths.toml; over 400 never
    functions   at most 60 lines, from `def` to the last; longer only with an entry

An entry is the length that stands today. It may fall and never rise, and goes once it is not needed:
`--tighten` (run by `make fix`) does both. Raising one is a decision, made by hand and seen in review.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

FILE_LIMIT = 300
FILE_END = 400
FUNCTION_LIMIT = 60
FOLDERS = ("src", "tests", "tools")
RATCHET = Path("tools/lengths.toml")
HEAD = "# Files over 300 lines and functions over 60, as they stand. See tools/check_lengths.py.\n"


@dataclass(frozen=True, slots=True)
class Lengths:
    """Lines by name: files by path, functions by `path::Class.function`. Only what is over a limit."""

    files: Mapping[str, int]
    functions: Mapping[str, int]


def functions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, int]]:
    """Every function in a module with its length in lines, named as it is nested."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + node.name, (node.end_lineno or node.lineno) - node.lineno + 1
        named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        yield from functions(node, f"{prefix}{node.name}." if named else prefix)


def measure(root: Path) -> Lengths:
    """Everything under the folders of the repository at `root` that is over a limit."""
    long_files: dict[str, int] = {}
    long_functions: dict[str, int] = {}
    for path in sorted(file for folder in FOLDERS for file in (root / folder).rglob("*.py")):
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        lines = len(text.splitlines())
        if lines > FILE_LIMIT:
            long_files[name] = lines
        for function, length in functions(ast.parse(text)):
            if length > FUNCTION_LIMIT:
                long_functions[f"{name}::{function}"] = length
    return Lengths(long_files, long_functions)


def read_ratchet(path: Path) -> Lengths:
    """The entries that stand in the file."""
    tables = cast(dict[str, dict[str, int]], tomllib.loads(path.read_text(encoding="utf-8")))
    return Lengths(tables.get("files", {}), tables.get("functions", {}))


def write_ratchet(path: Path, lengths: Lengths) -> None:
    text = HEAD
    for title, table in (("files", lengths.files), ("functions", lengths.functions)):
        text += f"\n[{title}]\n" + "".join(f'"{name}" = {lines}\n' for name, lines in sorted(table.items()))
    path.write_text(text, encoding="utf-8")


def problems(found: Lengths, ratchet: Lengths) -> list[str]:
    """One line for each file or function that is longer, or shorter, than it may be."""
    lines: list[str] = []
    for limit, now, then in (
        (FILE_LIMIT, found.files, ratchet.files),
        (FUNCTION_LIMIT, found.functions, ratchet.functions),
    ):
        for name, length in now.items():
            if now is found.files and length > FILE_END:
                lines.append(f"{name}: {length} lines; the end is {FILE_END}. Split it by idea.")
            elif name not in then:
                lines.append(f"{name}: {length} lines; the limit is {limit}. Split it by idea.")
            elif length > then[name]:
                lines.append(f"{name}: {length} lines, and {then[name]} before; a long one may not grow.")
        for name, length in then.items():
            if now.get(name, 0) < length:
                lines.append(f"{name}: shorter than its entry in {RATCHET}; run make fix.")
    return lines


def tightened(found: Lengths, ratchet: Lengths) -> Lengths:
    """The ratchet with what has become shorter; nothing is added and nothing rises."""

    def tighten(now: Mapping[str, int], then: Mapping[str, int]) -> dict[str, int]:
        return {name: min(then[name], now[name]) for name in then if name in now}

    return Lengths(tighten(found.files, ratchet.files), tighten(found.functions, ratchet.functions))


def main(arguments: list[str], root: Path) -> int:
    found = measure(root)
    ratchet = read_ratchet(root / RATCHET)
    if "--tighten" in arguments:
        ratchet = tightened(found, ratchet)
        write_ratchet(root / RATCHET, ratchet)
    wrong = problems(found, ratchet)
    print("\n".join(wrong) if wrong else "lengths: no file and no function is too long.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path(__file__).resolve().parent.parent))
