"""The command line at the PC: pair, run and the rest, over real HTTPS, against the pretend engine."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from ml_connector.agent.cli import EXIT_LATER, EXIT_OK, EXIT_PERSON, EXIT_WRONG, main
from ml_connector.agent.journal import Fact, Journal
from ml_connector.clock import SystemClock
from ml_connector.sage.uk.sandbox.company import CONNECTOR_PASSWORD, CONNECTOR_USER, create_company
from ml_connector.sage.uk.sandbox.manager import users_logged_on, writes
from ml_connector.sage.uk.sandbox.specs import CustomerSpec, StockSpec
from ml_connector.sync.protocol import Outcome
from tests.specs.agent_cloud import PretendCloud
from tests.specs.agent_https import CODE, CREDENTIAL, Server, https_server
from tests.specs.agent_kit import ANNA, command, customer_plan, document_plan

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with https_server(tmp_path_factory.mktemp("server")) as server:
        yield server


class Pc:
    """A PC: settings, data folder, a pretend company, and a cloud that it may be paired with."""

    def __init__(self, folder: Path, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
        self.server, self._capsys = server, capsys
        server.cloud = PretendCloud()
        server.paired.clear()
        server.instead.clear()
        server.heard.clear()
        self.accdata = create_company(
            folder,
            stock=[StockSpec(code="MUG", description="Mug", price=Decimal(10), quantity=Decimal(50))],
            customers=[CustomerSpec(account_ref=ANNA, name="Anna", email="anna0001@example.com")],
            history=False,
        )
        self.settings, self.data = folder / "agent.toml", folder / "data"
        self.settings.write_text(
            f"[sage]\nsdk = 'sandbox'\naccdata = '{self.accdata}'\nuser = '{CONNECTOR_USER}'\n"
        )

    def does(self, *arguments: str) -> tuple[int, str]:
        """Exit code and output of one command."""
        code = main([*arguments, "--settings", str(self.settings)])
        return code, self._capsys.readouterr().out

    def pair(self, code: str = CODE) -> tuple[int, str]:
        return self.does(
            "pair", "--url", self.server.url, "--code", code, "--fingerprint", self.server.fingerprint
        )

    def is_set_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Pair it, and type the Sage password."""
        assert self.pair()[0] == EXIT_OK
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{CONNECTOR_PASSWORD}\n"))
        assert self.does("sage-password")[0] == EXIT_OK


@pytest.fixture
def pc(tmp_path: Path, running: Server, capsys: pytest.CaptureFixture[str]) -> Pc:
    return Pc(tmp_path, running, capsys)


def test_a_paired_agent_carries_out_what_it_is_given_and_ends(
    pc: Pc, monkeypatch: pytest.MonkeyPatch
) -> None:
    pc.is_set_up(monkeypatch)
    pc.server.cloud.queue = [customer_plan("BERT0001"), document_plan(1), document_plan(2, paid=False)]
    pc.server.cloud.ledger_wanted = True
    code, said = pc.does("run", "--once")
    assert (code, {each.outcome for each in pc.server.cloud.outcomes.values()}) == (
        EXIT_OK,
        {Outcome.PROVED},
    ), said
    assert "K7-I1: proved" in said
    assert [entry.reference for entry in pc.server.cloud.entries] == ["K7-I1", "K7-I2"]
    before = writes(pc.accdata)
    assert pc.does("run", "--once")[0] == EXIT_OK
    assert writes(pc.accdata) == before


