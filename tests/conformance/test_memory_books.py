"""The books in plain memory do what every driver must, and go wrong when they are told to."""

from __future__ import annotations

import pytest

from ml_connector.errors import Code, Finding, NeedsPerson, ReplyLost, TryAgain
from ml_connector.sage.books import Absent, Found
from ml_connector.sage.conformance import CHECKS, Check
from ml_connector.sage.conformance.bench import invoice
from ml_connector.sage.memory import Died
from tests.conformance.memory_bench import MemoryBench


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_books_in_memory_do_what_every_driver_must(check: Check) -> None:
    check(MemoryBench())


def test_a_write_can_die_before_or_after_it_was_made() -> None:
    """Death before leaves nothing, death after leaves the document; the name is free for the next session."""
    bench, plan = MemoryBench(), invoice()
    document = plan.effects[0]
    bench.company.die_before = 1
    with pytest.raises(Died), bench.door.open(bench.index) as books:
        books.write(plan, document)
    assert bench.writes() == 0

    bench.company.die_after = 1
    with pytest.raises(Died), bench.door.open(bench.index) as books:
        books.write(plan, document)
    with bench.door.open(bench.index) as books:
        assert isinstance(books.look(plan, document, books.before(plan, document)), Found)
    assert bench.writes() == 1


def test_the_second_reply_can_be_lost_and_a_document_spoiled() -> None:
    bench, plan = MemoryBench(), invoice()
    document, ledger = plan.effects[:2]
    bench.company.lose_reply_after = 2
    bench.company.spoil_after = 1
    with bench.door.open(bench.index) as books:
        books.write(plan, document)
        with pytest.raises(ReplyLost):
            books.write(plan, ledger)
        look = books.look(plan, document, books.before(plan, document))
    assert isinstance(look, Found)
    assert "VAT of the lines is £9.16, not £9.15." in look.differences


def test_a_refusal_writes_nothing_and_happens_once() -> None:
    bench, plan = MemoryBench(), invoice()
    document = plan.effects[0]
    refusal = Finding(code=Code.SAGE_REFUSED, what="No.", why="Because.", fix="Ask.")
    bench.company.refuse_next = refusal
    with bench.door.open(bench.index) as books:
        with pytest.raises(NeedsPerson) as caught:
            books.write(plan, document)
        assert caught.value.finding is refusal
        assert isinstance(books.look(plan, document, books.before(plan, document)), Absent)
        books.write(plan, document)
    assert bench.writes() == 1


def test_sage_can_be_busy_for_a_while_or_in_use() -> None:
    bench = MemoryBench()
    bench.company.busy = 2
    for _ in range(2):
        with pytest.raises(TryAgain), bench.door.open(bench.index):
            pass
    with bench.door.open(bench.index) as books:
        assert books.identity().name == "Memory Ltd"
    bench.company.in_use = True
    with pytest.raises(TryAgain) as caught, bench.door.open(bench.index):
        pass
    assert caught.value.finding.code is Code.SAGE_IN_USE
