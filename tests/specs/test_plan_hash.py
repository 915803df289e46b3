"""A plan is known by its hash: equal plans have one, and any difference gives another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from decimal import Decimal

import pytest

from ml_connector.posting.plan import (
    DocumentLine,
    Effect,
    Plan,
    PostDocument,
    plan_hash,
)
from tests.specs.plan_examples import (
    ADDRESS,
    MUG,
    SOLD_ON,
    invoice_plan,
)

Bend = Callable[[Plan], Plan]


def bent(plan: Plan, change: Callable[[Effect], Effect]) -> Plan:
    """The plan with each effect changed, built anew."""
    return replace(plan, effects=tuple(change(effect) for effect in plan.effects))


def other_line(line: DocumentLine) -> Callable[[Effect], Effect]:
    """Puts `line` in the place of the document's first."""

    def change(effect: Effect) -> Effect:
        if isinstance(effect, PostDocument):
            return replace(effect, lines=(line, *effect.lines[1:]))
        return effect

    return change


def test_a_plan_cannot_be_changed_after_it_was_proved() -> None:
    plan = invoice_plan()
    with pytest.raises(FrozenInstanceError):
        plan.__setattr__("gross", 1)


def test_equal_plans_have_one_hash() -> None:
    assert plan_hash(invoice_plan()) == plan_hash(invoice_plan())


OTHER: dict[str, Bend] = {
    "date": lambda plan: replace(plan, date=SOLD_ON.replace(day=21)),
    "account": lambda plan: replace(plan, account_ref="OHARA002"),
    "reference": lambda plan: replace(plan, reference="K7-I123457"),
    "chart version": lambda plan: replace(plan, chart_version=4),
    "currency": lambda plan: replace(plan, currency="EUR"),
    "order of effects": lambda plan: replace(plan, effects=(*plan.effects[:2], *reversed(plan.effects[2:]))),
    "quantity": lambda plan: bent(
        plan, other_line(replace(MUG, quantity=Decimal(1), unit_price=Decimal("29.97")))
    ),
    "description": lambda plan: bent(plan, other_line(replace(MUG, description="Mug"))),
    "delivery address": lambda plan: bent(
        plan,
        lambda effect: (
            replace(effect, delivery_address=ADDRESS[::-1]) if isinstance(effect, PostDocument) else effect
        ),
    ),
}


@pytest.mark.parametrize("what", OTHER)
def test_a_plan_of_another(what: str) -> None:
    """… has another hash, so a receipt for the one is never believed for the other."""
    assert plan_hash(OTHER[what](invoice_plan())) != plan_hash(invoice_plan())
