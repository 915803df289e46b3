"""The only door to time, new ids and chance.

Everything below the shells takes a `Clock`, so that a test or a simulation decides what time it is and
which ids are drawn. Instants are aware UTC datetimes; nothing here knows a shop's time zone.
"""

from __future__ import annotations

import random
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Time, ids and chance."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards; only differences mean anything."""
        ...

    def new_id(self) -> str:
        """32 lower-case hexadecimal digits that were never given before."""
        ...

    def secret(self) -> str:
        """A token fit for a credential: 43 characters, URL-safe."""
        ...

    def random_bytes(self, count: int) -> bytes:
        """`count` bytes fit for a key or a nonce."""
        ...

    def jitter(self) -> float:
        """A number in [0, 1) to spread waits with."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait. Only shells may call this."""
        ...


class SystemClock:
    """The machine's own time and randomness."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def new_id(self) -> str:
        return secrets.token_hex(16)

    def secret(self) -> str:
        return secrets.token_urlsafe(32)

    def random_bytes(self, count: int) -> bytes:
        return secrets.token_bytes(count)

    def jitter(self) -> float:
        return random.random()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@dataclass
class ManualClock:
    """A clock that a test moves by hand; ids and chance come from a seed."""

    at: datetime = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    seed: int = 0
    _chance: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def new_id(self) -> str:
        return f"{self._chance.getrandbits(128):032x}"

    def secret(self) -> str:
        return f"test-{self.new_id()}"

    def random_bytes(self, count: int) -> bytes:
        return self._chance.randbytes(count)

    def jitter(self) -> float:
        return self._chance.random()

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
