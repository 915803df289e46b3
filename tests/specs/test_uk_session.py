"""A session on Sage 50 UK: how it is opened, what can be wrong with it, and that it is always closed."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from ml_connector.errors import Code, Defect, NeedsPerson, TryAgain
from ml_connector.sage.conformance.bench import invoice
from ml_connector.sage.memory import MemoryIndex
from ml_connector.sage.uk.door import SageUkDoor
from ml_connector.sage.uk.sandbox import faults, manager
from ml_connector.sage.uk.sandbox.com import ComError
from ml_connector.sage.uk.sandbox.company import CONNECTOR_USER
from ml_connector.sage.uk.sandbox.engine import create_engine
from ml_connector.sage.uk.session import Logon
from tests.conformance.uk_bench import UkBench, make_template

CLASS_NOT_REGISTERED = -2147221164


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def bench(template: Path, tmp_path: Path) -> UkBench:
    return UkBench(template, tmp_path)


def opened(bench: UkBench, logon: Logon) -> None:
    with SageUkDoor(bench.wire.dispatch, logon).open(MemoryIndex()) as books:
        books.watermark()


@contextmanager
def fails(kind: type[NeedsPerson | TryAgain], code: Code) -> Generator[None]:
    with pytest.raises(kind) as caught:
        yield
    assert caught.value.finding.code is code


def test_a_blank_user_name_never_reaches_sage(bench: UkBench) -> None:
    """Blank name and password make Sage open its log-on window, on a screen that nobody watches."""
    for user in ("", "  "):
        with fails(NeedsPerson, Code.SAGE_PASSWORD):
            opened(bench, replace(bench.logon, user=user, password=""))
    assert not bench.wire.calls


def test_a_folder_without_setup_dta_never_reaches_connect(bench: UkBench, tmp_path: Path) -> None:
    """Connect may hang on a wrong folder."""
    with fails(NeedsPerson, Code.SAGE_PATH):
        opened(bench, replace(bench.logon, path=str(tmp_path)))
    assert not bench.wire.calls


def test_a_wrong_password_needs_a_person_and_is_never_told(bench: UkBench) -> None:
    logon = replace(bench.logon, password="s3cret-typo")
    with pytest.raises(NeedsPerson) as caught:
        opened(bench, logon)
    assert caught.value.finding.code is Code.SAGE_PASSWORD
    assert "Settings > User Management > Users" in caught.value.finding.fix
    assert not caught.value.reached_sage
    for shown in (str(caught.value), repr(caught.value), repr(logon)):
        assert "s3cret-typo" not in shown


def test_another_data_version_needs_a_person(bench: UkBench) -> None:
    with fails(NeedsPerson, Code.SAGE_VERSION):
        opened(bench, replace(bench.logon, progid="SDOEngine.31"))


def test_missing_data_objects_need_a_person(tmp_path: Path) -> None:
    """Not installed, or of the other bitness: an ordinary COM error before there is any engine."""

    def no_such_class(progid: str) -> object:
        raise ComError(CLASS_NOT_REGISTERED, f"{progid} is not registered")

    (tmp_path / "SETUP.DTA").touch()
    logon = Logon(progid="SDOEngine.29", path=str(tmp_path), user="WEB", password="x")
    door = SageUkDoor(no_such_class, logon)
    with fails(NeedsPerson, Code.SAGE_VERSION), door.open(MemoryIndex()):
        pass


def test_what_passes_is_tried_again(bench: UkBench) -> None:
    """A backup by somebody else, a locked file: nobody has to do anything."""
    faults.set_exclusive(bench.accdata, True)
    with fails(TryAgain, Code.SAGE_EXCLUSIVE):
        opened(bench, bench.logon)
    faults.set_exclusive(bench.accdata, False)
    faults.set_busy(bench.accdata, 1)
    with fails(TryAgain, Code.SAGE_BUSY):
        opened(bench, bench.logon)
    opened(bench, bench.logon)


def test_a_session_left_behind_by_a_kill_keeps_the_name_in_use(bench: UkBench) -> None:
    """The finding says how a person frees the name; after that the next session opens."""
    engine = create_engine(32)
    cut_off = engine.Workspaces.Add("a program that was killed")
    cut_off.Connect(str(bench.accdata), CONNECTOR_USER, bench.logon.password, "killed")
    with pytest.raises(TryAgain) as caught:
        opened(bench, bench.logon)
    assert caught.value.finding.code is Code.SAGE_IN_USE
    assert "answer Yes to “remove”" in caught.value.finding.fix
    manager.clear_session(bench.accdata, CONNECTOR_USER)
    opened(bench, bench.logon)


@pytest.mark.parametrize("wrong", [Defect("ours"), KeyboardInterrupt(), ZeroDivisionError()])
def test_the_name_is_free_again_whatever_happened(wrong: BaseException, bench: UkBench) -> None:
    logged_on: tuple[str, ...] = ()

    def go_wrong() -> None:
        nonlocal logged_on
        with bench.door.open(MemoryIndex()):
            logged_on = manager.users_logged_on(bench.accdata)
            raise wrong

    with pytest.raises(type(wrong)):
        go_wrong()
    assert logged_on == (CONNECTOR_USER,)
    assert manager.users_logged_on(bench.accdata) == ()


def test_the_login_window_is_switched_off_before_connect(bench: UkBench) -> None:
    opened(bench, bench.logon)
    members = list(bench.wire.calls)
    assert members.index("UI") < members.index("Connect") < members.index("Disconnect")


def test_a_session_removed_by_the_manager_is_looked_at_again_later(bench: UkBench) -> None:
    """Kicked out between look and write: nothing was written, and nothing is taken for refused."""
    plan = invoice()
    with bench.door.open(bench.index) as books:
        books.look(plan, plan.effects[0], books.before(plan, plan.effects[0]))
        manager.clear_session(bench.accdata, CONNECTOR_USER)
        with pytest.raises(TryAgain) as caught:
            books.write(plan, plan.effects[0])
    assert caught.value.finding.code is Code.SAGE_SESSION_LOST
    assert bench.writes() == 0
