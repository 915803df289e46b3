"""The worked tables of docs/rules/ about the document proof and about what the shop made twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from ml_connector.documents.likeness import LookAlike
from ml_connector.documents.sales import NamedAmount, SalesDocument, Totals
from ml_connector.posting.decide import decide
from ml_connector.posting.plan import Decision, Held
from tests.specs.posting_examples import CARRIAGE, SOLD_AT, memo, row, sale, situation
from tests.specs.test_posting_beside import DONE
from tests.specs.worked_tables import Row, cases, held

D = Decimal
FIGURES = {
    "grand total": "grand_total",
    "subtotal": "subtotal",
    "tax": "tax",
    "discount": "discount",
    "tax part of the discount": "compensation",
    "carriage": "carriage",
    "paid by gift card": "tender",
    "gift wrapping": "wrapping",
}


def goes(decision: Decision) -> str:
    return held(decision) if isinstance(decision, Held) else "goes"


@cases("document-proof.md", "Figure of the header", "Off by", "Outcome")
def test_one_figure_off(case: Row) -> None:
    document = sale(row(), carriage=CARRIAGE)
    assert document.base.grand_total == D("41.90")
    if case["Figure of the header"] != "none":
        bent = _more(document.base, FIGURES[case["Figure of the header"]], case["Off by"])
        document = replace(document, base=bent, order_totals=bent)
    assert goes(decide(document, situation())) == case["Outcome"]


@cases("document-proof.md", "The grand total is higher by", "What else there is", "Likeliest cause")
def test_the_likeliest_cause(case: Row) -> None:
    amount, _, only_order = case["The grand total is higher by"].partition(" ")
    document = sale(row(), carriage=CARRIAGE)
    higher = _more(document.base, "grand_total", amount)
    if only_order:
        document = replace(document, order_currency="EUR", order_totals=higher)
    else:
        document = replace(document, base=higher, order_totals=higher)
    holds = case["What else there is"].rpartition("holds ")[2]
    if holds != "nothing":
        extra = NamedAmount(field="cod_fee", base=D(holds), order=D(holds))
        if "of the order" in case["What else there is"]:
            document = replace(document, order=replace(document.order, extras=(extra,)))
        else:
            document = replace(document, extras=(extra,))
    decision = decide(document, situation())
    assert isinstance(decision, Held)
    assert decision.findings[0].why == case["Likeliest cause"]


@cases(
    "doubled.md",
    "What",
    "Rows and total",
    "Minutes after the other",
    "Billed beyond what was ordered",
    "Outcome",
)
def test_documents_made_twice(case: Row) -> None:
    invoice = sale(row(), row(item_id=2))
    if case["What"] == "invoice":
        first, second = sale(row()), sale(row(), entity_id=8)
    else:
        first, second = memo(row(), of=invoice), memo(row(), of=invoice, entity_id=4)
    own = replace(
        second.relatives[-1],
        created_at=SOLD_AT + timedelta(minutes=int(case["Minutes after the other"])),
    )
    if case["Rows and total"] == "another total":
        own = replace(own, base_total=own.base_total - D("0.01"))
    both: SalesDocument = replace(
        second,
        relatives=(*first.relatives, own),
        invoiced_beyond_order=case["Billed beyond what was ordered"] == "yes",
    )
    assert goes(decide(both, situation(siblings=(DONE,)))) == case["Outcome"]


@cases("doubled.md", "This order was made", "The other order", "Outcome")
def test_orders_made_twice(case: Row) -> None:
    seconds, _, where = case["This order was made"].partition(" seconds ")
    twin = LookAlike(
        order_id=4,
        number="000000004",
        made_at=SOLD_AT,
        apart=timedelta(seconds=int(seconds) if where == "after" else -int(seconds)),
        in_books=case["The other order"] == "is in the books",
    )
    assert goes(decide(sale(row()), situation(look_alikes=(twin,)))) == case["Outcome"]


@cases("doubled.md", "Invoiced", "Refunded before", "This credit memo", "Outcome")
def test_refunds_beyond_what_was_invoiced(case: Row) -> None:
    refund = memo(row(), of=sale(row()), grand_total=case["This credit memo"], entity_id=4)
    invoice, own = refund.relatives
    before = replace(own, entity_id=3, base_total=D(case["Refunded before"]), rows=())
    relatives = (
        replace(invoice, base_total=D(case["Invoiced"])),
        *((before,) if before.base_total else ()),
        own,
    )
    decision = decide(replace(refund, relatives=relatives), situation(siblings=(DONE,)))
    findings = decision.findings if isinstance(decision, Held) else ()
    found = [f"held: {each.code}" for each in findings if each.code == "refunds-exceed-invoiced"]
    assert (found[0] if found else "goes") == case["Outcome"]


def _more(totals: Totals, name: str, by: str) -> Totals:
    changed: Decimal = getattr(totals, name) + D(by)
    return replace(totals, **{name: changed})
