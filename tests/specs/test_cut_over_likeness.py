"""The worked tables of docs/rules/cut-over.md: what looks alike, and what waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from ml_connector.documents.identity import Key, Kind
from ml_connector.documents.money import to_minor
from ml_connector.posting.company import CustomerEntry
from ml_connector.posting.decide import decide
from ml_connector.sync.cut_over import Answer, Reading, likes
from ml_connector.sync.cut_over_gate import Answered, CutOver
from ml_connector.sync.passage import State
from ml_connector.sync.record import Record
from tests.specs.posting_examples import SOLD_AT, planned, row, sale, situation
from tests.specs.worked_tables import Row, cases

PLAN = planned(decide(sale(row()), situation()))
RECORD = Record(
    key=Key("shop", Kind.INVOICE, "7"),
    number="000000007",
    document_at=SOLD_AT,
    captured=True,
    shop_currency="GBP",
    shop_total=sale(row()).base.worth,
    state=State.PLANNED,
    since=SOLD_AT,
    plan=PLAN,
)
ENTRY = CustomerEntry(
    header=41,
    type="SI",
    account_ref="PENRO001",
    date=PLAN.date,
    reference="000000007",
    details=(),
    currency="GBP",
    gross=PLAN.gross,
)


def reading(*entries: CustomerEntry, **names: str) -> Reading:
    return Reading(read_on=date(2026, 4, 8), entries=entries, names=names)


def day(cell: str) -> date:
    return datetime.strptime(cell, "%d/%m/%Y").replace(tzinfo=UTC).date()


@cases(
    "cut-over.md",
    "Entry",
    "Dated",
    "A/C",
    "Name of the A/C",
    "Reference",
    "Details",
    "Total",
    "Same",
    "Proposed",
)
def test_what_looks_alike(case: Row) -> None:
    entry = replace(
        ENTRY,
        type=case["Entry"],
        account_ref=case["A/C"],
        date=day(case["Dated"]),
        reference=case["Reference"],
        details=(case["Details"],) if case["Details"] else (),
        gross=to_minor(Decimal(case["Total"])),
    )
    found = likes(RECORD, reading(entry, **{case["A/C"]: case["Name of the A/C"]}), "K7", ())
    same = ", ".join(found[0].because) if found else "nothing"
    proposed = (found[0].proposed or "") if found else ""
    assert (same, proposed) == (case["Same"], case["Proposed"])


def test_another_currency_is_another_total() -> None:
    entry = replace(ENTRY, reference="INV 12", currency="EUR")
    assert likes(RECORD, reading(entry), "K7", ()) == ()


def test_an_entry_that_another_document_was_linked_to_is_not_offered_again() -> None:
    assert [like.entry.header for like in likes(RECORD, reading(ENTRY), "K7", ())] == [41]
    assert likes(RECORD, reading(ENTRY), "K7", {41}) == ()


@cases("cut-over.md", "Read", "A question of its own", "Others are asked about", "Answer", "Outcome")
def test_what_waits(case: Row) -> None:
    entries = (ENTRY,) if case["A question of its own"] == "yes" else ()
    key, others = str(RECORD.key), case["Others are asked about"] == "yes"
    said = Answer(case["Answer"]) if case["Answer"] else None
    header = 41 if said is Answer.LINK else 0
    cut_over = CutOver(
        tag="K7",
        reading=reading(*entries) if case["Read"] == "yes" else None,
        answers={key: Answered(key=key, answer=said, header=header)} if said else {},
        asked=frozenset({"shop/invoice/8"}) if others else frozenset(),
    )
    stopped = cut_over.stopped(RECORD, SOLD_AT)
    if stopped is None:
        found = "goes"
    elif stopped.state is State.WAITING:
        found = "waits"
    else:
        found = f"{stopped.state}: {stopped.code}"
    assert found == case["Outcome"]
