"""Entries straight into the pretend ledger, and allocation."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ml_connector.sage.uk.sandbox import manager
from tests.specs.pretend_sdo import (
    DAY,
    Desk,
    at,
    balance,
    connected,
    entry,
    got,
    line,
    posted,
    put,
    refusal,
    splits,
)


def first_split(post: Any) -> int:
    """Posts the entry; the number of its first split."""
    assert post.Update()
    return got(post.Header, "FIRST_SPLIT")


def allocate(desk: Desk, debit: int, credit: int, amount: float) -> bool:
    return desk.make("TransactionPost").AllocatePayment(debit, credit, amount, at(DAY))


def split(desk: Desk, number: int) -> Any:
    found = desk.make("SplitData")
    assert found.Read(number)
    return found


@pytest.mark.parametrize(("kind", "moves"), [(1, 10.0), (2, -10.0), (4, -10.0), (24, 10.0)])
def test_an_entry_is_posted_at_once_and_says_its_header_number(desk: Desk, kind: int, moves: float) -> None:
    post = entry(desk, kind, 10.0)
    assert (post.PostingNumber, post.IsPostable()) == (-1, True)
    assert post.Update()
    assert (post.PostingNumber, balance(desk)) == (1, moves)
    header = desk.make("HeaderData")
    assert header.Read(post.PostingNumber)
    assert [got(header, name) for name in ("TYPE", "NET_AMOUNT", "USER_NAME")] == [kind, 10.0, "MLCONN"]
    assert len(splits(header)) == 1


def test_a_reference_may_repeat(desk: Desk) -> None:
    assert entry(desk, 4, 10.0).Update()
    assert entry(desk, 4, 10.0).Update()
    header = desk.make("HeaderData")
    assert (header.FindFirst("INV_REF", "K7-I1"), header.FindNext("INV_REF", "K7-I1")) == (True, True)
    assert header.FindNext("INV_REF", "K7-I1") is False


def test_an_entry_object_is_used_once(desk: Desk) -> None:
    post = entry(desk, 1, 10.0)
    assert post.Update()
    with refusal(desk, 19):
        post.Update()
    assert desk.make("HeaderData").Count == 1


@pytest.mark.parametrize(
    ("kind", "code", "header", "item"),
    [
        (1, 63, {"ACCOUNT_REF": ""}, {}),
        (1, 17, {"ACCOUNT_REF": "NOBODY"}, {}),
        (3, 20, {}, {}),
        (1, 20, {}, {"TYPE": 2}),
        (1, 87, {"DATE": None}, {}),
        (1, 65, {}, {"NOMINAL_CODE": "1200"}),
        (1, 88, {}, {"NOMINAL_CODE": "2200"}),
        (1, 18, {}, {"NET_AMOUNT": -1.0}),
        (1, 44, {}, {"NET_AMOUNT": 0.0}),
        (1, 78, {}, {"NET_AMOUNT": 0.0, "TAX_AMOUNT": 1.0}),
        (1, 35, {"FOREIGN_RATE": 1.2}, {}),
        (1, 34, {"CURRENCY": 1}, {}),
        (4, 66, {"BANK_CODE": "4000"}, {"NOMINAL_CODE": "4000"}),
        (4, 66, {"BANK_CODE": "1250"}, {}),
        (4, 76, {}, {"TAX_CODE": 0}),
        (24, 76, {}, {"TAX_AMOUNT": 1.0}),
    ],
)
def test_entries_that_are_refused(
    desk: Desk, kind: int, code: int, header: dict[str, Any], item: dict[str, object]
) -> None:
    post = entry(desk, kind, 10.0, **header)
    put(post.Items.Item(1), **item)
    assert post.IsPostable() is False
    with refusal(desk, code):
        post.Update()
    assert (post.PostingNumber, desk.make("HeaderData").Count) == (-1, 0)


def test_nothing_is_posted_up_to_the_lock_date(accdata: Path) -> None:
    manager.set_lock_date(accdata, date(2026, 3, 31))
    with connected(accdata) as desk, refusal(desk, 49):
        entry(desk, 1, 10.0).Update()


def test_nominal_balances_always_come_to_nothing(desk: Desk) -> None:
    posted(desk, line(), line(TAX_CODE=5))
    posted(desk, line(), kind="credit")
    for kind in (1, 2, 4, 24):
        entry(desk, kind, 7.5).Update()
    nominal, balances = desk.make("NominalRecord"), dict[str, float]()
    going = nominal.MoveFirst()
    while going:
        balances[got(nominal, "ACCOUNT_REF")] = got(nominal, "BALANCE")
        going = nominal.MoveNext()
    assert round(sum(balances.values()), 2) == 0
    assert balances["1100"] == balance(desk) == 10.5


def test_allocating_marks_both_sides_and_writes_a_row_for_each(desk: Desk) -> None:
    invoice = got(posted(desk, line()), "FIRST_SPLIT")
    receipt = first_split(entry(desk, 4, 20.0))
    before = balance(desk)
    assert allocate(desk, invoice, receipt, 5.0)
    assert (got(split(desk, invoice), "AMOUNT_PAID"), got(split(desk, invoice), "PAID_FLAG")) == (5.0, 0)
    assert allocate(desk, invoice, receipt, 7.0)
    assert (got(split(desk, invoice), "AMOUNT_PAID"), got(split(desk, invoice), "PAID_FLAG")) == (12.0, 1)
    assert got(split(desk, receipt), "AMOUNT_PAID") == 12.0
    usage = desk.make("UsageData")
    rows = list[tuple[int, int, float]]()
    going = usage.MoveFirst()
    while going:
        rows.append(tuple(got(usage, name) for name in ("SPLIT_NUMBER", "SPLIT_CROSSREF", "AMOUNT")))
        going = usage.MoveNext()
    assert rows == [
        (invoice, receipt, 5.0),
        (receipt, invoice, 5.0),
        (invoice, receipt, 7.0),
        (receipt, invoice, 7.0),
    ]
    assert balance(desk) == before
    assert split(desk, receipt).Link.Count == 2


def test_a_header_is_paid_when_all_its_splits_are(desk: Desk) -> None:
    header = posted(desk, line(), line())
    first, receipt = got(header, "FIRST_SPLIT"), first_split(entry(desk, 4, 24.0))
    flags = list[int]()
    for number in (first, first + 1):
        allocate(desk, number, receipt, 12.0)
        header.Read(1)
        flags.append(got(header, "PAID_FLAG"))
    assert flags == [0, 1]


def test_a_credit_pays_an_invoice_and_a_refund_takes_a_credit(desk: Desk) -> None:
    invoice = got(posted(desk, line()), "FIRST_SPLIT")
    credit = got(posted(desk, line(), kind="credit"), "FIRST_SPLIT")
    assert allocate(desk, invoice, credit, 4.0)
    refund = first_split(entry(desk, 24, 8.0))
    assert allocate(desk, refund, credit, 8.0)
    assert got(split(desk, credit), "PAID_FLAG") == 1


def test_a_negative_line_is_set_against_its_own_invoice(desk: Desk) -> None:
    voucher = line(STOCK_CODE="S1", IS_NEGATIVE_LINE=1, NET_AMOUNT=4.0)
    first = got(posted(desk, line(), voucher), "FIRST_SPLIT")
    assert allocate(desk, first, first + 1, 4.8)
    assert (got(split(desk, first + 1), "AMOUNT_PAID"), got(split(desk, first + 1), "PAID_FLAG")) == (-4.8, 1)
    receipt = first_split(entry(desk, 4, 7.2))
    assert allocate(desk, first, receipt, 7.2)
    header = desk.make("HeaderData")
    header.Read(1)
    assert got(header, "PAID_FLAG") == 1


def test_allocations_that_are_refused(desk: Desk) -> None:
    invoice = got(posted(desk, line()), "FIRST_SPLIT")
    receipt = first_split(entry(desk, 4, 5.0))
    others = first_split(entry(desk, 4, 50.0, ACCOUNT_REF="BERT"))
    for debit, credit, amount in (
        (receipt, invoice, 5.0),
        (invoice, others, 5.0),
        (invoice, receipt, 5.01),
        (invoice, receipt, 0.0),
        (invoice, receipt, -1.0),
    ):
        with refusal(desk, 40):
            allocate(desk, debit, credit, amount)
    with refusal(desk, 75):
        allocate(desk, 99, receipt, 1.0)
    assert desk.make("UsageData").Count == 0


def test_canbeallocated_asks_first_by_number_or_by_object(desk: Desk) -> None:
    invoice = got(posted(desk, line()), "FIRST_SPLIT")
    receipt = first_split(entry(desk, 4, 12.0))
    post = desk.make("TransactionPost")
    assert post.CanBeAllocated(receipt, invoice) is True
    assert post.CanBeAllocated(split(desk, receipt), split(desk, invoice)) is True
    assert post.CanBeAllocated(invoice, receipt) is False
    allocate(desk, invoice, receipt, 12.0)
    assert post.CanBeAllocated(receipt, invoice) is False


def test_the_engine_counts_every_write_by_user_and_kind(accdata: Path) -> None:
    with connected(accdata) as desk:
        invoice = got(posted(desk, line()), "FIRST_SPLIT")
        allocate(desk, invoice, first_split(entry(desk, 4, 12.0)), 12.0)
        with refusal(desk, 40):
            allocate(desk, invoice, 2, 1.0)
    manager.delete_document(accdata, 1)
    assert manager.writes_by_operation(accdata, "mlconn") == {
        "InvoicePost.Update": 1,
        "InvoiceRecord.Post": 1,
        "TransactionPost.AllocatePayment": 1,
        "TransactionPost.Update": 1,
    }
    assert (manager.writes(accdata), manager.writes(accdata, "MANAGER")) == (5, 1)
