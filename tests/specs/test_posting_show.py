"""What a bookkeeper reads: a plan as a table, and a decision without one as sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ml_connector.posting.customers.decision import decide_customer
from ml_connector.posting.customers.matching import index_of
from ml_connector.posting.customers.shopper import shopper_of
from ml_connector.posting.decide import decide
from ml_connector.posting.plan import Decision
from ml_connector.posting.show import show, show_customer
from tests.specs.posting_company import CATALOGUE, CHART
from tests.specs.posting_examples import CARRIAGE, row, sale, situation


def account(*, known: bool) -> Decision:
    catalogue = CATALOGUE if known else replace(CATALOGUE, accounts=())
    return decide_customer(
        shopper_of(sale(row()), CHART),
        connection_id="shop",
        catalogue=catalogue,
        index=index_of(catalogue, CHART.customers),
        taken_refs=frozenset(),
        chart=CHART,
        chart_version=1,
        date=date(2026, 4, 6),
    )


def test_a_plan_is_a_table_with_its_money_and_allocations() -> None:
    document = sale(row(discount="10.00", tax="3.99"), carriage=CARRIAGE)
    paid = replace(document, order=replace(document.order, captures=("CAP-1",)), transaction="CAP-1")
    assert show(paid, decide(paid, situation())) == (
        "Invoice 000000007 of order 000000005, 06/04/2026, £29.90\n"
        "SI K7-I7 on A/C PENRO001, Ann Penrose\n"
        "  Code      Quantity  Price  Discount  N/C   T/C    Net   VAT  Gross  Details\n"
        "  MUG-STD          3   9.99     10.00  4000  T1   19.97  3.99  23.96  Stoneware Mug\n"
        "  Carriage                             4905  T1    4.95  0.99   5.94\n"
        "  Total                                           24.92  4.98  29.90\n"
        "  Note: Web invoice 000000007, order 000000005\n"
        "  Note: Payment method card\n"
        "SA K7-I7.R1 £29.90, bank 1200, 06/04/2026, card CAP-1\n"
        "Allocate £23.96 of K7-I7.R1 split 1 (29.90) to K7-I7 split 1 (23.96)\n"
        "Allocate £5.94 of K7-I7.R1 split 1 (29.90) to K7-I7 split 2 (5.94)\n"
    )


def test_a_wait_names_what_it_waits_for() -> None:
    document = sale(row())
    assert show(document, decide(document, situation(accounts={}))).splitlines()[1:] == [
        "Waiting: customer-not-ready",
        "  The customer's account has to stand in Sage first.",
        "  for shop/customer/ann@example.co.uk|GBP",
    ]


def test_a_new_account_is_shown_with_what_it_will_hold() -> None:
    assert show_customer(account(known=False)).splitlines() == [
        "A/C ANNPE001 is created: Ann Penrose",
        "  12 Quay Street |  | Zennor | Cornwall | TR26 3DA | GB",
        "  Ann Penrose | 01736 496 000 | ann@example.co.uk | ",
        "  GBP, N/C 4000, T1",
    ]


def test_an_account_that_exists_is_only_named() -> None:
    assert show_customer(account(known=True)) == "A/C PENRO001 exists: Ann Penrose\n"
