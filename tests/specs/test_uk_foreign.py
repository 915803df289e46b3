"""What the Sage 50 UK driver writes for a sale in a foreign currency, and what it reads back of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ml_connector.errors import Code, NeedsPerson
from ml_connector.sage.conformance.bench import invoice
from ml_connector.sage.conformance.foreign import in_euros
from ml_connector.sage.conformance.steps import fresh_look, make_some, must_be_equal
from ml_connector.sage.uk.sandbox import manager
from ml_connector.sage.uk.sandbox.storage import CompanyFile
from ml_connector.sage.uk.sandbox.switches import Switches
from tests.conformance.uk_bench import UkBench, make_template

PLAN = in_euros(invoice())
TABLE_RATE = 1.1734


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def bench(template: Path, tmp_path: Path) -> UkBench:
    return UkBench(template, tmp_path)


def set_up(bench: UkBench, statement: str) -> None:
    """Something about the company's currencies that a person set up otherwise."""
    file = CompanyFile(bench.accdata)
    file.execute(statement)
    file.close()


def header_of(workspace: Any, number: int) -> dict[str, Any]:
    headers = workspace.CreateObject("HeaderData")
    assert headers.Read(number)
    names = ("CURRENCY", "FOREIGN_RATE", "FOREIGN_GROSS", "NET_AMOUNT", "TAX_AMOUNT", "BANK_CODE")
    return {name: headers.Fields.Item(name).Value for name in names}


def test_the_rate_is_copied_from_sages_own_table_as_it_stands(bench: UkBench) -> None:
    make_some(bench, PLAN, effects=3)
    with manager.logged_on(bench.accdata) as workspace:
        document = workspace.CreateObject("InvoiceRecord")
        assert document.MoveLast()
        standing = {name: document.Fields.Item(name).Value for name in ("CURRENCY", "FOREIGN_RATE")}
        assert standing == {"CURRENCY": 1, "FOREIGN_RATE": TABLE_RATE}
        last = workspace.CreateObject("HeaderData")
        assert last.MoveLast()
        receipt = header_of(workspace, last.Fields.Item("HEADER_NUMBER").Value)
    assert (receipt["CURRENCY"], receipt["FOREIGN_RATE"], receipt["BANK_CODE"]) == (1, TABLE_RATE, "1220")
    assert receipt["FOREIGN_GROSS"] == PLAN.gross / 100


@pytest.mark.parametrize(
    ("rate_is", "base"),
    [("foreign_per_base", PLAN.gross / TABLE_RATE), ("base_per_foreign", PLAN.gross * TABLE_RATE)],
)
def test_sages_own_base_value_is_told_whichever_way_round_its_rates_are(
    template: Path, tmp_path: Path, rate_is: Any, base: float
) -> None:
    """To a few pennies: Sage values line by line."""
    bench = UkBench(template, tmp_path, Switches(rate_is=rate_is))
    make_some(bench, PLAN, effects=2)
    with bench.door.open(bench.index) as books:
        found = must_be_equal(fresh_look(books, PLAN, PLAN.effects[1]), "It stands in the ledger.")
    told = found.numbers["base_gross"]
    assert isinstance(told, int)
    assert abs(told - base) <= 5


def test_without_a_rate_in_sage_nothing_is_saved(bench: UkBench) -> None:
    set_up(bench, "UPDATE CURRENCY SET EXCHANGE_RATE = 0 WHERE CODE = 'EUR'")
    with bench.door.open(bench.index) as books:
        books.before(PLAN, PLAN.effects[0])
        with pytest.raises(NeedsPerson) as refused:
            books.write(PLAN, PLAN.effects[0])
    assert (refused.value.finding.code, refused.value.reached_sage) == (Code.EXCHANGE_RATE_MISSING, False)
    assert bench.writes() == 0


def test_a_rate_that_is_gone_before_the_receipt_leaves_the_document(bench: UkBench) -> None:
    make_some(bench, PLAN, effects=2)
    set_up(bench, "UPDATE CURRENCY SET EXCHANGE_RATE = 0 WHERE CODE = 'EUR'")
    with bench.door.open(bench.index) as books:
        books.before(PLAN, PLAN.effects[2])
        with pytest.raises(NeedsPerson) as refused:
            books.write(PLAN, PLAN.effects[2])
    assert (refused.value.finding.code, refused.value.reached_sage) == (Code.EXCHANGE_RATE_MISSING, True)
    assert bench.writes() == 2


def test_without_foreign_trader_sage_refuses_before_anything_stands(bench: UkBench) -> None:
    """SDO's error 33; the account in euros is from before it was switched off."""
    file = CompanyFile(bench.accdata)
    file.set_option("FOREIGN_TRADER", "0")
    file.close()
    with bench.door.open(bench.index) as books:
        books.before(PLAN, PLAN.effects[0])
        with pytest.raises(NeedsPerson) as refused:
            books.write(PLAN, PLAN.effects[0])
    assert not refused.value.reached_sage
    assert bench.writes() == 0
