"""Documents in the pretend SDO engine: saving them, their VAT and totals, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest

from ml_connector.sage.uk.sandbox import manager
from ml_connector.sage.uk.sandbox.switches import Switches
from tests.specs.pretend_sdo import (
    Desk,
    balance,
    connected,
    document,
    got,
    line,
    posted,
    record,
    refusal,
    saved,
    splits,
)

IUPDATE_LEDGERS = "{5431FDF3-14BC-47AB-AFCB-0732AC5EC1A7}"


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
