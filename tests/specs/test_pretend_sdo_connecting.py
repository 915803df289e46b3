"""Connecting to the pretend SDO engine: who gets in, who does not, and what a killed process leaves."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, cast

import pytest

from ml_connector.sage.uk import sandbox
from ml_connector.sage.uk.sandbox import faults, manager
from ml_connector.sage.uk.sandbox.com import ComError
from ml_connector.sage.uk.sandbox.company import create_company
from ml_connector.sage.uk.sandbox.engine import LoginDialogWouldOpen, create_engine
from ml_connector.sage.uk.sandbox.switches import Switches, load_switches, save_switches
from tests.specs.pretend_sdo import company, connected, document, line, put, refusal


def refused(path: Path | str, user: str = "MLCONN", password: str = "sandbox", version: int = 32) -> int:
    """The LastError of a Connect that fails; the exception has the shape of pywin32's."""
    engine: Any = create_engine(version)
    with pytest.raises(ComError) as caught:
        engine.Workspaces.Add("specs").Connect(str(path), user, password, "specs")
    hresult, text, excepinfo, argerr = caught.value.args
    assert (hresult, text, argerr) == (-2147352567, "Exception occurred.", None)
    assert excepinfo[2] == engine.LastError.Text
    return engine.LastError.Code


def run(program: str, accdata: Path) -> subprocess.CompletedProcess[str]:
    """Another process at the same company, as an agent is."""
    source = Path(sandbox.__file__).parents[4]
    return subprocess.run(
        [sys.executable, "-c", program, str(accdata)],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(source)},
    )


def test_user_names_do_not_depend_on_case_and_passwords_do(tmp_path: Path) -> None:
    accdata = company(tmp_path)
    workspace: Any = create_engine().Workspaces.Add("specs")
    assert workspace.Connect(str(accdata), "mlconn", "sandbox", "specs") is True
    workspace.Disconnect()
    assert refused(accdata, password="SANDBOX") == 22
    assert refused(accdata, user="NOBODY") == 22


def test_a_folder_that_is_no_company_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path) == 25


def test_an_engine_of_another_version_is_refused(tmp_path: Path) -> None:
    assert refused(company(tmp_path), version=33) == 26


def test_blank_user_and_password_fail_loudly_because_a_window_would_open(tmp_path: Path) -> None:
    workspace: Any = create_engine().Workspaces.Add("specs")
    with pytest.raises(LoginDialogWouldOpen):
        workspace.Connect(str(company(tmp_path)), "", "", "specs")


def test_a_user_name_has_one_session_and_disconnect_frees_it(tmp_path: Path) -> None:
    accdata = company(tmp_path)
    with connected(accdata):
        assert refused(accdata) == 23
        assert manager.users_logged_on(accdata) == ("MLCONN",)
    with connected(accdata):
        pass
    assert manager.users_logged_on(accdata) == ()


