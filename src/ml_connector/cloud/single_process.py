"""SQLite serves one process: whoever comes second is told so instead of corrupting the schedule."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ml_connector.errors import Code, Finding, NeedsPerson

try:
    import fcntl
except ImportError:  # Windows opens a file for writing exclusively by itself
    fcntl = None


@contextmanager
def sole_process(data_dir: Path) -> Generator[None]:
    """Hold the lock of a data folder; raises `NeedsPerson` when another process holds it."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (data_dir / "serve.lock").open("a") as lock:
        if fcntl is not None:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise NeedsPerson(
                    Finding(
                        code=Code.SETTINGS_INVALID,
                        what="The service was not started.",
                        why=f"Another ml-connector already works in {data_dir}.",
                        fix="Stop it first, or give this one a data_dir of its own.",
                    )
                ) from None
        yield
