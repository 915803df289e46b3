"""What differs between two charts, in words; and who accepted what of a chart that comes as text."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings

from ml_connector.posting.chart import Chart, Gate
from ml_connector.posting.chart_accepted import accepted_by
from ml_connector.posting.chart_diff import differences
from ml_connector.posting.choices.acceptance import Acceptance
from ml_connector.posting.choices.lines import Adjustment
from ml_connector.posting.choices.payments import BankRow, Evidence, PaymentChoices
from ml_connector.posting.choices.pennies import PennyChoices, PennyPolicy
from ml_connector.posting.choices.stock import CodeRule, CodeRuleKind, StockAlias
from ml_connector.posting.choices.wrapping import Wrapping
from ml_connector.posting.tax_table import TaxRow
from tests.specs.chart_examples import charts
from tests.specs.posting_company import CHART, YES

D = Decimal
BEN = Acceptance(by="ben", note="the year's new bank")
CARD = CHART.payments.banks[0]
PREFIX = CodeRule(kind=CodeRuleKind.STRIP_PREFIX, text="UK-")
SUFFIX = CodeRule(kind=CodeRuleKind.STRIP_SUFFIX, text="-NEW")


def banks(*rows: BankRow) -> Chart:
    return replace(CHART, payments=PaymentChoices(banks=rows))


def rules(*rows: CodeRule) -> Chart:
    return replace(CHART, stock=replace(CHART.stock, rules=rows))


def tax(*rows: TaxRow) -> Chart:
    return replace(CHART, tax=replace(CHART.tax, rows=rows))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (CHART, replace(CHART, gate=Gate.COMPLETE), "gate: invoiced → complete"),
        (CHART, replace(CHART, websites=("1", "2")), "websites: 1 → 1, 2"),
        (CHART, banks(replace(CARD, bank="1250")), "bank of payment method card: 1200 → 1250"),
        (
            CHART,
            banks(replace(CARD, invoices=Evidence.ALWAYS)),
            "invoices of payment method card: transaction → always",
        ),
        (
            CHART,
            banks(CARD, BankRow(method="cheque", bank="1200")),
            "payment method cheque is new (method cheque, bank 1200)",
        ),
        (CHART, banks(), "payment method card is taken out (method card, bank 1200)"),
        (CHART, replace(CHART, wrapping=Wrapping(nominal="4000")), "wrapping: not chosen → nominal 4000"),
        (
            CHART,
            replace(CHART, lines=replace(CHART.lines, carriage_nominal="4000")),
            "carriage nominal of lines: 4905 → 4000",
        ),
        (
            CHART,
            replace(CHART, lines=replace(CHART.lines, adjustment=Adjustment(nominal="4009", tax_code=1))),
            "tax code of lines.adjustment: none → 1",
        ),
        (
            tax(TaxRow(percent=D(20), tax_code=1)),
            tax(TaxRow(percent=D("20.00"), tax_code=2, label="UK")),
            "tax code of tax row “20 %, everything”: 1 → 2",
        ),
        (rules(PREFIX, SUFFIX), rules(SUFFIX, PREFIX), "the rules for stock codes go in another order"),
    ],
)
def test_a_difference_is_said_in_words(before: Chart, after: Chart, said: str) -> None:
    assert any(each.startswith(said) for each in differences(before, after)), differences(before, after)


def test_two_rows_of_one_name_are_told_apart() -> None:
    twice = banks(CARD, replace(CARD, bank="1250"))
    assert differences(CHART, twice) == ("payment method card no. 2 is new (method card, bank 1250)",)


def test_who_accepted_a_choice_is_no_difference() -> None:
    assert differences(CHART, banks(replace(CARD, accepted=BEN))) == ()


@settings(max_examples=30, deadline=None)
@given(charts())
def test_no_chart_differs_from_itself_and_any_other_choice_is_a_difference(chart: Chart) -> None:
    assert differences(chart, chart) == ()
    other = replace(chart, gate=next(gate for gate in Gate if gate is not chart.gate))
    assert differences(chart, other) == (f"gate: {chart.gate.value} → {other.gate.value}",)


def test_a_number_that_is_spelt_otherwise_is_no_difference() -> None:
    assert (
        differences(tax(TaxRow(percent=D(20), tax_code=1)), tax(TaxRow(percent=D("20.0"), tax_code=1))) == ()
    )


# Who accepted what


def test_a_choice_that_stood_before_keeps_who_accepted_it() -> None:
    assert accepted_by(CHART, CHART, BEN) == CHART


def test_a_choice_that_is_new_or_changed_is_accepted_by_who_accepts_the_chart() -> None:
    cheque = BankRow(method="cheque", bank="1200")
    chart = accepted_by(banks(replace(CARD, bank="1250"), CARD, cheque), CHART, BEN)
    assert [row.accepted for row in chart.payments.banks] == [BEN, YES, BEN]


def test_a_file_that_names_somebody_else_is_not_believed() -> None:
    forged = BankRow(method="cheque", bank="1200", accepted=YES)
    chart = accepted_by(banks(forged), CHART, BEN)
    assert chart.payments.banks[0].accepted == BEN
    assert accepted_by(banks(replace(CARD, accepted=BEN)), CHART, BEN).payments.banks[0].accepted == BEN


def test_of_the_first_chart_every_choice_is_accepted_by_who_accepts_it() -> None:
    chart = accepted_by(CHART, None, BEN)
    lines = chart.lines
    assert {row.accepted for row in (*chart.tax.rows, *chart.payments.banks)} == {BEN}
    assert lines.adjustment is not None
    assert lines.zero_documents is not None
    assert (lines.adjustment.accepted, lines.zero_documents.accepted) == (BEN, BEN)


def test_what_nobody_has_chosen_is_accepted_by_nobody() -> None:
    assert accepted_by(CHART, None, BEN).pennies == PennyChoices()
    chosen = replace(CHART, pennies=PennyChoices(policy=PennyPolicy.HOLD))
    assert accepted_by(chosen, CHART, BEN).pennies.accepted == BEN


def test_no_choice_is_changed_by_its_acceptance() -> None:
    aliases = (StockAlias(sku="mug", code="MUG-STD"),)
    chart = replace(CHART, stock=replace(CHART.stock, aliases=aliases), wrapping=Wrapping(nominal="4000"))
    assert differences(chart, accepted_by(chart, CHART, BEN)) == ()
