"""The sandbox company and its export: the files agree with each other without any code of ours."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ml_connector.sage.uk.sandbox import manager
from ml_connector.sage.uk.sandbox.com import ComError
from ml_connector.sage.uk.sandbox.company import create_company
from ml_connector.sage.uk.sandbox.export import export_company
from ml_connector.sage.uk.sandbox.specs import StockSpec
from tests.specs.pretend_sdo import Desk, company, connected, entry, got, line, posted, saved

SIGN = {"SI": 1, "SP": 1, "SC": -1, "SA": -1}


def read(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def trade(desk: Desk) -> None:
    """Something of everything, in pounds and euros."""
    carriage: dict[str, Any] = {"CARR_NET": 5.0, "CARR_TAX": 1.0, "CARR_TAX_CODE": 1, "CARR_NOM_CODE": "4905"}
    voucher = line(STOCK_CODE="S1", IS_NEGATIVE_LINE=1, NET_AMOUNT=4.0)
    first = got(posted(desk, line(), voucher, CUST_ORDER_NUMBER="00012 K7-I12", **carriage), "FIRST_SPLIT")
    posted(desk, line(TAX_CODE=5), kind="credit")
    posted(desk, line(NET_AMOUNT=11.73), line(NET_AMOUNT=3.33), ACCOUNT_REF="EURO")
    saved(desk, line(NET_AMOUNT=0.35, UNIT_PRICE=0.3499))
    receipt = entry(desk, 4, 13.2, INV_REF="K7-I12.R1", bank="1250")
    receipt.Update()
    entry(desk, 24, 2.0).Update()
    allocation = desk.make("TransactionPost")
    allocation.AllocatePayment(first, got(receipt.Header, "FIRST_SPLIT"), 7.0, got(receipt.Header, "DATE"))


@pytest.fixture(name="files")
def _files(tmp_path: Path) -> Path:
    accdata = company(tmp_path, history=True)
    with connected(accdata) as desk:
        trade(desk)
    export_company(accdata, tmp_path / "out")
    return tmp_path / "out"


def total(rows: list[dict[str, str]], column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows), Decimal())


def test_splits_come_to_their_headers(files: Path) -> None:
    by_header = defaultdict[str, list[dict[str, str]]](list)
    for split in read(files, "AUDIT_SPLIT"):
        by_header[split["HEADER_NUMBER"]].append(split)
    headers = read(files, "AUDIT_HEADER")
    assert len(headers) == len(by_header) == 10
    for header in headers:
        splits = by_header[header["HEADER_NUMBER"]]
        assert header["TRAN_NUMBER"] == splits[0]["TRAN_NUMBER"] == splits[0]["SPLIT_NUMBER"]
        assert int(header["ITEM_COUNT"]) == len(splits)
        for column in (
            "NET_AMOUNT",
            "TAX_AMOUNT",
            "GROSS_AMOUNT",
            "FOREIGN_GROSS_AMOUNT",
            "FOREIGN_AMOUNT_PAID",
        ):
            assert Decimal(header[column]) == total(splits, column)


def test_lines_and_carriage_come_to_their_documents(files: Path) -> None:
    items = read(files, "INVOICE_ITEM")
    for document in read(files, "INVOICE"):
        mine = [item for item in items if item["INVOICE_NUMBER"] == document["INVOICE_NUMBER"]]
        assert Decimal(document["FOREIGN_ITEMS_GROSS"]) == total(mine, "FOREIGN_GROSS_AMOUNT")
        carriage = Decimal(document["FOREIGN_CARR_GROSS"])
        whole = Decimal(document["FOREIGN_INVOICE_GROSS"])
        assert whole == total(mine, "FOREIGN_GROSS_AMOUNT") + carriage


def test_posted_documents_stand_in_the_ledger_with_the_same_amounts(files: Path) -> None:
    headers = {
        row["ISP_REFERENCE"]: row for row in read(files, "AUDIT_HEADER") if row["ISP_REFERENCE"] != "0"
    }
    documents = {row["INVOICE_NUMBER"]: row for row in read(files, "INVOICE") if row["POSTED_CODE"] == "1"}
    assert headers.keys() == documents.keys()
    for number, header in headers.items():
        document = documents[number]
        assert header["FOREIGN_GROSS_AMOUNT"] == document["FOREIGN_INVOICE_GROSS"]
        assert header["TYPE"] == {"Invoice": "SI", "Credit": "SC"}[document["INVOICE_OR_CREDIT"]]


def test_customer_balances_are_what_the_ledger_says(files: Path) -> None:
    owed = defaultdict[str, Decimal](Decimal)
    for header in read(files, "AUDIT_HEADER"):
        owed[header["ACCOUNT_REF"]] += SIGN[header["TYPE"]] * Decimal(header["GROSS_AMOUNT"])
    for customer in read(files, "SALES_LEDGER"):
        assert Decimal(customer["BALANCE"]) == owed[customer["ACCOUNT_REF"]]


def test_allocations_stand_twice_and_are_what_is_paid(files: Path) -> None:
    usages = read(files, "AUDIT_USAGE")
    pairs = {(row["SPLIT_NUMBER"], row["SPLIT_CROSSREF"], row["AMOUNT"]) for row in usages}
    assert len(pairs) == len(usages)
    assert pairs == {(other, own, amount) for own, other, amount in pairs}
    for split in read(files, "AUDIT_SPLIT"):
        paid = total(
            [row for row in usages if row["SPLIT_NUMBER"] == split["SPLIT_NUMBER"]], "FOREIGN_AMOUNT"
        )
        assert abs(Decimal(split["FOREIGN_AMOUNT_PAID"])) == paid


def test_formats_are_plain(files: Path) -> None:
    document = next(row for row in read(files, "INVOICE") if row["CUST_ORDER_NUMBER"].endswith("K7-I12"))
    names = ("INVOICE_DATE", "CARR_TAX_CODE", "CURRENCY", "POSTED_CODE", "POSTED", "INVOICE_GROSS")
    assert [document[name] for name in names] == ["2026-03-16", "T1", "1", "1", "1", "13.20"]
    voucher = read(files, "INVOICE_ITEM")
    negative = [row for row in voucher if row["STOCK_CODE"] == "S1"]
    assert [(row["NET_AMOUNT"], row["TAX_AMOUNT"], row["TAX_CODE"]) for row in negative] == [
        ("-4.00", "-0.80", "T1")
    ]
    assert [row["UNIT_PRICE"] for row in voucher][-1] == "0.3499"
    assert {row["USER_NAME"] for row in read(files, "AUDIT_HEADER")} == {"MANAGER", "MLCONN"}
    codes = {row["TAX_CODE"]: row["TAX_RATE"] for row in read(files, "TAX_CODE")}
    assert (codes["T1"], codes["T5"], len(codes)) == ("20.00", "5.00", 100)
    assert [(row["NUMBER"], row["CODE"], row["BASE_CURRENCY"]) for row in read(files, "CURRENCY")][:2] == [
        ("1", "GBP", "1"),
        ("2", "EUR", "0"),
    ]
    assert [row["NOM_DEBTORS"] for row in read(files, "COMPANY")] == ["1100"]
    assert {row["QTY_IN_STOCK"] for row in read(files, "STOCK") if row["STOCK_CODE"] == "MUG"} == {"48.00"}


def test_exporting_needs_no_session_and_writes_nothing(tmp_path: Path) -> None:
    accdata = company(tmp_path)
    with connected(accdata):
        export_company(accdata, tmp_path / "out")
    assert (manager.writes(accdata), manager.users_logged_on(accdata)) == (0, ())


def test_a_new_company_has_a_history_of_2025_by_manager_that_nobody_counts(tmp_path: Path) -> None:
    accdata = create_company(tmp_path)
    export_company(accdata, tmp_path / "out")
    headers = read(tmp_path / "out", "AUDIT_HEADER")
    assert {row["USER_NAME"] for row in headers} == {"MANAGER"}
    assert all(row["DATE"].startswith("2025-") and row["DATE_ENTERED"].startswith("2025-") for row in headers)
    assert [row["POSTED_CODE"] for row in read(tmp_path / "out", "INVOICE")] == ["1", "1", "1", "0"]
    assert manager.writes(accdata) == 0


def test_the_base_currency_comes_first(tmp_path: Path) -> None:
    accdata = create_company(tmp_path, base_currency="EUR", history=False)
    export_company(accdata, tmp_path / "out")
    assert [(row["CODE"], row["RATE"]) for row in read(tmp_path / "out", "CURRENCY")][:2] == [
        ("EUR", "1.00"),
        ("GBP", "0.852224"),
    ]


def test_a_company_refuses_a_product_that_sage_could_not_hold(tmp_path: Path) -> None:
    with pytest.raises(ComError, match="blanks or commas"):
        create_company(tmp_path, stock=[StockSpec(code="SKU WITH SPACES")])
