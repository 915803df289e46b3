"""`ml-connector-agent`: the command line at the PC. Every command is in docs/reference/commands.md.

Exit codes: 0 all is well · 2 the command line or the settings are wrong · 3 a person has to do something ·
4 Sage or the cloud is not free at the moment · 5 a fault of the program.
"""

from __future__ import annotations

import getpass
import os
import signal
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter
from rich.console import Console

from ml_connector import __version__
from ml_connector.agent import company, pairing, tls
from ml_connector.agent.doors import books_door
from ml_connector.agent.findings import defect
from ml_connector.agent.journal import Fact, Journal
from ml_connector.agent.link import Link
from ml_connector.agent.report import sentences, trouble
from ml_connector.agent.secrets import SAGE_PASSWORD, SecretStore, secret_store
from ml_connector.agent.session import Around
from ml_connector.agent.settings import AgentSettings, read_settings
from ml_connector.agent.work import AgentWork, Waits
from ml_connector.clock import Clock, SystemClock
from ml_connector.errors import Code, Finding, NeedsPerson, TryAgain
from ml_connector.sync.protocol import Heartbeat

EXIT_OK, EXIT_WRONG, EXIT_PERSON, EXIT_LATER, EXIT_DEFECT = 0, 2, 3, 4, 5
SLICE_S = 0.25

app = App(
    name="ml-connector-agent",
    help="Carries documents from the ml-connector cloud into Sage 50 on this PC.",
    version=__version__,
)


def default_settings() -> Path:
    """Where the settings are looked for when nobody says."""
    if sys.platform == "win32":
        return Path(os.environ.get("PROGRAMDATA", "C:/ProgramData")) / "ml-connector" / "agent.toml"
    return Path.home() / ".config" / "ml-connector" / "agent.toml"


SettingsFile = Annotated[
    Path | None,
    Parameter(name="--settings", env_var="ML_CONNECTOR_AGENT_SETTINGS", help="The settings file."),
]


@app.command
def pair(*, code: str, url: str = "", fingerprint: str = "", settings: SettingsFile = None) -> int:
    """Pair this PC with the cloud.

    Parameters
    ----------
    code: The pairing code from the dashboard; it works once, for 30 minutes.
    url: The cloud's address, beginning with https://; if left out, `cloud_url` of the settings.
    fingerprint: SHA-256 of the cloud's private certificate, compared with the dashboard.
    """
    read, secrets, clock = _read(settings)
    with Journal(read.journal, clock) as journal:
        paired = pairing.pair(read, journal, secrets, clock, url=url, code=code, fingerprint=fingerprint)
    _say(f"Paired: this is agent {paired.agent_id} of connection {paired.connection_id}.")
    _say("Next: “ml-connector-agent sage-password”, then “ml-connector-agent run”.")
    return EXIT_OK


@app.command
def sage_password(*, settings: SettingsFile = None) -> int:
    """Keep the Sage user's password: it is asked for, or read as one line from standard input."""
    read, secrets, _ = _read(settings)
    asked = f"Password of the Sage user {read.sage.user}: "
    password = getpass.getpass(asked) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    secrets.put(_password_name(read), password)
    _say(f"The password of the Sage user {read.sage.user} is kept.")
    return EXIT_OK


@app.command
def run(*, once: bool = False, settings: SettingsFile = None) -> int:
    """Work: lease documents, post them to Sage, report; until it is ended.

    Parameters
    ----------
    once: Do all there is to do now, and end.
    """
    read, secrets, clock = _read(settings)
    with Journal(read.journal, clock) as journal, _line(read, journal, secrets, clock) as link:
        password = secrets.get(_password_name(read))
        if password is None:
            raise NeedsPerson(_no_password(read))
        with _stop_asked() as stopping:
            around = Around(cloud=link, journal=journal, clock=clock, say=_say, stopping=stopping)
            waits = Waits(poll_s=read.poll_seconds, sage_s=read.sage_wait_seconds)
            work = AgentWork(around, books_door(read.sage, password), waits)
            wake = work.step(clock.now())
            while not once and not stopping():
                _sleep_until(wake, clock, stopping)
                wake = wake if stopping() else work.step(clock.now())
    return _exit_code(work.trouble) if once else EXIT_OK


