"""What the Sage 50 UK driver writes, field by field, and what it does when a write goes wrong."""

from __future__ import annotations

import functools
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ml_connector.errors import Code, NeedsPerson, TryAgain
from ml_connector.posting.effects import CUSTOMER_FIELDS
from ml_connector.posting.plan import EnsureCustomer, FieldChange, Plan, PostDocument
from ml_connector.sage.books import Absent
from ml_connector.sage.conformance.bench import (
    ACCOUNT,
    customer,
    discounted_invoice,
    invoice,
    plan_of,
    update,
)
from ml_connector.sage.conformance.steps import fresh_look, make, make_some, must_be_equal
from ml_connector.sage.memory_accounts import fields_of
from ml_connector.sage.uk.sandbox import faults, manager
from ml_connector.sage.uk.sandbox.company import CONNECTOR_USER
from ml_connector.sage.uk.sandbox.switches import Switches
from tests.conformance.sdo_wire import Wire, Wrapped
from tests.conformance.uk_bench import UkBench, make_template


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def bench(template: Path, tmp_path: Path) -> UkBench:
    return UkBench(template, tmp_path)


CHANGED = {name: f"NEW {name.upper()}"[:20] for name in CUSTOMER_FIELDS} | {"country": "IE"}


def stands(bench: UkBench, kind: str, key: str, value: object, *names: str) -> dict[str, Any]:
    """Fields of a record as MANAGER reads them; of a document, with its lines under “lines”."""
    with manager.logged_on(bench.accdata) as workspace:
        record = workspace.CreateObject(kind)
        record.Fields.Item(key).Value = value
        assert record.Find(False)
        found: dict[str, Any] = {name: record.Fields.Item(name).Value for name in names}
        if kind == "InvoiceRecord":
            rows: list[dict[str, Any]] = []
            lines = record.Link
            going = lines.MoveFirst()
            while going:
                rows.append({field.Name: field.Value for field in lines.Fields})
                going = lines.MoveNext()
            found["lines"] = rows
    return found


def number_of_last(bench: UkBench) -> int:
    with bench.door.open(bench.index) as books:
        return books.watermark().document


def test_a_document_carries_order_number_and_reference_and_sages_own_number(bench: UkBench) -> None:
    before = number_of_last(bench)
    make_some(bench, invoice("K7-I41"), effects=1)
    number = number_of_last(bench)
    assert number == before + 1
    names = ("CUST_ORDER_NUMBER", "INVOICE_TYPE_CODE", "CARR_NET", "CARR_TAX", "ADDRESS_5", "NOTES_1")
    found = stands(bench, "InvoiceRecord", "INVOICE_NUMBER", number, *names, "SETTLEMENT_DISC_RATE")
    del found["lines"]
    assert found == {
        "CUST_ORDER_NUMBER": "000000042 K7-I41",
        "INVOICE_TYPE_CODE": 0,
        "CARR_NET": 4.95,
        "CARR_TAX": 0.99,
        "ADDRESS_5": "LS1 1AA",
        "NOTES_1": "Web order 000000042",
        "SETTLEMENT_DISC_RATE": 0.0,
    }


def test_lines_keep_the_shops_vat_and_their_signs(bench: UkBench) -> None:
    """TAX_FLAG on every line, discounts as amounts, a negative line by its mark and never by its price."""
    make_some(bench, discounted_invoice(), effects=1)
    lines = stands(bench, "InvoiceRecord", "INVOICE_NUMBER", number_of_last(bench))["lines"]
    names = ("STOCK_CODE", "QTY_ORDER", "UNIT_PRICE", "DISCOUNT_AMOUNT", "NET_AMOUNT", "TAX_AMOUNT")
    assert [tuple(line[name] for name in (*names, "IS_NEGATIVE_LINE")) for line in lines] == [
        ("MUG-BLUE", 2.0, 10.0, 5.0, 15.0, 3.0, 0),
        ("MUG-RED", 1.0, 4.0, 0.0, 4.0, 0.21, 0),
        ("MUG-RED", 1.0, 0.0, 0.0, 0.0, 0.0, 0),
        ("S3", 1.0, 2.0, 0.0, 2.0, 0.4, 1),
    ]
    assert {line["TAX_FLAG"] for line in lines} == {1}


