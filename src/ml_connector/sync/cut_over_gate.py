"""The cut-over's place in the passage: nothing of that time goes to Sage before a person has looked.

Planned documents of the time between the cut-over date and the reading of Sage's entries wait here
(`waits-for-cut-over`): until the agent has read them, and then until every question is answered. Linked and
left-out documents are skipped; answers are kept, so that a document that is decided again ends the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from ml_connector.codec import canonical, from_json, loads
from ml_connector.documents.identity import Kind
from ml_connector.documents.money import pounds, to_minor
from ml_connector.errors import Code, Finding
from ml_connector.sync.cut_over import APART, READ_BEFORE, Answer, Like, Reading, likes
from ml_connector.sync.passage import State
from ml_connector.sync.ports import Transaction
from ml_connector.sync.record import Record

READING = "entries around the cut-over"
ANSWERS = "answers at the cut-over"
PERIOD = "cut-over"
"""What the documents without a question of their own wait on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A person's answer for the document with this key; `header` is the entry that it is, when linked."""

    key: str
    answer: Answer
    header: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Every answer of a connection, as it is kept."""

    given: tuple[Answered, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOver:
    """What a connection knows of its cut-over. `reading` is None until the agent has read Sage's entries;
    `asked` are the keys of documents with an open question."""

    tag: str
    reading: Reading | None
    answers: Mapping[str, Answered]
    asked: frozenset[str]

    def likes(self, record: Record) -> tuple[Like, ...]:
        """The entries that may be this document, without those that others were linked to."""
        taken = {each.header for each in self.answers.values() if each.answer is Answer.LINK}
        return likes(record, self.reading, self.tag, taken) if self.reading else ()

    def stopped(self, record: Record, now: datetime) -> Record | None:
        """The record as it waits or was left out; None when it may go."""
        answered = self.answers.get(str(record.key))
        if answered is not None:
            return None if answered.answer is Answer.POST else _left_out(record, answered, now)
        if self.reading is None:
            return _waiting(record, (_not_read(record),), PERIOD, now)
        found = self.likes(record)
        if found:
            return _waiting(record, tuple(_question(record, like) for like in found), asked(record), now)
        if self.asked - {str(record.key)}:
            return _waiting(record, (_others(record, len(self.asked)),), PERIOD, now)
        return None


def entries_wanted(tx: Transaction, today: date) -> date | None:
    """From which day on the agent is to read what anybody entered: each day anew until a document of ours is
    on its way; None when that is done, or needless."""
    begins, known = tx.controls().cut_over, tx.fact(READING)
    if begins is None or (known and (known[0] >= today.isoformat() or tx.spoken_for())):
        return None
    return begins - READ_BEFORE


def save_reading(tx: Transaction, reading: Reading) -> None:
    """Keep what was read, and let what waits for it be asked again."""
    tx.save_fact(READING, reading.read_on.isoformat(), canonical(reading).decode())
    tx.mark_due(waits_on=PERIOD, states=(State.WAITING,))


def cut_over_of(tx: Transaction, records: Iterable[Record]) -> CutOver | None:
    """The cut-over, if it concerns any of these records; else nothing is looked at."""
    controls = tx.controls()
    known = tx.fact(READING)
    # What was made later than that cannot be among the entries, and goes its way.
    ends = None if known is None else date.fromisoformat(known[0]) + APART
    concerned = [each for each in records if _concerns(each, ends)]
    if controls.cut_over is None or not concerned:
        return None
    waiting = (each for each in tx.records(states=(State.WAITING,)) if each.code is Code.WAITS_FOR_CUT_OVER)
    every = {str(each.key): each for each in (*waiting, *concerned)}
    found = CutOver(
        tag=controls.tag,
        reading=from_json(Reading, loads(known[1])) if known else None,
        answers=answers_of(tx),
        asked=frozenset(),
    )
    questions = (key for key, each in every.items() if key not in found.answers and found.likes(each))
    return replace(found, asked=frozenset(questions))


def concerns(found: CutOver, record: Record) -> bool:
    """Whether a record is a document of that time."""
    return _concerns(record, found.reading.read_on + APART if found.reading else None)


def still_waits(tx: Transaction, record: Record) -> bool:
    """Whether a document that waits for the cut-over would wait on."""
    found = cut_over_of(tx, (record,))
    stopped = found.stopped(record, record.since) if found else None
    return stopped is not None and stopped.state is State.WAITING


def answers_of(tx: Transaction) -> dict[str, Answered]:
    """Every answer so far, by the document's key."""
    known = tx.fact(ANSWERS)
    answers = from_json(Answers, loads(known[1])) if known else Answers()
    return {each.key: each for each in answers.given}


