"""A chart is looked at as a whole; a proposal derives what it can and asks for the rest."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from ml_connector.codec import canonical, from_json, loads
from ml_connector.documents.shop import (
    NO_TAX_CLASS,
    CustomerGroup,
    ShopFacts,
    StoreView,
    TaxClass,
    TaxRate,
    TaxRule,
    Website,
)
from ml_connector.posting.chart import Chart, Gate, check
from ml_connector.posting.choices.acceptance import Acceptance
from ml_connector.posting.choices.payments import BankRow, PaymentChoices
from ml_connector.posting.choices.pennies import PennyPolicy
from ml_connector.posting.proposal import accept, propose
from ml_connector.posting.tax_table import Supplied, TaxRow
from tests.specs.posting_company import CATALOGUE, CHART

D = Decimal
FACTS = ShopFacts(
    websites=(Website(id="1", name="UK"), Website(id="3", name="Ireland")),
    store_views=(
        StoreView(id="1", website="1", name="English", base_currency="GBP", time_zone="Europe/London"),
        StoreView(id="5", website="3", name="Irish", base_currency="EUR", time_zone="Europe/Dublin"),
    ),
    groups=(
        CustomerGroup(id="0", name="NOT LOGGED IN", tax_class="30"),
        CustomerGroup(id="1", name="General", tax_class="30"),
        CustomerGroup(id="4", name="Charities", tax_class="31"),
    ),
    product_classes=(
        TaxClass(id="4", name="Standard"),
        TaxClass(id="6", name="Zero"),
        TaxClass(id="7", name="Exempt"),
    ),
    rates=(
        TaxRate(id="3", code="GB-20", country="GB", percent=D(20)),
        TaxRate(id="5", code="GB-0", country="GB", percent=D(0)),
        TaxRate(id="6", code="IE-23", country="IE", percent=D(23)),
        TaxRate(id="9", code="GB-LEVY", country="GB", percent=D("1.75")),
        TaxRate(id="11", code="US-NY", country="US", percent=D("8.375")),
    ),
    rules=(
        TaxRule(customer_classes=("30",), product_classes=("4",), rates=("3", "6", "9")),
        TaxRule(customer_classes=("30",), product_classes=("6",), rates=("5",)),
        TaxRule(customer_classes=("31",), product_classes=("4", "6"), rates=("5",)),
    ),
)
METHODS = {"card": True, "cheque": False}


def accepted(facts: ShopFacts = FACTS) -> Chart:
    return accept(propose(facts, CATALOGUE, METHODS), "demo", "accepted for the demo", Gate.INVOICED)


def zero_rows(chart: Chart) -> dict[tuple[str, str], int]:
    """The rows at home at 0 %: (product class, customer group) → tax code."""
    return {
        (row.product_class, row.customer_group): row.tax_code
        for row in chart.tax.rows
        if not row.percent and row.supply is Supplied.ANY
    }


class TestCheck:
    def test_the_example_chart_may_be_used(self) -> None:
        assert check(CHART, CATALOGUE) == ()

    def test_a_chart_survives_being_written_down(self) -> None:
        assert from_json(Chart, loads(canonical(CHART))) == CHART

    def test_everything_wrong_is_said_at_once(self) -> None:
        wrong = replace(
            CHART,
            websites=(),
            lines=replace(CHART.lines, sales_nominal="1200", carriage_nominal="4999"),
            payments=PaymentChoices(banks=(BankRow(method="card", bank="4000"),)),
            tax=replace(CHART.tax, rows=(*CHART.tax.rows, TaxRow(percent=D(20), tax_code=5))),
        )
        found = [finding.code.value for finding in check(wrong, CATALOGUE)]
        assert found == [
            "chart-invalid",
            "nominal-missing",
            "nominal-missing",
            "bank-not-a-bank",
            "chart-invalid",
            "chart-invalid",
        ]

    def test_a_control_account_takes_no_sale(self) -> None:
        found = check(replace(CHART, lines=replace(CHART.lines, rounding_nominal="1100")), CATALOGUE)
        assert [finding.code.value for finding in found] == ["nominal-missing"]

    def test_another_currency_or_country_is_refused(self) -> None:
        assert check(replace(CHART, currency="EUR"), CATALOGUE)
        assert check(CHART, replace(CATALOGUE, country="IE"))

    def test_two_banks_for_one_method_are_refused(self) -> None:
        twice = PaymentChoices(banks=CHART.payments.banks * 2)
        assert check(replace(CHART, payments=twice), CATALOGUE)

    def test_a_tax_code_that_sage_does_not_have_is_refused(self) -> None:
        bare = replace(CATALOGUE, tax_codes=tuple(code for code in CATALOGUE.tax_codes if code.number != 9))
        assert [finding.code.value for finding in check(CHART, bare)] == ["chart-invalid"]


class TestProposal:
    def test_what_it_proposes_may_be_used(self) -> None:
        assert check(accepted(), CATALOGUE) == ()

    def test_only_websites_in_the_companys_currency_are_covered(self) -> None:
        assert accepted().websites == ("1",)

    def test_every_choice_says_who_accepted_it_and_in_what_words(self) -> None:
        chart = accepted()
        yes = Acceptance(by="demo", note="accepted for the demo")
        lines = chart.lines
        choices = [*chart.tax.rows, *chart.payments.banks, lines.adjustment, lines.zero_documents]
        assert {choice.accepted for choice in choices if choice} == {yes}
        assert chart.gate is Gate.INVOICED

    def test_nothing_that_needs_a_person_is_in_the_chart_before_acceptance(self) -> None:
        chart = propose(FACTS, CATALOGUE, METHODS).chart
        assert (chart.tax.rows, chart.payments.banks) == ((), ())
        assert (chart.lines.adjustment, chart.lines.zero_documents) == (None, None)

    def test_rates_get_the_code_for_sales_of_that_rate_and_never_a_reverse_charge(self) -> None:
        rated = {row.percent: row.tax_code for row in accepted().tax.rows if row.percent}
        assert rated == {D(20): 1, D(5): 5}

    def test_a_code_at_a_rate_of_other_countries_is_not_taken_for_united_kingdom_vat(self) -> None:
        oss = replace(CATALOGUE.tax_codes[1], number=30, description="OSS Ireland", rate=D(23))
        company = replace(CATALOGUE, tax_codes=(*CATALOGUE.tax_codes, oss))
        chart = accept(propose(FACTS, company, METHODS), "demo", "", Gate.INVOICED)
        assert {row.percent for row in chart.tax.rows if row.percent} == {D(20), D(5)}

    def test_a_rate_of_another_country_is_asked_about_by_its_name_in_the_shop(self) -> None:
        asked = {question.about: question.asks for question in propose(FACTS, CATALOGUE, METHODS).questions}
        assert "IE-23 at 23 %" in asked["VAT of IE"]

    def test_what_nobody_has_chosen_stays_as_it_is(self) -> None:
        chart = accepted()
        assert (chart.tax.oss, chart.tax.liabilities, chart.tax.before_discount) == ((), (), None)
        assert chart.pennies.policy is PennyPolicy.KEEP_SHOP_VAT

    def test_foreign_vat_levies_and_other_currencies_are_asked_and_never_accepted(self) -> None:
        unanswered = {
            question.about
            for question in propose(FACTS, CATALOGUE, METHODS).questions
            if question.proposes is None
        }
        assert unanswered == {
            "website Ireland",
            "rate GB-LEVY",
            "VAT of IE",
            "payment method cheque",
            "payment by gift card, store credit, reward points",
            "gift cards that are sold",
            "refunded goods",
        }
        assert accepted().tax.foreign_vat == ("IE",)

    def test_a_zero_rule_means_zero_rated_and_no_rule_exempt(self) -> None:
        rows = zero_rows(accepted())
        assert rows[("6", "")] == 0
        assert rows[("7", "")] == 2
        assert rows[(NO_TAX_CLASS, "")] == 2
        assert accepted().tax.taxable_classes == ("4",)

    def test_a_group_that_is_relieved_altogether_is_zero_rated_but_for_what_is_exempt_anyway(self) -> None:
        rows = zero_rows(accepted())
        assert rows[("", "4")] == 0
        assert rows[("7", "4")] == 2
        assert rows[(NO_TAX_CLASS, "4")] == 2

    def test_a_group_that_is_relieved_in_part_is_named_class_by_class(self) -> None:
        classes = (*FACTS.product_classes, TaxClass(id="8", name="Luxury"))
        rules = (*FACTS.rules, TaxRule(customer_classes=("30", "31"), product_classes=("8",), rates=("3",)))
        rows = zero_rows(accepted(replace(FACTS, product_classes=classes, rules=rules)))
        assert ("", "4") not in rows
        assert rows[("4", "4")] == 0
        assert ("8", "4") not in rows

    def test_without_groups_to_read_the_rules_say_whom_they_tax(self) -> None:
        chart = accepted(replace(FACTS, groups=()))
        assert zero_rows(chart) == {("6", ""): 0, ("7", ""): 2, (NO_TAX_CLASS, ""): 2}

    def test_without_rules_to_read_no_class_is_called_exempt(self) -> None:
        assert zero_rows(accepted(replace(FACTS, rules=()))) == {}

    def test_money_goes_to_a_bank_only_where_it_is_captured(self) -> None:
        assert [(row.method, row.bank) for row in accepted().payments.banks] == [("card", "1200")]

    def test_a_bank_that_bears_the_methods_name_is_preferred(self) -> None:
        paypal = replace(CATALOGUE.nominals[1], code="1251", name="PayPal Clearing")
        catalogue = replace(CATALOGUE, nominals=(*CATALOGUE.nominals, paypal))
        proposal = propose(FACTS, catalogue, {"paypal_express": True})
        assert accept(proposal, "ann", "", "complete").payments.bank_of("paypal_express") == "1251"

    def test_nominals_are_read_from_the_company_and_fall_back_on_its_sales(self) -> None:
        lines = accepted().lines
        assert (lines.sales_nominal, lines.carriage_nominal, lines.rounding_nominal) == (
            "4000",
            "4905",
            "8250",
        )
        bare = replace(CATALOGUE, nominals=tuple(n for n in CATALOGUE.nominals if n.code in ("1200", "4000")))
        poor = propose(FACTS, bare, METHODS).chart.lines
        assert (poor.carriage_nominal, poor.rounding_nominal) == ("4000", "4000")

    def test_a_gate_that_does_not_exist_is_refused(self) -> None:
        with pytest.raises(ValueError, match="someday"):
            accept(propose(FACTS, CATALOGUE, METHODS), "ann", "", "someday")
