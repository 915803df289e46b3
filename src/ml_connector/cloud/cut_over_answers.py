"""What is in the books already at the cut-over: the questions, side by side, and a person's answers."""

from __future__ import annotations

from collections.abc import Iterator

from ml_connector.documents.identity import Key, Kind
from ml_connector.documents.money import to_minor
from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.records.ledger import Ledger, LedgerTransaction
from ml_connector.sync.cut_over import Answer, Like
from ml_connector.sync.cut_over_gate import (
    Answered,
    CutOver,
    answers_of,
    asked,
    cut_over_of,
    save_answer,
)
from ml_connector.sync.passage import State
from ml_connector.sync.record import Record


def open_questions(ledger: Ledger) -> Iterator[dict[str, object]]:
    """Each document that may be in Sage already, with the entries that look like it, oldest first."""
    with ledger.begin() as tx:
        found = [(record, _likes(tx, record)) for record in _asked(tx)]
    for record, likes in found:
        yield _question(record, likes)


def answer_document(
    ledger: Ledger, kind: Kind, entity: str, answer: Answer, header: int, by: str, why: str
) -> None:
    """Keep the answer with one trail entry, and let that time's documents go on as far as they may.

    `header` names the entry that the document is (`link` alone). Raises `NeedsPerson`
    (cut-over-answer-refused) and changes nothing when nobody asked, or that entry is not among the likely.
    """
    key = Key(ledger.connection_id, kind, entity)
    with ledger.begin() as tx:
        record = tx.record(key)
        if record is None or record not in _asked(tx):
            raise _refused(f"Nobody asked about {kind.value} {entity}.", "List the open questions first.")
        headers = sorted(like.entry.header for like in _likes(tx, record))
        if answer is Answer.LINK and header not in headers:
            listed = ", ".join(map(str, headers)) or "none any more"
            raise _refused(
                f"Transaction {header} is none of those that look like it.", f"These do: {listed}."
            )
        if answer is not Answer.LINK and header:
            raise _refused("Only a link names a transaction.", "Leave it out, or answer with link.")
        save_answer(tx, Answered(key=str(key), answer=answer, header=header))
        said = {"answer": answer.value, "header": header, "why": why}
        tx.note(actor=f"user {by}", action="answered at the cut-over", key=key, payload=said)


def _asked(tx: LedgerTransaction) -> list[Record]:
    """The documents with a question that is not answered; an answered one waits until it is decided again."""
    answered = answers_of(tx)
    waiting = (each for each in tx.records(states=(State.WAITING,)) if str(each.key) not in answered)
    return [record for record in waiting if _is_asked(record)]


def _is_asked(record: Record) -> bool:
    return record.code is Code.WAITS_FOR_CUT_OVER and asked(record) in record.waits_on


def _likes(tx: LedgerTransaction, record: Record) -> tuple[Like, ...]:
    found: CutOver | None = cut_over_of(tx, (record,))
    return found.likes(record) if found else ()


def _question(record: Record, likes: tuple[Like, ...]) -> dict[str, object]:
    return {
        "kind": record.key.kind,
        "entity": record.key.entity,
        "number": record.number,
        "made_at": record.document_at,
        "currency": record.shop_currency,
        "gross": abs(to_minor(record.shop_total)),
        "account_ref": record.account_ref,
        "sage": [
            {"entry": like.entry, "same": like.because, "proposed": like.proposed or ""} for like in likes
        ],
    }


def _refused(why: str, fix: str) -> NeedsPerson:
    what = "The answer was not taken, and nothing was changed."
    return NeedsPerson(Finding(code=Code.CUT_OVER_ANSWER_REFUSED, what=what, why=why, fix=fix))
