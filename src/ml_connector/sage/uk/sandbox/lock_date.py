"""The lock date: before it, only a user with the right may post (reference sage50_uk_sdo.md §6)."""

from __future__ import annotations

from datetime import date
from enum import IntEnum

from .com import ErrorCode, Refusal
from .session import Session
from .storage import CompanyFile

OPTION = "LOCK_DATE"


class LockDatePermission(IntEnum):
    """What `SetupData.IsDateUserValidForLockDate` answers."""

    permitted = 0
    user_can_override = 1
    denied = 2


def permission(file: CompanyFile, day: date, user: str) -> LockDatePermission:
    """Whether `user` (upper case) may post at `day`. The lock date itself is still locked."""
    lock_date = file.option(OPTION)
    if not lock_date or day > date.fromisoformat(lock_date):
        return LockDatePermission.permitted
    may = file.execute("SELECT MAY_OVERRIDE_LOCK_DATE FROM USER WHERE NAME = ?", (user,))
    return LockDatePermission.user_can_override if may and may[0][0] else LockDatePermission.denied


def check_lock_date(session: Session, day: date) -> None:
    """Refuse (49) to post at a locked date. Saving documents is not posting, and is allowed."""
    if permission(session.file, day, session.user) is LockDatePermission.denied:
        raise Refusal(ErrorCode.sdoClosedLedgerDateControlError, f"{day:%d/%m/%Y}")
