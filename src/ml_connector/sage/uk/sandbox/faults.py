"""Fault switches: what can go wrong around Sage, switched on from outside, for whichever process comes next.

Each is a small file beside the company's data, so that a test can set it and drive another process:

    EXCLUSIVE.FLAG   somebody runs a backup: Connect is refused with 24 until the flag is taken away
    BUSY.FLAG        holds n: the next n calls that connect or write are refused with 48
    DIE.FLAG         holds n: the process ends after its nth successful write, before the call returns
"""

from __future__ import annotations

import os
from pathlib import Path

_EXCLUSIVE = "EXCLUSIVE.FLAG"
_BUSY = "BUSY.FLAG"
_DIE = "DIE.FLAG"

DIED_AFTER_WRITE = 137
"""Exit status of a process that `die_after_write` ended (as a shell shows SIGKILL)."""


def set_exclusive(accdata: Path, on: bool) -> None:
    """Start or end a routine that shuts everybody else out (§1.6: backup, restore, check data …)."""
    flag = accdata / _EXCLUSIVE
    if on:
        flag.touch()
    else:
        flag.unlink(missing_ok=True)


def set_busy(accdata: Path, calls: int) -> None:
    """Refuse the next `calls` calls that connect or write with “Accounts application is busy”."""
    _store(accdata / _BUSY, calls)


def die_after_write(accdata: Path, nth: int = 1) -> None:
    """End the process that makes the `nth` successful write from now, before it hears of the success."""
    _store(accdata / _DIE, nth)


def is_exclusive(accdata: Path) -> bool:
    """Whether a logon has to be refused."""
    return (accdata / _EXCLUSIVE).exists()


def busy_now(accdata: Path) -> bool:
    """Whether this call meets a busy Sage; counts the call."""
    return _count_down(accdata / _BUSY) is not None


def after_write(accdata: Path) -> None:
    """Called when a write is safely in the file; may not return."""
    if _count_down(accdata / _DIE) == 0:
        os._exit(DIED_AFTER_WRITE)


def _store(flag: Path, count: int) -> None:
    if count < 1:
        raise ValueError("a fault is set for at least one call")
    flag.write_text(str(count), encoding="ascii")


def _count_down(flag: Path) -> int | None:
    """What is left after this call; None when the fault is not set. The flag goes with its last call."""
    try:
        left = int(flag.read_text(encoding="ascii")) - 1
    except FileNotFoundError:
        return None
    if left:
        flag.write_text(str(left), encoding="ascii")
    else:
        flag.unlink()
    return left
