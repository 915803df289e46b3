"""What stands open in Sage by what the connector did: invoices without money, credits that met nothing.

Computed from the plans that are proved; what a person received or allocated in Sage since is not in it.
"""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape

from ml_connector.clock import Clock
from ml_connector.cloud.report import every_ledger
from ml_connector.documents.identity import Kind
from ml_connector.documents.money import pounds
from ml_connector.posting.open_items import OpenItem, open_items
from ml_connector.records.ledger import Ledger
from ml_connector.settings import CloudSettings
from ml_connector.sync.passage import State

_NAMES = {Kind.INVOICE: "unpaid invoice", Kind.CREDIT_MEMO: "unallocated credit"}


def print_open_items(settings: CloudSettings, clock: Clock, console: Console) -> None:
    """One line per document, oldest first, and the sums per currency, for each connection."""
    with every_ledger(settings, clock) as ledgers:
        for ledger in ledgers:
            _print_one(ledger, console)


def _print_one(ledger: Ledger, console: Console) -> None:
    with ledger.begin() as tx:
        records = tx.records(states=(State.PROVED,))
    numbers = {record.reference: record.number for record in records}
    items = open_items(record.plan for record in records if record.plan)
    console.print(f"[bold]{escape(ledger.connection_id)}[/]: {len(items)} open")
    for item in items:
        left = pounds(item.left, item.currency)
        console.print(
            f"  {_NAMES[item.kind]} {escape(numbers[item.reference])}  {item.date:%d/%m/%Y}  "
            f"A/C {escape(item.account_ref)} as {item.reference}  {left}"
            + (f" of {pounds(item.gross, item.currency)}" if item.left != item.gross else "")
        )
    for (kind, currency), left in sorted(_sums(items).items()):
        console.print(f"  {_NAMES[kind]}s: {pounds(left, currency)}")


def _sums(items: tuple[OpenItem, ...]) -> dict[tuple[Kind, str], int]:
    sums: dict[tuple[Kind, str], int] = {}
    for item in items:
        key = (item.kind, item.currency)
        sums[key] = sums.get(key, 0) + item.left
    return sums
