"""What the tax rules decide stands in Sage as decided: the real driver over the pretend engine proves it.

The engine computes the VAT of a line whose TAX_FLAG is not set, so a line that keeps the shop's VAT, or bears
none beside a tax that is owed elsewhere, could not be read back equal without it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from ml_connector.documents.sales import AppliedRate, CarriageAmounts, SalesDocument
from ml_connector.posting.chart import Chart
from ml_connector.posting.choices.foreign_tax import Liability
from ml_connector.posting.choices.pennies import PennyChoices, PennyPolicy
from ml_connector.posting.choices.tax import TaxedBeforeDiscount
from ml_connector.posting.company import StockItem
from ml_connector.posting.decide import decide
from ml_connector.posting.plan import Plan
from ml_connector.sage.conformance.bench import ACCOUNT, CARRIAGE, DISCOUNTS, PRODUCTS, SALES
from ml_connector.sage.conformance.steps import make_some
from ml_connector.sage.uk.sandbox.switches import Switches
from tests.conformance.uk_bench import UkBench, make_template
from tests.specs.posting_company import CATALOGUE, CHART, EMAIL
from tests.specs.posting_examples import GB_20, planned, row, sale, situation

D = Decimal
MUG = StockItem(code=PRODUCTS[0], description="Mug", nominal=SALES, tax_code=1)
COMPANY = replace(CATALOGUE, stock=(MUG,))
LEVY = AppliedRate(code="Levy", percent=D("1.75"), country="GB", base=D("1.75"))
BOUGHT = row("29.97", "6.01", sku=PRODUCTS[0], rates=(GB_20,))
CHARGE = CarriageAmounts(full=D("4.95"), tax=D("0.98"))


def plan_of(document: SalesDocument, chart: Chart) -> Plan:
    accounts = {f"{EMAIL}|GBP": ACCOUNT}
    lines = replace(chart.lines, sales_nominal=SALES, carriage_nominal=CARRIAGE, rounding_nominal=DISCOUNTS)
    bent = replace(chart, lines=lines)
    return planned(decide(document, situation(chart=bent, catalogue=COMPANY, accounts=accounts)))


def kept() -> Plan:
    return plan_of(sale(BOUGHT, carriage=CHARGE), CHART)


def computed() -> Plan:
    pennies = PennyChoices(policy=PennyPolicy.SAGE_COMPUTES, nominal=DISCOUNTS)
    return plan_of(sale(BOUGHT, carriage=CHARGE), replace(CHART, pennies=pennies))


def set_aside() -> Plan:
    levied = row(
        "100.00",
        "21.75",
        sku=PRODUCTS[0],
        quantity="1",
        percent="21.75",
        rates=(replace(GB_20, base=D(20)), LEVY),
    )
    owed = (Liability(rate="Levy", nominal=DISCOUNTS),)
    return plan_of(sale(levied), replace(CHART, tax=replace(CHART.tax, liabilities=owed)))


def before_discount() -> Plan:
    line = row("99.99", "20.00", sku=PRODUCTS[0], discount="10.00")
    tax = replace(CHART.tax, before_discount=TaxedBeforeDiscount())
    return plan_of(sale(line), replace(CHART, tax=tax))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.mark.parametrize(
    "switches", [Switches(), Switches(line_net="recomputed")], ids=["net as given", "net recomputed"]
)
@pytest.mark.parametrize("made", [kept, computed, set_aside, before_discount], ids=lambda each: each.__name__)
def test_it_stands_in_the_ledger_as_it_was_decided(
    made: Callable[[], Plan], switches: Switches, template: Path, tmp_path: Path
) -> None:
    plan = made()
    bench = UkBench(template, tmp_path, switches)
    make_some(bench, plan)
    with bench.door.open(bench.index) as books:
        (entry,) = (each for each in books.ledger() if each.type == "SI")
    assert sum(split.net + split.tax for split in entry.splits) == plan.gross
