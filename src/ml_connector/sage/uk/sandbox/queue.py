"""QUEUE.DTA: who is logged on. One session per user name and company (reference sage50_uk_sdo.md §1.6).

A session is a row. Disconnect takes it away; the death of the process does not, so that the name stays “in
use” until somebody clears it (`manager.clear_session`).
"""

from __future__ import annotations

import secrets
import socket
from datetime import datetime

from .com import ErrorCode, Refusal
from .storage import CompanyFile


def enter(file: CompanyFile, user: str, program: str, now: datetime) -> str:
    """Log `user` on; the token by which the session knows its own row. Raises Refusal 23 when in use."""
    token = secrets.token_hex(8)
    with file.transaction():
        if is_logged_on(file, user):
            raise Refusal(ErrorCode.sdoLogonNameInUse)
        row = (user, socket.gethostname()[:15], token, program, now.isoformat())
        file.execute("INSERT INTO QUEUE VALUES (?, ?, ?, ?, ?)", row)
    return token


def is_logged_on(file: CompanyFile, user: str) -> bool:
    return bool(file.execute("SELECT 1 FROM QUEUE WHERE USER_NAME = ?", (user,)))


def holds(file: CompanyFile, user: str, token: str) -> bool:
    """Whether this very session is still logged on: nobody has cleared it meanwhile."""
    return bool(file.execute("SELECT 1 FROM QUEUE WHERE USER_NAME = ? AND TOKEN = ?", (user, token)))


def leave(file: CompanyFile, user: str, token: str) -> None:
    """Log off. A row that belongs to a later session of the same name stays."""
    file.execute("DELETE FROM QUEUE WHERE USER_NAME = ? AND TOKEN = ?", (user, token))


def clear(file: CompanyFile, user: str, now: datetime) -> bool:
    """Remove a session as Sage's Manager does, and record that it was done; False when there was none."""
    with file.transaction():
        found = file.execute("DELETE FROM QUEUE WHERE USER_NAME = ? RETURNING MACHINE", (user,))
        for (machine,) in found:
            file.execute("INSERT INTO CLEARED VALUES (?, ?, ?)", (user, machine, now.isoformat()))
    return bool(found)
