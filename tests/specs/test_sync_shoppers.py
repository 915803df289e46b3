"""Shoppers on their way: known by every name, answered for by a person, followed when they move."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ml_connector.documents.identity import Key, Kind
from ml_connector.errors import Code
from ml_connector.posting.plan import Held
from ml_connector.sync.material import CustomerMaterial
from ml_connector.sync.passage import State
from ml_connector.sync.protocol import Outcome
from ml_connector.sync.record import Record
from tests.specs.sync_kit import ANNA, BEN, SHOP, finding, invoice, memo
from tests.specs.sync_place import Place, a_place, receipt

pytestmark = pytest.mark.slow

NEW_EMAIL = "anna@new.example|GBP"
NUMBER = "customer 42|GBP"
MOVED = "Anna has moved"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with a_place(tmp_path) as made:
        yield made


def customers(place: Place) -> dict[str, Record]:
    return {record.key.entity: record for record in place.records() if record.key.kind is Kind.CUSTOMER}


def asked(place: Place) -> CustomerMaterial:
    """What the last decision on a shopper was handed."""
    return place.teller.customers[-1]


def answer(place: Place, account_ref: str, entity: str = ANNA) -> None:
    """As an operator's act does it."""
    with place.ledger.begin() as tx:
        tx.answer_customer(entity, account_ref, "ann", "she is")
        tx.mark_customer_due(Key(SHOP, Kind.CUSTOMER, entity))


# References


def test_references_that_sage_has_already_are_passed_over_one_by_one(place: Place) -> None:
    """The accounts were read long ago: what Sage refused last is never proposed again, nor the one before."""
    place.shop.page(invoice(1))
    place.sweep()
    tried: list[str] = []
    for _ in range(4):
        place.settle()
        (command,) = place.lease()
        tried.append(command.plan.account_ref)
        place.give(receipt(command, Outcome.ABSENT, finding=finding(Code.ACCOUNT_REF_TAKEN)))
    assert tried == ["ANNA001", "ANNA002", "ANNA003", "ANNA004"]
    place.post_everything()
    assert (place.customer(ANNA).account_ref, place.record(1).account_ref) == ("ANNA005", "ANNA005")


# Names


def test_a_registered_customer_who_changes_the_email_is_still_the_same(place: Place) -> None:
    place.shop.page(invoice(1, also=NUMBER))
    place.post_everything()
    place.shop.page(invoice(2, also=NUMBER, shopper=NEW_EMAIL))
    place.post_everything()
    assert set(customers(place)) == {ANNA}
    assert place.record(2).account_ref == place.record(1).account_ref


def test_the_same_holds_while_the_account_is_still_on_its_way(place: Place) -> None:
    place.shop.page(invoice(1, also=NUMBER))
    place.sweep()
    place.settle()
    place.shop.page(invoice(2, also=NUMBER, shopper=NEW_EMAIL))
    place.post_everything()
    assert set(customers(place)) == {ANNA}


def test_a_guest_who_registers_later_is_known_by_the_number_too(place: Place) -> None:
    place.shop.page(invoice(1))
    place.post_everything()
    place.shop.page(invoice(2, also=NUMBER))
    place.post_everything()
    place.shop.page(invoice(3, also=NUMBER, shopper=NEW_EMAIL))
    place.post_everything()
    assert set(customers(place)) == {ANNA}


def test_a_deleted_registration_leaves_the_email(place: Place) -> None:
    place.shop.page(invoice(1, also=NUMBER))
    place.post_everything()
    place.shop.page(invoice(2))
    place.post_everything()
    assert set(customers(place)) == {ANNA}


def test_another_shopper_is_another_customer(place: Place) -> None:
    place.shop.page(invoice(1, also=NUMBER), invoice(2, also="customer 43|GBP", shopper=BEN))
    place.post_everything()
    assert set(customers(place)) == {ANNA, BEN}


# Answers


