"""`ml-connector`: the service, the demo, and a look at what it wrote down.

Exit status: 0 done, 1 something needs a person (it is said what), 2 the command line was not understood.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter
from rich.console import Console

from ml_connector import __version__
from ml_connector.clock import SystemClock
from ml_connector.errors import ConnectorError, NeedsPerson, TryAgain
from ml_connector.settings import load

app = App(
    name="ml-connector",
    version=__version__,
    help="Moves what an Adobe Commerce shop sold into Sage 50: to the penny, exactly once.",
)
trail_app = App(name="trail", help="The audit trail.")
app.command(trail_app)
vault_app = App(name="vault", help="The stored secrets.")
app.command(vault_app)

Settings = Annotated[Path, Parameter(help="The settings file (TOML); see docs/reference/settings.md.")]


@app.command
def serve(
    settings: Settings,
    *,
    ready_file: Annotated[Path | None, Parameter(help="Gets the address once requests are answered.")] = None,
) -> None:
    """Run the service: reads the shops, decides, records, and gives work to the agents."""
    from ml_connector.cloud.serve import serve as run

    run(load(settings), SystemClock(), ready_file)


@app.command
def demo(
    *,
    gate: Annotated[
        Literal["complete", "invoiced"],
        Parameter(help="When an invoice is posted: once its order is complete, or at once."),
    ] = "complete",
    keep: Annotated[bool, Parameter(negative="", help="Leave shop, cloud and agent running.")] = False,
    shop_data: Annotated[
        Path | None, Parameter(help="Another shop: a folder of JSON lists as the recorded shop's.")
    ] = None,
    export: Annotated[
        Path | None, Parameter(help="Write the company's own tables and claims.csv into this folder.")
    ] = None,
    json: Annotated[bool, Parameter(negative="", help="Print one JSON object on the last line.")] = False,
    folder: Annotated[Path, Parameter(help="Where each run gets a folder of its own.")] = Path(".demo"),
) -> int:
    """Move a recorded shop into a pretend Sage 50 company, prove it, and do it again: nothing may change."""
    from ml_connector.demo.run import Wishes, run

    return run(
        Wishes(gate=gate, keep=keep, shop_data=shop_data, export=export, as_json=json, folder=folder),
        SystemClock(),
    )


@app.command
def status(settings: Settings) -> None:
    """Where each connection's documents stand, and what keeps them from moving."""
    from ml_connector.cloud.report import print_status

    print_status(load(settings), SystemClock(), Console())


@app.command
def records(
    settings: Settings,
    *,
    state: Annotated[str | None, Parameter(help="Only records in this state, such as held.")] = None,
) -> None:
    """List records with the reason for where they stand."""
    from ml_connector.cloud.report import print_records

    print_records(load(settings), SystemClock(), Console(), state)


@app.command
def ping(
    settings: Settings,
    connection: Annotated[str | None, Parameter(help="Only this connection; all without it.")] = None,
) -> int:
    """Look at everything between a shop and its books, step by step; exit status 1 when a step failed."""
    from ml_connector.cloud.ping_report import print_ping

    return print_ping(load(settings), SystemClock(), Console(), connection)


@vault_app.command
def rotate(settings: Settings) -> None:
    """Add a key to the vault's key file and seal every stored secret anew; a running service goes on."""
    from ml_connector.cloud.vault_rotation import print_rotation

    print_rotation(load(settings), SystemClock(), Console())


@trail_app.command
def verify(settings: Settings) -> int:
    """Check the hash chain of every connection's trail."""
    from ml_connector.cloud.report import print_verification

    return print_verification(load(settings), SystemClock(), Console())


def main(arguments: list[str] | None = None) -> None:
    """The program's entry: runs a command and ends the process with its exit status."""
    try:
        status_code = app(arguments, result_action="return_value")
    except (NeedsPerson, TryAgain) as error:
        Console(stderr=True).print(f"[bold red]{error.finding.code}[/] ", end="")
        print(f"{error.finding.what} {error.finding.why}\n{error.finding.fix}", file=sys.stderr)
        sys.exit(1)
    except ConnectorError as error:
        print(f"A fault of ours: {error}", file=sys.stderr)
        sys.exit(1)
    sys.exit(status_code if isinstance(status_code, int) else 0)
