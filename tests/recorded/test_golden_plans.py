"""Every document of the recorded shop is decided, and chosen ones are what a bookkeeper read and kept.

If a golden plan differs and is meant to: `python -m tools.golden_plans`, and read what changed.
"""

from __future__ import annotations

from collections import Counter

import pytest

from ml_connector.documents.identity import Kind
from ml_connector.documents.money import to_minor
from ml_connector.posting.chart import Gate
from ml_connector.posting.plan import Allocation, EnsureCustomer, Held, Planned, Receipt
from ml_connector.posting.plan import RefundPayment as Refund
from tests.recorded.golden import FOLDER, ORDERS, golden_plans
from tests.recorded.posted_shop import MISSING_SKU, Posted, PostedShop

HELD = {
    "000000001": "vat-missing",
    "000000009": "not-vat",
    "000000022": "stock-code-missing",
    "000000026": "foreign-vat",
    "3000000002": "foreign-vat",
    "3000000005": "foreign-vat",
    "3000000014": "foreign-vat",
    "4000000011": "not-vat",
    "4000000018": "foreign-vat",
    "5000000001": "other-base-currency",
    "5000000002": "other-base-currency",
    "5000000003": "other-base-currency",
    "5000000004": "other-base-currency",
    "5000000005": "other-base-currency",
    "5000000006": "other-base-currency",
    "5000000007": "other-base-currency",
}
"""Order → the reason why none of its documents can be posted by any rule."""


@pytest.fixture(scope="module")
def golden() -> dict[str, str]:
    return golden_plans()


@pytest.fixture(scope="module")
def shop() -> PostedShop:
    return PostedShop(gate=Gate.INVOICED)


@pytest.fixture(scope="module")
def everything(shop: PostedShop) -> tuple[Posted, ...]:
    """Every document of the recorded shop with what was decided on it."""
    return shop.decide_all()


def outcome(posted: Posted) -> str:
    decision = posted.decision
    if isinstance(decision, Planned):
        return "planned"
    return decision.findings[0].code if isinstance(decision, Held) else decision.code


@pytest.mark.parametrize("name", sorted(ORDERS))
def test_an_orders_documents_are_what_they_were(name: str, golden: dict[str, str]) -> None:
    assert golden[f"{name}.txt"] == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def test_at_least_sixty_documents_have_a_golden_plan_and_no_file_is_left_over(golden: dict[str, str]) -> None:
    documents = sum(text.count("\nInvoice ") + text.count("\nCredit memo ") for text in golden.values())
    assert documents >= 60
    assert {path.name for path in FOLDER.iterdir()} == set(golden)


def test_every_captured_document_is_planned_skipped_or_held_for_a_known_reason(
    everything: tuple[Posted, ...],
) -> None:
    found = {
        posted.document.order.number: outcome(posted)
        for posted in everything
        if posted.seen.captured and isinstance(posted.decision, Held)
    }
    assert found == HELD
    count = Counter(outcome(posted) for posted in everything if posted.seen.captured)
    assert count == {
        "planned": 192,
        "other-base-currency": 9,
        "foreign-vat": 5,
        "not-vat": 2,
        "vat-missing": 2,
        "stock-code-missing": 1,
        "zero-document": 1,
    }


def test_a_hold_says_each_reason_in_full(everything: tuple[Posted, ...]) -> None:
    for posted in everything:
        if isinstance(posted.decision, Held):
            for finding in posted.decision.findings:
                assert all((finding.what, finding.why, finding.fix))
    missing = [str(posted.decision) for posted in everything if outcome(posted) == "stock-code-missing"]
    assert len(missing) == 1
    assert MISSING_SKU in missing[0]


def test_each_plan_comes_to_the_shops_own_total_and_day(everything: tuple[Posted, ...]) -> None:
    for posted in everything:
        if isinstance(posted.decision, Planned):
            plan = posted.decision.plan
            assert plan.gross == to_minor(posted.seen.base_total)
            assert plan.ledger is not None
            assert sum(split.gross for split in plan.ledger.splits) == plan.gross
            assert plan.date == posted.document.date


def test_true_quantities_are_booked_for_every_row_with_money(everything: tuple[Posted, ...]) -> None:
    for posted in everything:
        if isinstance(posted.decision, Planned):
            document = posted.decision.plan.document
            assert document is not None
            booked = [line.quantity for line in document.lines if line.order_item]
            assert booked == [line.quantity for line in posted.document.lines]


def test_money_is_booked_only_where_the_shop_captured_or_returned_it(everything: tuple[Posted, ...]) -> None:
    effects = [
        (posted, effect)
        for posted in everything
        if isinstance(posted.decision, Planned)
        for effect in posted.decision.plan.effects
    ]
    receipts = [posted.document for posted, effect in effects if isinstance(effect, Receipt)]
    refunds = [posted.document for posted, effect in effects if isinstance(effect, Refund)]
    assert len(receipts) == 34
    assert all(document.transaction in document.order.captures for document in receipts)
    assert [document.order.number for document in refunds] == ["000000049", "000000145"]


def test_no_split_is_allocated_beyond_its_gross(everything: tuple[Posted, ...]) -> None:
    taken: Counter[tuple[str, int]] = Counter()
    gross: dict[tuple[str, int], int] = {}
    for posted in everything:
        for effect in posted.decision.plan.effects if isinstance(posted.decision, Planned) else ():
            if isinstance(effect, Allocation):
                for side in (effect.debit, effect.credit):
                    taken[side.reference, side.position] += effect.amount
                    gross[side.reference, side.position] = side.gross
    assert taken
    assert all(amount <= gross[split] for split, amount in taken.items())


@pytest.mark.usefixtures("everything")
def test_every_shopper_gets_one_account_and_the_known_one_keeps_hers(shop: PostedShop) -> None:
    effects = [
        effect
        for decision in shop.customers
        if isinstance(decision, Planned)
        for effect in decision.plan.effects
        if isinstance(effect, EnsureCustomer)
    ]
    refs = [effect.account_ref for effect in effects]
    assert len(refs) == len(set(refs)) == len(shop.accounts)
    assert [effect.account_ref for effect in effects if not effect.create] == ["ALICE01"]
    assert all(ref.isascii() and ref.isalnum() and ref == ref.upper() and len(ref) <= 8 for ref in refs)


def test_with_the_gate_complete_the_rest_waits_for_its_orders() -> None:
    complete = PostedShop(gate=Gate.COMPLETE).decide_all()
    count = Counter(outcome(posted) for posted in complete if posted.seen.captured)
    assert count["order-not-complete"] == 32
    assert count["planned"] + count["order-not-complete"] == 192 + 1
    assert not any(
        outcome(posted) == "order-not-complete"
        for posted in complete
        if posted.document.kind is Kind.CREDIT_MEMO
    )
