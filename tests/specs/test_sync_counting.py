"""What the shop says a document comes to, where only its whole order tells: points stand on the order alone.

First sight has the document only. So the decision, which has the order, says what the document is worth, by
code that knows no rule; the proof counts that.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from ml_connector.sync.passage import State
from tests.specs.sync_kit import invoice, memo
from tests.specs.sync_place import Place, a_place

D = Decimal


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with a_place(tmp_path) as made:
        yield made


def test_it_is_counted_as_soon_as_the_document_is_decided(place: Place) -> None:
    place.teller.totals["1"] = D("22.00")
    place.shop.page(invoice(1, "12.00"))
    place.post_everything()
    assert place.record(1).state is State.PROVED
    assert place.record(1).shop_total == D("22.00")


def test_a_credit_memo_counts_minus(place: Place) -> None:
    place.teller.totals["3"] = D("5.50")
    place.shop.page(invoice(1, "12.00", order=9))
    place.shop.page(memo(3, "0.00", order=9))
    place.post_everything()
    assert place.memo(3).shop_total == D("-5.50")


def test_a_posted_document_that_is_read_again_is_still_counted_whole(place: Place) -> None:
    """A note was added in the shop: its bytes changed, its money did not."""
    place.teller.totals["1"] = D("22.00")
    place.shop.page(invoice(1, "12.00"))
    place.post_everything()
    place.shop.page(invoice(1, "12.00", note="delivered to a neighbour"))
    place.post_everything()
    assert place.record(1).state is State.PROVED
    assert place.record(1).shop_total == D("22.00")


def test_what_is_no_longer_explained_is_disputed_and_counted_as_the_shop_counts_it_now(place: Place) -> None:
    place.teller.totals["1"] = D("22.00")
    place.shop.page(invoice(1, "12.00"))
    place.post_everything()
    place.teller.totals["1"] = D("12.00")
    place.teller.fingerprints["1"] = "f1:without-points"
    place.shop.page(invoice(1, "12.00", note="its order was invoiced again"))
    place.post_everything()
    assert place.record(1).state is State.DISPUTED
    assert place.record(1).shop_total == D("12.00")
