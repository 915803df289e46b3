"""Set up `.venv`: the pinned packages and this project, once, by whatever means the machine has.
And `.venv-bench`: what `make bench` compares this project with, pinned as well, and without the project.

Run by the Makefile under the system's Python, before anything is installed: standard library only, and
syntax that an older Python reads far enough to say that it is too old (hence the quoted annotations).
The means, in this order: uv on PATH; a venv with its own pip; a venv without pip, filled by the machine's
pip. A stamp in each remembers what was installed, so that a second call does nothing. No package index
is named here: uv and pip use those that the machine is set up for.

    python3 tools/bootstrap.py cloud    what the demo and the service need
    python3 tools/bootstrap.py dev      that, and what the tests and checks need
    python3 tools/bootstrap.py bench    what is measured beside this project, in an environment of its own
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

OLDEST = (3, 11)
LEVELS = ("cloud", "dev")
BENCH = "bench"
NO_MEANS = (
    "ml-connector: cannot make a Python environment here; install python3-venv"
    " (Debian, Ubuntu: apt-get install python3-venv) or uv, then run make again."
)


class Means(NamedTuple):
    """One way to get an environment: the command that makes it, and the one that installs into it."""

    name: str
    make: "list[str]"
    install: "list[str]"


def answers(command: "list[str]") -> bool:
    """Whether this command runs and ends well; a shim that only says "not installed" does not count."""
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def means_here(inside: Path) -> "list[Means]":
    """The means that this machine has, best first; `inside` is the Python of the environment to be made."""
    python = sys.executable
    found: list[Means] = []
    uv = shutil.which("uv")
    if uv and answers([uv, "--version"]):
        install = [uv, "pip", "install", "--quiet", "--python", str(inside)]
        found.append(Means("uv", [uv, "venv", "--quiet", "--python", python], install))
    if answers([python, "-c", "import ensurepip, venv"]):
        install = [str(inside), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        found.append(Means("venv", [python, "-m", "venv"], install))
    if answers([python, "-c", "import pip, venv"]):
        install = [python, "-m", "pip", "--python", str(inside), "install", "-qq"]
        found.append(Means("the machine's pip", [python, "-m", "venv", "--without-pip"], install))
    return found


def usable(means: Means, inside: Path) -> bool:
    """Whether an environment stands there, is of this Python, and these means can install into it."""
    same = f"import sys; sys.exit(sys.version_info[:2] != {tuple(sys.version_info[:2])})"
    return answers([str(inside), "-c", same]) and answers([*means.install, "--help"])


def environment(home: Path, inside: Path, candidates: "list[Means]") -> "Means | None":
    """Keep the environment, or make it, by the first means that can; None when none of them can."""
    for means in candidates:
        if usable(means, inside):
            return means
        shutil.rmtree(home, ignore_errors=True)
        if answers([*means.make, str(home)]) and usable(means, inside):
            return means
    return None


def fingerprint(root: Path, level: str) -> str:
    """What an environment depends on, in one line: its level, and a hash of Python, place and pins."""
    state = hashlib.sha256(f"{sys.version}\0{root}\0".encode())
    for name in ("pyproject.toml", f"requirements/{level}.txt"):
        state.update((root / name).read_bytes() + b"\0")
    return f"{level} {state.hexdigest()}"


def set_up(root: Path, level: str) -> str:
    """Bring its environment to this level. Returns what went wrong as a line for the user, or nothing."""
    home = root / (".venv-bench" if level == BENCH else ".venv")
    inside = home / "bin" / "python"
    stamp = home / "installed"
    done = stamp.read_text().splitlines() if stamp.exists() and inside.exists() else []
    if fingerprint(root, level) in done:
        return ""

    candidates = means_here(inside)
    if not candidates:
        return NO_MEANS
    first = "" if done else " (first time only, about a minute)"
    print(f"Setting up the environment in {home.name}{first} …", flush=True)
    stamp.unlink(missing_ok=True)
    means = environment(home, inside, candidates)
    if means is None:
        return NO_MEANS
    print(f"  installing the pinned packages, by {means.name} …", flush=True)
    pinned = ["--require-hashes", "--requirement", f"requirements/{level}.txt"]
    # Its build backend is among the pinned packages: nothing is fetched beside them to build the project.
    project = ["--no-deps", "--no-build-isolation", "--editable", "."]
    for what in (pinned,) if level == BENCH else (pinned, project):
        if subprocess.run([*means.install, *what], cwd=root, check=False).returncode != 0:
            return "ml-connector: the packages could not be installed; the lines above say why."
    levels = (BENCH,) if level == BENCH else LEVELS[: LEVELS.index(level) + 1]
    stamp.write_text("".join(fingerprint(root, each) + "\n" for each in levels))
    print("  ready.", flush=True)
    return ""


def main(arguments: "list[str]") -> str:
    """Returns what went wrong as a line for the user, or nothing."""
    if sys.version_info < OLDEST:
        here = "{} is {}.{}".format(sys.executable, *sys.version_info)
        return f"ml-connector: needs Python 3.11 or newer, and {here}. Name another: make PYTHON=python3.12 …"
    if len(arguments) != 1 or arguments[0] not in (*LEVELS, BENCH):
        return "usage: bootstrap.py " + "|".join((*LEVELS, BENCH))
    return set_up(Path(__file__).resolve().parent.parent, arguments[0])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) or 0)
