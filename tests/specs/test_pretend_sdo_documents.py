"""Documents in the pretend SDO engine: saving them, their VAT and totals, and updating the ledgers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest

from ml_connector.sage.uk.sandbox import manager
from ml_connector.sage.uk.sandbox.com import ComError
from ml_connector.sage.uk.sandbox.switches import Switches
from tests.specs.pretend_sdo import (
    Desk,
    at,
    balance,
    company,
    connected,
    document,
    got,
    in_stock,
    line,
    posted,
    record,
    refusal,
    saved,
    splits,
)

IUPDATE_LEDGERS = "{5431FDF3-14BC-47AB-AFCB-0732AC5EC1A7}"


@pytest.fixture(name="accdata")
def _accdata(tmp_path: Path) -> Path:
    return company(tmp_path)


@pytest.fixture(name="desk")
def _desk(accdata: Path) -> Iterator[Desk]:
    with connected(accdata) as desk:
        yield desk


def test_invoices_and_credits_share_one_sequence(desk: Desk) -> None:
    assert [saved(desk, line(), kind=kind) for kind in ("invoice", "credit", "invoice")] == [1, 2, 3]
    assert desk.make("InvoicePost").GetNextNumber() == 4


def test_the_number_of_a_deleted_last_document_comes_again(accdata: Path) -> None:
    """So a document's number alone never identifies it."""
    with connected(accdata) as desk:
        saved(desk, line())
        assert saved(desk, line()) == 2
        manager.delete_document(accdata, 2)
        assert saved(desk, line()) == 2


def test_the_same_document_twice_is_two_documents(desk: Desk) -> None:
    reference = "000000123 K7-I123"
    assert saved(desk, line(), CUST_ORDER_NUMBER=reference) != saved(
        desk, line(), CUST_ORDER_NUMBER=reference
    )


def test_a_number_in_use_is_refused_and_a_free_one_taken(desk: Desk) -> None:
    assert saved(desk, line(), INVOICE_NUMBER=7) == 7
    with refusal(desk, 36):
        document(desk, line(), INVOICE_NUMBER=7).Update()
    assert saved(desk, line()) == 8


def test_a_post_object_is_used_once(desk: Desk) -> None:
    post = document(desk, line())
    assert post.Update()
    with refusal(desk, 19):
        post.Update()


def test_vat_is_computed_line_by_line_and_half_pennies_go_away_from_zero(desk: Desk) -> None:
    cheap = line(NET_AMOUNT=0.125, UNIT_PRICE=0.125)  # £0.13 after rounding, VAT 2.6p
    fuel = line(NET_AMOUNT=0.50, UNIT_PRICE=0.50, TAX_CODE=5)  # 5 % of 50p is 2.5p
    shown = record(desk, saved(desk, cheap, fuel, fuel))
    assert (got(shown, "ITEMS_NET"), got(shown, "ITEMS_TAX")) == (1.13, 0.09)


def test_tax_flag_keeps_the_callers_vat(desk: Desk) -> None:
    kept = line(TAX_AMOUNT=1.99, TAX_FLAG=1)
    recomputed = line(TAX_AMOUNT=1.99)
    assert got(record(desk, saved(desk, kept)), "ITEMS_TAX") == 1.99
    assert got(record(desk, saved(desk, recomputed)), "ITEMS_TAX") == 2.0


def test_a_net_value_discount_overrides_tax_flag(desk: Desk) -> None:
    lines = [line(TAX_AMOUNT=9.99, TAX_FLAG=1), line(TAX_AMOUNT=9.99, TAX_FLAG=1)]
    shown = record(desk, saved(desk, *lines, NETVALUE_DISCOUNT=5.0))
    assert (got(shown, "ITEMS_NET"), got(shown, "ITEMS_TAX")) == (15.0, 3.0)


@pytest.mark.parametrize(("answer", "net"), [("as_given", 10.0), ("recomputed", 19.0)])
def test_net_is_kept_or_made_from_quantity_price_and_discount(
    accdata: Path, answer: Literal["as_given", "recomputed"], net: float
) -> None:
    odd = line(QTY_ORDER=2.0, DISCOUNT_AMOUNT=1.0, NET_AMOUNT=10.0)
    with connected(accdata, Switches(line_net=answer)) as desk:
        assert got(record(desk, saved(desk, odd)), "ITEMS_NET") == net


