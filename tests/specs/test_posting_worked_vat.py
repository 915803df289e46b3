"""Every row of the worked tables on VAT, other taxes, credit notes and pennies is what the rules do."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ml_connector.documents.identity import Kind
from ml_connector.documents.money import ZERO, to_minor
from ml_connector.documents.sales import AppliedRate
from ml_connector.posting.chart import Chart, check
from ml_connector.posting.choices.foreign_tax import Liability, OssRate
from ml_connector.posting.choices.pennies import PennyChoices, PennyPolicy
from ml_connector.posting.choices.tax import TaxedBeforeDiscount
from ml_connector.posting.decide import Sibling, decide
from ml_connector.posting.plan import Held, Plan
from ml_connector.posting.rules.pennies import RULE as VAT_ROUNDING
from ml_connector.posting.tax_check import TaxBase, rate_finding
from ml_connector.posting.tax_table import TaxRow
from tests.specs.posting_company import (
    CATALOGUE,
    CHART,
)
from tests.specs.posting_examples import ADDRESS, GB_20, SOLD_AT, memo, planned, row, sale, situation
from tests.specs.tax_examples import COMPANY, code, percent
from tests.specs.worked_tables import Row, cases, held, money

D = Decimal


@cases("vat-check.md", "Net", "VAT", "Quantity", "T/C", "Outcome")
def test_vat_against_its_rate(case: Row) -> None:
    rate = next(each.rate for each in CATALOGUE.tax_codes if each.number == code(case["T/C"]))
    net, tax = to_minor(D(case["Net"])), to_minor(D(case["VAT"]))
    found = rate_finding("Line", TaxBase(net=net, full=net), tax, D(case["Quantity"]), 1, rate)
    assert (f"held: {found.code}" if found else "fits") == case["Outcome"]


@cases("vat-check.md", "Price before discount", "Net", "VAT", "Quantity", "The chart says", "Outcome")
def test_vat_before_discount(case: Row) -> None:
    says = {
        "nothing": None,
        "all websites": TaxedBeforeDiscount(),
        "this website": TaxedBeforeDiscount(websites=("1",)),
        "another website": TaxedBeforeDiscount(websites=("2",)),
    }
    chart = replace(CHART, tax=replace(CHART.tax, before_discount=says[case["The chart says"]]))
    full = case["Price before discount"]
    discount = str(D(full) - D(case["Net"]))
    decision = decide(
        sale(row(full, case["VAT"], quantity=case["Quantity"], discount=discount)), situation(chart=chart)
    )
    if isinstance(decision, Held):
        assert held(decision) == case["Outcome"]
    else:
        document = planned(decision).document
        assert document is not None
        assert case["Outcome"] == "fits"
        assert (money(document.net), money(document.tax)) == (case["Net"], case["VAT"])


FOREIGN = replace(
    CHART,
    tax=replace(
        CHART.tax,
        rows=(*CHART.tax.rows, TaxRow(percent=ZERO, tax_code=0, countries=("FR",))),
        foreign_vat=("DE", "FR", "IE"),
        oss=(OssRate(rate="IE-VAT-23", percent=D(23), tax_code=30),),
        liabilities=tuple(
            Liability(rate=rate, nominal="2230")
            for rate in ("DE-VAT-19", "FR-VAT-20", "Green-Levy", "Compound")
        ),
    ),
)


def applied(name: str) -> AppliedRate:
    """“GB-VAT-20 20.00” → the rate and what the shop states of it."""
    code, amount = name.split(" ")
    country, _, rest = code.partition("-VAT-")
    known = {"Green-Levy": "1.75", "Other-Levy": "1.75", "Compound": "0.6088"}
    return AppliedRate(
        code=code,
        percent=D(known.get(code, rest or "0")),
        country=country if rest else "GB",
        base=None if amount == "unstated" else D(amount),
    )


def test_the_chart_with_other_taxes_may_be_used() -> None:
    assert check(FOREIGN, COMPANY) == ()


@cases("foreign-tax.md", "Delivered to", "Net", "Taxes by name", "T/C", "VAT", "Beside it")
def test_other_taxes(case: Row) -> None:
    rates = tuple(applied(name) for name in case["Taxes by name"].split(" and "))
    tax = sum((rate.base or D("1.75") for rate in rates), ZERO)
    together = sum((rate.percent for rate in rates), ZERO)
    bears = row(case["Net"], str(tax), percent=str(together), rates=rates, quantity="1")
    to = replace(ADDRESS, country=case["Delivered to"], postcode="TR26 3DA")
    decision = decide(sale(bears, to=to), situation(chart=FOREIGN, catalogue=COMPANY))
    if isinstance(decision, Held):
        assert held(decision) == case["T/C"]
        return
    plan = planned(decision)
    assert plan.document is not None
    goods, *beside = plan.document.lines
    amounts = " and ".join(money(each.net) for each in beside) or "nothing"
    assert (f"T{goods.tax_code}", money(goods.tax), amounts) == (case["T/C"], case["VAT"], case["Beside it"])
    assert money(goods.net) == case["Net"]
    assert {(each.tax_code, each.nominal, each.tax) for each in beside} <= {(9, "2230", 0)}
    assert plan.gross == to_minor(D(case["Net"]) + tax)


def only(rule: str, vat: str) -> Chart:
    """The example chart with one row for the memo's line, or none."""
    says = () if rule == "nothing" else (TaxRow(percent=percent(vat), tax_code=code(rule)),)
    return replace(CHART, tax=replace(CHART.tax, rows=says, taxable_classes=()))


