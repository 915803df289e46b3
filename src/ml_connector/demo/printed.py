"""What the demo prints at its end: documents by state, the day-book proof, and where to look next."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import cast

from rich.console import Console
from rich.table import Table

from ml_connector.demo.operator import Answer
from ml_connector.demo.outcome import Outcome
from ml_connector.documents.money import pounds, to_minor

KIND = {"invoice": "invoice", "creditmemo": "credit memo"}
KINDS = {kind: f"{word}s" for kind, word in KIND.items()}
PARTS = {
    "shop": "the shop",
    "sage": "less Sage's ledger",
    "held": "less held",
    "waiting": "less waiting",
    "skipped": "less skipped",
    "disputed": "less disputed",
    "difference": "difference",
}
STOPPED_MOST = 40


def print_documents(console: Console, records: list[Answer], customers: Counter[str]) -> None:
    """Documents by kind and state with reasons; customers created and matched."""
    documents = [record for record in records if record["kind"] in KINDS and record["captured"]]
    counts = Counter((str(r["kind"]), str(r["state"]), str(r["code"])) for r in documents)
    table = Table("documents", "state", "reason", "count", title="What became of the shop's documents")
    table.columns[3].justify = "right"
    for (kind, state, reason), count in sorted(counts.items()):
        table.add_row(KINDS[kind], state, reason, str(count))
    console.print(table)
    console.print(f"Customers: {customers['created']} created, {customers['matched']} matched.")
    stopped = [record for record in documents if record["state"] in ("held", "disputed")]
    for record in stopped[:STOPPED_MOST]:
        finding = cast(list[Answer], record["findings"])[0]
        name = f"{KIND[str(record['kind'])]} {record['number']}"
        _line(console, f"  {record['state']}: {name}: {finding['what']} {finding['why']}")
    if len(stopped) > STOPPED_MOST:
        _line(console, f"  … and {len(stopped) - STOPPED_MOST} more; see the command below.")


def print_proof(console: Console, proof: Answer) -> None:
    """The day book: per currency the whole equation, per tax code what was decided and what Sage holds."""
    currencies = cast(dict[str, dict[str, str]], proof["currencies"])
    table = Table("", *currencies, title="The proof, from the shop's own figures and Sage's ledger")
    for column in table.columns[1:]:
        column.justify = "right"
    for name, words in PARTS.items():
        if name == "difference":
            table.add_section()
        table.add_row(words, *(_money(one[name], currency) for currency, one in currencies.items()))
    console.print(table)
    titles = ("T/C", "shop net", "shop VAT", "Sage net", "Sage VAT", "difference")
    codes = Table("", *titles, title="Day book of the proved documents, by tax code")
    for column in codes.columns[2:]:
        column.justify = "right"
    for one in cast(list[dict[str, str]], proof["tax_codes"]):
        amounts = [Decimal(one[n]) for n in ("planned_net", "planned_tax", "sage_net", "sage_tax")]
        difference = amounts[0] + amounts[1] - amounts[2] - amounts[3]
        shown = (_money(str(amount), one["currency"]) for amount in (*amounts, difference))
        codes.add_row(one["currency"], one["tax_code"], *shown)
    console.print(codes)


def print_verdict(console: Console, outcome: Outcome) -> None:
    """The second run, and whether all is well."""
    console.print(f"The second run read everything again and wrote {outcome.second_run_writes} times.")
    faults = outcome.faults()
    if faults:
        for fault in faults:
            console.print(f"[bold red]not well:[/] {fault}")
    else:
        console.print(f"[bold green]Nothing lost, doubled or different[/] ({outcome.seconds:.0f} seconds).")


def print_next(console: Console, folder: Path, settings: Path, export: Path | None, kept: list[str]) -> None:
    """Where to look, and with which commands."""
    console.print("\nWhat to look at next:", highlight=False)
    lines = [
        (f"ml-connector records {settings} --state held", "what was held, and why"),
        (f"ml-connector status {settings}", "counts and the trail's head"),
        (f"ml-connector trail verify {settings}", "check the audit trail's chain"),
        (f"{folder / 'logs'}", "what each process printed"),
        (f"{folder / 'sage'}", "the pretend Sage company"),
    ]
    if export:
        lines.append((str(export), "Sage's own tables and claims.csv"))
    for what, why in lines:
        console.print(f"  {what}", style="bold", highlight=False, soft_wrap=True)
        console.print(f"      {why}", highlight=False)
    for line in kept:
        console.print(line, highlight=False, soft_wrap=True)


def _line(console: Console, text: str) -> None:
    """One line as it is, whatever the width of the terminal and whatever the shop wrote into it."""
    console.print(text, highlight=False, markup=False, soft_wrap=True)


def _money(text: str, currency: str) -> str:
    return pounds(to_minor(Decimal(text)), currency)