def test_the_document_shows_items_and_carriage_apart(desk: Desk) -> None:
    carriage: dict[str, Any] = {"CARR_NET": 5.0, "CARR_TAX": 1.0, "CARR_TAX_CODE": 1, "CARR_NOM_CODE": "4905"}
    shown = record(desk, saved(desk, line(), **carriage))
    names = ("ITEMS_NET", "ITEMS_TAX", "CARR_NET", "CARR_TAX", "FOREIGN_GROSS", "BASE_TOT_NET")
    assert [got(shown, name) for name in names] == [10.0, 2.0, 5.0, 1.0, 18.0, 10.0]


def test_long_text_and_the_hidden_order_reference_stay_on_the_line(desk: Desk) -> None:
    post = document(desk, line(EXT_ORDER_REF="K7-I123"))
    post.Items.Item(1).Text = "A long text."
    post.Update()
    lines = record(desk, got(post.Header, "INVOICE_NUMBER")).Link
    assert lines.MoveFirst()
    assert (lines.Text, got(lines, "EXT_ORDER_REF")) == ("A long text.", "K7-I123")


def test_lines_can_be_inserted_and_removed_before_saving(desk: Desk) -> None:
    items = document(desk, line(), line(STOCK_CODE="PATTERN")).Items
    items.Remove(1)
    assert (items.Count, got(items.Item(1), "STOCK_CODE")) == (1, "PATTERN")
    items.Add(1)
    assert (items.Count, got(items.Item(1), "STOCK_CODE")) == (2, "")
    with refusal(desk, 18):
        items.Item(3)
    items.Clear()
    assert items.Count == 0


@pytest.mark.parametrize(
    ("code", "header"),
    [
        (63, {"ACCOUNT_REF": ""}),
        (17, {"ACCOUNT_REF": "NOBODY"}),
        (87, {"INVOICE_DATE": None}),
        (83, {"ADDRESS_2": "x" * 61}),
        (20, {"INVOICE_TYPE_CODE": 3}),
        (34, {"CURRENCY": 1}),
        (35, {"FOREIGN_RATE": 1.17}),
        (65, {"CARR_NET": 5.0, "CARR_NOM_CODE": "4321"}),
        (8, {"AMOUNT_PREPAID": 5.0}),
    ],
)
def test_headers_that_are_refused(desk: Desk, code: int, header: dict[str, Any]) -> None:
    with refusal(desk, code):
        document(desk, line(), **header).Update()


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        (50, {"STOCK_CODE": ""}),
        (17, {"STOCK_CODE": "ABSENT"}),
        (65, {"NOMINAL_CODE": "4321"}),
        (65, {"NOMINAL_CODE": "1200"}),
        (88, {"NOMINAL_CODE": "1100"}),
        (18, {"TAX_CODE": 100}),
        (18, {"NET_AMOUNT": -1.0}),
        (18, {"STOCK_CODE": "M"}),
        (90, {"IS_NEGATIVE_LINE": 1}),
    ],
)
def test_lines_that_are_refused(desk: Desk, code: int, wrong: dict[str, object]) -> None:
    with refusal(desk, code):
        document(desk, line(**wrong)).Update()


def test_a_refused_document_leaves_nothing_behind(accdata: Path) -> None:
    with connected(accdata) as desk:
        with refusal(desk, 17):
            document(desk, line(), line(STOCK_CODE="ABSENT")).Update()
        assert (desk.make("InvoiceRecord").Count, desk.make("InvoiceItem").Count) == (0, 0)
    assert manager.writes(accdata) == 0


def test_a_foreign_account_takes_the_companys_rate_or_the_documents(desk: Desk) -> None:
    by_table = record(desk, saved(desk, line(NET_AMOUNT=11.73), ACCOUNT_REF="EURO"))
    names = ("CURRENCY", "FOREIGN_RATE", "ITEMS_NET", "BASE_TOT_NET")
    assert [got(by_table, name) for name in names] == [1, 1.1734, 11.73, 10.0]
    given = record(desk, saved(desk, line(), ACCOUNT_REF="EURO", CURRENCY=1, FOREIGN_RATE=1.25))
    assert got(given, "BASE_TOT_NET") == 8.0


