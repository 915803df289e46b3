"""A plan that gives or takes too much cannot be built: over-allocation is refused before anything is sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ml_connector.posting.plan import Allocation, Plan, Receipt
from tests.specs.plan_examples import invoice_plan


def allocation(plan: Plan) -> Allocation:
    return next(effect for effect in plan.effects if isinstance(effect, Allocation))


def test_several_allocations_of_one_split_are_held_against_it_together() -> None:
    plan = invoice_plan()
    first = replace(allocation(plan), id="allocation-2", amount=1)
    with pytest.raises(ValueError, match="K7-I123456 split 0 is allocated beyond 3236"):
        replace(plan, effects=(*plan.effects, first))


def test_what_is_left_of_a_split_may_be_allocated() -> None:
    plan = invoice_plan()
    whole = allocation(plan)
    parts = (replace(whole, amount=3000), replace(whole, id="allocation-2", amount=236))
    others = tuple(effect for effect in plan.effects if effect != whole)
    assert replace(plan, effects=(*others, *parts)).effects[-1] == parts[1]


def test_several_payments_are_held_against_the_document_together() -> None:
    plan = invoice_plan()
    receipt = next(effect for effect in plan.effects if isinstance(effect, Receipt))
    second = replace(receipt, id="receipt-2", reference="K7-I123456.R2", amount=1)
    with pytest.raises(ValueError, match="4737 was paid for a document of 4736"):
        replace(plan, effects=(*plan.effects, second))
