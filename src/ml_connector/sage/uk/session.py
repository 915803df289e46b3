"""One session with one company: logged on, used, and always logged off again.

Nothing that could open a window or hang is let through: the user name is never blank (a blank name opens
Sage's log-on dialog), SETUP.DTA has to exist before Connect (a wrong folder may make it hang), and `UI` is
off (reference: sage50_uk_sdo.md §1.2, §1.3). Disconnect frees the user name, whatever happened.

SDO's failures become our own errors here and nowhere else: a COM error inside `reading` or `writing`, or a
write that answered False, is asked about at `engine.LastError` (§2.3).
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import cast

from ml_connector.errors import Code, ConnectorError, Defect, Finding, NeedsPerson, ReplyLost, TryAgain
from ml_connector.sage import findings
from ml_connector.sage.uk.error_codes import error_for
from ml_connector.sage.uk.sdo import Dispatch, Engine, Field, Fields, Workspace, plain

PROGRAM = "ml-connector"
SETUP_FILE = "SETUP.DTA"
DISP_E_EXCEPTION = -2147352567
RPC_E_WRONG_THREAD = -2147417842

KEYS = frozenset(
    {
        "ACCOUNT_REF",
        "BANK_CODE",
        "CARR_NOM_CODE",
        "COUNTRY_CODE",
        "CUST_ORDER_NUMBER",
        "DEF_NOM_CODE",
        "E_MAIL",
        "INV_REF",
        "NOMINAL_CODE",
        "STOCK_CODE",
        "VAT_REG_NUMBER",
    }
)
"""Fields whose text means something else when it is cut; all others are cut to their field's length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logon:
    """Which Sage Data Objects, which company folder (ACCDATA), and as which Sage user."""

    progid: str
    path: str
    user: str
    password: str = field(repr=False)


class Session:
    """A logged-on workspace.

    Objects are made with `create` and not kept longer than a call; those that only read are lent by `shared`,
    so that the session alone holds them and can let them go before it logs off (§1.7).
    """

    def __init__(self, engine: Engine, workspace: Workspace, logon: Logon) -> None:
        self.engine = engine
        self.workspace = workspace
        self.user = logon.user.upper()
        self.path = logon.path
        self._lengths: dict[tuple[str, str], int] = {}
        self._shared: dict[str, object] = {}
        self._has_failed = False

    def create(self, name: str) -> object:
        """A new object by its SDO name; the caller casts it to the shape that it uses."""
        return self.workspace.CreateObject(name)

    def shared(self, name: str) -> object:
        """The session's one object of this name; where it stands is whatever the last user left."""
        found = self._shared.get(name)
        if found is None:
            found = self._shared[name] = self.create(name)
        return found

    def release(self) -> None:
        """Let go of every object; a failure may have left a cycle that still holds some."""
        self._shared.clear()
        if self._has_failed:
            gc.collect()

    def put(self, kind: str, fields: Fields, values: Mapping[str, str | int | float | datetime]) -> None:
        """Assign fields; text is made to survive and cut to the field's own length (§2.1).

        `kind` names the object, so that a length is asked for once in a session. Raises `NeedsPerson` for a
        key or reference that would have to be cut.
        """
        for name, value in values.items():
            target = fields.Item(name)
            target.Value = self._fitted(kind, name, value, target) if isinstance(value, str) else value

    @contextlib.contextmanager
    def reading(self, doing: str) -> Generator[None]:
        """Calls that change nothing: what SDO raises becomes `TryAgain` or `NeedsPerson`."""
        try:
            yield
        except Exception as error:
            raise self._ours(error, doing, wrote=False, reached_sage=False) from None

    @contextlib.contextmanager
    def writing(self, doing: str, *, reached_sage: bool) -> Generator[None]:
        """Calls that may change the company: where it is not known how they went, `ReplyLost`.

        `reached_sage` says whether Sage holds something of this plan already.
        """
        try:
            yield
        except Exception as error:
            raise self._ours(error, doing, wrote=True, reached_sage=reached_sage) from None

    def must(self, answer: bool, doing: str, *, reached_sage: bool) -> None:
        """A write that answered False was refused (§2.3)."""
        if not answer:
            code, said = self._last_error()
            raise error_for(code, said, doing, wrote=True, reached_sage=reached_sage)

    def _fitted(self, kind: str, name: str, value: str, target: Field) -> str:
        length = self._lengths.get((kind, name))
        if length is None:
            length = self._lengths[kind, name] = target.Length
        fitted = plain(value)
        return fitted if len(fitted) <= length else _cut(name, fitted, length)

    def _ours(self, error: Exception, doing: str, *, wrote: bool, reached_sage: bool) -> Exception:
        self._has_failed = True
        hresult = getattr(error, "hresult", None)
        if isinstance(error, ConnectorError) or not isinstance(hresult, int):
            return error
        if hresult == RPC_E_WRONG_THREAD:
            return Defect(f"while {doing}, Sage was called from another thread than it was opened on")
        lost = ReplyLost(findings.reply_lost(doing)) if wrote else TryAgain(findings.session_broke(doing))
        if hresult != DISP_E_EXCEPTION:
            return lost
        try:
            code, said = self._last_error()
        except Exception:
            return lost
        return error_for(code, said or _said(error), doing, wrote=wrote, reached_sage=reached_sage)

    def _last_error(self) -> tuple[int, str]:
        last = self.engine.LastError
        return int(last.Code), str(last.Text or "")


