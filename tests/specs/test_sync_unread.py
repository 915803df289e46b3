"""What the shop fails on is held by its number, holds up nothing else, and goes on once it is served."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ml_connector.errors import Code, Finding, NeedsPerson, TryAgain
from ml_connector.sync.passage import State
from ml_connector.sync.ports import Flow
from ml_connector.sync.sweep import FAILING_AT_ONCE
from tests.specs.reading_place import ReadingPlace, a_reading_place
from tests.specs.shop_in_tables import FAULT, REPORT, filled, shop_document, shop_order, shop_transaction
from tests.specs.shop_tables import second
from tests.specs.sync_kit import finding, of_kind

pytestmark = pytest.mark.slow

CANNOT_SERVE = Code.SHOP_CANNOT_SERVE.value
NUMBER = 8
ALL = range(1, NUMBER + 1)


@pytest.fixture
def reading(tmp_path: Path) -> Iterator[ReadingPlace]:
    """Eight orders with an invoice each; order 3 has a credit memo besides."""
    shop = filled(NUMBER)
    shop.write("creditmemos", shop_document(1, second(100), order=3, total="5.00"))
    with a_reading_place(tmp_path, shop) as made:
        yield made


def others_are_proved(reading: ReadingPlace, but: set[int]) -> bool:
    return all(reading.place.record(each).state is State.PROVED for each in ALL if each not in but)


def finding_of(reading: ReadingPlace, entity: int) -> Finding:
    return reading.place.record(entity).findings[0]


# A document


def test_a_document_that_the_shop_fails_on_is_held_by_its_number_and_the_others_are_posted(
    reading: ReadingPlace,
) -> None:
    reading.shop.fails.add(("invoices", 7))
    reading.sweep()
    reading.post_everything()
    assert reading.held() == {"7": CANNOT_SERVE}
    assert others_are_proved(reading, but={7})
    told = finding_of(reading, 7)
    assert "invoice with entity id 7" in told.why
    assert REPORT in told.why
    assert "cannot be served by the shop" in reading.notes()


def test_it_is_noticed_once_however_often_it_is_met(reading: ReadingPlace) -> None:
    reading.shop.fails.add(("invoices", 7))
    for _ in range(3):
        reading.sweep()
        reading.restart()
        reading.post_everything()
    assert reading.notes().count("cannot be served by the shop") == 1
    assert reading.place.actions(reading.place.record(7)) == ["noticed", "held"]


def test_it_is_left_out_and_not_looked_for_in_every_sweep(reading: ReadingPlace) -> None:
    reading.shop.fails.add(("invoices", NUMBER))
    reading.sweep()
    reading.shop.asked.clear()
    reading.sweep()
    assert len(reading.shop.asked) <= 8


def test_it_goes_on_by_itself_when_the_shop_can_serve_it_again(reading: ReadingPlace) -> None:
    reading.shop.fails.add(("invoices", 7))
    reading.sweep()
    reading.post_everything()
    reading.shop.fails.clear()
    reading.wait(minutes=5)
    reading.sweep()
    assert reading.unread("invoices", 7) is None
    reading.post_everything()
    assert (reading.place.record(7).state, reading.place.record(7).number) == (State.PROVED, "000000007")
    assert reading.notes()[-1] == "can be served again"


def test_it_is_asked_for_again_with_a_growing_pause(reading: ReadingPlace) -> None:
    reading.shop.fails.add(("invoices", 7))
    reading.sweep()
    pauses: list[float] = []
    for _ in range(12):
        unread = reading.unread("invoices", 7)
        assert unread is not None
        pauses.append((unread.next_at - reading.place.clock.at).total_seconds() / 60)
        reading.place.clock.at = unread.next_at
        reading.sweep()
    assert [round(pause) for pause in pauses[:6]] == [5, 10, 20, 40, 80, 160]
    assert round(pauses[-1]) == 24 * 60


def test_one_that_is_deleted_meanwhile_is_told_as_gone(reading: ReadingPlace) -> None:
    reading.shop.fails.add(("invoices", 7))
    reading.sweep()
    reading.post_everything()
    reading.shop.fails.clear()
    reading.shop.delete("invoices", 7)
    reading.wait(hours=1)
    reading.sweep()
    reading.post_everything()
    assert reading.gone("invoices") == [7]
    assert reading.held() == {"7": Code.GONE_FROM_SHOP.value}


def test_what_is_planned_already_is_held_when_the_shop_fails_on_its_newer_state(
    reading: ReadingPlace,
) -> None:
    """It has changed, and nobody can tell how."""
    reading.sweep()
    reading.place.settle()
    reading.place.prove(reading.place.lease())
    reading.place.settle()
    assert reading.place.record(7).state is State.QUEUED
    reading.shop.write("invoices", shop_document(7, second(500), created=second(7)))
    reading.shop.fails.add(("invoices", 7))
    reading.sweep()
    reading.place.settle()
    assert reading.held() == {"7": CANNOT_SERVE}


def test_what_is_posted_stays_as_it_is(reading: ReadingPlace) -> None:
    reading.sweep()
    reading.post_everything()
    reading.shop.write("invoices", shop_document(7, second(500), created=second(7)))
    reading.shop.fails |= {("invoices", 7), ("orders", 8)}
    reading.shop.write("orders", shop_order(8, second(500)))
    reading.sweep()
    reading.post_everything()
    assert reading.held() == {}
    assert reading.states() == {"proved": NUMBER + 1}
    assert (reading.failing("invoices"), reading.failing("orders")) == ((7,), (8,))


# An order, and what belongs to it


def test_an_order_that_fails_holds_its_documents_and_no_others(reading: ReadingPlace) -> None:
    reading.shop.fails.add(("orders", 3))
    reading.sweep()
    reading.post_everything()
    records = reading.place.records(State.HELD)
    assert {(record.key.kind.value, record.key.entity) for record in records} == {
        ("invoice", "3"),
        ("creditmemo", "1"),
    }
    assert {record.code for record in records} == {Code.SHOP_CANNOT_SERVE}
    assert "order with entity id 3" in records[0].findings[0].why
    assert others_are_proved(reading, but={3})

    reading.shop.fails.clear()
    reading.wait(minutes=10)
    reading.sweep()
    reading.post_everything()
    assert reading.states() == {"proved": NUMBER + 1}


def test_an_order_that_was_stored_before_it_failed_is_not_decided_by_what_it_was(
    reading: ReadingPlace,
) -> None:
    reading.sweep()
    reading.shop.write("orders", shop_order(3, second(400)))
    reading.shop.fails.add(("orders", 3))
    reading.sweep()
    reading.post_everything()
    assert reading.held() == {"3": CANNOT_SERVE, "1": CANNOT_SERVE}


def test_a_transaction_that_fails_holds_the_documents_of_its_order(reading: ReadingPlace) -> None:
    reading.shop.write("transactions", *(shop_transaction(900 + each, each) for each in ALL))
    reading.shop.fails.add(("transactions", 905))
    reading.sweep()
    reading.post_everything()
    assert reading.held() == {"5": CANNOT_SERVE}
    assert "transaction with entity id 905" in finding_of(reading, 5).why
    reading.shop.fails.clear()
    reading.wait(minutes=10)
    reading.sweep()
    reading.post_everything()
    assert reading.held() == {}
    with reading.place.ledger.begin() as tx:
        assert tx.payload("transactions", 905) is not None


def test_a_memo_is_held_with_an_invoice_of_its_order_that_fails(reading: ReadingPlace) -> None:
    """The memo would be set against what nobody can see."""
    reading.shop.fails.add(("invoices", 3))
    reading.sweep()
    reading.post_everything()
    assert reading.held() == {"3": CANNOT_SERVE, "1": CANNOT_SERVE}


def test_a_product_that_fails_holds_nothing(reading: ReadingPlace) -> None:
    """A product may be deleted as well; what the rules make of it is theirs."""
    for entity in (1, 2):
        reading.shop.write(
            "invoices", shop_document(entity, second(50), created=second(entity), products=[5, 6])
        )
    reading.shop.write("products", {"id": 5, "updated_at": second(0)}, {"id": 6, "updated_at": second(0)})
    reading.shop.fails.add(("products", 5))
    reading.sweep()
    reading.post_everything()
    assert (reading.held(), reading.failing("products")) == ({}, (5,))


# Many at once, and trouble that is not of one document


def test_when_the_shop_fails_on_many_it_is_told_and_they_are_found_over_several_sweeps(
    reading: ReadingPlace,
) -> None:
    reading.shop.write("invoices", *(shop_document(each, second(each)) for each in range(NUMBER + 1, 14)))
    fails = set(range(2, 13))
    reading.shop.fails = {("invoices", each) for each in fails}
    troubles = reading.sweep_until_read()
    assert len(troubles) == len(fails) // FAILING_AT_ONCE
    assert {each.code for each in troubles} == {Code.SHOP_CANNOT_SERVE}
    assert set(reading.failing("invoices")) == fails
    reading.post_everything()
    assert {int(entity) for entity, code in reading.held().items() if code == CANNOT_SERVE} >= fails


def test_a_shop_that_fails_on_all_invoices_blames_none_and_is_read_as_far_as_it_can_be(
    reading: ReadingPlace,
) -> None:
    reading.shop.fails = {("invoices", each) for each in ALL}
    with pytest.raises(NeedsPerson) as caught:
        reading.sweep()
    assert caught.value.finding == FAULT
    with reading.place.ledger.begin() as tx:
        assert not tx.missing(Flow.ORDERS, ALL)
        assert not tx.any_unread()


def test_the_trouble_of_one_flow_does_not_keep_the_others_from_being_read(reading: ReadingPlace) -> None:
    def odd(path: str) -> None:
        if path == "orders":
            raise TryAgain(finding(Code.SHOP_ANSWER_UNREADABLE))

    reading.shop.before = odd
    with reading.place.ledger.begin() as tx:
        for each in ALL:
            tx.save_payloads([of_kind("orders", each)])
    with pytest.raises(TryAgain):
        reading.sweep()
    assert reading.noticed() == [*ALL]
    assert reading.noticed("creditmemo") == [1]


def test_a_shop_that_does_not_answer_is_left_alone_at_once(reading: ReadingPlace) -> None:
    asked: list[str] = []

    def down(path: str) -> None:
        asked.append(path)
        raise TryAgain(finding(Code.SHOP_UNREACHABLE))

    reading.shop.before = down
    with pytest.raises(TryAgain):
        reading.sweep()
    assert asked == ["orders"]
