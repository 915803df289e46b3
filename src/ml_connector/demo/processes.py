"""The demo's processes: the pretend shop, the cloud side and the agent, each started, watched and ended.

Each writes to a log file of its own. A process that ends before it is ready, or while it is needed, is named
with the last lines of its log.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from ml_connector.clock import Clock
from ml_connector.errors import Code, Finding, NeedsPerson

READY_S = 60
END_S = 15
LOG_LINES = 15


@dataclass(slots=True)
class Processes:
    """The children of one run; leaving the block ends them, unless they are to be kept."""

    folder: Path
    clock: Clock
    keep: bool = False
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict[str, "subprocess.Popen[bytes]"])

    def __enter__(self) -> Processes:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if not self.keep or kind is not None:
            self.end_all()

    def start(self, name: str, *module_and_arguments: str) -> None:
        """Start `python -m …` under this name."""
        with self.log_of(name).open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", *module_and_arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                start_new_session=True,
            )

    def ready(self, name: str, ready_file: Path) -> str:
        """What the process wrote into its ready file; raises `NeedsPerson` when it ends or takes too long."""
        until = self.clock.monotonic() + READY_S
        while self.clock.monotonic() < until:
            if ready_file.exists():
                return ready_file.read_text("utf-8").strip()
            self.watch(name)
            self.clock.sleep(0.05)
        raise self._failed(name, f"It was not ready after {READY_S} seconds.")

    def watch(self, *names: str) -> None:
        """Raise `NeedsPerson` when one of these has ended."""
        for name in names:
            status = self._running[name].poll()
            if status is not None:
                raise self._failed(name, f"It ended with status {status}.")

    def how_to_end(self) -> str:
        """The command that ends what was left running."""
        return "kill " + " ".join(str(process.pid) for process in self._running.values())

    def end(self, name: str) -> None:
        """End one process: asked first, killed if it does not listen."""
        process = self._running.pop(name)
        process.terminate()
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def kill(self, name: str) -> None:
        """End one process without asking it, as a power cut would."""
        process = self._running.pop(name)
        process.kill()
        process.wait()

    def end_all(self) -> None:
        for name in reversed(list(self._running)):
            self.end(name)

    def log_of(self, name: str) -> Path:
        """The file that holds what this process printed."""
        return self.folder / f"{name}.log"

    def _failed(self, name: str, why: str) -> NeedsPerson:
        log = self.log_of(name)
        lines = log.read_text("utf-8", "replace").splitlines()[-LOG_LINES:] if log.exists() else []
        tail = "\n".join(lines)
        return NeedsPerson(
            Finding(
                code=Code.DEFECT,
                what=f"The demo's process “{name}” failed.",
                why=why,
                fix=f"Its log is {log}; it ends with:\n{tail}",
            )
        )
