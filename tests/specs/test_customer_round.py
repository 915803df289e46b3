"""Cloud and agent together on one shopper: what Sage refuses comes back as another proposal, made once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ml_connector.agent.journal import Journal
from ml_connector.agent.poster import carry
from ml_connector.documents.identity import Kind
from ml_connector.errors import Code
from ml_connector.posting.company import Account
from ml_connector.sage.memory import MemoryCompany, MemoryDoor
from ml_connector.sync.passage import State
from tests.specs.sync_kit import ANNA, invoice
from tests.specs.sync_place import Place, a_place

EMAIL = "anna@example.com"


@dataclass
class Round:
    """A cloud, an agent's journal and a company; `work` goes on until there is nothing to do."""

    place: Place
    journal: Journal
    company: MemoryCompany

    def work(self) -> None:
        for _ in range(20):
            self.place.settle()
            commands = self.place.lease()
            if not commands:
                return
            for command in commands:
                self.journal.accept(command)
                with MemoryDoor(self.company).open(self.journal.look_index) as books:
                    self.place.give(carry(command, books, self.journal))
        raise AssertionError("cloud and agent send it to and fro for ever")

    def refs(self) -> list[str]:
        return sorted(self.company.accounts)


@pytest.fixture
def together(tmp_path: Path) -> Iterator[Round]:
    with a_place(tmp_path) as place:
        journal = Journal(tmp_path / "journal.sqlite3", place.clock)
        yield Round(place, journal, MemoryCompany())
        journal.close()


def account(ref: str, *emails: str) -> Account:
    return Account(ref=ref, name="Somebody", emails=emails, currency="GBP")


def test_references_that_others_have_are_refused_by_the_agent_and_the_next_is_proposed(
    together: Round,
) -> None:
    """The cloud's reading of the accounts is older than both of them."""
    for ref in ("ANNA001", "ANNA002"):
        together.company.accounts[ref] = account(ref, "another@example.com")
    together.place.shop.page(invoice(1))
    together.place.sweep()
    together.work()
    customer = together.place.customer(ANNA)
    assert (customer.state, customer.account_ref) == (State.PROVED, "ANNA003")
    assert together.refs() == ["ANNA001", "ANNA002", "ANNA003"]
    assert together.company.accounts["ANNA003"].emails == (EMAIL,)
    refused = [entry for entry in together.place.actions(customer) if entry == "proved absent"]
    assert len(refused) == 2
    document = together.place.record(1)
    assert (document.state, document.account_ref) == (State.PROVED, "ANNA003")


def test_an_account_that_somebody_made_meanwhile_for_the_same_shopper_is_taken(together: Round) -> None:
    together.company.accounts["ANNA001"] = account("ANNA001", "office@example.com", EMAIL.upper())
    together.place.shop.page(invoice(1))
    together.place.sweep()
    together.work()
    assert together.refs() == ["ANNA001"]
    assert together.place.record(1).account_ref == "ANNA001"


def test_a_change_of_a_shopper_is_made_once_and_what_was_typed_is_told(together: Round) -> None:
    together.place.teller.follows = True
    together.place.shop.page(invoice(10))
    together.place.sweep()
    together.work()
    together.place.shop.page(invoice(20, profile="Anna has a telephone"))
    together.place.sweep()
    together.work()
    assert together.company.accounts["ANNA001"].telephone == "0113 496 0000"
    together.place.shop.page(invoice(30, profile="Anna has another"))
    together.place.sweep()
    together.work()
    (first, second) = (
        record.sage["update"]
        for record in together.place.records(State.PROVED)
        if record.key.kind is Kind.CUSTOMER and record.key.entity != ANNA
    )
    assert "kept" not in first
    assert second == first


def test_a_change_of_an_account_that_was_deleted_is_held_and_stops_nothing(together: Round) -> None:
    together.place.teller.follows = True
    together.place.shop.page(invoice(10))
    together.place.sweep()
    together.work()
    del together.company.accounts["ANNA001"]
    together.place.shop.page(invoice(20, profile="Anna has a telephone"))
    together.place.sweep()
    together.place.settle()
    together.work()
    update = together.place.customer(f"{ANNA}|update 20")
    assert (update.state, update.code) == (State.HELD, Code.GONE_FROM_SAGE)
    assert together.place.breaker() is None
