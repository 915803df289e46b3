"""Every row of the worked tables on free items, discounts, lines below zero and documents of 0.00 is true."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from ml_connector.adobe.reader import read_bundle
from ml_connector.documents.identity import Kind
from ml_connector.documents.money import to_minor
from ml_connector.documents.sales import SalesLine
from ml_connector.posting.allocation import Open, allocations, open_splits
from ml_connector.posting.choices.lines import (
    Adjustment,
    DiscountLine,
    FreeItems,
    UntaxedLevy,
    ZeroAs,
    ZeroDocuments,
)
from ml_connector.posting.decide import decide
from ml_connector.posting.plan import Held, Planned, Skipped, Split, Waiting
from tests.specs.line_decisions import amounts, decided, lines_of
from tests.specs.posting_company import CATALOGUE, CHART, YES
from tests.specs.posting_examples import SOLD_AT, book, memo, row, sale, situation
from tests.specs.shop_payloads import FACTS, both, bundle, document, document_row, order, order_item
from tests.specs.worked_tables import Row, cases, held, money

D = Decimal
DISCOUNTS = DiscountLine(nominal="4009", accepted=YES)


@cases("lines.md", "Product", "Rows that the shop shows", "Lines")
def test_which_rows_carry_money(case: Row) -> None:
    """A part without money has an order item at a price of nothing, and a row without amounts (§5.8)."""
    kind = case["Product"].partition(",")[0]
    items: list[dict[str, object]] = []
    rows: list[dict[str, object]] = []
    for number, cell in enumerate(case["Rows that the shop shows"].split(", "), 11):
        sku, _, amount = cell.removeprefix("part ").partition(" ")
        price = 0.0 if amount == "without money" else float(amount)
        parent = {"parent_item_id": 11, "product_type": "simple"} if cell.startswith("part ") else {}
        items.append(order_item(number, sku=sku, **({"product_type": kind} | parent), **both(price=price)))
        shown = both(row_total=price, tax_amount=0.0) if price else {}
        rows.append(bare_row(number, sku) | shown)
    found = read_bundle(bundle(document(*rows), order(*items)), FACTS)
    assert ", ".join(f"{line.sku} {line.base.full:.2f}" for line in found.lines) == case["Lines"]


@cases("lines.md", "Row total", "Discount", "VAT", "Free items", "Line")
def test_free_items(case: Row) -> None:
    free = {"shown": FreeItems.SHOWN, "left out": FreeItems.LEFT_OUT}[case["Free items"]]
    wanted = row(case["Row total"], case["VAT"], discount=case["Discount"], quantity="4", sku="PENNY-STD")
    _, *found = lines_of(decided(sale(row(), wanted), lines={"free_items": free}))
    assert (amounts(found[0]) if found else "none") == case["Line"]


@cases(
    "discounts.md",
    "Row total",
    "With VAT before discount",
    "Discount",
    "Tax part of discount",
    "VAT charged",
    "Line",
    "Discount line",
)
def test_discounts_as_lines(case: Row) -> None:
    gross = case["With VAT before discount"]
    goods = row(
        case["Row total"],
        case["VAT charged"],
        discount=case["Discount"],
        compensation=case["Tax part of discount"],
        full_gross="" if gross == "not said" else gross,
    )
    line, *apart = lines_of(decided(sale(goods, book()), lines={"discount_line": DISCOUNTS}))
    found = [amounts(each) for each in apart if each.rule == "discount"]
    assert amounts(line) == case["Line"]
    assert (found or ["none"]) == [case["Discount line"]]


@cases(
    "discounts.md", "Goods at 20 %", "Discount at 20 %", "Goods at 0 %", "Discount at 0 %", "Discount lines"
)
def test_one_discount_line_for_each_tax_code(case: Row) -> None:
    rows = (
        discounted(case["Goods at 20 %"], case["Discount at 20 %"], "0.2"),
        discounted(case["Goods at 0 %"], case["Discount at 0 %"], "0"),
    )
    made = lines_of(decided(sale(*rows), lines={"discount_line": DISCOUNTS}))
    found = [f"{money(-line.net)} at T{line.tax_code}" for line in made if line.rule == "discount"]
    assert (" and ".join(found) or "none") == case["Discount lines"]


@cases("lines-below-zero.md", "Sage version", "VAT cash accounting", "Document", "Outcome")
def test_lines_below_zero(case: Row) -> None:
    documents = {
        "a discount of 10.00": sale(row("99.99", "18.00", discount="10.00", full_gross="119.99")),
        "a fee of 2.50 kept": memo(row(), of=sale(row(), row()), fee_kept="2.50"),
        "a fee of 2.50 kept and 2.50 refunded": memo(
            row(), of=sale(row(), row()), fee_kept="2.50", paid_back="2.50"
        ),
        "rounding of -0.01": sale(row(), grand_total="35.95"),
    }
    company = replace(CATALOGUE.company, version=case["Sage version"])
    decision = decided(
        documents[case["Document"]],
        lines={"discount_line": DISCOUNTS},
        company=company,
        vat_cash_accounting=case["VAT cash accounting"] == "yes",
    )
    if isinstance(decision, Held):
        found = held(decision)
    else:
        below = [each for each in lines_of(decision) if each.negative]
        found = f"a line of {money(-below[0].net)}" if below else "net of it"
    assert found == case["Outcome"]


@cases("lines-below-zero.md", "Lines with VAT", "Received", "Allocations")
def test_what_is_open_beside_a_line_below_zero(case: Row) -> None:
    grosses = [to_minor(D(cell)) for cell in case["Lines with VAT"].split(" and ")]
    splits = tuple(Split(nominal="4000", tax_code=9, net=gross, tax=0) for gross in grosses)
    received = to_minor(D(case["Received"]))
    money_in = Open(reference="K7-I1.R1", position=0, gross=received, left=received)
    made = allocations(open_splits("K7-I1", splits), (money_in,), received, SOLD_AT.date())
    assert " and ".join(money(each.amount) for each in made) == case["Allocations"]
    assert received == sum(grosses)


@cases("adjustments.md", "Adjustment refund", "Adjustment fee", "VAT is in it at", "Lines")
def test_adjustments_with_vat_in_them(case: Row) -> None:
    code = int(case["VAT is in it at"].removeprefix("T"))
    refund = memo(
        row(),
        of=sale(row(), row(item_id=2)),
        paid_back=case["Adjustment refund"],
        fee_kept=case["Adjustment fee"],
    )
    chosen = Adjustment(nominal="4009", tax_code=code, accepted=YES)
    _, *made = lines_of(decided(refund, lines={"adjustment": chosen}))
    assert [amounts(line) for line in made] == [case["Lines"]]


@cases("fixed-product-tax.md", "Product's rate", "Fee", "VAT on the fee", "Levies without VAT are", "Outcome")
def test_fixed_product_tax_without_vat(case: Row) -> None:
    code = int(case["Levies without VAT are"].removeprefix("T"))
    goods = row(levy=case["Fee"], levy_tax=case["VAT on the fee"])
    if case["Product's rate"] == "0 %":
        goods = with_levy(book(), case["Fee"])
    decision = decided(sale(goods), lines={"untaxed_levy": UntaxedLevy(tax_code=code, accepted=YES)})
    assert amounts(lines_of(decision)[-1]) == case["Outcome"]


@cases(
    "fixed-product-tax.md",
    "Units ordered",
    "Fee per unit",
    "VAT on it",
    "Document",
    "Units on it",
    "Fee on it",
)
def test_fixed_product_tax_in_parts(case: Row) -> None:
    """Only the order states the fee, as JSON in a text; what is on a document follows from its quantity."""
    ordered, units = D(case["Units ordered"]), D(case["Units on it"])
    net, gross = D(case["Fee per unit"]), D(case["Fee per unit"]) + D(case["VAT on it"])
    each = both(amount=float(net), amount_incl_tax=float(gross))
    whole = both(row_amount=float(net * ordered), row_amount_incl_tax=float(gross * ordered))
    item = order_item(qty_ordered=int(ordered), weee_tax_applied=json.dumps([each | whole]))
    kind = Kind.INVOICE if case["Document"] == "invoice" else Kind.CREDIT_MEMO
    found = document(document_row(qty=int(units)))
    (line,) = read_bundle(bundle(found, order(item), kind=kind), FACTS).lines
    assert f"{line.base.levy:.2f} net, {line.base.levy_tax:.2f} VAT" == case["Fee on it"]


@cases("zero-documents.md", "Chart says", "Customer has an account", "Outcome")
def test_documents_of_nothing(case: Row) -> None:
    says = case["Chart says"]
    chosen = None if says == "unset" else ZeroDocuments(becomes=ZeroAs(says), accepted=YES)
    chart = replace(CHART, lines=replace(CHART.lines, zero_documents=chosen))
    accounts: Mapping[str, str] = situation().accounts if case["Customer has an account"] == "yes" else {}
    nothing = sale(row("3.96", "0", discount="3.96", sku="PENNY-STD", quantity="4"))
    decision = decide(nothing, situation(chart=chart, accounts=accounts))
    match decision:
        case Planned(plan=plan):
            assert plan.gross == 0
            assert plan.ledger is not None
            assert plan.ledger.splits == ()
            found = "posted"
        case Waiting(code=code):
            found = f"waits: {code}"
        case Skipped(code=code):
            assert code == "zero-document"
            found = "left out"
        case _:
            found = held(decision)
    assert found == case["Outcome"]


def bare_row(number: int, sku: str) -> dict[str, object]:
    """A row as the shop shows it for a part without money."""
    return {"order_item_id": number, "product_id": number, "sku": sku, "name": sku, "qty": 1}


def discounted(full: str, discount: str, rate: str) -> SalesLine:
    """A row at this rate; worth more than its discount."""
    net = D(full) - D(discount)
    gross = f"{D(full) * (1 + D(rate)):.2f}"
    if rate == "0":
        return with_discount(book(full), discount, gross)
    return row(full, f"{net * D(rate):.2f}", discount=discount, full_gross=gross, quantity="1")


def with_discount(line: SalesLine, discount: str, gross: str) -> SalesLine:
    amounts = replace(line.base, discount=D(discount), full_gross=D(gross))
    return replace(line, base=amounts, order=amounts)


def with_levy(line: SalesLine, levy: str) -> SalesLine:
    return replace(line, base=replace(line.base, levy=D(levy)), order=replace(line.order, levy=D(levy)))
