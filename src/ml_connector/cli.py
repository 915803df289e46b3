"""`ml-connector`: the service, the demo, and a look at what it wrote down.

Exit status: 0 done, 1 something needs a person (it is said what), 2 the command line was not understood.
"""

from __future__ import annotations

import getpass
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter
from rich.console import Console

from ml_connector import __version__
from ml_connector.cli_chart import chart_app
from ml_connector.cli_preview import preview
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
credentials_app = App(name="credentials", help="What opens a shop.")
app.command(credentials_app)
activation_app = App(name="activation", help="Connecting a shop by pressing Activate in its admin.")
app.command(activation_app)
app.command(chart_app)
app.command(preview)

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
def open_items(settings: Settings) -> None:
    """List what stands open in Sage: invoices that no money is known for, credits that met nothing."""
    from ml_connector.cloud.open_items_report import print_open_items

    print_open_items(load(settings), SystemClock(), Console())


@app.command
def cut_over(
    settings: Settings,
    connection: Annotated[str, Parameter(help="The connection's name.")],
    *,
    document: Annotated[str, Parameter(help="Answer for this document, by its number in the shop.")] = "",
    answer: Annotated[
        Literal["link", "post", "skip"], Parameter(help="It is that transaction, is not, or is left out.")
    ] = "post",
    transaction: Annotated[int, Parameter(help="For link: Sage's transaction number.")] = 0,
    by: Annotated[str, Parameter(help="Who says so; it stands in the trail.")] = "",
    why: Annotated[str, Parameter(help="Why; it stands in the trail.")] = "",
) -> None:
    """List what may be in Sage already since the cut-over, or answer for one document."""
    from ml_connector.cloud.cut_over_command import Said, print_cut_over

    said = Said(number=document, answer=answer, header=transaction, by=by, why=why) if document else None
    print_cut_over(load(settings), SystemClock(), Console(), connection, said)


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


@credentials_app.command
def replace(
    settings: Settings,
    connection: Annotated[str, Parameter(help="The connection's name.")],
    *,
    by: Annotated[str, Parameter(help="Who says so; it stands in the trail.")],
    why: Annotated[str, Parameter(help="Why; it stands in the trail.")],
    cloud_service: Annotated[
        bool, Parameter(negative="", help="The shop is a Cloud Service, opened by a credential of Adobe's.")
    ] = False,
) -> None:
    """Give a connected shop new credentials: typed in, or a JSON object on standard input, never options."""
    from ml_connector.cloud.credentials_command import print_replacement, values_asked, values_in

    if sys.stdin.isatty():
        asked = values_asked(cloud_service=cloud_service)
        values = {name: getpass.getpass(f"{name.replace('_', ' ')}: ") for name in asked}
    else:
        values = values_in(sys.stdin.read())
    print_replacement(
        load(settings),
        SystemClock(),
        Console(),
        connection,
        values,
        by=by,
        why=why,
        cloud_service=cloud_service,
    )


@activation_app.command
def start(
    settings: Settings,
    connection: Annotated[str, Parameter(help="The name of a connection, or that a new one is to get.")],
    *,
    by: Annotated[str, Parameter(help="Who says so; it stands in the trail.")],
    why: Annotated[str, Parameter(help="Why; it stands in the trail.")],
    shop_url: Annotated[str, Parameter(help="For a new connection: the shop's address.")] = "",
    name: Annotated[str, Parameter(help="For a new connection: what people call the shop.")] = "",
    tag: Annotated[str, Parameter(help="For a new connection: what references in Sage begin with.")] = "",
    cut_over: Annotated[
        date | None, Parameter(help="For a new connection: documents made before this day are left out.")
    ] = None,
) -> None:
    """Print the two addresses for the shop's integration form, and expect the shop's call for an hour."""
    from ml_connector.cloud.activation_command import new_shop, print_start

    new = new_shop(connection, shop_url=shop_url, name=name, tag=tag, cut_over=cut_over, by=by)
    print_start(load(settings), SystemClock(), Console(), connection, new, by=by, why=why)


@activation_app.command
def show(settings: Settings, connection: Annotated[str, Parameter(help="The connection's name.")]) -> int:
    """How far an activation has come, and why the last call was refused; then the exit status is 1."""
    from ml_connector.cloud.activation_command import print_activation

    return print_activation(load(settings), SystemClock(), Console(), connection)


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
