"""The sampled orders: a document of each trait of the shop, planned, and 2.4.8's as their 2.4.7 twins."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ml_connector.documents.identity import Kind
from ml_connector.documents.money import to_minor
from ml_connector.posting.plan import Planned, Skipped, Waiting
from tests.recorded.sampled_shop import SAMPLES, Sample, Sampled, decide_sample
from tests.recorded.test_must_hold import chart_of, must_hold

TWINS = sorted(name for name in SAMPLES if name.startswith("lab248rt__"))
NOT_MONEY = {
    "invoice_canceled/invoice1": (Skipped, "document-cancelled"),
    "invoice_open_unpaid/invoice1": (Waiting, "not-captured"),
}
CHART = chart_of("samples")


def older(name: str) -> Sample:
    """The same case as 2.4.7 sent it, with its documents."""
    return SAMPLES[name.replace("lab248rt__", "lab247__")]


def decided() -> list[Sampled]:
    return [each for sample in SAMPLES.values() for each in decide_sample(sample, CHART)]


def test_all_the_samples_are_there() -> None:
    names = [each.name for each in decided()]
    assert (len(SAMPLES), len(TWINS), len(names), len(set(names))) == (50, 4, 57, 57)


def test_each_document_is_planned_to_its_total_held_by_the_list_or_no_money_yet() -> None:
    for each in decided():
        if each.name in NOT_MONEY:
            kind, code = NOT_MONEY[each.name]
            assert isinstance(each.decision, kind)
            assert each.decision.code == code
        elif each.name not in must_hold("The samples"):
            assert isinstance(each.decision, Planned), (each.name, each.decision)
            plan = each.decision.plan
            assert plan.gross == to_minor(each.total), each.name
            assert plan.ledger is not None
            assert sum(split.gross for split in plan.ledger.splits) == plan.gross


@pytest.mark.parametrize("name", TWINS)
def test_an_order_of_248_plans_as_its_247_twin(name: str) -> None:
    twin = older(name)
    assert SAMPLES[name].order["items"] != twin.order["items"]
    as_248 = decide_sample(twin, CHART, SAMPLES[name].order)
    assert [each.decision for each in as_248] == [each.decision for each in decide_sample(twin, CHART)]
    assert all(isinstance(each.decision, Planned) for each in as_248)
    assert as_248


def test_part_invoices_and_refunds_come_to_what_was_sold_less_what_was_given_back() -> None:
    """`order.total_invoiced` and `order.total_refunded` are the shop's own sums."""
    for name, sample in SAMPLES.items():
        made = decide_sample(sample, CHART)
        if not made or not all(isinstance(each.decision, Planned) for each in made):
            continue
        for kind, field in ((Kind.INVOICE, "base_total_invoiced"), (Kind.CREDIT_MEMO, "base_total_refunded")):
            planned = [each.decision.plan for each in made if isinstance(each.decision, Planned)]
            total = sum(plan.gross for plan in planned if plan.kind is kind)
            stated = to_minor(Decimal(str(sample.order.get(field) or 0)))
            memos = sum(1 for plan in planned if plan.kind is kind)
            assert abs(total - stated) <= memos, (name, kind)
