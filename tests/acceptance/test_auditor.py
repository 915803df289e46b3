"""The auditor is only worth something if it sees what is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.acceptance.auditor import Books, Row, Shop, audit

SHOP = Shop.read(
    {
        "invoices": [
            {
                "entity_id": 7,
                "increment_id": "000000007",
                "state": 2,
                "store_id": 1,
                "created_at": "2026-03-31 23:30:00",
                "base_currency_code": "GBP",
                "base_grand_total": "12.005",
                "base_tax_amount": "2.00",
            }
        ],
        "creditmemos": [],
        "store_configs": [{"id": 1, "timezone": "Europe/London"}],
    }
)
CLAIM: Row = {
    "kind": "invoice",
    "entity_id": "7",
    "number": "000000007",
    "reference": "HL-I7",
    "state": "proved",
    "reason": "",
}
INVOICE: Row = {
    "INVOICE_NUMBER": "3",
    "CUST_ORDER_NUMBER": "000000005 HL-I7",
    "POSTED_CODE": "1",
    "INVOICE_DATE": "2026-04-01",
    "INVOICE_GROSS": "12.01",
    "ACCOUNT_REF": "ALICE",
}
HEADER: Row = {
    "HEADER_NUMBER": "9",
    "TYPE": "SI",
    "USER_NAME": "MLCONN",
    "ACCOUNT_REF": "ALICE",
    "INV_REF": "3",
    "DATE": "2026-04-01",
    "NET_AMOUNT": "10.01",
    "TAX_AMOUNT": "2.00",
    "GROSS_AMOUNT": "12.01",
}
SPLIT: Row = {
    "SPLIT_NUMBER": "21",
    "HEADER_NUMBER": "9",
    "NET_AMOUNT": "10.01",
    "TAX_AMOUNT": "2.00",
    "GROSS_AMOUNT": "12.01",
}
RIGHT = Books(
    invoices=[INVOICE],
    items=[],
    headers=[HEADER],
    splits=[SPLIT],
    usage=[],
    customers=[{"ACCOUNT_REF": "ALICE", "BALANCE": "12.01"}],
    claims=[CLAIM],
)
DOUBLED = HEADER | {"HEADER_NUMBER": "10"}


def test_right_books_give_no_sentence() -> None:
    assert audit(RIGHT, SHOP) == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (replace(RIGHT, claims=[]), "is claimed 0 times"),
        (replace(RIGHT, claims=[CLAIM | {"state": "held"}]), "is held and stands 1 times"),
        (replace(RIGHT, invoices=[]), "stands 0 times in INVOICE"),
        (replace(RIGHT, invoices=[INVOICE, INVOICE]), "stands 2 times in INVOICE"),
        (replace(RIGHT, invoices=[INVOICE | {"INVOICE_DATE": "2026-03-31"}]), "dated 2026-03-31"),
        (replace(RIGHT, invoices=[INVOICE | {"INVOICE_GROSS": "12.00"}]), "the document says 12.00"),
        (replace(RIGHT, headers=[]), "0 ledger entries"),
        (replace(RIGHT, headers=[HEADER, DOUBLED]), "2 ledger entries"),
        (replace(RIGHT, headers=[HEADER | {"GROSS_AMOUNT": "12.00"}]), "GBP differs by"),
        (replace(RIGHT, headers=[HEADER | {"TAX_AMOUNT": "1.99"}]), "VAT is 1.99"),
        (replace(RIGHT, customers=[{"ACCOUNT_REF": "ALICE", "BALANCE": "0.00"}]), "ALICE owes 0.00"),
        (replace(RIGHT, splits=[SPLIT | {"NET_AMOUNT": "9.00"}]), "not the sum of its splits"),
        (replace(RIGHT, usage=[{"SPLIT_NUMBER": "21", "AMOUNT": "12.02"}]), "is allocated 12.02"),
    ],
)
def test_what_is_wrong_is_said(wrong: Books, sentence: str) -> None:
    assert any(sentence in line for line in audit(wrong, SHOP)), audit(wrong, SHOP)
