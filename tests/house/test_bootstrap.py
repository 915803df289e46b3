"""How `.venv` is made: the choice of means, the stamp, and what is said when it cannot be done.

A tiny project stands in for ours: one wheel made here, pinned by its hash, and a build backend in its own
tree, so that real venvs are filled by real pips without a network. Only uv is a pretend one.
"""

from __future__ import annotations

import ast
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import RequireService

BOOTSTRAP = Path(__file__).resolve().parents[2] / "tools" / "bootstrap.py"
BASE_PYTHON = Path(sys.base_prefix) / "bin" / "python3"

PYPROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "tiny"
version = "1"
"""

BACKEND = """\
import os, zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    with zipfile.ZipFile(os.path.join(folder, "tiny-1-py3-none-any.whl"), "w") as wheel:
        wheel.writestr("tiny.pth", os.path.join(os.getcwd(), "src"))
        wheel.writestr("tiny-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1\\n")
        wheel.writestr("tiny-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\n")
        wheel.writestr("tiny-1.dist-info/RECORD", "")
    return "tiny-1-py3-none-any.whl"
"""

# Makes an "environment" whose Python is this one, installs nothing, and writes down what it was asked.
PRETEND_UV = """\
#!/bin/sh
PATH=/usr/bin:/bin
echo "$*" >> "{log}"
for last; do :; done
if [ "$1" = venv ]; then mkdir -p "$last/bin" && ln -s "{python}" "$last/bin/python"; fi
exit {status}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The tiny project, in a folder whose name has a space."""
    root = tmp_path / "a b"
    for folder in ("src/tiny", "requirements", "tools"):
        (root / folder).mkdir(parents=True)
    shutil.copy(BOOTSTRAP, root / "tools")
    (root / "pyproject.toml").write_text(PYPROJECT)
    (root / "backend.py").write_text(BACKEND)
    (root / "src" / "tiny" / "__init__.py").touch()
    wheel = root / "pinned-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("pinned.py", "")
        archive.writestr("pinned-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: pinned\nVersion: 1\n")
        archive.writestr("pinned-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n")
        archive.writestr("pinned-1.dist-info/RECORD", "")
    pin = f"./{wheel.name} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"
    for level in ("cloud", "dev", "bench"):
        (root / "requirements" / f"{level}.txt").write_text(pin)
    return root


def bootstrap(project: Path, level: str = "cloud", *, first: Path | None = None, hidden: str = "") -> str:
    """Run it with only `first` on PATH and these modules hidden; its exit status and all it printed."""
    mask = project.parent / "mask"
    mask.mkdir(exist_ok=True)
    for module in hidden.split():
        (mask / f"{module}.py").write_text("raise ImportError\n")
    result = subprocess.run(
        [BASE_PYTHON, project / "tools" / "bootstrap.py", level],
        env={**os.environ, "PATH": str(first or mask), "PYTHONPATH": str(mask)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return f"{result.returncode} {result.stdout}"


def pretend_uv(project: Path, *, status: int = 0) -> Path:
    """A folder for PATH with a uv that ends with this status."""
    folder = project.parent / "bin"
    folder.mkdir(exist_ok=True)
    uv = folder / "uv"
    uv.write_text(PRETEND_UV.format(log=project.parent / "log", python=BASE_PYTHON, status=status))
    uv.chmod(0o755)
    return folder


def asked(project: Path) -> str:
    """Every command that the pretend uv was given."""
    return (project.parent / "log").read_text()


def has(module: str) -> bool:
    """Whether this machine's own Python has that module."""
    command = [BASE_PYTHON, "-c", f"import {module}"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def installed(project: Path) -> bool:
    """Whether the project and what is pinned for it can be imported in its environment."""
    inside = project / ".venv" / "bin" / "python"
    return subprocess.run([inside, "-c", "import pinned, tiny"], check=False).returncode == 0


@pytest.mark.slow
def test_uv_comes_first_when_it_is_on_the_path(project: Path) -> None:
    said = bootstrap(project, first=pretend_uv(project))
    assert said.startswith("0 ")
    assert "first time only" in said
    assert "--require-hashes --requirement requirements/cloud.txt" in asked(project)
    assert "--no-deps --no-build-isolation --editable ." in asked(project)


@pytest.mark.slow
def test_a_second_call_does_nothing_until_a_pin_changes(project: Path) -> None:
    uv = pretend_uv(project)
    bootstrap(project, first=uv)
    before = asked(project)
    assert bootstrap(project, first=uv) == "0 "
    assert asked(project) == before
    with (project / "requirements" / "cloud.txt").open("a") as pins:
        pins.write("# one more\n")
    assert bootstrap(project, first=uv).startswith("0 Setting up")
    assert len(asked(project)) > len(before)


@pytest.mark.slow
def test_what_the_tests_need_includes_what_the_demo_needs(project: Path) -> None:
    uv = pretend_uv(project)
    bootstrap(project, "dev", first=uv)
    assert bootstrap(project, "cloud", first=uv) == "0 "


@pytest.mark.slow
def test_what_is_measured_beside_the_project_has_an_environment_of_its_own(project: Path) -> None:
    uv = pretend_uv(project)
    bootstrap(project, "dev", first=uv)
    before = asked(project)
    assert bootstrap(project, "bench", first=uv).startswith("0 Setting up the environment in .venv-bench")
    new = asked(project).removeprefix(before)
    assert "--requirement requirements/bench.txt" in new
    assert "--editable" not in new
    assert bootstrap(project, "bench", first=uv) == bootstrap(project, "dev", first=uv) == "0 "


@pytest.mark.slow
def test_a_uv_that_does_not_run_is_passed_over_for_a_venv_with_pip(
    project: Path, require_service: RequireService
) -> None:
    """Version managers leave a uv on PATH that only says it is not installed."""
    require_service("ensurepip", available=has("ensurepip"))
    said = bootstrap(project, first=pretend_uv(project, status=127))
    assert said.startswith("0 ")
    assert "by venv" in said
    assert installed(project)


@pytest.mark.slow
def test_without_ensurepip_the_machines_pip_fills_the_venv(
    project: Path, require_service: RequireService
) -> None:
    require_service("pip", available=has("pip"))
    said = bootstrap(project, hidden="ensurepip")
    assert said.startswith("0 ")
    assert "by the machine's pip" in said
    assert installed(project)
    assert not (project / ".venv" / "bin" / "pip").exists()


@pytest.mark.slow
def test_with_no_means_one_line_says_what_to_install(project: Path) -> None:
    said = bootstrap(project, hidden="ensurepip pip")
    assert said.startswith("1 ml-connector: cannot make a Python environment here; install python3-venv")
    assert said.count("\n") == 1


@pytest.mark.slow
def test_a_file_that_is_not_the_pinned_one_is_refused_and_tried_again_next_time(
    project: Path, require_service: RequireService
) -> None:
    require_service("pip", available=has("pip"))
    with zipfile.ZipFile(project / "pinned-1-py3-none-any.whl", "a") as wheel:
        wheel.writestr("added.py", "")
    for _ in range(2):
        said = bootstrap(project, hidden="ensurepip")
        assert said.startswith("1 ")
        assert "DO NOT MATCH THE HASHES" in said
        assert "could not be installed" in said


def test_an_older_python_reads_it_far_enough_to_say_that_it_is_too_old() -> None:
    ast.parse(BOOTSTRAP.read_text(), feature_version=(3, 6))
    pretend = "import runpy, sys; sys.version_info = (3, 8); runpy.run_path(sys.argv[1], run_name='__main__')"
    command = [sys.executable, "-c", pretend, BOOTSTRAP]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr.startswith("ml-connector: needs Python 3.11 or newer")
    assert result.stderr.count("\n") == 1
