"""Customers and orders: one record for one shopper, and who waits for whom."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ml_connector.documents.identity import Key, Kind
from ml_connector.errors import Code
from ml_connector.posting.plan import Held, Skipped
from ml_connector.sync.passage import State
from ml_connector.sync.protocol import Outcome
from tests.specs.sync_kit import ANNA, BEN, SHOP, finding, invoice, memo
from tests.specs.sync_place import Place, a_place, receipt
from tests.specs.sync_plans import customer_plan

SKIPPED = Skipped(code=Code.ZERO_DOCUMENT, why="It comes to nothing.")
HELD = Held(findings=(finding(Code.UNMAPPED_TAX),))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with a_place(tmp_path) as made:
        yield made


# Customers


def test_a_shopper_without_an_account_becomes_one_record_for_all_their_documents(
    place: Place,
) -> None:
    place.shop.page(*(invoice(entity) for entity in range(1, 60)))
    place.sweep()
    place.settle()
    customers = [record for record in place.records() if record.key.kind is Kind.CUSTOMER]
    assert [record.key for record in customers] == [Key(SHOP, Kind.CUSTOMER, ANNA)]
    assert customers[0].profile == f"profile of {ANNA}"
    assert place.states() == {"waiting": 59}


def test_documents_that_wait_for_a_customer_are_decided_once_it_is_proved(place: Place) -> None:
    place.shop.page(invoice(1), invoice(2), invoice(3, shopper=BEN))
    place.sweep()
    place.settle()
    commands = {command.plan.key: command for command in place.lease()}
    place.give(receipt(commands[str(Key(SHOP, Kind.CUSTOMER, ANNA))]))
    assert [place.record(each).due for each in (1, 2, 3)] == [True, True, False]
    place.settle()
    assert [place.record(each).state for each in (1, 2, 3)] == [State.QUEUED, State.QUEUED, State.WAITING]


def test_no_two_customers_are_given_the_same_reference(place: Place) -> None:
    place.shop.page(invoice(1, shopper="anna@one.example|GBP"), invoice(2, shopper="anna@two.example|GBP"))
    place.post_everything()
    refs = {record.account_ref for record in place.records() if record.key.kind is Kind.CUSTOMER}
    assert refs == {"ANNA001", "ANNA002"}


def test_a_customer_that_is_decided_again_keeps_its_reference(place: Place) -> None:
    """Its own reference is no reason to take another one."""
    place.shop.page(invoice(1))
    place.sweep()
    place.settle()
    before = place.customer(ANNA)
    with place.ledger.begin() as tx:
        tx.mark_due()
    place.settle()
    assert place.customer(ANNA) == before


def test_a_reference_that_sage_has_already_is_chosen_anew(place: Place) -> None:
    place.shop.page(invoice(1))
    place.sweep()
    place.settle()
    (command,) = place.lease()
    assert command.plan.account_ref == "ANNA001"
    place.give(receipt(command, Outcome.ABSENT, finding=finding(Code.ACCOUNT_REF_TAKEN)))
    place.post_everything()
    customer = place.customer(ANNA)
    assert (customer.state, customer.account_ref, customer.generation) == (State.PROVED, "ANNA002", 2)
    document = place.record(1)
    assert (document.state, document.account_ref) == (State.PROVED, "ANNA002")


def test_documents_of_a_held_customer_wait_and_go_on_once_it_is_not(place: Place) -> None:
    place.teller.says[ANNA] = Held(findings=(finding(Code.CUSTOMER_AMBIGUOUS),))
    place.shop.page(invoice(1))
    place.post_everything()
    assert (place.customer(ANNA).state, place.record(1).state) == (State.HELD, State.WAITING)
    del place.teller.says[ANNA]
    with place.ledger.begin() as tx:
        tx.mark_due(states=(State.HELD,))
    place.post_everything()
    assert place.record(1).state is State.PROVED


# Documents of one order


def test_a_credit_memo_waits_for_its_invoice_and_wakes_when_that_is_proved(place: Place) -> None:
    place.shop.page(memo(2, order=5))
    place.shop.page(invoice(1, order=5))
    place.post_everything()
    waited = [sealed.entry.action for sealed in place.trail() if sealed.entry.key == str(place.memo(2).key)]
    assert "waiting" in waited
    assert (place.record(1).state, place.memo(2).state) == (State.PROVED, State.PROVED)
    proved = [sealed.entry.key for sealed in place.trail() if sealed.entry.action == "proved"]
    assert proved.index(str(place.record(1).key)) < proved.index(str(place.memo(2).key))


def test_a_credit_memo_wakes_when_its_invoice_is_left_out(place: Place) -> None:
    place.shop.page(invoice(100))
    place.post_everything()
    place.teller.says["1"] = HELD
    place.shop.page(memo(2, order=1))
    place.shop.page(invoice(1, order=1))
    place.post_everything()
    assert place.memo(2).code is Code.INVOICE_NOT_READY
    place.teller.says["1"] = SKIPPED
    with place.ledger.begin() as tx:
        tx.mark_due(states=(State.HELD,))
    place.post_everything()
    assert (place.record(1).state, place.memo(2).state) == (State.SKIPPED, State.PROVED)


def test_a_customer_plan_names_its_reference(place: Place) -> None:
    place.shop.page(invoice(1))
    place.sweep()
    place.settle()
    customer = place.customer(ANNA)
    assert customer.plan == customer_plan(customer.key, "ANNA001", customer.document_at.date())
