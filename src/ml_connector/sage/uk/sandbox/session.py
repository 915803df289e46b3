"""One connected session: what every object of it shares, and the edge at which rules become SDO's answers.

A client's call goes through `read`, `prepare` or `write`. They see to the apartment (one thread), to
whether the session is still there, to the transaction, to the count of writes and to the faults; and they
turn a `Refusal` into `engine.LastError` and an exception, or False (reference sage50_uk_sdo.md §2.3).
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from . import faults, queue
from .com import RPC_E_WRONG_THREAD, ComError, ErrorCode, LastError, Refusal, com_error
from .storage import CompanyFile
from .switches import Switches

T = TypeVar("T")


class Session:
    """A logged-on user in one company. `user` is in upper case, `now` is Sage's wall clock (no time zone)."""

    __slots__ = ("_last_error", "_open", "_thread", "_token", "file", "now", "switches", "user")

    def __init__(
        self,
        *,
        file: CompanyFile,
        user: str,
        token: str,
        switches: Switches,
        last_error: LastError,
        now: Callable[[], datetime],
    ) -> None:
        self.file = file
        self.user = user
        self.switches = switches
        self.now = now
        self._token = token
        self._last_error = last_error
        self._thread = threading.get_ident()
        self._open = True

    def read(self, act: Callable[[], T]) -> T:
        """A call that only looks. Refused, it raises; what it does not find it answers with False."""
        self._require()
        try:
            return act()
        except Refusal as refusal:
            self._last_error.note(refusal)
            raise com_error(refusal) from None

    def prepare(self, act: Callable[[], None]) -> bool:
        """A call that changes the object and not yet the company: AddNew, Edit, CancelUpdate."""
        self._require()
        return self._attempt(act)

    def write(self, operation: str, act: Callable[[], None]) -> bool:
        """A call that changes the company: one transaction, counted under `operation`."""
        self._require()

        def in_transaction() -> None:
            if faults.busy_now(self.file.accdata):
                raise Refusal(ErrorCode.sdoFileLockedAccountsBusy)
            with self.file.transaction():
                if not queue.holds(self.file, self.user, self._token):
                    raise Refusal(ErrorCode.sdoConnectionKickedOut)
                act()
                self.file.execute(
                    "INSERT INTO WRITES VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET CALLS = CALLS + 1",
                    (self.user, operation),
                )
            faults.after_write(self.file.accdata)

        return self._attempt(in_transaction)

    def close(self) -> None:
        """Free the user name; every object of this session is dead from now on."""
        self._require()
        queue.leave(self.file, self.user, self._token)
        self._open = False
        self.file.close()

    def _require(self) -> None:
        if threading.get_ident() != self._thread:
            # Apartment threading (§1.7): an object belongs to the thread that made it.
            raise ComError(RPC_E_WRONG_THREAD, "The application called an interface of another thread.")
        if not self._open:
            refusal = Refusal(ErrorCode.sdoNotConnected)
            self._last_error.note(refusal)
            raise com_error(refusal)

    def _attempt(self, act: Callable[[], None]) -> bool:
        try:
            act()
        except sqlite3.OperationalError as trouble:
            return self._refused(Refusal(ErrorCode.sdoFileLockedAccountsBusy, str(trouble)))
        except Refusal as refusal:
            return self._refused(refusal)
        if self.switches.last_error_after_success == "reset":
            self._last_error.clear()
        return True

    def _refused(self, refusal: Refusal) -> bool:
        self._last_error.note(refusal)
        if self.switches.failure == "returns_false":
            return False
        raise com_error(refusal)
