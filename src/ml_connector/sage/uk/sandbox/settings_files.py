"""SetupData, ControlData, CurrencyData, DepartmentData: what the company has set (reference §3.8).

On these plain files Count and RecordNumber are methods (§2.2).
"""

from __future__ import annotations

from .data_files import DataFile
from .fields import Buffer, Fields
from .lock_date import permission
from .session import Session
from .tables.settings import CONTROL, CURRENCY, DEPARTMENT, SETUP
from .tables.table import Table
from .values import Stored, take_day

_WITHOUT_VAT_CASH = Table(
    name=SETUP.name, fields=tuple(field for field in SETUP.fields if field.name != "VAT_CASH")
)


class PlainFile(DataFile):
    """ISDOFile: Count and RecordNumber are methods."""

    __slots__ = ()

    def Count(self) -> int:
        return self._session.read(self._count)

    def RecordNumber(self) -> int:
        return self._session.read(lambda: self._recno)


class SetupData(PlainFile):
    """ISetupData: one record. It is opened before it is read; fields are empty until then (§2.2)."""

    __slots__ = ()
    table = SETUP

    def __init__(self, session: Session, scope: tuple[str, Stored] | None = None) -> None:
        super().__init__(session, scope)
        if session.switches.setup_vat_cash == "unknown":
            self._buffer = Buffer(_WITHOUT_VAT_CASH)

    def IsDateValidForLockDate(self, dDate: object) -> int:
        """0 permitted, 1 this user may override, 2 denied: for the user of this session."""
        return self.IsDateUserValidForLockDate(dDate, self._session.user)

    def IsDateUserValidForLockDate(self, dDate: object, UserName: str) -> int:
        """0 permitted, 1 the user may override, 2 denied."""
        return self._session.read(
            lambda: int(permission(self._session.file, take_day(dDate), UserName.upper()))
        )

    def _open(self, mode: int) -> None:
        super()._open(mode)
        self._stand("", "ASC")


class ControlData:
    """IControlData: `Read(1)`, then T0_RATE and so on. It has no Find and no Move, so it is no PlainFile."""

    __slots__ = ("_file",)

    def __init__(self, session: Session) -> None:
        self._file = _ControlRow(session)

    @property
    def Fields(self) -> Fields:
        return self._file.Fields

    def Open(self, OpenMode: int) -> bool:
        return self._file.Open(OpenMode)

    def Close(self) -> None:
        self._file.Close()

    def Read(self, lRecNo: int) -> bool:
        return self._file.Read(lRecNo)

    def Count(self) -> int:
        return self._file.Count()


class _ControlRow(PlainFile):
    __slots__ = ()
    table = CONTROL


class CurrencyData(PlainFile):
    """ICurrencyData: record number = CURRENCY + 1 (§3.2)."""

    __slots__ = ()
    table = CURRENCY


class DepartmentData(PlainFile):
    """IDepartmentData: record number = department + 1."""

    __slots__ = ()
    table = DEPARTMENT