def test_the_session_of_a_killed_process_stays_until_the_manager_clears_it(tmp_path: Path) -> None:
    accdata = company(tmp_path)
    program = (
        "import os, signal, sys\n"
        "from ml_connector.sage.uk.sandbox.engine import create_engine\n"
        "create_engine().Workspaces.Add('x').Connect(sys.argv[1], 'MLCONN', 'sandbox', 'x')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert run(program, accdata).returncode == -9
    assert refused(accdata) == 23
    assert manager.clear_session(accdata, "mlconn") is True
    assert manager.clear_session(accdata, "MLCONN") is False
    assert manager.cleared_sessions(accdata) == ("MLCONN",)
    with connected(accdata):
        pass


def test_a_session_that_was_cleared_writes_no_more(tmp_path: Path) -> None:
    accdata = company(tmp_path)
    with connected(accdata) as desk:
        manager.clear_session(accdata, "MLCONN")
        with refusal(desk, 91):
            document(desk, line()).Update()
    assert manager.writes(accdata) == 0


def test_exclusive_mode_shuts_out_until_it_ends(tmp_path: Path) -> None:
    accdata = company(tmp_path)
    faults.set_exclusive(accdata, True)
    assert refused(accdata) == 24
    faults.set_exclusive(accdata, False)
    with connected(accdata):
        pass


def test_a_busy_sage_refuses_just_the_next_calls(tmp_path: Path) -> None:
    accdata = company(tmp_path)
    faults.set_busy(accdata, 1)
    assert refused(accdata) == 48
    with connected(accdata) as desk:
        faults.set_busy(accdata, 1)
        post = document(desk, line())
        with refusal(desk, 48):
            post.Update()
        assert post.Update()


def test_a_process_can_die_after_its_write_and_before_it_hears_of_it(tmp_path: Path) -> None:
    """What the connector must survive: the record stands in Sage, and nobody was told."""
    accdata = company(tmp_path)
    faults.die_after_write(accdata, 2)
    program = (
        "import sys\n"
        "from ml_connector.sage.uk.sandbox.engine import create_engine\n"
        "w = create_engine().Workspaces.Add('x')\n"
        "w.Connect(sys.argv[1], 'MLCONN', 'sandbox', 'x')\n"
        "for ref in ('ONE', 'TWO', 'THREE'):\n"
        "    r = w.CreateObject('SalesRecord'); r.AddNew(); r.Fields.Item('ACCOUNT_REF').Value = ref\n"
        "    r.Update(); print(ref, flush=True)\n"
    )
    ended = run(program, accdata)
    assert (ended.returncode, ended.stdout.split()) == (faults.DIED_AFTER_WRITE, ["ONE"])
    manager.clear_session(accdata, "MLCONN")
    with connected(accdata) as desk:
        found = {
            ref: desk.make("SalesRecord", ACCOUNT_REF=ref).Find(False) for ref in ("ONE", "TWO", "THREE")
        }
    assert found == {"ONE": True, "TWO": True, "THREE": False}
    assert manager.writes(accdata) == 2


def test_objects_are_dead_before_connect_and_after_disconnect(tmp_path: Path) -> None:
    engine: Any = create_engine()
    with pytest.raises(ComError):
        engine.Workspaces.Add("specs").CreateObject("SalesRecord")
    assert engine.LastError.Code == 16
    with connected(company(tmp_path)) as desk:
        customer = desk.make("SalesRecord")
    with refusal(desk, 16):
        customer.MoveFirst()


def test_an_object_belongs_to_the_thread_that_made_it(tmp_path: Path) -> None:
    caught: list[BaseException] = []

    def elsewhere() -> None:
        try:
            customer.MoveFirst()
        except ComError as error:
            caught.append(error)

    with connected(company(tmp_path)) as desk:
        customer = desk.make("SalesRecord")
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    assert [error.args[0] for error in caught] == [-2147417842]


def test_object_names_do_not_depend_on_case_and_unknown_ones_are_refused(tmp_path: Path) -> None:
    with connected(company(tmp_path)) as desk:
        assert desk.make("CONTROLDATA").Read(1)
        with refusal(desk, 15):
            desk.make("AuditHeader")


def test_members_that_sdo_does_not_have_are_not_there(tmp_path: Path) -> None:
    with connected(company(tmp_path)) as desk:
        customer = desk.make("SalesRecord")
        with pytest.raises(AttributeError):
            _ = customer.EOF
        with pytest.raises(AttributeError):
            customer.Account = "ALICE"
        with pytest.raises(AttributeError):
            _ = desk.workspace.LastError
        with pytest.raises(AttributeError):
            desk.make("ControlData").MoveFirst()


def test_companies_are_found_below_a_folder_and_told_apart(tmp_path: Path) -> None:
    one = create_company(tmp_path / "one", name="One Ltd", history=False)
    create_company(tmp_path / "two", name="Two Ltd", history=False)
    found: Any = create_engine().GetCompanies(str(tmp_path))
    first, second = found.MoveFirst(), found.MoveNext()
    assert (found.Count, first.Name, second.Name, found.MoveNext()) == (2, "One Ltd", "Two Ltd", None)
    assert first.UniqueRegID != second.UniqueRegID
    assert (found.Item(str(one)).Name, first.MajorVersion) == ("One Ltd", 32)


def test_a_company_keeps_its_own_answers_for_processes_that_bring_none(tmp_path: Path) -> None:
    accdata = company(tmp_path)
    assert load_switches(accdata) == Switches()
    save_switches(accdata, Switches(empty_date="none"))
    with connected(accdata) as desk:
        customer = desk.make("SalesRecord")
        put(customer, ACCOUNT_REF="ALICE")
        assert customer.Fields.Item("LAST_CREDIT_REV").Value is None


def test_an_answer_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="overlong_text"):
        Switches(overlong_text=cast(Any, "ignore"))
