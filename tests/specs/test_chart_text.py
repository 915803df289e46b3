"""A chart's file reads back to the same chart; everything wrong in it is said at once, with its place."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml_connector.cloud.chart_toml import chart_toml, row_toml
from ml_connector.codec import canonical, loads
from ml_connector.posting.chart import Chart
from ml_connector.posting.chart_fields import walk
from ml_connector.posting.chart_text import ChartRead, chart_from_toml, chart_from_values
from ml_connector.posting.chart_words import WORDS
from ml_connector.posting.company import TaxCode
from ml_connector.posting.tax_rows import ProposedRow
from ml_connector.posting.tax_table import TaxRow
from tests.specs.chart_examples import charts
from tests.specs.posting_company import CHART

D = Decimal
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals()
    | st.floats()
    | st.text(max_size=5)
    | st.dates(),
    lambda part: st.lists(part, max_size=2) | st.dictionaries(st.text(max_size=5), part, max_size=2),
    max_leaves=4,
)
TEXT = chart_toml(CHART)


def whats(read: ChartRead) -> list[str]:
    assert read.chart is None
    return [finding.what for finding in read.findings]


def wrong(old: str, new: str) -> list[str]:
    """What is said when this stands in the example's file instead."""
    assert old in TEXT
    return whats(chart_from_toml(TEXT.replace(old, new)))


# There and back


@settings(max_examples=40, deadline=None)
@given(charts())
def test_every_chart_is_the_same_chart_when_its_file_is_read(chart: Chart) -> None:
    read = chart_from_toml(chart_toml(chart, ["A head."]))
    assert read.findings == ()
    assert read.chart is not None
    assert canonical(read.chart) == canonical(chart)


@settings(max_examples=20, deadline=None)
@given(charts())
def test_every_chart_is_the_same_chart_when_its_json_is_read(chart: Chart) -> None:
    read = chart_from_values(loads(canonical(chart)))
    assert read.chart == chart


def test_numbers_keep_every_digit() -> None:
    """Through a float 0.1 + 17.50 would come out otherwise, and the long one rounded."""
    long = D("12345678901234567890.1234")
    for number in (D("17.50"), D("0.05"), D("20"), long):
        chart = replace(CHART, pennies=replace(CHART.pennies, limit=number))
        read = chart_from_toml(chart_toml(chart)).chart
        assert read is not None
        assert str(read.pennies.limit) == str(number)


@pytest.mark.parametrize("spelt", ["17.5", '"17.5"', "1.75e1"])
def test_a_number_may_stand_as_a_number_or_as_text(spelt: str) -> None:
    read = chart_from_toml(TEXT.replace("percent = 20", f"percent = {spelt}")).chart
    assert read is not None
    assert str(read.tax.rows[0].percent) == "17.5"


def test_a_table_without_rows_need_not_be_there() -> None:
    bare = replace(CHART, payments=replace(CHART.payments, banks=()))
    assert "[[payments.banks]]\n" not in chart_toml(bare)
    assert chart_from_toml(chart_toml(bare)).chart == bare


# What a person sees in it


def test_every_field_has_its_question_and_no_question_is_left_over() -> None:
    assert set(WORDS) == {path for path, _ in walk()}


def test_what_nobody_has_chosen_stands_there_as_a_question() -> None:
    assert f"# No [wrapping]. {WORDS['wrapping']}" in TEXT
    assert "# No [[tax.oss]]. Which of the shop's rates" in TEXT


def test_each_value_stands_under_its_question() -> None:
    assert f'# {WORDS["lines.carriage_nominal"]}\ncarriage_nominal = "4905"' in TEXT


def test_a_missing_row_is_shown_as_it_would_stand_in_the_file() -> None:
    codes = (
        TaxCode(number=0, description="Zero rated", rate=D(0)),
        TaxCode(number=2, description="Exempt", rate=D(0)),
    )
    proposed = ProposedRow(row=TaxRow(percent=D(0), tax_code=0, product_class="9"), codes=codes)
    shown = row_toml(proposed)
    assert shown == (
        '[[tax.rows]]\npercent = 0\ntax_code = 0 # 0 (Zero rated) or 2 (Exempt)\nproduct_class = "9"'
    )
    read = chart_from_toml(f"{TEXT}\n{shown}\n").chart
    assert read is not None
    assert read.tax.rows[-1] == proposed.row


@given(st.text(max_size=40))
def test_a_name_in_a_remark_cannot_end_it(name: str) -> None:
    """A website's or a tax code's name may hold a line end, and behind it what looks like a choice."""
    text = chart_toml(CHART, [f"Website {name}\ngate = 'complete'"])
    assert chart_from_toml(text).chart == CHART
    code = TaxCode(number=0, description=f"{name}\n[tax", rate=D(0))
    row = ProposedRow(row=TaxRow(percent=D(0), tax_code=0, product_class="9"), codes=(code,))
    assert chart_from_toml(f"{TEXT}\n{row_toml(row)}\n").chart is not None


