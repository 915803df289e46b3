"""The recorded shop's Irish VAT and its levies, once somebody has said in the chart what becomes of them.

In this company Irish VAT at 23 % has a Sage tax code kept for one-stop-shop sales, Irish VAT at 13.5 % and
the two levies are owed on a liability nominal, and a row says what untaxed lines to Ireland are.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest

from ml_connector.documents.money import ZERO, to_minor
from ml_connector.posting.chart import Chart, Gate, check
from ml_connector.posting.choices.foreign_tax import Liability, OssRate
from ml_connector.posting.choices.pennies import PennyPolicy
from ml_connector.posting.company import Catalogue, Nominal, TaxCode
from ml_connector.posting.plan import Planned, PostDocument
from ml_connector.posting.rules.line_tax import RULE
from ml_connector.posting.rules.pennies import RULE as VAT_ROUNDING
from ml_connector.posting.tax_table import TaxRow
from tests.recorded.posted_shop import Posted, PostedShop

pytestmark = pytest.mark.slow
OWED = "2230"
LIABILITIES = ("IE-VAT-13.5", "GB-Green-Levy-1.75", "GB-Compound-0.5")
ORDERS = {
    *("000000009", "000000026", "3000000002", "3000000005", "3000000014", "4000000011", "4000000018"),
}
"""Held by `foreign-vat` or `not-vat` as long as the chart is silent."""


def with_other_taxes(chart: Chart, catalogue: Catalogue) -> tuple[Chart, Catalogue]:
    tax = replace(
        chart.tax,
        rows=(*chart.tax.rows, TaxRow(percent=ZERO, tax_code=0, countries=("IE",))),
        oss=(OssRate(rate="IE-VAT-23", percent=Decimal(23), tax_code=30),),
        liabilities=tuple(Liability(rate=rate, nominal=OWED) for rate in LIABILITIES),
    )
    oss = TaxCode(number=30, description="OSS Ireland", rate=Decimal(23))
    company = replace(
        catalogue,
        tax_codes=(*catalogue.tax_codes, oss),
        nominals=(*catalogue.nominals, Nominal(code=OWED, name="Taxes owed elsewhere")),
    )
    chosen = replace(chart, tax=tax)
    assert check(chosen, company) == ()
    return chosen, company


def by_sage(chart: Chart, catalogue: Catalogue) -> tuple[Chart, Catalogue]:
    pennies = replace(chart.pennies, policy=PennyPolicy.SAGE_COMPUTES)
    return replace(chart, pennies=pennies), catalogue


@cache
def posted_shop() -> tuple[Posted, ...]:
    return PostedShop(gate=Gate.INVOICED, chosen=with_other_taxes).decide_all()


def document_of(posted: Posted) -> PostDocument:
    assert isinstance(posted.decision, Planned), posted.decision
    assert posted.decision.plan.document is not None
    return posted.decision.plan.document


def documents(order: str) -> tuple[PostDocument, ...]:
    return tuple(document_of(posted) for posted in posted_shop() if posted.document.order.number == order)


def test_all_of_them_come_to_the_shops_totals() -> None:
    found = [posted for posted in posted_shop() if posted.document.order.number in ORDERS]
    assert {posted.document.order.number for posted in found} == ORDERS
    for posted in found:
        document = document_of(posted)
        assert document.net + document.tax == to_minor(posted.seen.base_total)


def test_united_kingdom_vat_bears_none_of_it() -> None:
    for order in ORDERS:
        for document in documents(order):
            for line in document.lines:
                assert line.tax == 0 or line.tax_code in (1, 30)


def test_a_levy_beside_vat_stands_as_the_shop_states_it() -> None:
    """37.26 on 166.66: 33.3333 of VAT, 2.9167 and 1.01 of levies."""
    (document,) = documents("000000009")
    (levied,) = (line for line in document.lines if line.stock_code == "LEVY-STD")
    aside = [(line.description, line.net, line.nominal) for line in document.lines if line.rule == RULE]
    assert (levied.net, levied.tax, levied.tax_code) == (16666, 3333, 1)
    assert aside == [
        ("GB-Green-Levy-1.75 on LEVY-STD", 292, OWED),
        ("GB-Compound-0.5 on LEVY-STD", 101, OWED),
    ]


def test_several_rates_of_another_country_each_go_their_way() -> None:
    (document,) = documents("3000000002")
    found = {line.stock_code: (line.tax_code, line.tax) for line in document.lines if line.rule != RULE}
    assert found == {"MUG-STD": (30, 230), "FUEL-RED": (0, 0), "BOOK-ZERO": (0, 0)}
    assert [(line.net, line.nominal) for line in document.lines if line.rule == RULE] == [(506, OWED)]
    assert document.carriage is not None
    assert (document.carriage.tax_code, document.carriage.tax) == (30, 114)


def test_by_sages_own_vat_the_shop_comes_to_the_same_totals() -> None:
    """Nothing of the recorded shop differs by more than the limit, and some of it by pennies."""
    kept = {posted.seen: posted for posted in PostedShop(gate=Gate.INVOICED).decide_all()}
    computed = PostedShop(gate=Gate.INVOICED, chosen=by_sage).decide_all()
    moved = 0
    for posted in computed:
        before = kept[posted.seen]
        assert type(posted.decision) is type(before.decision)
        if isinstance(posted.decision, Planned):
            document = document_of(posted)
            assert document.net + document.tax == to_minor(posted.seen.base_total)
            moved += any(line.rule == VAT_ROUNDING for line in document.lines)
    assert moved