def booked(codes: str) -> tuple[Sibling, ...]:
    """The order's invoice, or two of them, planned earlier on these codes; skipped where there is none."""
    if codes == "nothing":
        return (Sibling(kind=Kind.INVOICE, entity_id=7, number="7", state="skipped", created_at=SOLD_AT),)
    found: list[Sibling] = []
    for n, each in enumerate(codes.split(" and ")):
        plan = _on(planned(decide(sale(row(), entity_id=7 + n), situation())), code(each))
        found.append(
            Sibling(
                kind=Kind.INVOICE,
                entity_id=7 + n,
                number=str(7 + n),
                state="proved",
                created_at=SOLD_AT,
                plan=plan,
            )
        )
    return tuple(found)


def _on(plan: Plan, number: int) -> Plan:
    assert plan.document is not None
    assert plan.ledger is not None
    lines = tuple(replace(each, tax_code=number) for each in plan.document.lines)
    changed = replace(plan.document, lines=lines)
    ledger = replace(plan.ledger, splits=changed.splits())
    return replace(plan, effects=(changed, ledger, *plan.effects[2:]))


@cases("credit-note-codes.md", "Invoiced on", "The chart says now", "VAT of the memo", "Outcome")
def test_codes_of_credit_notes(case: Row) -> None:
    taxed = D(case["VAT of the memo"]) > 0
    rate = "20" if taxed else "0"
    invoice = sale(row())
    back = memo(row(tax=case["VAT of the memo"], percent=rate), of=invoice)
    chart = only(case["The chart says now"], rate)
    decision = decide(back, situation(chart=chart, siblings=booked(case["Invoiced on"])))
    if isinstance(decision, Held):
        assert held(decision) == case["Outcome"]
    else:
        document = planned(decision).document
        assert document is not None
        assert f"T{document.lines[0].tax_code}" == case["Outcome"]


@cases("pennies.md", "Nets", "VAT by the shop", "Policy", "Limit", "VAT in Sage", "Rounding line", "Outcome")
def test_penny_policies(case: Row) -> None:
    policy = PennyPolicy(case["Policy"])
    chart = replace(CHART, pennies=PennyChoices(policy=policy, nominal="4009", limit=D(case["Limit"])))
    both = zip(case["Nets"].split(" and "), case["VAT by the shop"].split(" and "), strict=True)
    document = sale(*(row(net, tax, rates=(GB_20,), item_id=n) for n, (net, tax) in enumerate(both, 1)))
    decision = decide(document, situation(chart=chart))
    if isinstance(decision, Held):
        assert held(decision) == case["Outcome"]
        return
    assert case["Outcome"] == "goes"
    plan = planned(decision)
    assert plan.document is not None
    rounding = [each for each in plan.document.lines if each.rule == VAT_ROUNDING]
    rest = [each for each in plan.document.lines if each.rule != VAT_ROUNDING]
    assert " and ".join(money(each.tax) for each in rest) == case["VAT in Sage"]
    assert ([money(each.sign * each.net) for each in rounding] or ["none"]) == [case["Rounding line"]]
    assert {(each.nominal, each.tax_code, each.tax) for each in rounding} <= {("4009", 9, 0)}
    assert plan.gross == to_minor(document.base.grand_total)
