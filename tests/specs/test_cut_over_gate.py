"""The cut-over in the passage: nothing of that time is leased before a person has answered for all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ml_connector.errors import Code
from ml_connector.posting.company import CustomerEntry, LedgerEntry, LedgerSplit
from ml_connector.sync.cut_over import Answer, Reading
from ml_connector.sync.cut_over_gate import Answered, answers_of, entries_wanted, save_answer, save_reading
from ml_connector.sync.passage import State
from ml_connector.sync.reconcile import reconcile
from tests.specs.sync_kit import invoice, memo
from tests.specs.sync_place import Place, a_place

pytestmark = pytest.mark.slow

READ_ON = date(2026, 11, 2)
BY_HAND = CustomerEntry(
    header=41,
    type="SI",
    account_ref="WEBSALES",
    date=date(2026, 11, 1),
    reference="000000011",
    details=(),
    currency="GBP",
    gross=1200,
)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Invoices 11 and 12 of 12.00 each, made on the day of the cut-over; 11 was entered by hand."""
    with a_place(tmp_path) as made:
        made.allow(cut_over="2026-11-01")
        made.shop.page(invoice(11), invoice(12))
        yield made


def read(place: Place, *entries: CustomerEntry) -> None:
    with place.ledger.begin() as tx:
        save_reading(tx, Reading(read_on=READ_ON, entries=entries, names={}))


def answer(place: Place, said: Answer, entity: int = 11) -> None:
    answered = Answered(
        key=str(place.record(entity).key), answer=said, header=41 if said is Answer.LINK else 0
    )
    with place.ledger.begin() as tx:
        save_answer(tx, answered)


def why(place: Place, entity: int) -> tuple[State, Code | None]:
    record = place.record(entity)
    return record.state, record.code


WAITS = (State.WAITING, Code.WAITS_FOR_CUT_OVER)


def test_everything_waits_until_sage_s_entries_are_read_and_nothing_alike_goes_then(place: Place) -> None:
    place.post_everything()
    assert (why(place, 11), why(place, 12)) == (WAITS, WAITS)
    read(place)
    place.post_everything()
    assert place.states() == {"proved": 2}


def test_what_looks_alike_is_asked_and_the_others_of_that_time_wait_for_the_answer(place: Place) -> None:
    read(place, BY_HAND)
    place.post_everything()
    assert (why(place, 11), why(place, 12)) == (WAITS, WAITS)
    question, other = place.record(11).findings[0], place.record(12).findings[0]
    assert "looks like transaction 41 in Sage" in question.what
    assert "document number, total" in question.why
    assert "1 may be in Sage already" in other.why
    before = place.everything()
    assert place.settle() == 0, "they do not wake each other for ever"
    assert place.everything() == before


def test_nothing_goes_before_the_last_document_of_that_time_is_decided(place: Place) -> None:
    """More than are decided in one step; only the last of them has a question."""
    read(place, replace(BY_HAND, reference="000000070"))
    place.shop.page(*(invoice(entity) for entity in range(13, 71)))
    place.post_everything()
    assert place.states() == {"waiting": 60}
    assert why(place, 70) == WAITS


def test_a_linked_document_is_left_out_by_its_transaction_and_the_proof_comes_out(place: Place) -> None:
    """The entry is somebody else's: Sage's side counts the connector's own only."""
    read(place, BY_HAND)
    place.post_everything()
    answer(place, Answer.LINK)
    place.post_everything()
    assert why(place, 11) == (State.SKIPPED, Code.LINKED_TO_ENTRY)
    assert "transaction 41" in place.record(11).findings[0].why
    assert why(place, 12) == (State.PROVED, None)
    ours = LedgerEntry(
        header=77,
        type="SI",
        account_ref="ANNA001",
        date=date(2026, 11, 1),
        reference=place.record(12).reference,
        currency="GBP",
        splits=(LedgerSplit(nominal="4000", tax_code=1, net=1000, tax=200),),
    )
    proof = reconcile(place.records(), (ours,))
    pounds = proof.currencies["GBP"]
    assert (pounds.shop, pounds.sage, pounds.skipped, pounds.difference) == (2400, 1200, 1200, 0)
    assert proof.balanced


@pytest.mark.parametrize(
    ("said", "state", "code"),
    [(Answer.POST, State.PROVED, None), (Answer.SKIP, State.SKIPPED, Code.LEFT_OUT_AT_CUT_OVER)],
)
def test_posted_or_left_out_as_a_person_says(
    place: Place, said: Answer, state: State, code: Code | None
) -> None:
    read(place, BY_HAND)
    place.post_everything()
    answer(place, said)
    place.post_everything()
    assert (why(place, 11), why(place, 12)) == ((state, code), (State.PROVED, None))


def test_an_answer_holds_when_the_document_is_decided_again(place: Place) -> None:
    read(place, BY_HAND)
    place.post_everything()
    answer(place, Answer.LINK)
    place.post_everything()
    place.shop.page(invoice(11, "13.00"))
    place.post_everything()
    assert why(place, 11) == (State.SKIPPED, Code.LINKED_TO_ENTRY)
    assert place.lease() == ()


def test_each_of_two_questions_has_to_be_answered(place: Place) -> None:
    read(place, BY_HAND, replace(BY_HAND, header=42, reference="000000012"))
    place.post_everything()
    answer(place, Answer.LINK)
    place.post_everything()
    assert (why(place, 11)[1], why(place, 12)) == (Code.LINKED_TO_ENTRY, WAITS)
    answer(place, Answer.POST, 12)
    place.post_everything()
    assert why(place, 12) == (State.PROVED, None)


def test_a_credit_memo_of_a_linked_invoice_is_posted(place: Place) -> None:
    read(place, BY_HAND)
    place.shop.page(memo(9, "5.00", order=11))
    place.post_everything()
    answer(place, Answer.LINK)
    place.post_everything()
    assert place.memo(9).state is State.PROVED


def test_what_the_shop_makes_later_does_not_wait(place: Place) -> None:
    read(place, BY_HAND)
    place.shop.page(invoice(13, made="2026-11-20T10:00:00+00:00"))
    place.post_everything()
    assert (why(place, 11), why(place, 13)) == (WAITS, (State.PROVED, None))


def test_without_a_cut_over_nothing_waits_and_nothing_is_asked_for(tmp_path: Path) -> None:
    with a_place(tmp_path) as place:
        place.shop.page(invoice(11))
        place.post_everything()
        assert why(place, 11) == (State.PROVED, None)
        with place.ledger.begin() as tx:
            assert entries_wanted(tx, READ_ON) is None


def test_entries_are_asked_for_from_thirty_days_before_until_a_document_is_on_its_way(place: Place) -> None:
    tomorrow = date(2026, 11, 3)
    with place.ledger.begin() as tx:
        assert entries_wanted(tx, READ_ON) == date(2026, 10, 2)
    read(place)
    with place.ledger.begin() as tx:
        assert (entries_wanted(tx, READ_ON), entries_wanted(tx, tomorrow)) == (None, date(2026, 10, 2))
        assert answers_of(tx) == {}
    place.post_everything()
    with place.ledger.begin() as tx:
        assert entries_wanted(tx, tomorrow) is None
