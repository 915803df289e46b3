"""Values and answers of the pretend SDO engine: text, dates, errors, links and settings."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest

from ml_connector.sage.uk.sandbox.com import ComError
from ml_connector.sage.uk.sandbox.switches import Switches
from tests.specs.pretend_sdo import Desk, at, connected, got, line, posted, put, refusal, saved


def refuses_account(desk: Desk, code: int, **values: object) -> None:
    customer = desk.make("SalesRecord")
    customer.AddNew()
    put(customer, **values)
    with refusal(desk, code):
        customer.Update()


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