def test_a_negative_line_is_marked_and_lowers_the_total(desk: Desk) -> None:
    voucher = line(STOCK_CODE="S1", DESCRIPTION="Voucher", IS_NEGATIVE_LINE=1, NET_AMOUNT=4.0)
    header = posted(desk, line(), voucher)
    assert splits(header) == [("4000", 1, 10.0, 2.0), ("4000", 1, -4.0, -0.8)]
    assert (got(header, "NET_AMOUNT"), got(header, "TAX_AMOUNT"), balance(desk)) == (6.0, 1.2, 7.2)


def test_a_document_below_nothing_is_refused(desk: Desk) -> None:
    with refusal(desk, 89):
        document(desk, line(), line(STOCK_CODE="S2", IS_NEGATIVE_LINE=1, NET_AMOUNT=10.01)).Update()


def test_a_saved_document_moves_nothing_until_its_ledgers_are_updated(desk: Desk) -> None:
    number = saved(desk, line(QTY_ORDER=3.0))
    assert (balance(desk), in_stock(desk), desk.make("HeaderData").Count) == (0.0, 50.0, 0)
    assert record(desk, number).Post()
    assert (balance(desk), in_stock(desk), desk.make("HeaderData").Count) == (12.0, 47.0, 1)


def test_posting_makes_one_header_with_one_split_per_line_of_value_and_one_for_carriage(desk: Desk) -> None:
    free, note = line(NET_AMOUNT=0.0), line(STOCK_CODE="M", UNIT_PRICE=0.0, NET_AMOUNT=0.0)
    carriage: dict[str, Any] = {"CARR_NET": 5.0, "CARR_TAX": 1.0, "CARR_TAX_CODE": 1, "CARR_NOM_CODE": "4905"}
    header = posted(desk, line(), free, note, line(NOMINAL_CODE="4001", TAX_CODE=0), **carriage)
    assert splits(header) == [("4000", 1, 10.0, 2.0), ("4001", 0, 10.0, 0.0), ("4905", 1, 5.0, 1.0)]
    names = ("TYPE", "USER_NAME", "NET_AMOUNT", "TAX_AMOUNT", "FIRST_SPLIT", "LAST_SPLIT", "NO_OF_SPLIT")
    assert [got(header, name) for name in names] == [1, "MLCONN", 25.0, 3.0, 1, 3, 3]
    assert (got(header, "DATE").date(), got(header, "DATE_DUE").date()) == (
        date(2026, 3, 16),
        date(2026, 4, 15),
    )


def test_splits_are_numbered_through_all_headers_and_chained_within_one(desk: Desk) -> None:
    posted(desk, line(), line())
    header = posted(desk, line(), line())
    assert (header.RecordNumber, got(header, "HEADER_NUMBER"), got(header, "FIRST_SPLIT")) == (2, 2, 3)
    split = header.Link
    split.MoveFirst()
    assert (got(split, "TRAN_NUMBER"), got(split, "NEXT_SPLIT")) == (3, 4)
    split.MoveNext()
    assert (got(split, "TRAN_NUMBER"), got(split, "NEXT_SPLIT")) == (4, 0)


def test_a_product_credit_brings_stock_back_and_lowers_the_balance(desk: Desk) -> None:
    posted(desk, line(QTY_ORDER=3.0))
    header = posted(desk, line(QTY_ORDER=2.0), kind="credit")
    assert (got(header, "TYPE"), got(header, "NET_AMOUNT")) == (2, 10.0)
    assert (balance(desk), in_stock(desk)) == (0.0, 49.0)


def test_only_stock_items_move_and_never_through_service_documents(desk: Desk) -> None:
    posted(desk, line(STOCK_CODE="GIFTWRAP"), line(STOCK_CODE="PATTERN"), line(STOCK_CODE="S3"))
    posted(desk, line(STOCK_CODE="", QTY_ORDER=4.0), kind="service")
    assert desk.make("StockTran").FindFirst("TYPE", 4) is False
    with refusal(desk, 90):
        document(desk, line(), kind="service").Update()


def test_a_posted_document_takes_no_second_post_and_no_edit(desk: Desk) -> None:
    shown = record(desk, saved(desk, line()))
    assert shown.Edit()
    assert shown.CancelUpdate()
    assert shown.Post()
    assert got(shown, "POSTED_CODE") == 1
    for act in (shown.Post, shown.Edit):
        with refusal(desk, 36):
            act()
    assert desk.make("HeaderData").Count == 1


