"""Records of the pretend SDO engine: finding, adding, changing, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.specs.pretend_sdo import Desk, company, connected, got, line, posted, put, refusal


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
