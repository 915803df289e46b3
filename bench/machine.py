"""What the figures need of the machine: cores and peak memory of a process (Linux).

Standard library only: a reader in another environment uses it too.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


def cores() -> tuple[int, int]:
    """One core for what is measured, and another for what stands around it; the same where there is one."""
    usable = sorted(os.sched_getaffinity(0))
    return usable[0], usable[-1]


def peak_rss_mb() -> float:
    """The most memory that this process has held so far, in MB of 1,000,000 bytes."""
    found = _PEAK.search(Path("/proc/self/status").read_text())
    assert found is not None
    return round(int(found[1]) * 1024 / 1e6, 1)
