"""`ml-connector preview`: exactly what would stand in Sage, printed; nothing is written, here or there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from rich.console import Console

from ml_connector.clock import Clock
from ml_connector.cloud.chart_book import named_ledger
from ml_connector.cloud.preview import Previewed
from ml_connector.cloud.preview_forms import as_csv, as_text, as_values, sum_as_text
from ml_connector.cloud.preview_policies import Comparison, compared, comparison_lines
from ml_connector.cloud.preview_records import Only, asked_for, rules_of
from ml_connector.codec import canonical
from ml_connector.settings import CloudSettings

Form = Literal["table", "csv", "json"]


def print_preview(
    settings: CloudSettings,
    clock: Clock,
    console: Console,
    connection_id: str,
    number: str = "",
    *,
    first: date | None = None,
    last: date | None = None,
    only: Only = "order",
    form: Form = "table",
    compare: bool = False,
) -> None:
    """Print what an order's or document's number, or some days, come to.

    Raises `NeedsPerson`: document-unknown, chart-invalid while nothing is decided, settings-invalid for
    neither or both of number and days.
    """
    with named_ledger(settings, clock, connection_id) as ledger:
        rules = rules_of(ledger)
        made = asked_for(ledger, rules, number, only, first, last, compare=compare)
        if compare:
            _print_compared(console, compared(made), rules.chart.currency if rules.chart else "", form)
        else:
            _print_made(console, made, form)


def _print_made(console: Console, made: Iterator[Previewed], form: Form) -> None:
    match form:
        case "csv":
            _print(console, as_csv(made))
        case "json":
            values = [as_values(each) for each in made]
            _print(console, canonical({"documents": values}).decode() + "\n")
        case "table":
            several: list[Previewed] = []
            for each in made:
                several.append(each)
                _print(console, f"{as_text(each)}\n")
            _print(console, sum_as_text(several) if several else "No document was made on these days.\n")


def _print_compared(console: Console, comparison: Comparison, currency: str, form: Form) -> None:
    """A comparison has no rows of Sage's, and so no CSV."""
    if form == "json":
        _print(console, canonical(comparison).decode() + "\n")
    else:
        _print(console, "\n".join(comparison_lines(comparison, currency)) + "\n")


def _print(console: Console, text: str) -> None:
    """As it stands: what the shop wrote is no style, and a row of a table is one line."""
    console.print(text, end="", markup=False, highlight=False, soft_wrap=True, emoji=False)
