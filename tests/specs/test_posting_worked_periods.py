"""The worked tables of docs/rules/periods.md: on which day a document stands, and when it is closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_connector.adobe.reader import read_bundle
from ml_connector.documents.identity import Kind
from ml_connector.documents.sales import SalesDocument
from ml_connector.posting.chart import Chart
from ml_connector.posting.choices.periods import ClosedPeriod, PeriodChoices
from ml_connector.posting.company import Catalogue
from ml_connector.posting.decide import decide
from ml_connector.posting.plan import Allocation, Held, Plan, Receipt, RefundPayment
from ml_connector.posting.rules.periods import closed_period, posted_on
from tests.specs.posting_company import CATALOGUE, CHART
from tests.specs.posting_examples import ADDRESS, memo, planned, row, sale, situation
from tests.specs.shop_payloads import FACTS, bundle
from tests.specs.shop_payloads import document as payload
from tests.specs.test_posting_beside import DONE
from tests.specs.worked_tables import Row, cases, held

SHOPS_DAY = date(2026, 4, 6)
NEXT_OPEN = PeriodChoices(closed=ClosedPeriod.NEXT_OPEN_DATE, not_before=date(2026, 5, 1))
NOTE = "Dated 06/04/2026 in the shop, a closed period here"
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))


def day(cell: str) -> date | None:
    return datetime.strptime(cell, "%d/%m/%Y").replace(tzinfo=UTC).date() if cell else None


def with_periods(periods: PeriodChoices) -> Chart:
    return replace(CHART, periods=periods)


def paid(document: SalesDocument) -> SalesDocument:
    """With a capture that covers it."""
    return replace(document, order=replace(document.order, captures=("txn-1",)), transaction="txn-1")


def notes_of(plan: Plan) -> tuple[str, ...]:
    assert plan.document is not None
    return plan.document.notes


@cases("periods.md", "Made, UTC", "Time zone of the store view", "Stands on")
def test_the_day_of_a_document(case: Row) -> None:
    made = datetime.strptime(case["Made, UTC"], "%d/%m/%Y %H:%M").replace(tzinfo=UTC)
    view = replace(FACTS.store_views[-1], id="1", time_zone=case["Time zone of the store view"])
    body = payload(created_at=f"{made:%Y-%m-%d %H:%M:%S}")
    read = read_bundle(bundle(body, kind=Kind.INVOICE), replace(FACTS, store_views=(view,)))
    assert f"{read.date:%d/%m/%Y}" == case["Stands on"]


@cases("periods.md", "Document of", "Locked up to", "No posting before", "Closed period", "Outcome")
def test_closed_periods(case: Row) -> None:
    made_on = day(case["Document of"])
    assert made_on is not None
    catalogue = replace(CATALOGUE, lock_date=day(case["Locked up to"]))
    chosen = PeriodChoices(
        closed=ClosedPeriod(case["Closed period"]), not_before=day(case["No posting before"])
    )
    document = replace(sale(row()), date=made_on)
    decision = decide(document, situation(catalogue=catalogue, chart=with_periods(chosen)))
    if isinstance(decision, Held):
        found = held(decision)
    else:
        plan = planned(decision)
        noted = any(f"Dated {made_on:%d/%m/%Y} in the shop" in note for note in notes_of(plan))
        found = f"{plan.date:%d/%m/%Y}{', noted' if noted else ''}"
    assert found == case["Outcome"]


def test_everything_that_is_written_for_a_moved_document_carries_its_day_in_sage() -> None:
    """The shop's day is in the first three notes, which are all that Sage has room for, however many there
    are, and before the details of the money."""
    document = replace(paid(sale(row())), bill_to=replace(ADDRESS, street=("1",) * 7))
    plan = planned(decide(document, situation(chart=with_periods(NEXT_OPEN))))
    money = [effect for effect in plan.effects if isinstance(effect, Receipt | Allocation)]
    assert money
    assert {plan.date, *(effect.date for effect in money)} == {date(2026, 5, 1)}
    assert NOTE in notes_of(plan)[:3]
    receipts = [effect for effect in money if isinstance(effect, Receipt)]
    assert [each.details.partition(" ")[0] for each in receipts] == ["06/04/2026"]


def test_a_refund_of_a_closed_period_is_dated_as_its_credit_note() -> None:
    sold = paid(sale(row()))
    refund = replace(memo(row(), of=sold), transaction="txn-1-refund")
    plan = planned(decide(refund, situation(chart=with_periods(NEXT_OPEN), siblings=(DONE,))))
    payments = [effect for effect in plan.effects if isinstance(effect, RefundPayment)]
    assert [(each.date, each.details.partition(" ")[0]) for each in payments] == [
        (date(2026, 5, 1), "06/04/2026")
    ]


def test_a_document_of_an_open_period_is_not_touched_by_the_choice() -> None:
    plain = planned(decide(paid(sale(row())), situation()))
    chosen = PeriodChoices(closed=ClosedPeriod.NEXT_OPEN_DATE, not_before=SHOPS_DAY)
    assert planned(decide(paid(sale(row())), situation(chart=with_periods(chosen)))) == plain


@pytest.mark.parametrize("choice", ClosedPeriod)
@given(made_on=DAYS, locked=st.none() | DAYS, guard=st.none() | DAYS)
def test_nothing_is_ever_dated_in_a_closed_period_nor_later_than_it_must(
    choice: ClosedPeriod, made_on: date, locked: date | None, guard: date | None
) -> None:
    periods = PeriodChoices(closed=choice, not_before=guard)
    catalogue: Catalogue = replace(CATALOGUE, lock_date=locked)
    on = posted_on(made_on, periods, catalogue)
    if choice is ClosedPeriod.HOLD:
        assert on == made_on
        return
    assert on >= made_on
    assert closed_period(on, periods, catalogue) is None
    if on > made_on:
        assert closed_period(on - timedelta(days=1), periods, catalogue) is not None
