"""The pretend engine's ledger update: what posting a saved document makes, moves and refuses."""

from __future__ import annotations

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