@pytest.mark.parametrize("overlong", ["cut", "refuse"])
def test_long_and_foreign_texts_are_fitted_before_sage_sees_them(
    overlong: Any, template: Path, tmp_path: Path
) -> None:
    """Whether Sage would cut a long text or refuse it does not matter: it never gets one."""
    bench = UkBench(template, tmp_path, Switches(overlong_text=overlong))
    plan = invoice()
    body = plan.document
    assert isinstance(body, PostDocument)
    long_name = "Łucja " + "x" * 80
    lines = (replace(body.lines[0], description="Mug 🎄 " + "y" * 200), *body.lines[1:])
    address = ("z" * 90, *body.address[1:])
    body = replace(body, name=long_name, contact=long_name, lines=lines, address=address)
    make_some(bench, plan_of(body, plan.reference), effects=1)
    number = number_of_last(bench)
    found = stands(bench, "InvoiceRecord", "INVOICE_NUMBER", number, "NAME", "CONTACT_NAME", "ADDRESS_1")
    assert (found["NAME"], found["CONTACT_NAME"]) == ("Lucja " + "x" * 54, "Lucja " + "x" * 24)
    assert found["ADDRESS_1"] == "z" * 60
    assert found["lines"][0]["DESCRIPTION"] == "Mug ? " + "y" * 54


def test_a_key_that_does_not_fit_is_refused_and_never_cut(bench: UkBench) -> None:
    """A cut account reference would be another account."""
    plan = customer("TOOLONG12", "nora@example.com")
    with bench.door.open(bench.index) as books, pytest.raises(NeedsPerson) as caught:
        fresh_look(books, plan, plan.effects[0])
    assert "“TOOLONG12” does not fit" in caught.value.finding.what
    assert bench.writes() == 0


@pytest.mark.parametrize("given", ["bare", "company_defaults"])
def test_a_new_account_has_the_companys_customer_defaults(given: Any, template: Path, tmp_path: Path) -> None:
    """Whether AddNew gives a bare record or fills them in as Sage's own window does, the same stands."""
    bench = UkBench(template, tmp_path, Switches(new_customer=given))
    make_some(bench, customer("NEWNORA1", "nora@example.com"))
    names = ("NAME", "E_MAIL", "ADDRESS_1", "COUNTRY_CODE", "DEF_NOM_CODE", "DEF_TAX_CODE", "CURRENCY")
    defaults = ("TERMS", "PAYMENT_DUE_DAYS", "DEPT_NUMBER", "DISCOUNT_TYPE", "TERMS_AGREED_FLAG")
    assert stands(bench, "SalesRecord", "ACCOUNT_REF", "NEWNORA1", *names, *defaults) == {
        "NAME": "Nora New",
        "E_MAIL": "nora@example.com",
        "ADDRESS_1": "1 High Street",
        "COUNTRY_CODE": "GB",
        "DEF_NOM_CODE": "4000",
        "DEF_TAX_CODE": 1,
        "CURRENCY": 0,
        "TERMS": "30 days",
        "PAYMENT_DUE_DAYS": 30,
        "DEPT_NUMBER": 0,
        "DISCOUNT_TYPE": 0,
        "TERMS_AGREED_FLAG": 1,
    }


def test_each_field_that_follows_the_shop_has_its_own_field_in_sage(bench: UkBench) -> None:
    """All of them at once, and nothing beside them."""
    make_some(bench, customer("NEWNORA1", "nora@example.com"))
    with bench.door.open(bench.index) as books:
        (account,) = (each for each in books.catalogue().accounts if each.ref == "NEWNORA1")
    standing = fields_of(account)
    changes = (FieldChange(field=name, was=standing[name], becomes=new) for name, new in CHANGED.items())
    make_some(bench, update("NEWNORA1", *changes))
    with bench.door.open(bench.index) as books:
        (account,) = (each for each in books.catalogue().accounts if each.ref == "NEWNORA1")
    assert fields_of(account) == CHANGED
    kept = ("TERMS", "DEF_NOM_CODE", "DEF_TAX_CODE", "CURRENCY")
    assert stands(bench, "SalesRecord", "ACCOUNT_REF", "NEWNORA1", *kept) == {
        "TERMS": "30 days",
        "DEF_NOM_CODE": "4000",
        "DEF_TAX_CODE": 1,
        "CURRENCY": 0,
    }


def test_a_second_email_on_an_account_counts_too(bench: UkBench) -> None:
    with manager.logged_on(bench.accdata) as workspace:
        record = workspace.CreateObject("SalesRecord")
        record.Fields.Item("ACCOUNT_REF").Value = ACCOUNT
        record.Find(False)
        record.Edit()
        record.Fields.Item("E_MAIL3").Value = "office@example.com"
        record.Update()
    plan = customer(ACCOUNT, "office@example.com", create=False)
    with bench.door.open(bench.index) as books:
        must_be_equal(fresh_look(books, plan, plan.effects[0]), "The account is found.")


