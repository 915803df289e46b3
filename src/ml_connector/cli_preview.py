"""`ml-connector preview`: what would stand in Sage, without writing anything."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from cyclopts import Parameter
from rich.console import Console

from ml_connector.cli_chart import Connection, Settings
from ml_connector.clock import SystemClock
from ml_connector.settings import load


def preview(
    settings: Settings,
    connection: Connection,
    number: Annotated[str, Parameter(help="An order's number, or an invoice's or credit memo's.")] = "",
    *,
    first: Annotated[
        date | None, Parameter(name="--from", help="Everything from this day (shop time) instead.")
    ] = None,
    last: Annotated[date | None, Parameter(name="--to", help="To this day; without, that one day.")] = None,
    kind: Annotated[
        Literal["order", "invoice", "credit-memo"],
        Parameter(help="Whose number it is; an order's goes before a document's."),
    ] = "order",
    form: Annotated[
        Literal["table", "csv", "json"],
        Parameter(name="--as", help="For people, spreadsheet or program."),
    ] = "table",
    compare_policies: Annotated[
        bool, Parameter(negative="", help="What each penny policy would change on these days.")
    ] = False,
) -> None:
    """Print exactly what would stand in Sage; nothing is written, here or there."""
    from ml_connector.cloud.preview_command import print_preview

    print_preview(
        load(settings),
        SystemClock(),
        Console(),
        connection,
        number,
        first=first,
        last=last,
        only=kind,
        form=form,
        compare=compare_policies,
    )
