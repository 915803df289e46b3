"""What people do by hand in Sage 50 UK, seen by the driver's looks and respected by its writes."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from ml_connector.errors import Code, NeedsPerson
from ml_connector.sage.books import Absent, Found
from ml_connector.sage.conformance.bench import DAY, ON_HOLD, invoice
from ml_connector.sage.conformance.steps import fresh_look, make_some, must_be_equal
from ml_connector.sage.memory import MemoryIndex
from ml_connector.sage.uk.door import SageUkDoor
from ml_connector.sage.uk.sandbox import manager
from ml_connector.sage.uk.sandbox.storage import CompanyFile
from ml_connector.sage.uk.session import Logon
from tests.conformance.sdo_wire import Wire
from tests.conformance.uk_bench import UkBench, make_template

PLAN = invoice("K7-I61")
DOCUMENT, LEDGER, RECEIPT = PLAN.effects[:3]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def bench(template: Path, tmp_path: Path) -> UkBench:
    return UkBench(template, tmp_path)


def corrected(bench: UkBench, sql: str, *values: object) -> None:
    """A correction that Sage's own windows make and SDO does not offer."""
    file = CompanyFile(bench.accdata)
    file.execute(sql, values)
    file.close()


def document_number(bench: UkBench) -> int:
    with bench.door.open(bench.index) as books:
        return books.watermark().document


def test_a_transaction_corrected_in_sage_differs_and_is_not_posted_again(bench: UkBench) -> None:
    """With INV_REF holding the document's number, date and account are what ties the two together."""
    make_some(bench, PLAN, effects=2)
    number = str(document_number(bench))
    corrected(bench, "UPDATE HEADER SET DATE = ? WHERE INV_REF = ?", "2026-04-01", number)
    for index in (bench.index, MemoryIndex()):
        with bench.door.open(index) as books:
            look = fresh_look(books, PLAN, LEDGER)
        assert isinstance(look, Found)
        assert look.differences == ("The date is 01/04/2026, not 14/03/2026.",)


def test_an_entry_of_another_account_with_our_documents_number_is_not_ours(bench: UkBench) -> None:
    """Any INV_REF may repeat; a person's entry “5” has nothing to do with our document 5."""
    make_some(bench, PLAN, effects=2)
    with manager.logged_on(bench.accdata) as workspace:
        entry = workspace.CreateObject("TransactionPost")
        header: dict[str, object] = {
            "TYPE": 1,
            "ACCOUNT_REF": ON_HOLD,
            "DATE": datetime.combine(DAY, time()),
            "INV_REF": str(document_number(bench)),
        }
        for name, value in header.items():
            entry.Header.Fields.Item(name).Value = value
        split = entry.Items.Add()
        for name, value in {"NOMINAL_CODE": "4000", "TAX_CODE": 1, "NET_AMOUNT": 1.0}.items():
            split.Fields.Item(name).Value = value
        entry.Update()
    for index in (bench.index, MemoryIndex()):
        with bench.door.open(index) as books:
            must_be_equal(fresh_look(books, PLAN, LEDGER), "Our entry is found once.")


@pytest.mark.parametrize("index", [True, False], ids=["warm", "cold"])
def test_records_that_sage_keeps_and_marks_as_deleted_are_not_there(index: bool, bench: UkBench) -> None:
    make_some(bench, PLAN, effects=3)
    corrected(bench, "UPDATE HEADER SET DELETED_FLAG = 1 WHERE INV_REF = ?", "K7-I61.R1")
    corrected(bench, "UPDATE INVOICE SET DELETED_FLAG = 1 WHERE CUST_ORDER_NUMBER LIKE '%K7-I61'")
    corrected(bench, "UPDATE HEADER SET DELETED_FLAG = 1 WHERE INV_REF = ?", str(document_number(bench)))
    with bench.door.open(bench.index if index else MemoryIndex()) as books:
        for effect in (DOCUMENT, LEDGER, RECEIPT):
            assert isinstance(fresh_look(books, PLAN, effect), Absent)
        assert list(books.ledger()) == []


def test_a_locked_date_is_kept_even_by_a_user_who_may_override_it(bench: UkBench) -> None:
    """Sage would let MANAGER post; the connector holds by default, whoever it is logged on as."""
    make_some(bench, PLAN, effects=1)
    bench.lock_until(DAY)
    logon = Logon(
        progid="SDOEngine.32",
        path=str(bench.accdata),
        user=manager.MANAGER_USER,
        password=manager.MANAGER_PASSWORD,
    )
    with SageUkDoor(bench.wire.dispatch, logon).open(bench.index) as books:
        for effect in (DOCUMENT, LEDGER, RECEIPT):
            with pytest.raises(NeedsPerson) as caught:
                books.write(PLAN, effect)
            assert caught.value.finding.code is Code.BEFORE_LOCK_DATE
            assert caught.value.reached_sage is (effect is not DOCUMENT)
            assert "14/03/2026" in caught.value.finding.what
    assert bench.writes() == 1


@pytest.mark.parametrize("day", [date(1970, 1, 1), date(2024, 2, 29), date(2099, 12, 31)])
def test_the_lock_date_is_told_to_the_day(day: date, bench: UkBench) -> None:
    """Its field's name is not known: Sage's own question narrows it down."""
    bench.lock_until(day)
    with bench.door.open(bench.index) as books:
        assert books.catalogue().lock_date == day


def test_no_lock_date_is_none(bench: UkBench) -> None:
    with bench.door.open(bench.index) as books:
        assert books.catalogue().lock_date is None


class OddWire(Wire):
    """An engine that answers some calls with False."""

    def __init__(self, *refused: str) -> None:
        super().__init__()
        self._refused = refused

    def call(self, name: str, method: Any, *arguments: Any) -> Any:
        owner = type(getattr(method, "__self__", None)).__name__
        return False if f"{owner}.{name}" in self._refused else super().call(name, method, *arguments)


def test_connect_may_also_answer_false(bench: UkBench) -> None:
    """Some callers test the answer instead of catching: both are a failed log-on."""
    bench.wire = OddWire("Workspace.Connect")
    with pytest.raises(NeedsPerson) as caught, bench.door.open(bench.index):
        pass
    assert caught.value.finding.code is Code.SAGE_REFUSED
    assert "logging on" in caught.value.finding.what


def test_ledger_records_are_searched_for_where_their_number_is_not_their_place(bench: UkBench) -> None:
    bench.wire = OddWire("HeaderData.Read", "SplitData.Read")
    make_some(bench, PLAN)
    assert bench.wire.calls["FindFirst"] > 0
