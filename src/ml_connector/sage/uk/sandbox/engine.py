"""The engine and its workspaces: the way in, as `win32com.client.dynamic.Dispatch("SDOEngine.32")` shows it.

    engine = create_engine(32)
    workspace = engine.Workspaces.Add("anything")
    workspace.Connect(accdata, user, password, "our program")    # raises ComError; then read engine.LastError
    record = workspace.CreateObject("SalesRecord")
    workspace.Disconnect()

Unknown members raise AttributeError, as pywin32's dynamic dispatch does. Promises the ways in which Connect
fails (reference sage50_uk_sdo.md §1.3): 22, 23, 24, 25, 26 and 48.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from . import faults, queue
from .com import ErrorCode, LastError, Refusal, com_error
from .companies import Companies, find_companies
from .objects import OBJECTS
from .session import Session
from .storage import SETUP_FILE, CompanyFile
from .switches import Switches, load_switches


class LoginDialogWouldOpen(Exception):
    """User name and password were both blank: real SDO opens a login window, where a service hangs (§1.2).

    Not a ComError, so that nobody handles it by accident.
    """


def create_engine(
    version: int = 32, switches: Switches | None = None, now: Callable[[], datetime] | None = None
) -> SDOEngine:
    """The engine that ProgID SDOEngine.<version> would give.

    Without `switches` each company answers for itself (`switches.save_switches`), else by the defaults. `now`
    is the PC's clock, without a time zone; by default the real one.
    """
    return SDOEngine(version, switches, now or _wall_clock)


def _wall_clock() -> datetime:
    return datetime.now(UTC).astimezone().replace(tzinfo=None)


class SDOEngine:
    """ISDOEngine."""

    __slots__ = ("_last_error", "_workspaces")

    def __init__(self, version: int, switches: Switches | None, now: Callable[[], datetime]) -> None:
        self._last_error = LastError()
        self._workspaces = Workspaces(version, switches, now, self._last_error)

    @property
    def Workspaces(self) -> Workspaces:
        return self._workspaces

    @property
    def LastError(self) -> LastError:
        return self._last_error

    @property
    def IsRegistered(self) -> bool:
        """Third-party integration is enabled (§1.4)."""
        return True

    def GetCompanies(self, BasePath: str) -> Companies:
        """The companies at or below a folder (§1.5)."""
        return find_companies(Path(BasePath))


class Workspaces:
    """IWorkspaces."""

    __slots__ = ("_added", "_last_error", "_now", "_switches", "_version")

    def __init__(
        self,
        version: int,
        switches: Switches | None,
        now: Callable[[], datetime],
        last_error: LastError,
    ) -> None:
        self._version = version
        self._switches = switches
        self._now = now
        self._last_error = last_error
        self._added: list[Workspace] = []

    @property
    def Count(self) -> int:
        return len(self._added)

    def Add(self, Name: str) -> Workspace:
        workspace = Workspace(Name, self._version, self._switches, self._now, self._last_error)
        self._added.append(workspace)
        return workspace


class Workspace:
    """IWorkSpace: one connection to one company."""

    __slots__ = ("_last_error", "_name", "_now", "_path", "_session", "_switches", "_ui", "_version")

    def __init__(
        self,
        name: str,
        version: int,
        switches: Switches | None,
        now: Callable[[], datetime],
        last_error: LastError,
    ) -> None:
        self._ui = True
        self._name = name
        self._version = version
        self._switches = switches
        self._now = now
        self._last_error = last_error
        self._path = ""
        self._session: Session | None = None

    @property
    def Name(self) -> str:
        return self._name

    @property
    def UI(self) -> bool:
        """Whether SDO may open windows; a service sets it to False (§1.2). This engine has none to open."""
        return self._ui

    @UI.setter
    def UI(self, value: bool) -> None:
        self._ui = value

    @property
    def Version(self) -> str:
        return f"{self._version}.0"

    @property
    def Path(self) -> str:
        return self._path

    def Connect(self, Path: str = "", Usr: str = "", Psw: str = "", Unique: str = "") -> bool:
        """Log on. True, or ComError with LastError set; never False."""
        if not Usr and not Psw:
            raise LoginDialogWouldOpen("give a user name: blank user and password open a window in real SDO")
        try:
            self._session = self._connect(Path, Usr, Psw, Unique)
        except Refusal as refusal:
            self._last_error.note(refusal)
            raise com_error(refusal) from None
        self._path = Path
        if self._session.switches.last_error_after_success == "reset":
            self._last_error.clear()
        return True

    def CreateObject(self, Name: str) -> Any:
        """An object by its name, whatever the case. Any: late-bound, as in pywin32."""
        session = self._session
        if session is None:
            self._refuse(Refusal(ErrorCode.sdoNotConnected))
        make = OBJECTS.get(Name.lower())
        if make is None:
            self._refuse(Refusal(ErrorCode.sdoInvalidName, Name))
        return session.read(lambda: make(session))

    def Disconnect(self) -> None:
        """Log off and free the user name. Twice is harmless."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _refuse(self, refusal: Refusal) -> NoReturn:
        self._last_error.note(refusal)
        raise com_error(refusal)

    def _connect(self, path: str, user: str, password: str, program: str) -> Session:
        accdata = Path(path)
        if self._session is not None:
            raise Refusal(ErrorCode.sdoInvalidUse, "this workspace is connected")
        if not (accdata / SETUP_FILE).is_file():
            raise Refusal(ErrorCode.sdoBadDataPath, path)
        if faults.is_exclusive(accdata):
            raise Refusal(ErrorCode.sdoLogonExclusive)
        if faults.busy_now(accdata):
            raise Refusal(ErrorCode.sdoFileLockedAccountsBusy)
        file, name = CompanyFile(accdata), user.upper()
        try:
            if file.option("DATA_VERSION") != str(self._version):
                raise Refusal(ErrorCode.sdoWrongVersion)
            # User names do not depend on case (§1.2); passwords are taken as they are ([L]).
            if not file.execute("SELECT 1 FROM USER WHERE NAME = ? AND PASSWORD = ?", (name, password)):
                raise Refusal(ErrorCode.sdoLogonPassword)
            token = queue.enter(file, name, program, self._now())
        except BaseException:
            file.close()
            raise
        return Session(
            file=file,
            user=name,
            token=token,
            switches=self._switches or load_switches(accdata),
            last_error=self._last_error,
            now=self._now,
        )