def test_where_sdo_cannot_update_ledgers_a_person_does(template: Path, tmp_path: Path) -> None:
    """The document stands; the finding names Update Ledgers; once somebody did it, the look finds it."""
    bench = UkBench(template, tmp_path, Switches(ledger_post="absent"))
    plan = invoice()
    document, ledger = plan.effects[:2]
    with bench.door.open(bench.index) as books:
        make(books, plan, document)
        assert isinstance(fresh_look(books, plan, ledger), Absent)
        with pytest.raises(NeedsPerson) as caught:
            books.write(plan, ledger)
    assert caught.value.finding.code is Code.SAGE_CANNOT_POST
    assert "Update Ledgers" in caught.value.finding.fix
    assert caught.value.reached_sage
    bench.update_ledgers(number_of_last(bench))
    with bench.door.open(bench.index) as books:
        must_be_equal(fresh_look(books, plan, ledger), "The ledger entry is found.")


class LateBoundWire(Wire):
    """Shows InvoiceRecord as pywin32's dynamic dispatch may: a name that no type information flags as a
    method is read as a property first, and that read already runs it."""

    def cross(self, value: Any) -> Any:
        crossed = super().cross(value)
        return LateBoundRecord(self, value) if type(value).__name__.startswith("InvoiceRecord") else crossed


class LateBoundRecord(Wrapped):
    def __getattr__(self, name: str) -> Any:
        if name == "_FlagAsMethod":
            return functools.partial(object.__setattr__, self, "_flagged")
        member = super().__getattr__(name)
        if name == "Post" and getattr(self, "_flagged", "") != "Post":
            return member()
        return member


def test_post_is_run_once_where_reading_its_name_would_run_it(bench: UkBench) -> None:
    bench.wire = LateBoundWire()
    plan = invoice()
    make_some(bench, plan, effects=2)
    assert manager.writes_by_operation(bench.accdata, CONNECTOR_USER)["InvoiceRecord.Post"] == 1


def test_a_busy_sage_is_tried_again_and_nothing_was_written(bench: UkBench) -> None:
    plan = invoice()
    document = plan.effects[0]
    with bench.door.open(bench.index) as books:
        before = books.before(plan, document)
        faults.set_busy(bench.accdata, 1)
        with pytest.raises(TryAgain) as caught:
            books.write(plan, document)
        assert caught.value.finding.code is Code.SAGE_BUSY
        assert isinstance(books.look(plan, document, before), Absent)
        make(books, plan, document)
    assert bench.writes() == 1


KILLED_WHILE_WRITING = """
import sys
from pathlib import Path
from ml_connector.sage.conformance.bench import invoice
from ml_connector.sage.memory import MemoryIndex
from ml_connector.sage.uk.door import SageUkDoor
from ml_connector.sage.uk.sandbox.company import CONNECTOR_PASSWORD, CONNECTOR_USER
from ml_connector.sage.uk.sandbox.engine import create_engine
from ml_connector.sage.uk.session import Logon

logon = Logon(progid="SDOEngine.32", path=sys.argv[1], user=CONNECTOR_USER, password=CONNECTOR_PASSWORD)
door = SageUkDoor(lambda progid: create_engine(32), logon)
plan = invoice()
with door.open(MemoryIndex()) as books:
    for effect in plan.effects:
        if not hasattr(books.look(plan, effect, books.before(plan, effect)), "copies"):
            books.write(plan, effect)
"""


def test_a_process_killed_between_update_and_its_answer_never_doubles(bench: UkBench) -> None:
    """Killed in three writes one after the other: each time the name stays in use until the manager clears
    it, each time the next look finds what was saved."""
    plan = invoice()
    for written in (1, 2, 3):
        faults.die_after_write(bench.accdata)
        ended = run_killed(bench, plan)
        assert ended == faults.DIED_AFTER_WRITE
        with pytest.raises(TryAgain) as caught, bench.door.open(bench.index):
            pass
        assert caught.value.finding.code is Code.SAGE_IN_USE
        assert manager.clear_session(bench.accdata, CONNECTOR_USER)
        assert bench.writes() == written
        with bench.door.open(bench.index) as books:
            for effect in plan.effects[:written]:
                must_be_equal(fresh_look(books, plan, effect), f"{effect.id} is found after the kill.")


def run_killed(bench: UkBench, plan: Plan) -> int:
    """Make the plan in a process of its own; its exit status."""
    assert not any(isinstance(effect, EnsureCustomer) for effect in plan.effects)
    source = Path(__file__).parents[2] / "src"
    script = [sys.executable, "-c", KILLED_WHILE_WRITING, str(bench.accdata)]
    return subprocess.run(script, cwd=source, check=False).returncode
