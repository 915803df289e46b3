"""The wire between driver and pretend engine: counts every call, and can lose the reply of a write.

It stands where COM stands: each object that crosses it is wrapped, whatever it is, so the driver meets the
same late-bound names. A lost reply is what a broken RPC connection would give: the write was made, the call
raises.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

from ml_connector.sage.uk.sandbox.com import ComError
from ml_connector.sage.uk.sandbox.engine import create_engine
from ml_connector.sage.uk.sandbox.switches import Switches

RPC_S_CALL_FAILED = -2147023170
WRITES = frozenset({"Update", "Post", "AllocatePayment", "Invoke"})
PLAIN = (str, int, float, date, type(None))


class Wire:
    """Hands out engines by ProgID, as `Dispatch` does. `calls` counts members by name."""

    def __init__(self, switches: Switches | None = None) -> None:
        self.calls: Counter[str] = Counter()
        self.lose_next = False
        self._switches = switches

    def dispatch(self, progid: str) -> object:
        """An engine of the version in the ProgID."""
        return Wrapped(self, create_engine(int(progid.rpartition(".")[2]), self._switches))

    def cross(self, value: Any) -> Any:
        """What comes back over the wire: plain values as they are, objects wrapped."""
        return value if isinstance(value, PLAIN) else Wrapped(self, value)

    def call(self, name: str, method: Callable[..., Any], *arguments: Any) -> Any:
        """A method call."""
        self.calls[name] += 1
        answer = method(*arguments)
        if self.lose_next and name in WRITES:
            self.lose_next = False
            raise ComError(RPC_S_CALL_FAILED, "The remote procedure call failed.")
        return self.cross(answer)


class Wrapped:
    """Any object of the engine, on this side of the wire."""

    def __init__(self, wire: Wire, thing: Any) -> None:
        object.__setattr__(self, "_wire", wire)
        object.__setattr__(self, "_thing", thing)

    def __getattr__(self, name: str) -> Any:
        wire: Wire = object.__getattribute__(self, "_wire")
        value = getattr(object.__getattribute__(self, "_thing"), name)
        if callable(value):
            return functools.partial(wire.call, name, value)
        wire.calls[name] += 1
        return wire.cross(value)

    def __setattr__(self, name: str, value: object) -> None:
        wire: Wire = object.__getattribute__(self, "_wire")
        wire.calls[name] += 1
        setattr(object.__getattribute__(self, "_thing"), name, value)
