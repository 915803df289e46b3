"""Records and fields of the pretend SDO engine: finding, adding, changing, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest

from ml_connector.sage.uk.sandbox.com import ComError
from ml_connector.sage.uk.sandbox.switches import Switches
from tests.specs.pretend_sdo import Desk, at, company, connected, got, line, posted, put, refusal, saved


@pytest.fixture(name="accdata")
def _accdata(tmp_path: Path) -> Path:
    return company(tmp_path)


@pytest.fixture(name="desk")
def _desk(accdata: Path) -> Iterator[Desk]:
    with connected(accdata) as desk:
        yield desk


def refuses_account(desk: Desk, code: int, **values: object) -> None:
    customer = desk.make("SalesRecord")
    customer.AddNew()
    put(customer, **values)
    with refusal(desk, code):
        customer.Update()


def test_fields_are_alphabetical_counted_from_one_and_case_does_not_matter(desk: Desk) -> None:
    fields = desk.make("SalesRecord").Fields
    names = [field.Name for field in fields]
    assert names == sorted(names)
    assert fields.Item(1).Name == names[0]
    assert fields.Item(fields.Count).Name == names[-1]
    assert fields.Item("Account_Ref").Name == "ACCOUNT_REF"
    for unknown in ("CUSTOMER", 0, fields.Count + 1):
        with refusal(desk, 15):
            fields.Item(unknown)


def test_a_field_tells_its_length_type_and_state(desk: Desk) -> None:
    fields = desk.make("InvoiceRecord").Fields
    told = {
        name: (fields.Item(name).Type, fields.Item(name).Length, fields.Item(name).State)
        for name in ("ORDER_NUMBER", "INVOICE_NUMBER", "INVOICE_DATE", "ITEMS_NET", "POSTED_CODE")
    }
    assert told == {
        "ORDER_NUMBER": (12, 7, 0),
        "INVOICE_NUMBER": (4, 4, 1),
        "INVOICE_DATE": (9, 2, 0),
        "ITEMS_NET": (8, 8, 0),
        "POSTED_CODE": (-6, 1, 3),
    }


def test_a_new_object_stands_on_no_record_until_it_moves(desk: Desk) -> None:
    customer = desk.make("SalesRecord")
    assert (customer.RecordNumber(), got(customer, "ACCOUNT_REF"), customer.MoveNext()) == (0, "", False)


def test_records_are_walked_in_the_order_of_their_keys(desk: Desk) -> None:
    customer = desk.make("SalesRecord")
    refs = list[str]()
    going = customer.MoveFirst()
    while going:
        refs.append(got(customer, "ACCOUNT_REF"))
        going = customer.MoveNext()
    assert (refs, customer.IsEOF(), customer.Count) == (["ALICE", "BERT", "EURO"], True, 3)
    assert customer.MoveLast()
    assert customer.MovePrev()
    assert got(customer, "ACCOUNT_REF") == "BERT"


def test_find_answers_and_does_not_raise(desk: Desk) -> None:
    customer = desk.make("SalesRecord", ACCOUNT_REF="alice")
    assert customer.Find(False)
    assert got(customer, "NAME") == "Alice Ash"
    put(customer, ACCOUNT_REF="BE")
    assert not customer.Find(False)
    assert customer.Find(True)
    assert got(customer, "ACCOUNT_REF") == "BERT"


def test_a_new_record_is_bare(desk: Desk) -> None:
    customer = desk.make("SalesRecord")
    customer.AddNew()
    put(customer, ACCOUNT_REF="cara01")
    assert customer.Update()
    assert [got(customer, name) for name in ("ACCOUNT_REF", "DEF_NOM_CODE", "COUNTRY_CODE", "TERMS")] == [
        "CARA01",
        "",
        "",
        "",
    ]
    assert got(customer, "RECORD_CREATE_DATE").year >= 2025


@pytest.mark.parametrize(
    ("ref", "code"),
    [("", 50), ("NINECHARS", 50), ("A B", 82), ("ALICE", 84), ("alice", 84), ("A*B", 86), ("A;B", 86)],
)
def test_account_references_that_sage_refuses(desk: Desk, ref: str, code: int) -> None:
    refuses_account(desk, code, ACCOUNT_REF=ref)


def test_an_account_is_refused_for_its_address_nominal_or_tax_code(desk: Desk) -> None:
    refuses_account(desk, 83, ACCOUNT_REF="CARA", ADDRESS_1="x" * 61)
    refuses_account(desk, 65, ACCOUNT_REF="CARA", DEF_NOM_CODE="4321")
    refuses_account(desk, 18, ACCOUNT_REF="CARA", DEF_TAX_CODE=100)


def test_a_foreign_account_needs_foreign_trader(tmp_path: Path) -> None:
    with connected(company(tmp_path, foreign_trader=False)) as desk:
        refuses_account(desk, 33, ACCOUNT_REF="CARA", CURRENCY=1)


def test_what_has_transactions_keeps_its_currency_and_is_not_removed(desk: Desk) -> None:
    posted(desk, line())
    customer = desk.make("SalesRecord", ACCOUNT_REF="ALICE")
    customer.Find(False)
    assert not customer.CanRemove()
    with refusal(desk, 28):
        customer.Remove()
    customer.Edit()
    put(customer, CURRENCY=1)
    with refusal(desk, 95):
        customer.Update()
    put(customer, ACCOUNT_REF="BERT")
    customer.Find(False)
    assert customer.CanRemove()
    assert customer.Remove()
    put(customer, ACCOUNT_REF="BERT")
    assert not customer.Find(False)


def test_update_needs_addnew_or_edit_and_cancelupdate_takes_it_back(desk: Desk) -> None:
    customer = desk.make("SalesRecord", ACCOUNT_REF="ALICE")
    customer.Find(False)
    with refusal(desk, 27):
        customer.Update()
    customer.Edit()
    put(customer, NAME="Alice Oak")
    customer.CancelUpdate()
    assert got(customer, "NAME") == "Alice Ash"
    customer.Edit()
    put(customer, NAME="Alice Oak")
    assert customer.Update()
    again = desk.make("SalesRecord", ACCOUNT_REF="ALICE")
    again.Find(False)
    assert (got(again, "NAME"), got(again, "E_MAIL")) == ("Alice Oak", "alice@shop.example")


@pytest.mark.parametrize(("code", "error"), [("", 50), ("x" * 31, 50), ("A B", 17), ("A,B", 17), ("s1", 90)])
def test_stock_codes_that_sage_refuses(desk: Desk, code: str, error: int) -> None:
    product = desk.make("StockRecord")
    product.AddNew()
    put(product, STOCK_CODE=code)
    with refusal(desk, error):
        product.Update()


def test_stock_codes_are_stored_in_upper_case_and_exist_once(desk: Desk) -> None:
    product = desk.make("StockRecord")
    product.AddNew()
    put(product, STOCK_CODE="mug-xl")
    assert product.Update()
    assert got(product, "STOCK_CODE") == "MUG-XL"
    product.AddNew()
    put(product, STOCK_CODE="Mug-XL")
    with refusal(desk, 17):
        product.Update()


def test_the_programs_own_fields_are_not_written(desk: Desk) -> None:
    with refusal(desk, 19):
        desk.make("SalesRecord", BALANCE=5.0)
    with refusal(desk, 19):
        desk.make("StockRecord", QTY_IN_STOCK=5.0)


def test_nominals_and_banks_can_be_read_and_control_accounts_found(desk: Desk) -> None:
    nominal = desk.make("NominalRecord", ACCOUNT_REF="1200")
    assert nominal.Find(False)
    assert (nominal.ControlType, nominal.MajorControl) == (4, False)
    assert nominal.FindControlAccount(5)
    assert (got(nominal, "ACCOUNT_REF"), nominal.MajorControl) == ("2200", True)
    bank = desk.make("BankRecord", ACCOUNT_REF="1250")
    assert bank.Find(False)
    assert not desk.make("BankRecord", ACCOUNT_REF="4000").Find(False)
    with refusal(desk, 32):
        bank.Edit()


def test_values_are_coerced_as_variants_are_and_nonsense_is_refused(desk: Desk) -> None:
    customer = desk.make("SalesRecord", DEF_TAX_CODE="5", CREDIT_LIMIT="12.5", NAME=7)
    assert [got(customer, name) for name in ("DEF_TAX_CODE", "CREDIT_LIMIT", "NAME")] == [5, 12.5, "7"]
    for name, value in {"DEF_TAX_CODE": "T1", "CURRENCY": 256, "CREDIT_LIMIT": "much"}.items():
        with refusal(desk, 18):
            put(customer, **{name: value})
    with refusal(desk, 87):
        put(customer, ACCOUNT_OPENED=at(date(2100, 1, 1)))


@pytest.mark.parametrize("value", [Decimal("1.10"), date(2026, 1, 1)])
def test_decimals_and_bare_dates_do_not_cross_the_boundary(desk: Desk, value: object) -> None:
    with pytest.raises(TypeError):
        put(desk.make("SalesRecord"), CREDIT_LIMIT=value)


def test_dates_come_back_with_sages_clock_time_in_an_aware_datetime(desk: Desk) -> None:
    customer = desk.make("SalesRecord", ACCOUNT_OPENED=datetime.combine(date(2026, 3, 29), time(23, 30)))
    value = got(customer, "ACCOUNT_OPENED")
    assert (value.date(), value.hour, value.utcoffset().total_seconds()) == (date(2026, 3, 29), 0, 0)


@pytest.mark.parametrize(("answer", "year"), [("1899-12-30", 1899), ("none", None)])
def test_an_empty_date_reads_as_day_zero_or_nothing(accdata: Path, answer: str, year: int | None) -> None:
    switches = Switches(empty_date="none") if answer == "none" else Switches()
    with connected(accdata, switches) as desk:
        value = got(desk.make("SalesRecord"), "ACCOUNT_OPENED")
        assert (value.year if value else None) == year


def test_overlong_text_is_cut_or_refused_but_keys_and_addresses_are_always_refused(accdata: Path) -> None:
    with connected(accdata) as desk:
        assert got(desk.make("SalesRecord", NAME="x" * 61), "NAME") == "x" * 60
        refuses_account(desk, 50, ACCOUNT_REF="TOOLONGREF")
    with connected(accdata, Switches(overlong_text="refuse")) as desk:
        with refusal(desk, 18):
            desk.make("SalesRecord", NAME="x" * 61)
        refuses_account(desk, 83, ACCOUNT_REF="CARA", ADDRESS_5="x" * 61)


def test_only_letters_of_code_page_1252_survive(desk: Desk) -> None:
    assert got(desk.make("SalesRecord", NAME="Zoë – 5 € ☕ Ж"), "NAME") == "Zoë – 5 € ? ?"


def test_a_refused_call_raises_or_answers_false_by_the_switch(accdata: Path) -> None:
    with connected(accdata, Switches(failure="returns_false")) as desk:
        customer = desk.make("SalesRecord", ACCOUNT_REF="ALICE")
        assert customer.Update() is False
        assert desk.refused() == 27
    with connected(accdata) as desk, pytest.raises(ComError):
        desk.make("SalesRecord").Update()


@pytest.mark.parametrize(("answer", "code"), [("kept", 27), ("reset", 0)])
def test_last_error_survives_a_success_or_not(accdata: Path, answer: str, code: int) -> None:
    switches = Switches(last_error_after_success="reset") if answer == "reset" else Switches()
    with connected(accdata, switches) as desk:
        customer = desk.make("SalesRecord", ACCOUNT_REF="ALICE")
        with refusal(desk, 27):
            customer.Update()
        customer.Find(False)
        assert customer.Edit()
        assert desk.refused() == code


def test_links_lead_from_customer_to_headers_to_splits_and_from_document_to_lines(desk: Desk) -> None:
    number = saved(desk, line(), line(STOCK_CODE="PATTERN"))
    posted(desk, line(), ACCOUNT_REF="BERT")
    customer = desk.make("SalesRecord", ACCOUNT_REF="BERT")
    assert customer.Link.MoveFirst() is False
    customer.Find(False)
    header = customer.Link
    assert (header.Count, header.MoveFirst(), got(header, "ACCOUNT_REF")) == (1, True, "BERT")
    assert (header.Link.Count, header.Link.MoveFirst()) == (1, True)
    invoice = desk.make("InvoiceRecord", INVOICE_NUMBER=number)
    invoice.Find(False)
    lines = invoice.Link
    assert lines.MoveLast()
    assert (got(lines, "STOCK_CODE"), got(lines, "ITEM_NUMBER"), lines.Count) == ("PATTERN", 2, 2)


@pytest.mark.parametrize(("ignores_case", "found"), [(False, False), (True, True)])
def test_findfirst_compares_text_by_the_switch(accdata: Path, ignores_case: bool, found: bool) -> None:
    with connected(accdata) as desk:
        posted(desk, line(), CUST_ORDER_NUMBER="x")
    switches = Switches(find_first_text="ignores_case") if ignores_case else Switches()
    with connected(accdata, switches) as desk:
        header = desk.make("HeaderData")
        assert header.FindFirst("DETAILS", "mug") is found
        assert header.FindFirst("DETAILS", "Mug") is True
        assert header.FindNext("DETAILS", "Mug") is False


def test_settings_are_read_as_their_files_want_it(desk: Desk) -> None:
    setup = desk.make("SetupData")
    assert got(setup, "NAME") == ""
    with refusal(desk, 14):
        setup.Open(1)
    assert setup.Open(0)
    assert (got(setup, "NAME"), setup.Count()) == ("Hearth & Loom Ltd", 1)
    control = desk.make("ControlData")
    assert control.Read(1)
    assert (got(control, "T1_RATE"), got(control, "T5_RATE"), control.Count()) == (20.0, 5.0, 1)
    currency = desk.make("CurrencyData")
    assert currency.Read(2)
    assert (got(currency, "CODE"), got(currency, "EXCHANGE_RATE"), currency.Read(9)) == ("EUR", 1.1734, False)
    with refusal(desk, 32):
        put(currency, EXCHANGE_RATE=1.0)
    department = desk.make("DepartmentData")
    assert department.Read(1)
    assert got(department, "NAME") == "Default"