@contextlib.contextmanager
def open_session(dispatch: Dispatch, logon: Logon) -> Generator[Session]:
    """Log on, and log off at the end.

    Raises `NeedsPerson` for what somebody has to put right first (path, user, version, registration), and
    `TryAgain` for what passes (name in use, exclusive mode, busy, user count).
    """
    _check(logon)
    engine = _engine(dispatch, logon.progid)
    workspace = engine.Workspaces.Add(PROGRAM)
    workspace.UI = False
    session = Session(engine, workspace, logon)
    with session.reading("logging on"):
        if not workspace.Connect(logon.path, logon.user, logon.password, PROGRAM):
            session.must(False, "logging on", reached_sage=False)
    try:
        yield session
    finally:
        session.release()
        with contextlib.suppress(TryAgain, NeedsPerson), session.reading("logging off"):
            workspace.Disconnect()


def _check(logon: Logon) -> None:
    if not logon.user.strip():
        raise NeedsPerson(
            Finding(
                code=Code.SAGE_PASSWORD,
                what="No Sage user name is set.",
                why="A blank user name makes Sage open its log-on window, which nobody would see.",
                fix="Type the name and password of ml-connector's own Sage user in the set-up.",
            )
        )
    if not (Path(logon.path) / SETUP_FILE).is_file():
        raise NeedsPerson(
            Finding(
                code=Code.SAGE_PATH,
                what=f"The folder {logon.path} holds no Sage company.",
                why=f"{SETUP_FILE} is not in it; every ACCDATA folder of a company has one.",
                fix="Help > About in Sage shows the data directory; type that path for ml-connector.",
            )
        )


def _engine(dispatch: Dispatch, progid: str) -> Engine:
    try:
        return cast(Engine, dispatch(progid))
    except Exception as error:
        if not isinstance(getattr(error, "hresult", None), int):
            raise
        finding = Finding(
            code=Code.SAGE_VERSION,
            what=f"This PC has no {progid} that this program can use.",
            why="Sage Data Objects of this version are not installed, or are not of this program's bitness.",
            fix="Help > About in Sage shows the version; install the ml-connector-agent of the same bitness.",
        )
        raise NeedsPerson(finding) from None


def _cut(name: str, value: str, length: int) -> str:
    if name not in KEYS:
        return value[:length]
    raise NeedsPerson(
        Finding(
            code=Code.SAGE_REFUSED,
            what=f"“{value}” does not fit into Sage's field {name}, which takes {length} characters.",
            why="It is a key or reference; cut, it would mean something else.",
            fix="Shorten it where it comes from: in the chart, or in the shop.",
        )
    )


def _said(error: Exception) -> str:
    """What a COM error says by itself: `excepinfo` is (wcode, source, description, …)."""
    info = getattr(error, "excepinfo", None)
    if isinstance(info, tuple):
        parts = cast("tuple[object, ...]", info)
        if len(parts) > 2 and isinstance(parts[2], str):
            return parts[2]
    return ""
