"""Every row of the worked tables in docs/rules/ is what the rules really do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from ml_connector.documents.identity import Kind
from ml_connector.documents.money import to_minor
from ml_connector.documents.sales import AppliedRate, CarriageAmounts, SalesLine
from ml_connector.posting.decide import Sibling, decide
from ml_connector.posting.plan import (
    Carriage,
    Decision,
    DocumentLine,
    Planned,
    PostDocument,
)
from ml_connector.posting.rules.pricing import priced
from tests.specs.posting_company import (
    CHART,
    EXEMPT,
)
from tests.specs.posting_examples import SOLD_AT, book, memo, planned, row, sale, situation
from tests.specs.worked_tables import Row, cases, held, money

D = Decimal
DAY = date(2026, 4, 6)
DONE = Sibling(kind=Kind.INVOICE, entity_id=7, number="7", state="skipped", created_at=SOLD_AT)


def posted(decision: Decision) -> PostDocument | None:
    return planned(decision).document if isinstance(decision, Planned) else None


def percent(cell: str) -> Decimal:
    return D(cell.partition(" ")[0])


@cases(
    "lines.md",
    "Quantity",
    "Row total",
    "Discount",
    "Tax part of discount",
    "Unit price",
    "Discount in Sage",
    "Net",
)
def test_prices(case: Row) -> None:
    full = D(case["Row total"])
    net = to_minor(full - D(case["Discount"]) + D(case["Tax part of discount"]))
    made = priced(D(case["Quantity"]), full, net)
    assert (f"{made.unit_price:f}", money(made.discount), money(net)) == (
        case["Unit price"],
        case["Discount in Sage"],
        case["Net"],
    )


@cases("fixed-product-tax.md", "Product's rate", "Fee", "VAT on the fee", "Outcome")
def test_fixed_product_tax(case: Row) -> None:
    fee, tax = case["Fee"], case["VAT on the fee"]
    if percent(case["Product's rate"]):
        line = row(levy=fee, levy_tax=tax)
    else:
        line = replace(
            book(), base=replace(book().base, levy=D(fee)), order=replace(book().order, levy=D(fee))
        )
    decision = decide(sale(line), situation())
    document = posted(decision)
    assert (amounts(document.lines[-1]) if document else held(decision)) == case["Outcome"]


@cases("carriage.md", "Charge", "Discount", "Tax part of discount", "VAT", "Goods", "Outcome")
def test_carriage(case: Row) -> None:
    goods: dict[str, tuple[SalesLine, ...]] = {
        "taxed": (row(),),
        "zero-rated": (book(),),
        "zero-rated and exempt": (book(), book(tax_class=EXEMPT)),
    }
    charge = CarriageAmounts(
        full=D(case["Charge"]),
        discount=D(case["Discount"]),
        compensation=D(case["Tax part of discount"]),
        tax=D(case["VAT"]),
    )
    rates = (AppliedRate(code="GB-VAT-20", percent=D(20), country="GB"),) if charge.tax else ()
    decision = decide(sale(*goods[case["Goods"]], carriage=charge, carriage_rates=rates), situation())
    document = posted(decision)
    if document is None:
        found = held(decision)
    else:
        found = amounts(document.carriage) if document.carriage else "none"
    assert found == case["Outcome"]


@cases(
    "adjustments.md",
    "Goods refunded",
    "Adjustment refund",
    "Adjustment fee",
    "Lines outside VAT",
    "Credit comes to",
)
def test_adjustments(case: Row) -> None:
    goods = (row(),) if D(case["Goods refunded"]) else ()
    refund = memo(
        *goods,
        of=sale(row(), row(item_id=2)),
        paid_back=case["Adjustment refund"],
        fee_kept=case["Adjustment fee"],
    )
    plan = planned(decide(refund, situation(siblings=(DONE,))))
    assert plan.document is not None
    lines = [line.sign * line.net for line in plan.document.lines if line.tax_code == CHART.tax.outside_vat]
    assert (" and ".join(map(money, lines)) or "none") == case["Lines outside VAT"]
    assert money(plan.gross) == case["Credit comes to"]


@cases("adjustments.md", "Order's carriage", "Its discount", "Its VAT", "Memo beyond its lines", "Outcome")
def test_misapplied_carriage_discounts(case: Row) -> None:
    charge = CarriageAmounts(
        full=D(case["Order's carriage"]), discount=D(case["Its discount"]), tax=D(case["Its VAT"])
    )
    beyond = CarriageAmounts(full=D(0), discount=-D(case["Memo beyond its lines"]))
    refund = memo(row(), of=sale(row(), row(item_id=2), carriage=charge), carriage=beyond)
    decision = decide(refund, situation(siblings=(DONE,)))
    document = posted(decision)
    found = f"{money(document.lines[-1].net)} outside VAT" if document else held(decision)
    assert found == case["Outcome"]


@cases("header-rounding.md", "Lines come to", "Grand total", "Outcome")
def test_header_rounding(case: Row) -> None:
    decision = decide(sale(row(), grand_total=case["Grand total"]), situation())
    document = posted(decision)
    if document is None:
        found = held(decision)
    else:
        lines = [line.sign * line.net for line in document.lines if line.rule == "header-rounding"]
        found = money(lines[0]) if lines else "no line"
    assert found == case["Outcome"]


def amounts(line: DocumentLine | Carriage) -> str:
    return f"{money(line.net)} net, {money(line.tax)} VAT, T{line.tax_code}"
