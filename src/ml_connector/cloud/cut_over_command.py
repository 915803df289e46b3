"""`ml-connector cut-over`: the open questions of a connection, and one answer; the service may run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from rich.console import Console
from rich.markup import escape

from ml_connector.clock import Clock
from ml_connector.cloud import connections
from ml_connector.cloud.cut_over_answers import answer_document, open_questions
from ml_connector.cloud.data_folder import existing_records
from ml_connector.documents.identity import Kind
from ml_connector.documents.money import pounds
from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.posting.company import CustomerEntry
from ml_connector.records.ledger import Ledger
from ml_connector.settings import CloudSettings
from ml_connector.sync.cut_over import Answer

_NAMES = {Kind.INVOICE: "invoice", Kind.CREDIT_MEMO: "credit memo"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer as it was typed: for the document with this number, by whom, and why."""

    number: str
    answer: str
    header: int
    by: str
    why: str


def print_cut_over(
    settings: CloudSettings, clock: Clock, console: Console, connection_id: str, said: Said | None
) -> None:
    """Take the answer, if there is one, and print the questions that are open. Raises `NeedsPerson` for an
    answer without a name or reason, for a number that is not asked about or asked about twice, and as
    `answer_document` does."""
    with existing_records(settings) as engine:
        if not connections.exists(engine, connection_id):
            raise connections.unknown_connection(connection_id)
        ledger = Ledger(engine, clock, connection_id)
        if said is not None:
            if not (said.by.strip() and said.why.strip()):
                raise _refused("An answer stands in the trail with who gave it and why.", "Give both.")
            kind, entity = _asked_about(ledger, said.number)
            answer_document(ledger, kind, entity, Answer(said.answer), said.header, said.by, said.why)
        _print(list(open_questions(ledger)), console)


def _asked_about(ledger: Ledger, number: str) -> tuple[Kind, str]:
    found = [each for each in open_questions(ledger) if each["number"] == number]
    if len(found) != 1:
        raise _refused(
            f"{len(found) or 'No'} open questions are about a document {number}.",
            "List them without a document; where two share a number, answer through the API.",
        )
    return Kind(str(found[0]["kind"])), str(found[0]["entity"])


def _print(questions: list[dict[str, object]], console: Console) -> None:
    for each in questions:
        kind, total = Kind(str(each["kind"])), pounds(cast(int, each["gross"]), str(each["currency"]))
        at = f"A/C {each['account_ref']}" if each["account_ref"] else "no account"
        console.print(f"[bold]{_NAMES[kind]} {escape(str(each['number']))}[/]  {total}  {escape(at)}")
        for like in cast(list[dict[str, object]], each["sage"]):
            _print_entry(cast(CustomerEntry, like["entry"]), like, console)
    console.print(f"{len(questions)} open")


def _print_entry(entry: CustomerEntry, like: dict[str, object], console: Console) -> None:
    words = " ".join(dict.fromkeys(filter(None, (entry.reference, *entry.details))))
    same = ", ".join(cast(tuple[str, ...], like["same"]))
    proposed = f"; proposed: {like['proposed']}" if like["proposed"] else ""
    total = pounds(abs(entry.gross), entry.currency)
    console.print(
        f"  transaction {entry.header}  {entry.type} {entry.date:%d/%m/%Y}  A/C {escape(entry.account_ref)}  "
        f"{total}  “{escape(words)}”  same: {same}{proposed}",
        soft_wrap=True,
    )


def _refused(why: str, fix: str) -> NeedsPerson:
    what = "The answer was not taken, and nothing was changed."
    return NeedsPerson(Finding(code=Code.CUT_OVER_ANSWER_REFUSED, what=what, why=why, fix=fix))