@pytest.mark.slow
def test_a_running_agent_ends_when_it_is_asked_to_with_sage_shut(
    pc: Pc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real process, told to terminate while it waits for work."""
    pc.is_set_up(monkeypatch)
    pc.settings.write_text("poll_seconds = 1\n" + pc.settings.read_text())
    program = [sys.executable, "-m", "ml_connector.agent.cli", "run", "--settings", str(pc.settings)]
    source = Path(__file__).parents[2] / "src"
    with subprocess.Popen(program, env={**os.environ, "PYTHONPATH": str(source)}) as process:
        try:
            deadline = time.monotonic() + 30
            while pc.server.heard.count("lease") < 3 and time.monotonic() < deadline:
                time.sleep(0.05)
            pc.server.cloud.queue.append(document_plan(1))
            while not pc.server.cloud.outcomes and time.monotonic() < deadline:
                time.sleep(0.05)
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=20) == EXIT_OK
        finally:
            process.kill()
    assert [receipt.outcome for receipt in pc.server.cloud.outcomes.values()] == [Outcome.PROVED]
    assert users_logged_on(pc.accdata) == ()


def test_pairing_keeps_the_credential_out_of_the_journal_and_off_the_screen(pc: Pc) -> None:
    code, said = pc.pair()
    assert (code, CREDENTIAL in said) == (EXIT_OK, False)
    with Journal(pc.data / "journal.sqlite", SystemClock()) as journal:
        assert journal.get(Fact.CREDENTIAL_REF) == "cloud-credential/agent-1"
        assert pc.server.paired[0].instance_id == journal.instance_id
    kept = [path.name for path in pc.data.iterdir() if CREDENTIAL.encode() in path.read_bytes()]
    assert kept == ["secrets.json"]


def test_a_wrong_code_pairs_nothing(pc: Pc) -> None:
    code, said = pc.pair("WRONG")
    assert (code, "pairing-code" in said) == (EXIT_PERSON, True)
    assert not (pc.data / "secrets.json").exists()


def test_a_wrong_fingerprint_sends_no_code(pc: Pc) -> None:
    code, said = pc.does("pair", "--url", pc.server.url, "--code", CODE, "--fingerprint", "AB" * 32)
    assert (code, "cloud-certificate" in said) == (EXIT_PERSON, True)
    assert pc.server.heard == []


def test_a_private_cloud_without_a_fingerprint_is_not_paired_with(pc: Pc) -> None:
    code, said = pc.does("pair", "--url", pc.server.url, "--code", CODE)
    assert (code, "cloud-certificate" in said) == (EXIT_PERSON, True)


def test_there_is_no_unencrypted_way(pc: Pc) -> None:
    code, said = pc.does("pair", "--url", "http://127.0.0.1:1", "--code", CODE)
    assert (code, "https://" in said) == (EXIT_WRONG, True)


def test_an_agent_that_is_not_paired_says_so(pc: Pc) -> None:
    code, said = pc.does("run", "--once")
    assert (code, "is not paired" in said) == (EXIT_PERSON, True)


def test_an_agent_without_a_sage_password_says_so_before_it_asks_for_work(pc: Pc) -> None:
    pc.pair()
    pc.server.heard.clear()
    code, said = pc.does("run", "--once")
    assert (code, "sage-password" in said, pc.server.heard) == (EXIT_PERSON, True, [])


def test_a_wrong_sage_password_needs_a_person_and_is_not_shown(
    pc: Pc, monkeypatch: pytest.MonkeyPatch
) -> None:
    pc.pair()
    monkeypatch.setattr("sys.stdin", io.StringIO("swordfish\n"))
    pc.does("sage-password")
    code, said = pc.does("run", "--once")
    assert (code, "sage-password" in said, "swordfish" in said) == (EXIT_PERSON, True, False)


def test_a_journal_of_another_connection_with_open_work_is_not_paired_anew(pc: Pc) -> None:
    with Journal(pc.data / "journal.sqlite", SystemClock()) as journal:
        journal.put({Fact.CONNECTION_ID: "shop-0"})
        journal.accept(command(document_plan()))
    code, said = pc.pair()
    assert (code, "data_dir of its own" in said) == (EXIT_PERSON, True)


def test_status_speaks_in_sentences_and_calls_nobody(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "is not paired yet" in pc.does("status")[1]
    pc.is_set_up(monkeypatch)
    pc.server.cloud.queue = [document_plan(1)]
    pc.does("run", "--once")
    pc.server.heard.clear()
    code, said = pc.does("status")
    assert code == EXIT_OK
    assert "Receipts of the last 400 days: 1 proved." in said
    assert "Nothing keeps it from working." in said
    assert pc.server.heard == []


def test_doctor_checks_one_thing_after_the_other(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    pc.is_set_up(monkeypatch)
    code, said = pc.does("doctor")
    assert (code, "mode wal, synchronous full" in said, "knows this agent" in said) == (EXIT_OK, True, True)
    assert pc.server.heard[-1] == "heartbeat"


def test_a_cloud_that_is_away_is_tried_again_later(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    pc.is_set_up(monkeypatch)
    text = pc.settings.read_text()
    pc.settings.write_text("cloud_url = 'https://127.0.0.1:9'\n" + text)
    code, said = pc.does("run", "--once")
    assert (code, "cloud-unreachable" in said) == (EXIT_LATER, True)
    assert "What keeps it from working: The cloud side at https://127.0.0.1:9" in pc.does("status")[1]


@pytest.mark.skipif(sys.platform == "win32", reason="there Sage's SDK may be")
def test_sages_own_sdk_is_asked_for_on_windows_only(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    pc.is_set_up(monkeypatch)
    pc.settings.write_text(pc.settings.read_text().replace("sandbox", "com", 1))
    code, said = pc.does("run", "--once")
    assert (code, "on Windows only" in said) == (EXIT_WRONG, True)


def test_wrong_settings_end_the_command_with_what_to_mend(pc: Pc) -> None:
    pc.settings.write_text("colour = 'green'\n")
    code, said = pc.does("status")
    assert (code, "colour: there is no such setting" in said) == (EXIT_WRONG, True)


def test_an_unknown_command_is_refused(pc: Pc) -> None:
    assert pc.does("dance")[0] == EXIT_WRONG


def test_a_company_is_accepted_by_a_person(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    pc.is_set_up(monkeypatch)
    pc.does("run", "--once")
    assert pc.does("accept-company")[0] == EXIT_OK
    with Journal(pc.data / "journal.sqlite", SystemClock()) as journal:
        assert journal.get(Fact.COMPANY) is None