def test_global_fields_override_every_line(desk: Desk) -> None:
    overrides: dict[str, Any] = {
        "GLOBAL_NOM_CODE": "4900",
        "GLOBAL_TAX_CODE": 5,
        "GLOBAL_DETAILS": "Web",
        "GLOBAL_DEPT_NUMBER": 2,
    }
    header = posted(desk, line(), line(NOMINAL_CODE=""), **overrides)
    assert splits(header) == [("4900", 5, 10.0, 0.5), ("4900", 5, 10.0, 0.5)]
    split = header.Link
    split.MoveFirst()
    assert (got(split, "DETAILS"), got(split, "DEPT_NUMBER")) == ("Web", 2)


def test_a_document_that_comes_to_nothing_is_posted_without_an_entry(desk: Desk) -> None:
    shown = record(desk, saved(desk, line(NET_AMOUNT=0.0, UNIT_PRICE=0.0)))
    assert shown.Post()
    assert (got(shown, "POSTED_CODE"), desk.make("HeaderData").Count, in_stock(desk)) == (1, 0, 49.0)


@pytest.mark.parametrize(
    ("answer", "reference"), [("number", "1"), ("cust_order_number", "000000123-and-a-long-word K7-I"[:30])]
)
def test_inv_ref_after_posting_is_the_number_or_the_order_number(
    accdata: Path, answer: Literal["number", "cust_order_number"], reference: str
) -> None:
    with connected(accdata, Switches(inv_ref_after_post=answer)) as desk:
        header = posted(desk, line(), CUST_ORDER_NUMBER="000000123-and-a-long-word K7-I123")
        assert got(header, "INV_REF") == reference


def test_post_is_found_on_the_object_or_only_through_iupdateledgers(accdata: Path) -> None:
    with connected(accdata, Switches(ledger_post="second_interface")) as desk:
        shown = record(desk, saved(desk, line()))
        with pytest.raises(AttributeError):
            shown.Post()
        raw = shown._oleobj_.QueryInterface(IUPDATE_LEDGERS, "{00020400-0000-0000-C000-000000000046}")
        assert raw.Invoke(raw.GetIDsOfNames("Post"), 0, 1, True) is True
        assert got(shown, "POSTED_CODE") == 1


def test_where_sdo_has_no_ledger_update_a_person_does_it(accdata: Path) -> None:
    with connected(accdata, Switches(ledger_post="absent")) as desk:
        shown = record(desk, saved(desk, line()))
        with pytest.raises(AttributeError):
            shown.Post()
        with pytest.raises(ComError):
            shown._oleobj_.QueryInterface(IUPDATE_LEDGERS)
        manager.update_ledgers(accdata, 1)
        assert got(record(desk, 1), "POSTED_CODE") == 1


def test_the_lock_date_lets_documents_be_saved_and_not_posted(accdata: Path) -> None:
    manager.set_lock_date(accdata, date(2026, 3, 16))
    with connected(accdata) as desk:
        shown = record(desk, saved(desk, line()))
        with refusal(desk, 49):
            shown.Post()
        setup = desk.make("SetupData")
        assert setup.IsDateValidForLockDate(at(date(2026, 3, 16))) == 2
        assert setup.IsDateUserValidForLockDate(at(date(2026, 3, 16)), "manager") == 1
        assert setup.IsDateValidForLockDate(at(date(2026, 3, 17))) == 0
    manager.update_ledgers(accdata, 1)


def test_removing_a_document_takes_its_lines_and_leaves_the_ledger(accdata: Path) -> None:
    with connected(accdata) as desk:
        posted(desk, line())
        manager.delete_document(accdata, 1)
        assert (desk.make("InvoiceItem").Count, desk.make("HeaderData").Count) == (0, 1)


def test_documents_are_made_by_invoicepost_only_and_keep_what_identifies_them(desk: Desk) -> None:
    saved(desk, line())
    shown = record(desk, 1)
    with refusal(desk, 19):
        shown.AddNew()
    shown.Edit()
    shown.Fields.Item("NOTES_1").Value = "By hand"
    assert shown.Update()
    shown.Edit()
    shown.Fields.Item("ACCOUNT_REF").Value = "BERT"
    with refusal(desk, 17):
        shown.Update()
