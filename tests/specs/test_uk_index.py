"""The look-up index of Sage 50 UK: complete, cheap when warm, and never fooled by numbers that come again."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

import pytest

from ml_connector.errors import Defect
from ml_connector.posting.plan import Plan
from ml_connector.sage.books import Absent, Found, Look
from ml_connector.sage.conformance.bench import ACCOUNT, PRODUCTS, invoice
from ml_connector.sage.conformance.steps import fresh_look, make, make_some
from ml_connector.sage.memory import MemoryIndex
from ml_connector.sage.uk.sandbox import manager
from tests.conformance.uk_bench import UkBench, make_template


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def bench(template: Path, tmp_path: Path) -> UkBench:
    return UkBench(template, tmp_path)


def by_hand(bench: UkBench, order_number: str, *, number: int = 0, copies: int = 1) -> None:
    """MANAGER saves documents with this order number, with a number of their own choice or Sage's next."""
    with manager.logged_on(bench.accdata) as workspace:
        for _ in range(copies):
            post = workspace.CreateObject("InvoicePost")
            post.Type = 261
            header: dict[str, object] = {
                "ACCOUNT_REF": ACCOUNT,
                "INVOICE_DATE": datetime.combine(date(2026, 3, 14), time()),
                "CUST_ORDER_NUMBER": order_number,
                "INVOICE_TYPE_CODE": 0,
            }
            if number:
                header["INVOICE_NUMBER"] = number
            for name, value in header.items():
                post.Header.Fields.Item(name).Value = value
            item = post.Items.Add()
            line = {"STOCK_CODE": PRODUCTS[0], "QTY_ORDER": 1.0, "UNIT_PRICE": 5.0, "NET_AMOUNT": 5.0}
            for name, value in {**line, "TAX_CODE": 1, "NOMINAL_CODE": "4000"}.items():
                item.Fields.Item(name).Value = value
            post.Update()


def look_now(bench: UkBench, plan: Plan, index: MemoryIndex | None = None) -> Look:
    with bench.door.open(index or bench.index) as books:
        return fresh_look(books, plan, plan.effects[0])


def calls_of_a_warm_look(bench: UkBench) -> int:
    """Calls over the wire for a whole session with one look that finds nothing."""
    look_now(bench, invoice("K7-I999"))
    bench.wire.calls.clear()
    assert look_now(bench, invoice("K7-I999")) == Absent()
    return sum(bench.wire.calls.values())


def test_a_warm_look_costs_the_same_however_many_documents_there_are(bench: UkBench) -> None:
    few = calls_of_a_warm_look(bench)
    by_hand(bench, "by telephone", copies=60)
    for n in range(5):
        make_some(bench, invoice(f"K7-I{n}"))
    assert calls_of_a_warm_look(bench) == few


def test_the_index_is_remembered_with_only_our_references(bench: UkBench) -> None:
    """Every other document costs nothing to remember; saving again without news is not done."""
    make_some(bench, invoice("K7-I5"), effects=3)
    (state,) = bench.index.states.values()
    assert {"K7-I5"} == {reference for reference in state.documents if not reference.startswith("#")}
    number = str(state.documents["K7-I5"][0])
    assert set(state.headers) == {number, "K7-I5.R1"}

    (company_id,) = bench.index.states
    assert isinstance(look_now(bench, invoice("K7-I5")), Found)
    assert bench.index.states[company_id] is state


def test_a_document_below_the_watermark_is_found_by_the_count(bench: UkBench) -> None:
    """Somebody once typed 5000 as a number, and Sage goes on from 901: ours stands below what was read."""
    by_hand(bench, "a big number", number=5000)
    assert look_now(bench, invoice("K7-I7")) == Absent()
    by_hand(bench, "000000042 K7-I7", number=901)
    look = look_now(bench, invoice("K7-I7"))
    assert isinstance(look, Found)
    assert look.numbers["invoice_number"] == 901


def test_a_deleted_document_makes_the_next_look_read_all_once(bench: UkBench) -> None:
    """The count no longer fits, so nothing is called absent on the strength of the old reading."""
    by_hand(bench, "by telephone", copies=3)
    look_now(bench, invoice("K7-I7"))
    with bench.door.open(bench.index) as books:
        last = books.watermark().document
    bench.delete_document(last - 1)
    assert look_now(bench, invoice("K7-I7")) == Absent()
    bench.wire.calls.clear()
    look_now(bench, invoice("K7-I7"))
    assert bench.wire.calls["MovePrev"] == 0


def test_the_highest_deleted_and_a_lower_one_made_hide_nothing(bench: UkBench) -> None:
    """As many documents as before, none of them above the watermark, and one of them is ours."""
    by_hand(bench, "a big number", number=5000)
    assert look_now(bench, invoice("K7-I7")) == Absent()
    bench.delete_document(5000)
    by_hand(bench, "000000042 K7-I7", number=901)
    assert isinstance(look_now(bench, invoice("K7-I7")), Found)


def test_own_documents_are_counted_so_that_nothing_is_read_twice(bench: UkBench) -> None:
    by_hand(bench, "by telephone", copies=20)
    for n in range(3):
        make_some(bench, invoice(f"K7-I{n}"), effects=1)
    bench.wire.calls.clear()
    with bench.door.open(bench.index) as books:
        for n in range(3, 6):
            make(books, invoice(f"K7-I{n}"), invoice(f"K7-I{n}").effects[0])
        assert fresh_look(books, invoice("K7-I7"), invoice("K7-I7").effects[0]) == Absent()
    assert bench.wire.calls["MovePrev"] == 3


def test_a_reference_that_a_person_took_off_leaves_the_document_ours(bench: UkBench) -> None:
    """The index remembers the number; the document still has our account, date and type."""
    plan = invoice("K7-I8")
    make_some(bench, plan, effects=1)
    with bench.door.open(bench.index) as books:
        number = books.watermark().document
    with manager.logged_on(bench.accdata) as workspace:
        record = workspace.CreateObject("InvoiceRecord")
        record.Fields.Item("INVOICE_NUMBER").Value = number
        record.Find(False)
        record.Edit()
        record.Fields.Item("CUST_ORDER_NUMBER").Value = "see e-mail"
        record.Update()
    look = look_now(bench, plan)
    assert isinstance(look, Found)
    assert look.differences == ("It does not carry the reference K7-I8.",)


def test_our_reference_is_seen_wherever_it_stands_in_the_order_number(bench: UkBench) -> None:
    by_hand(bench, "K7-I9 urgent")
    assert isinstance(look_now(bench, invoice("K7-I9")), Found)
    assert isinstance(look_now(bench, invoice("K7-I9"), MemoryIndex()), Found)


def test_a_reference_that_the_index_could_not_hold_is_a_defect(bench: UkBench) -> None:
    """Absent would be a lie for it."""
    with pytest.raises(Defect):
        look_now(bench, invoice("WRONG"))
