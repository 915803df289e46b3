"""The worked tables of docs/rules/ about payments, tender, and what stands beside the core totals."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ml_connector.documents.identity import Kind
from ml_connector.documents.money import ZERO
from ml_connector.documents.sales import NamedAmount, SalesDocument, Supply, Wrapping, WrappingAmounts
from ml_connector.documents.tender import Shortfall, Tender, Tendered, points_of
from ml_connector.posting.choices.extras import ExtraChoices, ExtraRow, Sign
from ml_connector.posting.choices.gift_cards import GiftCardSales, Voucher
from ml_connector.posting.choices.payments import BankRow, Details, Evidence, PaymentChoices
from ml_connector.posting.choices.wrapping import Wrapping as WrappingChoice
from ml_connector.posting.decide import decide
from ml_connector.posting.plan import Decision, Planned, Receipt, RefundPayment
from tests.specs.posting_company import CHART, YES
from tests.specs.posting_examples import CARRIAGE, book, memo, planned, row, sale, situation
from tests.specs.tender_examples import TENDERED, WITH_CLEARING, paid_with
from tests.specs.test_posting_beside import COMPANY, DONE
from tests.specs.test_posting_payments import captured, standing
from tests.specs.worked_tables import Row, cases, held, money

D = Decimal
EVIDENCE = {
    "need a transaction": Evidence.TRANSACTION,
    "are paid": Evidence.ALWAYS,
    "are booked by hand": Evidence.NEVER,
}
DETAILS = {
    "method and transaction": Details.METHOD_AND_TRANSACTION,
    "transaction": Details.TRANSACTION,
    "order": Details.ORDER,
    "document": Details.DOCUMENT,
}


def by_card(**changes: object) -> PaymentChoices:
    row = BankRow(method="card", bank="1200", accepted=YES)
    return PaymentChoices(banks=(replace(row, **changes),))


def payments(decision: Decision) -> str:
    """How the tables write receipts and refund payments."""
    effects = planned(decision).effects
    made = [effect for effect in effects if isinstance(effect, Receipt | RefundPayment)]
    return ", ".join(f"{money(effect.amount)} on {effect.bank}" for effect in made) or "none"


def line_by(rule: str, decision: Decision, *, nominal: bool = False) -> str:
    """How the tables write the one line of a rule, or a hold."""
    if not isinstance(decision, Planned):
        return held(decision)
    document = decision.plan.document
    lines = [line for line in document.lines if line.rule == rule] if document else []
    if not lines:
        return "none"
    (line,) = lines
    shown = f"{money(line.sign * line.net)} net, {money(line.tax)} VAT, T{line.tax_code}"
    return f"{shown}, N/C {line.nominal}" if nominal else shown


@cases("payments.md", "Invoices of this method", "Transaction on invoice", "Captured online", "Received")
def test_invoices_of_a_method(case: Row) -> None:
    chart = replace(CHART, payments=by_card(invoices=EVIDENCE[case["Invoices of this method"]]))
    own = "" if case["Transaction on invoice"] == "none" else case["Transaction on invoice"]
    paid = None if case["Captured online"] == "not said" else case["Captured online"]
    document = captured(sale(row()), paid, own=own) if own else sale(row())
    found = [
        money(effect.amount)
        for effect in planned(decide(document, situation(chart=chart))).effects
        if isinstance(effect, Receipt)
    ]
    assert (found[0] if found else "none") == case["Received"]


@cases("payments.md", "Refunds of this method", "Transaction on credit memo", "Paid back")
def test_refunds_of_a_method(case: Row) -> None:
    chart = replace(CHART, payments=by_card(refunds=EVIDENCE[case["Refunds of this method"]]))
    invoice = sale(row())
    own = "" if case["Transaction on credit memo"] == "none" else case["Transaction on credit memo"]
    refund = replace(memo(row(), of=invoice), transaction=own)
    booked = standing(planned(decide(invoice, situation(chart=chart))))
    plan = planned(decide(refund, situation(chart=chart, siblings=(booked,))))
    found = [money(effect.amount) for effect in plan.effects if isinstance(effect, RefundPayment)]
    assert (found[0] if found else "none") == case["Paid back"]


@cases("payments.md", "Details", "Transaction", "In Sage")
def test_details(case: Row) -> None:
    choices = by_card(invoices=Evidence.ALWAYS, details=DETAILS[case["Details"]])
    own = "" if case["Transaction"] == "none" else case["Transaction"]
    document = captured(sale(row()), "35.96", own=own) if own else sale(row())
    plan = planned(decide(document, situation(chart=replace(CHART, payments=choices))))
    found = [effect.details for effect in plan.effects if isinstance(effect, Receipt)]
    assert found == [case["In Sage"]]


@cases(
    "tender.md",
    "Gift card",
    "Store credit",
    "Points",
    "Grand total in the shop",
    "Captured by card",
    "Sales invoice",
    "Receipts",
)
def test_sales_paid_by_tender(case: Row) -> None:
    document = sale(row(), carriage=CARRIAGE)
    for column, tender in (
        ("Gift card", Tender.GIFT_CARD),
        ("Store credit", Tender.STORE_CREDIT),
        ("Points", Tender.POINTS),
    ):
        if D(case[column]):
            document = paid_with(document, case[column], tender)
    total = D(case["Grand total in the shop"])
    document = replace(document, base=replace(document.base, grand_total=total))
    if case["Captured by card"] != "none":
        document = captured(document, case["Captured by card"])
    decision = decide(document, situation(chart=TENDERED, catalogue=WITH_CLEARING))
    if isinstance(decision, Planned):
        assert (money(decision.plan.gross), payments(decision)) == (case["Sales invoice"], case["Receipts"])
    else:
        assert (held(decision), "") == (case["Sales invoice"], case["Receipts"])


@cases(
    "tender.md",
    "Credit comes to",
    "To store credit",
    "To the gift card",
    "Grand total in the shop",
    "Refunded by card",
    "Payments",
)
def test_refunds_to_tender(case: Row) -> None:
    place = situation(chart=TENDERED, catalogue=WITH_CLEARING)
    invoice = captured(sale(row()), "35.96")
    refund: SalesDocument = memo(row(), of=invoice)
    for column, tender in (
        ("To store credit", Tender.STORE_CREDIT),
        ("To the gift card", Tender.GIFT_CARD),
    ):
        if D(case[column]):
            refund = paid_with(refund, case[column], tender)
    if case["Refunded by card"] == "yes":
        refund = replace(refund, transaction="REF-1")
    assert refund.base.grand_total == D(case["Grand total in the shop"])
    decision = decide(refund, replace(place, siblings=(standing(planned(decide(invoice, place))),)))
    assert money(planned(decision).gross) == case["Credit comes to"]
    assert payments(decision) == case["Payments"]


@cases(
    "tender.md",
    "Points of the order",
    "Invoices fall short by",
    "Credit memos fall short by",
    "Last document was paid by points",
)
def test_points(case: Row) -> None:
    amount = D(case["Points of the order"])
    points = Tendered(tender=Tender.POINTS, base=amount, order=amount)
    shortfalls = [
        Shortfall(kind=kind, entity_id=n, base=D(each), order=D(each), base_total=ZERO)
        for kind, column in (
            (Kind.INVOICE, "Invoices fall short by"),
            (Kind.CREDIT_MEMO, "Credit memos fall short by"),
        )
        for n, each in enumerate(filter(None, case[column].split(", ")))
    ]
    own = shortfalls[-1]
    found = points_of(points, shortfalls, own.kind, own.entity_id)
    shown = f"{found.base:.2f}" if found else "held: points-unplaced"
    assert shown == case["Last document was paid by points"]


@cases("gift-cards.md", "The chart says", "VAT charged by the shop", "Outcome")
def test_gift_cards_sold(case: Row) -> None:
    said = case["The chart says"]
    chosen = None if said == "nothing" else GiftCardSales(voucher=Voucher(said), nominal="2110", accepted=YES)
    tax = case["VAT charged by the shop"]
    line = row(
        "50.00", tax, sku="GIFT", quantity="2", percent="20" if D(tax) else "0", supply=Supply.GIFT_CARD
    )
    decision = decide(sale(line), situation(chart=replace(CHART, gift_cards=chosen), catalogue=COMPANY))
    assert line_by("gift-card-sold", decision, nominal=True) == case["Outcome"]


@cases("gift-wrapping.md", "Wrapping", "VAT on it", "Goods", "Outcome")
def test_gift_wrapping(case: Row) -> None:
    net, tax = D(case["Wrapping"]), D(case["VAT on it"])
    document = sale(row() if case["Goods"] == "taxed" else book())
    totals = replace(
        document.base,
        wrapping=net,
        wrapping_tax=tax,
        tax=document.base.tax + tax,
        grand_total=document.base.grand_total + net + tax,
    )
    amounts = WrappingAmounts(net=net, tax=tax)
    wrapped = Wrapping(what="Printed card", base=amounts, order=amounts)
    document = replace(document, base=totals, order_totals=totals, wrappings=(wrapped,) if net else ())
    chart = replace(CHART, wrapping=WrappingChoice(nominal="4900", accepted=YES))
    decision = decide(document, situation(chart=chart, catalogue=COMPANY))
    assert line_by("gift-wrapping", decision) == case["Outcome"]


@cases(
    "third-party-totals.md",
    "Grand total",
    "Field of the document",
    "Field of the order",
    "The chart says",
    "Outcome",
)
def test_totals_of_extensions(case: Row) -> None:
    usual = ExtraRow(name="cod_fee", nominal="4900", accepted=YES)
    rows = {
        "nothing": (),
        "N/C 4900": (usual,),
        "N/C 4900, VAT included at T1": (replace(usual, tax_code=1),),
        "N/C 4900, taken off": (replace(usual, sign=Sign.TAKEN_OFF),),
    }[case["The chart says"]]
    document = sale(row(), grand_total=case["Grand total"])
    document = replace(
        document,
        extras=_field(case["Field of the document"]),
        order=replace(document.order, extras=_field(case["Field of the order"])),
    )
    chart = replace(CHART, extras=ExtraChoices(rows=rows))
    decision = decide(document, situation(chart=chart, catalogue=COMPANY, siblings=(DONE,)))
    assert line_by("extension-total", decision) == case["Outcome"]


@cases(
    "third-party-totals.md",
    "Fee in the total in dollars",
    "Fee in the total in riyals",
    "Field in dollars",
    "Field in riyals",
    "Outcome",
)
def test_totals_of_extensions_in_two_currencies(case: Row) -> None:
    dollars, riyals = D(case["Fee in the total in dollars"]), D(case["Fee in the total in riyals"])
    rate, document = D("3.75"), sale(row())
    (line,), totals = document.lines, document.base
    there = replace(line.order, full=line.order.full * rate, tax=line.order.tax * rate)
    document = replace(
        document,
        order_currency="SAR",
        lines=(replace(line, order=there),),
        base=replace(totals, grand_total=totals.grand_total + dollars),
        order_totals=replace(
            totals,
            subtotal=totals.subtotal * rate,
            tax=totals.tax * rate,
            grand_total=totals.grand_total * rate + riyals,
        ),
        extras=(
            NamedAmount(field="cod_fee", base=D(case["Field in dollars"]), order=D(case["Field in riyals"])),
        ),
    )
    row_of_chart = ExtraRow(name="cod_fee", nominal="4900", accepted=YES)
    chart = replace(CHART, extras=ExtraChoices(rows=(row_of_chart,)))
    decision = decide(document, situation(chart=chart, catalogue=COMPANY))
    assert line_by("extension-total", decision) == case["Outcome"]


def _field(amount: str) -> tuple[NamedAmount, ...]:
    return (NamedAmount(field="cod_fee", base=D(amount), order=D(amount)),) if amount else ()