# What is wrong with it


def test_everything_wrong_is_said_at_once_each_with_its_place() -> None:
    text = (
        TEXT.replace('gate = "invoiced"', 'gate = "invoced"\nfoo = 1')
        .replace("bank = ", "bnk = ")
        .replace("percent = 5", "percent = true")
        .replace('currency = "GBP"', "")
        .replace('carriage_as = "header"', "carriage_as = []")
    )
    assert whats(chart_from_toml(text)) == [
        "`foo` is nothing that a chart has.",
        "`gate` is “invoced”, which is none of its words.",
        "`currency` is missing.",
        "`percent` in [[tax.rows]] no. 2 is “true”.",
        "`carriage_as` in [lines] is a list, which is none of its words.",
        "`bnk` in [[payments.banks]] no. 1 is nothing that a chart has.",
        "`bank` in [[payments.banks]] no. 1 is missing.",
    ]


def test_a_slip_in_a_name_or_a_word_is_answered_with_what_was_meant() -> None:
    read = chart_from_toml(TEXT.replace("bank = ", "bnk = ").replace('"invoiced"', '"invoced"'))
    fixes = " ".join(finding.fix for finding in read.findings)
    assert "(did you mean bank?)" in fixes
    assert "Write one of complete, invoiced (did you mean invoiced?)." in fixes


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("outside_vat = 9", "outside_vat = true", "`outside_vat` in [tax] is “true”."),
        ("outside_vat = 9", "outside_vat = 9.0", "`outside_vat` in [tax] is “9.0”."),
        ("outside_vat = 9", 'outside_vat = "T9"', "`outside_vat` in [tax] is “T9”."),
        ('websites = ["1"]', "websites = [1]", "`websites` is “1”."),
        ('websites = ["1"]', 'websites = "1"', "`websites` is “1”."),
        ('prefix = ""', "prefix = 1", "`prefix` in [customers.mask] is “1”."),
        ("limit = 0.05", "limit = nan", "`limit` in [pennies] is “NaN”."),
        ("limit = 0.05", "limit = inf", "`limit` in [pennies] is “Infinity”."),
        ("limit = 0.05", 'limit = "a penny"', "`limit` in [pennies] is “a penny”."),
        ("limit = 0.05", "limit = 2026-04-06", "`limit` in [pennies] is “2026-04-06”."),
        ("plus_addresses = false", 'plus_addresses = "no"', "`plus_addresses` in [customers] is “no”."),
        (
            'accepted = {by = "ann", note = "in a test"}',
            "accepted = 1",
            "`accepted` in [[tax.rows]] no. 1 is “1”.",
        ),
    ],
)
def test_a_value_of_another_kind_is_named_with_its_place(old: str, new: str, what: str) -> None:
    assert wrong(old, new)[0] == what


def test_a_section_that_is_left_out_misses_what_it_has_to_say() -> None:
    start, end = TEXT.index("[lines]"), TEXT.index("[payments]")
    assert whats(chart_from_toml(TEXT[:start] + TEXT[end:])) == [
        f"`{name}` in [lines] is missing."
        for name in ("sales_nominal", "carriage_nominal", "levy_nominal", "rounding_nominal", "carriage_as")
    ]


def test_a_section_that_is_no_section_is_named() -> None:
    start, end = TEXT.index("[tender]"), TEXT.index("[extras]")
    text = f"tender = 1\n{TEXT[:start]}{TEXT[end:]}"
    assert whats(chart_from_toml(text)) == ["`tender` is “1”."]


@pytest.mark.parametrize("text", ["gate = ", "[tax", 'gate = "a"\ngate = "b"'])
def test_what_is_no_toml_is_said_with_its_line(text: str) -> None:
    (what,) = whats(chart_from_toml(text))
    assert what.startswith("The file is no TOML: ")
    assert "line" in what or "end of document" in what


def test_a_file_that_is_nested_beyond_reason_is_refused() -> None:
    (what,) = whats(chart_from_toml("a = " + "[" * 100_000))
    assert "nested too deeply" in what


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([path for path, _ in walk()]), ANYTHING)
def test_whatever_stands_in_a_field_is_read_or_said_and_never_an_error(path: str, value: object) -> None:
    values = cast(dict[str, object], loads(canonical(CHART)))
    *inside, name = path.split(".")
    table = values
    for step in inside:
        found = table.setdefault(step, {})
        table = cast(dict[str, object], found[0] if isinstance(found, list) and found else found or {})
    table[name] = value
    read = chart_from_values(values)
    assert (read.chart is None) == bool(read.findings)


def test_nothing_at_all_is_no_chart() -> None:
    assert "`gate` is missing." in whats(chart_from_toml(""))
    assert whats(chart_from_values([])) == ["the chart is a list."]
