"""Whatever the penny policy, a document comes to the shop's total and no tax code is made to fit."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ml_connector.documents.identity import Kind
from ml_connector.documents.money import from_minor, to_minor
from ml_connector.documents.sales import CarriageAmounts, SalesDocument, SalesLine
from ml_connector.posting.chart import Chart
from ml_connector.posting.choices.pennies import PennyChoices, PennyPolicy
from ml_connector.posting.decide import Sibling, decide
from ml_connector.posting.plan import PostDocument
from ml_connector.posting.policies import PolicyOutcome, compare_policies
from ml_connector.posting.rules.pennies import RULE
from ml_connector.posting.tax_check import vat_due
from tests.specs.posting_company import CHART
from tests.specs.posting_examples import (
    CARRIAGE,
    SOLD_AT,
    book,
    codes,
    memo,
    planned,
    row,
    sale,
    situation,
)

D = Decimal
LEFT_OUT = Sibling(kind=Kind.INVOICE, entity_id=7, number="7", state="skipped", created_at=SOLD_AT)


def by(policy: PennyPolicy, *, limit: str = "0.05", nominal: str = "") -> Chart:
    return replace(CHART, pennies=PennyChoices(policy=policy, limit=D(limit), nominal=nominal))


def posted(document: SalesDocument, chart: Chart) -> PostDocument:
    plan = planned(decide(document, situation(chart=chart, siblings=(LEFT_OUT,))))
    assert plan.document is not None
    assert plan.gross == to_minor(document.base.grand_total)
    return plan.document


@st.composite
def lines(draw: st.DrawFn) -> SalesLine:
    """A row at 20 % whose VAT is up to five pennies from its rate."""
    net = draw(st.integers(1, 100_000))
    tax = max(0, vat_due(net, D(20)) + draw(st.integers(-5, 5)))
    number = draw(st.integers(1, 99))
    return row(str(from_minor(net)), str(from_minor(tax)), quantity="1", item_id=number)


@given(st.lists(lines(), min_size=1, max_size=5), st.sampled_from(Kind))
def test_by_sage_each_line_bears_its_rate_and_the_total_stays(rows: list[SalesLine], kind: Kind) -> None:
    invoice = sale(*rows)
    document = memo(*rows, of=invoice) if kind is Kind.CREDIT_MEMO else invoice
    made = posted(document, by(PennyPolicy.SAGE_COMPUTES, limit="1.00"))
    kept = posted(document, by(PennyPolicy.KEEP_SHOP_VAT))
    for line in made.lines:
        assert line.tax == vat_due(line.net, line.tax_rate)
    for line, shop in zip(made.lines, kept.lines, strict=False):
        assert (line.net, line.tax_code) == (shop.net, shop.tax_code)
    assert sum(line.rule == RULE for line in made.lines) <= 1


class TestPolicies:
    ODD = sale(row("29.97", "6.01"), carriage=replace(CARRIAGE, tax=D("0.98")))

    def test_the_shops_vat_stands_unless_the_chart_says_otherwise(self) -> None:
        assert CHART.pennies.policy is PennyPolicy.KEEP_SHOP_VAT
        made = posted(self.ODD, CHART)
        assert made.carriage is not None
        assert (made.lines[0].tax, made.carriage.tax) == (601, 98)

    def test_carriage_is_reckoned_like_a_line(self) -> None:
        made = posted(self.ODD, by(PennyPolicy.SAGE_COMPUTES))
        assert made.carriage is not None
        assert (made.lines[0].tax, made.carriage.tax) == (599, 99)
        assert [(line.net, line.negative, line.nominal) for line in made.lines if line.rule == RULE] == [
            (1, False, CHART.lines.rounding_nominal)
        ]

    def test_the_nominal_that_the_chart_names_is_taken(self) -> None:
        made = posted(self.ODD, by(PennyPolicy.SAGE_COMPUTES, nominal="4009"))
        assert made.lines[-1].nominal == "4009"

    def test_untaxed_lines_are_never_touched(self) -> None:
        mixed = sale(row("29.97", "5.98"), book())
        made = posted(mixed, by(PennyPolicy.SAGE_COMPUTES))
        assert [(line.tax_code, line.tax) for line in made.lines] == [(1, 599), (0, 0), (9, 0)]

    def test_a_hold_names_each_line_with_both_amounts(self) -> None:
        decision = decide(self.ODD, situation(chart=by(PennyPolicy.HOLD)))
        assert codes(decision) == ["pennies-differ"]
        assert "MUG-STD Stoneware Mug: 6.01, by T1 5.99; Carriage: 0.98, by T1 0.99" in str(decision)

    def test_what_is_held_for_another_reason_says_that_reason_alone(self) -> None:
        wrong = sale(row("29.97", "9.00"))
        assert codes(decide(wrong, situation(chart=by(PennyPolicy.HOLD)))) == ["vat-rate-mismatch"]


class TestComparison:
    def compared(self, document: SalesDocument) -> dict[PennyPolicy, PolicyOutcome]:
        return {each.policy: each for each in compare_policies(document, situation())}

    def test_each_policy_says_what_it_changes_and_by_how_much(self) -> None:
        found = self.compared(sale(row("29.97", "6.01"), row("9.99", "2.00", quantity="1", item_id=2)))
        keep, sage, hold = (found[policy] for policy in PennyPolicy)
        assert (keep.changes, keep.vat, keep.rounding) == (False, 801, 0)
        assert (sage.changes, sage.lines, sage.vat, sage.rounding) == (True, 1, 799, 2)
        assert [finding.code for finding in hold.findings] == ["pennies-differ"]

    def test_where_shop_and_sage_agree_no_policy_changes_anything(self) -> None:
        found = self.compared(sale(row(), carriage=CARRIAGE))
        assert not any(each.changes for each in found.values())
        assert {each.vat for each in found.values()} == {698}

    def test_the_amount_is_told_even_where_the_limit_holds_it(self) -> None:
        sage = self.compared(sale(row("29.97", "6.04"), row("29.97", "6.04", item_id=2)))[
            PennyPolicy.SAGE_COMPUTES
        ]
        assert [finding.code for finding in sage.findings] == ["pennies-beyond-limit"]
        assert sage.rounding == 10

    def test_a_document_that_is_held_anyway_is_held_by_each(self) -> None:
        free = CarriageAmounts(full=D("4.95"))
        found = self.compared(sale(row(), carriage=free, carriage_rates=()))
        assert {tuple(finding.code for finding in each.findings) for each in found.values()} == {
            ("vat-missing",)
        }
