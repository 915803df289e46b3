"""What stays open in Sage is listed: invoices without money, credits that met nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from ml_connector.adobe.auth import OAuth1Credentials
from ml_connector.clock import ManualClock
from ml_connector.cloud import connections
from ml_connector.cloud.open_items_report import print_open_items
from ml_connector.documents.identity import Key, Kind
from ml_connector.posting.decide import decide
from ml_connector.posting.open_items import open_items
from ml_connector.posting.plan import Plan, plan_hash
from ml_connector.records.database import open_database
from ml_connector.records.ledger import Ledger
from ml_connector.records.vault import Vault
from ml_connector.settings import CloudSettings
from ml_connector.sync.passage import State
from ml_connector.sync.record import Record
from tests.specs.cloud_place import SECRETS
from tests.specs.posting_examples import SOLD_AT, book, memo, planned, row, sale, situation
from tests.specs.test_posting_payments import captured, standing

CLOCK = ManualClock()
INVOICE = sale(row(), book())
UNPAID = planned(decide(INVOICE, situation()))
PAID = planned(decide(captured(INVOICE, "50.95"), situation()))
OTHER = planned(decide(captured(sale(row(), entity_id=8), "35.96"), situation()))
PART = planned(decide(captured(INVOICE, "40.00"), situation()))


def credit(*plans: Plan) -> Plan:
    """A credit note of 35.96 over the invoices of these plans."""
    siblings = tuple(standing(plan) for plan in plans)
    return planned(decide(memo(row(), of=INVOICE), situation(siblings=siblings)))


def left(*plans: Plan) -> list[tuple[str, int]]:
    return [(item.reference, item.left) for item in open_items(plans)]


def test_an_invoice_without_money_is_open_and_a_received_one_is_not() -> None:
    assert left(UNPAID) == [("K7-I7", 5095)]
    assert left(PAID) == []


def test_of_an_invoice_that_was_received_in_part_the_rest_is_open() -> None:
    (item,) = open_items((PART,))
    assert (item.kind, item.left, item.gross, item.date) == (Kind.INVOICE, 1095, 5095, date(2026, 4, 6))


def test_a_credit_closes_as_much_of_an_unpaid_invoice_as_it_comes_to() -> None:
    assert left(UNPAID, credit(UNPAID)) == [("K7-I7", 1499)]


def test_a_credit_that_met_nothing_is_open_itself() -> None:
    (item,) = open_items((PAID, credit(PAID)))
    assert (item.kind, item.reference, item.left) == (Kind.CREDIT_MEMO, "K7-C3", 3596)


def test_negative_lines_leave_nothing_open_that_the_invoice_does_not() -> None:
    """A rounding of minus 4 pennies: the other lines come to more than the invoice."""
    less = planned(decide(captured(sale(row(), grand_total="35.92"), "35.92"), situation()))
    assert left(less) == []


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[CloudSettings]:
    made = CloudSettings(data_dir=tmp_path)
    engine = open_database(made.database)
    new = connections.NewConnection(
        connection_id="shop-1",
        name="Shop",
        tag="K7",
        shop_url="https://shop.example.com",
        credentials=OAuth1Credentials(**SECRETS),
    )
    connections.create(engine, CLOCK, Vault.open(made.vault_key, CLOCK), new, "ann")
    ledger = Ledger(engine, CLOCK, "shop-1")
    for plan in (UNPAID, OTHER):
        put(ledger, plan)
    yield made
    engine.dispose()


def put(ledger: Ledger, plan: Plan) -> None:
    record = Record(
        key=Key("shop-1", plan.kind, plan.key.rpartition("/")[2]),
        number=f"00000000{plan.key[-1]}",
        reference=plan.reference,
        document_at=SOLD_AT,
        captured=True,
        shop_currency="GBP",
        shop_total=Decimal("50.95"),
        state=State.PROVED,
        since=SOLD_AT,
        plan=plan,
        plan_hash=plan_hash(plan),
        account_ref=plan.account_ref,
    )
    with ledger.begin() as tx:
        tx.create(record, actor="test", action="noticed", payload={})


def test_the_command_lists_them_with_their_sums(settings: CloudSettings) -> None:
    console = Console(file=StringIO(), width=200)
    print_open_items(settings, CLOCK, console)
    assert isinstance(console.file, StringIO)
    told = console.file.getvalue()
    assert "shop-1: 1 open" in told
    assert "unpaid invoice 000000007  06/04/2026  A/C PENRO001 as K7-I7  £50.95" in told
    assert "unpaid invoices: £50.95" in told
    assert "K7-I8" not in told
