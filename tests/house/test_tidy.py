"""The house rules that no linter knows: each is broken once, and kept once right beside it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools.check_tidy import main, problems

PACKAGE = "src/ml_connector/"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sync/engine.py", "import random\n"),
        ("records/vault.py", "from secrets import token_bytes\n"),
        ("records/jobs.py", "import uuid\n"),
        ("records/inbox.py", "import threading\n"),
        ("adobe/feed.py", "from datetime import datetime\nx = datetime.now()\n"),
        ("adobe/feed.py", "import datetime\nx = datetime.datetime.utcnow()\n"),
        ("sage/uk/driver.py", "from datetime import date\nx = date.today()\n"),
        ("agent/journal.py", "import time\n"),
        ("agent/poster.py", "from threading import Lock\n"),
        ("records/vault.py", "import os\nx = os.urandom(12)\n"),
        ("cli.py", "import uuid\n"),
        ("agent/link.py", "from datetime import datetime\nx = datetime.now()\n"),
    ],
)
def test_time_ids_and_chance_come_through_the_clock(name: str, text: str) -> None:
    assert len(problems(PACKAGE + name, text)) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("clock.py", "import random, secrets, time\n"),
        ("adobe/sandbox/server.py", "import threading, time, uuid\n"),
        ("sage/uk/sandbox/engine.py", "from datetime import datetime\nx = datetime.now()\n"),
        ("cloud/worker.py", "import threading, time\n"),
        ("cloud/hooks.py", "import asyncio\n"),
        ("cloud/inbox_writer.py", "import asyncio, threading\n"),
        ("demo/processes.py", "import subprocess\n"),
        ("agent/link.py", "import time\n"),
        ("sync/engine.py", "x = clock.now()\n"),
        ("documents/sales.py", "from datetime import date, time\nfrom . import random\n"),
    ],
)
def test_clock_sandboxes_and_shells_may_do_what_they_are_for(name: str, text: str) -> None:
    assert problems(PACKAGE + name, text) == []


@pytest.mark.parametrize("package", ["documents", "posting/rules", "sync"])
@pytest.mark.parametrize("text", ["x = float('1.10')\n", "x = 0.05\n"])
def test_no_float_is_made_where_money_is_decided(package: str, text: str) -> None:
    name = f"{PACKAGE}{package}/a.py"
    assert [problem.partition(":")[0] for problem in problems(name, text)] == [name]


def test_the_last_call_into_the_sdk_may_make_a_float() -> None:
    assert problems(PACKAGE + "sage/uk/fields.py", "x = float('1.10')\n") == []


# The texts are put together here, so that this file does not break the rules itself.
@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("# TO" + "DO later", "a note for later; do it, or file an issue"),
        ("# FIX" + "ME", "a note for later; do it, or file an issue"),
        ("see /" + "tmp/x", "a path of one machine"),
        ('"/' + 'home/somebody"', "a path of one machine"),
        ("https://py" + "pi.org/simple", "an address of a package registry"),
        ("--index" + "-url X", "an address of a package registry"),
        ("--extra-index" + "-url X", "an address of a package registry"),
    ],
)
def test_no_committed_text_holds_what_belongs_elsewhere(text: str, complaint: str) -> None:
    assert problems("docs/a.md", f"first line\n{text}\n") == [f"docs/a.md:2: {complaint}"]


@pytest.mark.parametrize(
    "text", ["mastodon", "see src/tmp/x", "https://shop.example/work/1", "--no-emit-index-url"]
)
def test_what_only_looks_like_it_passes(text: str) -> None:
    assert problems("docs/a.md", text) == []


def test_files_that_git_ignores_and_packed_data_are_not_read(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    note = "TO" + "DO"
    (tmp_path / ".gitignore").write_text("ignored.txt\n")
    (tmp_path / "ignored.txt").write_text(note)
    (tmp_path / "packed.xz").write_bytes(b"\xfd7zXZ\x00\xff" + note.encode())
    assert main(tmp_path) == 0
    (tmp_path / "notes.txt").write_text(note)
    assert main(tmp_path) == 1