def test_documents_of_a_held_shopper_go_on_once_a_person_has_linked_an_account(place: Place) -> None:
    place.teller.says[ANNA] = Held(findings=(finding(Code.CUSTOMER_NEAR_MATCH),))
    place.shop.page(invoice(1), invoice(2))
    place.post_everything()
    assert place.states() == {"waiting": 2}
    assert asked(place).answer is None
    del place.teller.says[ANNA]
    answer(place, "PENRO001")
    place.post_everything()
    assert asked(place).answer == "PENRO001"
    assert [place.record(each).state for each in (1, 2)] == [State.PROVED, State.PROVED]
    assert {place.record(each).account_ref for each in (1, 2)} == {"PENRO001"}


def test_a_new_account_may_be_the_answer(place: Place) -> None:
    place.shop.page(invoice(1))
    place.sweep()
    place.settle()
    answer(place, "")
    place.post_everything()
    assert asked(place).answer == ""
    assert place.record(1).account_ref == "ANNA001"


def test_a_link_for_a_shopper_who_has_an_account_leads_later_documents_there(place: Place) -> None:
    """What is in the books stays where it is."""
    place.shop.page(invoice(1))
    place.post_everything()
    answer(place, "PENRO001")
    place.shop.page(invoice(2))
    place.post_everything()
    assert [place.record(each).account_ref for each in (1, 2)] == ["ANNA001", "PENRO001"]
    assert place.customer(ANNA).account_ref == "ANNA001"


# Changes


def updates(place: Place) -> list[str]:
    return sorted(entity for entity in customers(place) if entity != ANNA)


def test_without_the_policy_nobody_is_followed(place: Place) -> None:
    place.shop.page(invoice(1))
    place.post_everything()
    place.shop.page(invoice(2, profile=MOVED))
    place.post_everything()
    assert updates(place) == []


class TestFollowing:
    @pytest.fixture(autouse=True)
    def followed(self, place: Place) -> None:
        place.teller.follows = True
        place.shop.page(invoice(10))
        place.post_everything()

    def test_a_later_invoice_that_says_otherwise_is_a_change_of_its_own(self, place: Place) -> None:
        place.shop.page(invoice(20, profile=MOVED))
        place.post_everything()
        (entity,) = updates(place)
        assert entity == f"{ANNA}|update 20"
        update = customers(place)[entity]
        assert (update.state, update.account_ref, update.profile) == (State.PROVED, "ANNA001", MOVED)
        handed = asked(place)
        assert handed.updates == "ANNA001"
        assert [each.key.entity for each in handed.history] == [ANNA, entity]

    def test_the_document_does_not_wait_for_it(self, place: Place) -> None:
        place.shop.page(invoice(20, profile=MOVED))
        place.sweep()
        place.settle()
        assert place.record(20).state is State.QUEUED

    def test_what_says_the_same_is_no_change(self, place: Place) -> None:
        place.shop.page(invoice(20, profile=MOVED))
        place.post_everything()
        place.shop.page(invoice(30, profile=MOVED))
        place.post_everything()
        assert len(updates(place)) == 1

    def test_moving_back_is_a_change(self, place: Place) -> None:
        place.shop.page(invoice(20, profile=MOVED))
        place.post_everything()
        place.shop.page(invoice(30))
        place.post_everything()
        assert updates(place) == [f"{ANNA}|update 20", f"{ANNA}|update 30"]

    def test_an_older_invoice_changes_nothing(self, place: Place) -> None:
        place.shop.page(invoice(5, profile="where Anna lived before"))
        place.post_everything()
        assert updates(place) == []

    def test_a_credit_memo_changes_nothing(self, place: Place) -> None:
        """It names the address of an order that may be years old."""
        place.shop.page(memo(20, order=10, profile=MOVED))
        place.post_everything()
        assert updates(place) == []

    def test_a_shopper_of_a_similar_name_is_left_alone(self, place: Place) -> None:
        with place.ledger.begin() as tx:
            assert [each.key.entity for each in tx.records_of_customer(ANNA[:-1])] == []
            assert [each.key.entity for each in tx.records_of_customer(ANNA)] == [ANNA]

    def test_the_account_is_still_found_under_the_shopper_alone(self, place: Place) -> None:
        place.shop.page(invoice(20, profile=MOVED))
        place.post_everything()
        with place.ledger.begin() as tx:
            accounts = tx.accounts()
            assert accounts[ANNA] == "ANNA001"
            assert "nobody@example.com|GBP" not in accounts
