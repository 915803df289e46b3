"""A document that was deleted in the shop after it was posted: believed by the shop's own word only."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from ml_connector.errors import Code
from ml_connector.sync.passage import State
from tests.specs.reading_place import ReadingPlace, a_reading_place
from tests.specs.shop_in_tables import filled

DELETED = Code.DELETED_IN_SHOP


@pytest.fixture
def reading(tmp_path: Path) -> Generator[ReadingPlace]:
    with a_reading_place(tmp_path, filled(6)) as made:
        made.sweep()
        yield made


def test_a_posted_document_that_was_deleted_is_disputed_and_nothing_is_reversed(
    reading: ReadingPlace,
) -> None:
    """Told once, with the credit note that would set it right; the shop's side counts it no more."""
    reading.post_everything()
    before = reading.place.record(4)
    reading.shop.delete("invoices", 4)
    for _ in range(3):
        reading.check()
        reading.post_everything()
    record = reading.place.record(4)
    assert (record.state, record.code, reading.gone("invoices")) == (State.DISPUTED, DELETED, [4])
    assert (record.due, record.captured) == (False, False)
    assert (record.plan, record.sage, record.generation) == (before.plan, before.sage, before.generation)
    assert "A credit note of £12.00 on A/C ANNA001 would set it right" in record.findings[0].fix
    assert reading.place.actions(record).count("gone from the shop") == 1
    assert reading.place.actions(record).count("disputed") == 1


def test_a_posted_document_that_is_only_hidden_from_lists_is_not_gone(reading: ReadingPlace) -> None:
    """An extension narrows lists; asked for the document itself, the shop still has it."""
    reading.post_everything()
    reading.shop.delete("invoices", 4)
    reading.shop.hidden.add(("invoices", 4))
    reading.check()
    reading.post_everything()
    assert (reading.place.record(4).state, reading.gone("invoices")) == (State.PROVED, [])
    assert ("invoices/4", "") in reading.shop.asked


def test_a_deleted_document_that_is_back_is_counted_again_and_stays_disputed(reading: ReadingPlace) -> None:
    reading.post_everything()
    document = reading.shop.documents("invoices")[4]
    reading.shop.delete("invoices", 4)
    reading.check()
    reading.post_everything()
    reading.shop.write("invoices", document)
    reading.check()
    reading.post_everything()
    record = reading.place.record(4)
    assert (record.state, record.code, record.captured) == (State.DISPUTED, DELETED, True)
    assert reading.gone("invoices") == []


def test_one_that_fails_first_and_is_hidden_then_is_asked_for_again_and_not_taken_for_deleted(
    reading: ReadingPlace,
) -> None:
    reading.post_everything()
    reading.shop.fails.add(("invoices", 4))
    reading.check()
    reading.shop.fails.clear()
    reading.shop.hidden.add(("invoices", 4))
    reading.shop.delete("invoices", 4)
    reading.wait(hours=1)
    reading.sweep()
    reading.post_everything()
    assert (reading.place.record(4).state, reading.failing("invoices")) == (State.PROVED, (4,))
