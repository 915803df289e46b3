"""The worked tables of docs/rules/ about the order gate and payments, row by row."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from ml_connector.documents.money import to_minor
from ml_connector.posting.allocation import Open, allocations
from ml_connector.posting.chart import Gate
from ml_connector.posting.choices.payments import PaymentChoices
from ml_connector.posting.decide import decide
from ml_connector.posting.plan import (
    Receipt,
    Waiting,
)
from tests.specs.posting_company import (
    CHART,
)
from tests.specs.posting_examples import memo, planned, row, sale, situation
from tests.specs.worked_tables import Row, cases, money

D = Decimal
DAY = date(2026, 4, 6)


@cases("order-gate.md", "Gate", "Order is", "Something left to ship", "Credit memo", "Invoice")
def test_the_order_gate(case: Row) -> None:
    invoice = sale(row())
    order = replace(
        invoice.order,
        state=case["Order is"],
        finished=case["Order is"] in ("complete", "closed"),
        to_ship=case["Something left to ship"] == "yes",
    )
    relatives = memo(row(), of=invoice).relatives if case["Credit memo"] == "yes" else invoice.relatives
    document = replace(invoice, order=order, relatives=relatives)
    decision = decide(document, situation(chart=replace(CHART, gate=Gate(case["Gate"]))))
    assert (f"waits: {decision.code}" if isinstance(decision, Waiting) else "goes") == case["Invoice"]


@cases(
    "payments.md",
    "Invoice",
    "Method has a bank",
    "Transaction on invoice",
    "Captures of the order",
    "Other invoices",
    "Captured online",
    "Received",
)
def test_receipts(case: Row) -> None:
    document = sale(row())
    own = "" if case["Transaction on invoice"] == "none" else case["Transaction on invoice"]
    captures = () if case["Captures of the order"] == "none" else case["Captures of the order"].split()
    paid = None if case["Captured online"] == "not said" else D(case["Captured online"])
    relatives = document.relatives
    if case["Other invoices"] != "none":
        total, _, by = case["Other invoices"].partition(" by ")
        earlier = replace(
            relatives[0], entity_id=1, base_total=D(total), transaction="" if by == "none" else by
        )
        relatives = (earlier, *relatives)
    captured = replace(
        document,
        transaction=own,
        relatives=relatives,
        order=replace(document.order, captures=tuple(captures), paid_online=paid),
    )
    chart = CHART if case["Method has a bank"] == "yes" else replace(CHART, payments=PaymentChoices(banks=()))
    effects = planned(decide(captured, situation(chart=chart))).effects
    received = [money(effect.amount) for effect in effects if isinstance(effect, Receipt)]
    assert (received[0] if received else "none") == case["Received"]


@cases("payments.md", "Open on the invoice", "Credit", "Allocations")
def test_allocations(case: Row) -> None:
    amounts_open = (
        () if case["Open on the invoice"] == "nothing" else case["Open on the invoice"].split(" and ")
    )
    debits = [open_split("SI", n, amount) for n, amount in enumerate(amounts_open)]
    credit = open_split("SC", 0, case["Credit"])
    made = allocations(debits, [credit], credit.gross, DAY)
    assert (" and ".join(money(one.amount) for one in made) or "none") == case["Allocations"]


def open_split(reference: str, position: int, amount: str) -> Open:
    gross = to_minor(D(amount))
    return Open(reference=reference, position=position, gross=gross, left=gross)
