"""The turns of a service's threads at its SQLite file, in the order in which they came (`records/sqlite.py`).

Python's own lock goes to whoever asks at the right moment, mostly the one that has just given it back.
"""

from __future__ import annotations

import threading
from collections import deque


class Turns:
    """One thread at a time has the turn."""

    def __init__(self) -> None:
        self._own = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()

    def take(self, seconds: float) -> bool:
        """Wait for one's turn; False when it did not come in that time."""
        with self._own:
            if not self._taken:
                self._taken = True
                return True
            called = threading.Lock()
            called.acquire()
            self._waiting.append(called)
        if called.acquire(timeout=seconds):
            return True
        with self._own:
            if called not in self._waiting:
                return True  # just now
            self._waiting.remove(called)
            return False

    def give(self) -> None:
        """Hand the turn to whoever has waited longest."""
        with self._own:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
