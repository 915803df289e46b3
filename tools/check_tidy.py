"""House rules that a machine can see and no linter knows.

In the source:
- time, new ids and chance come through `clock.py`; only the shells sleep, start threads or processes;
  the sandboxes are other people's systems and free of this;
- documents, posting and sync hold no float: money is exact until the last call into the SDK.

In every committed text: no note to do something later, no path of one machine, no address of a package
registry.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGE = "src/ml_connector/"
CLOCK = (f"{PACKAGE}clock.py",)
SANDBOXES = (f"{PACKAGE}adobe/sandbox/", f"{PACKAGE}sage/uk/sandbox/")
SHELLS = (
    f"{PACKAGE}cli.py",
    f"{PACKAGE}agent/cli.py",
    f"{PACKAGE}agent/link.py",
    f"{PACKAGE}cloud/hooks.py",  # the hot path: its requests wait on the event loop for their commit
    f"{PACKAGE}cloud/inbox_writer.py",  # the one thread that commits them in groups
    f"{PACKAGE}cloud/turns.py",  # in which order the service's threads write
    f"{PACKAGE}cloud/worker.py",
    f"{PACKAGE}demo/",
)
EXACT = (f"{PACKAGE}documents/", f"{PACKAGE}posting/", f"{PACKAGE}sync/")

CHANCE = {"random", "secrets", "uuid"}
WAITING = {"_thread", "asyncio", "concurrent", "multiprocessing", "sched", "subprocess", "threading", "time"}
NOW = re.compile(r"(?:\w+\.)?(?:datetime\.(?:now|utcnow|today)|date\.today)|os\.(?:urandom|getrandom)")

# Written so that no pattern finds itself here.
TEXT_RULES = (
    (re.compile(r"\b(?:TO[D]O|FIX[M]E)\b"), "a note for later; do it, or file an issue"),
    (re.compile(r"(?<![A-Za-z0-9_.])/(?:tmp|root|work|home)/[A-Za-z0-9]"), "a path of one machine"),
    (
        re.compile(
            r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|yarnpkg\.com|crates\.io|deb\.debian\.org"
            r"|--(?:extra-)?index-url|--find[-]links|\"resolved\": *\"http"
        ),
        "an address of a package registry",
    ),
)


def imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    """The top-level modules that this statement imports from outside the package."""
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    return [node.module.partition(".")[0]] if node.level == 0 and node.module else []


def clock_problems(name: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and complaint for each use of time, chance, sleep, thread or process where it does not belong."""
    if name.startswith(CLOCK + SANDBOXES):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for module in imported(node):
                if module in CHANCE:
                    yield node.lineno, f"imports {module}; ask the Clock"
                elif module in WAITING and not name.startswith(SHELLS):
                    yield node.lineno, f"imports {module}; only the shells and clock.py may"
        elif isinstance(node, ast.Attribute) and NOW.fullmatch(ast.unparse(node)):
            yield node.lineno, f"uses {ast.unparse(node)}; ask the Clock"


def float_problems(name: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and complaint for each float made where money is decided."""
    if not name.startswith(EXACT):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
            yield node.lineno, "calls float(); money is exact"
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield node.lineno, f"holds the float {node.value}; money is exact"


def problems(name: str, text: str) -> list[str]:
    """What is wrong with one file, a line for each; `name` is its path in the repository."""
    found: list[tuple[int, str]] = []
    if name.startswith(PACKAGE) and name.endswith(".py"):
        tree = ast.parse(text)
        found += [*clock_problems(name, tree), *float_problems(name, tree)]
    for number, line in enumerate(text.splitlines(), start=1):
        found += [(number, complaint) for pattern, complaint in TEXT_RULES if pattern.search(line)]
    return [f"{name}:{number}: {complaint}" for number, complaint in sorted(found)]


def texts(root: Path) -> Iterator[tuple[str, str]]:
    """Path and content of every text file that is committed, or would be."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=root, capture_output=True, check=True, text=True).stdout
    for name in sorted(set(names.split("\0")) - {""}):
        try:
            yield name, (root / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue  # packed data, or removed since


def main(root: Path) -> int:
    wrong = [problem for name, text in texts(root) for problem in problems(name, text)]
    print("\n".join(wrong) if wrong else "tidy: nothing stands where it does not belong.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent.parent))