def save_answer(tx: Transaction, answered: Answered) -> None:
    """Keep an answer; its document is decided again, and the others of that time are looked at once more."""
    every = answers_of(tx) | {answered.key: answered}
    tx.save_fact(ANSWERS, str(len(every)), canonical(Answers(given=tuple(every.values()))).decode())
    for waits_on in (f"{PERIOD}:{answered.key}", PERIOD):
        tx.mark_due(waits_on=waits_on, states=(State.WAITING,))


def asked(record: Record) -> str:
    """What a document waits on that has a question of its own."""
    return f"{PERIOD}:{record.key}"


def _concerns(record: Record, ends: date | None) -> bool:
    made = record.document_at.date() - timedelta(days=1)  # UTC: in the shop it may be a day earlier
    return record.key.kind is not Kind.CUSTOMER and (ends is None or made <= ends)


def _waiting(record: Record, findings: tuple[Finding, ...], waits_on: str, now: datetime) -> Record:
    return replace(
        record,
        state=State.WAITING,
        since=now,
        code=Code.WAITS_FOR_CUT_OVER,
        findings=findings,
        waits_on=(waits_on,),
    )


def _left_out(record: Record, answered: Answered, now: datetime) -> Record:
    linked = answered.answer is Answer.LINK
    code = Code.LINKED_TO_ENTRY if linked else Code.LEFT_OUT_AT_CUT_OVER
    why = f"It is transaction {answered.header} in Sage." if linked else "A person left it out."
    what = f"{record.number} is in the books already." if linked else f"{record.number} is not posted."
    return replace(
        record,
        state=State.SKIPPED,
        since=now,
        code=code,
        findings=(Finding(code=code, what=what, why=why, fix=""),),
        waits_on=(),
        plan=None,
        plan_hash="",
    )


def _not_read(record: Record) -> Finding:
    return Finding(
        code=Code.WAITS_FOR_CUT_OVER,
        what=f"{record.number} is planned and waits for the cut-over.",
        why="What stands in Sage since 30 days before the cut-over date has not been read yet.",
        fix="Nothing to do; the agent reads it when it calls next.",
    )


def _question(record: Record, like: Like) -> Finding:
    entry = like.entry
    words = " ".join(dict.fromkeys(filter(None, (entry.reference, *entry.details))))
    ours = pounds(abs(to_minor(record.shop_total)), record.shop_currency)
    return Finding(
        code=Code.WAITS_FOR_CUT_OVER,
        what=f"{record.number} of {ours} looks like transaction {entry.header} in Sage: {entry.type} of "
        f"{entry.date:%d/%m/%Y}, A/C {entry.account_ref}, {pounds(abs(entry.gross), entry.currency)}, "
        f"“{words}”.",
        why=f"They agree in: {', '.join(like.because)}. Posted again, the sale would stand twice.",
        fix="Answer with link (it is that entry), post (it is not) or skip: ml-connector cut-over.",
    )


def _others(record: Record, open_questions: int) -> Finding:
    return Finding(
        code=Code.WAITS_FOR_CUT_OVER,
        what=f"{record.number} is planned and waits for the cut-over.",
        why=f"Of the documents of that time {open_questions} may be in Sage already, and nobody has said so.",
        fix="Answer for those: ml-connector cut-over.",
    )