@app.command
def status(*, settings: SettingsFile = None) -> int:
    """Say from the journal how the agent is doing; calls nobody."""
    read, _, clock = _read(settings)
    with Journal(read.journal, clock) as journal:
        for sentence in sentences(journal):
            _say(sentence)
        return EXIT_PERSON if trouble(journal) else EXIT_OK


@app.command
def doctor(*, settings: SettingsFile = None) -> int:
    """Check settings, journal, secrets and the way to the cloud, one after the other; does not open Sage."""
    read, secrets, clock = _read(settings)
    _say(f"The settings in {settings or default_settings()} are in order.")
    with Journal(read.journal, clock) as journal:
        mode, level = journal.durability()
        _say(f"The journal is whole and can be written (mode {mode}, synchronous {level}).")
        for sentence in sentences(journal):
            _say(sentence)
        with _line(read, journal, secrets, clock) as link:
            link.heartbeat(Heartbeat(instance_id=journal.instance_id, finding=trouble(journal)))
        _say("The cloud answers and knows this agent.")
        if secrets.get(_password_name(read)) is None:
            raise NeedsPerson(_no_password(read))
        _say(f"A password for the Sage user {read.sage.user} is kept.")
    return EXIT_OK


@app.command
def accept_company(*, settings: SettingsFile = None) -> int:
    """Say that the Sage company now open is right, after a change of it stopped the agent."""
    read, _, clock = _read(settings)
    with Journal(read.journal, clock) as journal:
        company.accept(journal)
    _say("The next session takes the company as it is, after a full look through it.")
    return EXIT_OK


def main(arguments: Sequence[str] | None = None) -> int:
    """The program; gives its exit code."""
    reconfigure: Callable[..., None] | None = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        # A Windows console may lack a character of ours; better a question mark than a dead agent.
        reconfigure(errors="replace")
    try:
        return int(
            app(
                sys.argv[1:] if arguments is None else list(arguments),
                exit_on_error=False,
                result_action="return_value",
            )
            or EXIT_OK
        )
    except CycloptsError:
        return EXIT_WRONG
    except (NeedsPerson, TryAgain) as error:
        _say(str(error.finding))
        return _exit_code(error)
    except Exception as error:
        _say(str(defect(error, "working")))
        return EXIT_DEFECT


def _exit_code(trouble: NeedsPerson | TryAgain | None) -> int:
    if trouble is None:
        return EXIT_OK
    if isinstance(trouble, TryAgain):
        return EXIT_LATER
    by_code = {Code.SETTINGS_INVALID: EXIT_WRONG, Code.DEFECT: EXIT_DEFECT}
    return by_code.get(trouble.finding.code, EXIT_PERSON)


def _read(path: Path | None) -> tuple[AgentSettings, SecretStore, Clock]:
    settings = read_settings(path or default_settings())
    return settings, secret_store(settings.data_dir), SystemClock()


def _line(settings: AgentSettings, journal: Journal, secrets: SecretStore, clock: Clock) -> Link:
    kept = pairing.credential(journal, secrets)
    url = settings.cloud_url or journal.get(Fact.CLOUD_URL) or ""
    return Link(url, tls.context(settings.certificate), clock, credential=kept)


def _password_name(settings: AgentSettings) -> str:
    return f"{SAGE_PASSWORD}/{settings.sage.user.upper()}"


def _no_password(settings: AgentSettings) -> Finding:
    return Finding(
        code=Code.SAGE_PASSWORD,
        what=f"No password is kept for the Sage user {settings.sage.user}.",
        why="Without it the agent cannot log on to Sage.",
        fix="Run “ml-connector-agent sage-password”.",
    )


def _say(line: str) -> None:
    """One line for a person, with the time."""
    now = SystemClock().now().astimezone()
    Console(soft_wrap=True, highlight=False, markup=False, emoji=False).print(
        f"{now:%d/%m/%Y %H:%M:%S}  {line}"
    )


@contextmanager
def _stop_asked() -> Generator[Callable[[], bool]]:
    """Ctrl-C and a termination are a wish: the agent ends between two documents, with Sage shut."""
    asked: list[int] = []

    def note(number: int, _frame: object) -> None:
        asked.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _sleep_until(wake: datetime, clock: Clock, stopping: Callable[[], bool]) -> None:
    while not stopping() and (left := (wake - clock.now()).total_seconds()) > 0:
        clock.sleep(min(SLICE_S, left))


if __name__ == "__main__":
    sys.exit(main())
