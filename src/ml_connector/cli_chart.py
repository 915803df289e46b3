"""`ml-connector chart …`: the merchant's choices as a file that people read, edit and accept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from rich.console import Console

from ml_connector.clock import SystemClock
from ml_connector.settings import load

if TYPE_CHECKING:
    from ml_connector.cloud.chart_command import Desk

chart_app = App(name="chart", help="The chart: what the shop's things are called in this company.")

Settings = Annotated[Path, Parameter(help="The settings file (TOML); see docs/reference/settings.md.")]
Connection = Annotated[str, Parameter(help="The connection's name.")]
ChartFile = Annotated[Path, Parameter(help="The chart's file (TOML); see docs/reference/chart.md.")]


@chart_app.command
def init(
    settings: Settings,
    connection: Connection,
    *,
    file: Annotated[Path | None, Parameter(help="Write it into this new file, not out.")] = None,
) -> None:
    """Propose a chart from the shop's settings and Sage's lists, with what nobody has answered yet."""
    from ml_connector.cloud.chart_command import print_proposal

    print_proposal(_desk(settings), connection, file)


@chart_app.command
def check(
    settings: Settings,
    connection: Connection,
    file: Annotated[ChartFile | None, Parameter(help="The file; without, the accepted chart.")] = None,
) -> int:
    """Say everything that is wrong with a chart for the live company; exit status 1 when something is."""
    from ml_connector.cloud.chart_command import print_check

    return print_check(_desk(settings), connection, file)


@chart_app.command
def show(
    settings: Settings,
    connection: Connection,
    *,
    version: Annotated[int | None, Parameter(help="An earlier version.")] = None,
) -> None:
    """Print the accepted chart: its version, who accepted it and when, and every choice."""
    from ml_connector.cloud.chart_command import print_chart

    print_chart(_desk(settings), connection, version)


@chart_app.command
def diff(
    settings: Settings,
    connection: Connection,
    file: Annotated[ChartFile | None, Parameter(help="Compare this file with the accepted chart.")] = None,
    *,
    first: Annotated[
        int | None, Parameter(name="--from", help="The earlier version, else the one before.")
    ] = None,
    second: Annotated[int | None, Parameter(name="--to", help="The later version, else the newest.")] = None,
) -> None:
    """Say in words what differs between two versions, or between the accepted chart and a file."""
    from ml_connector.cloud.chart_command import print_differences

    print_differences(_desk(settings), connection, first, second, file)


@chart_app.command
def accept(
    settings: Settings,
    connection: Connection,
    file: ChartFile,
    *,
    by: Annotated[str, Parameter(help="Who says so; it stands in the trail.")],
    why: Annotated[str, Parameter(help="Why; it stands in the trail.")],
) -> int:
    """Make a file the next version of the chart; what is not at Sage yet is decided again by it."""
    from ml_connector.cloud.chart_command import print_acceptance

    return print_acceptance(_desk(settings), connection, file, by, why)


def _desk(settings: Path) -> Desk:
    from ml_connector.cloud.chart_command import Desk

    return Desk(load(settings), SystemClock(), Console())
