"""What the shop made twice: the later of two that are the same is held, and both are shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from ml_connector.documents.likeness import LookAlike
from ml_connector.documents.sales import Relative, SalesDocument
from ml_connector.posting.decide import decide
from ml_connector.posting.plan import Decision, Waiting
from tests.specs.posting_examples import SOLD_AT, codes, memo, planned, row, sale, situation

D = Decimal


class TestDoubled:
    FIRST = memo(row(), of=sale(row(), row(item_id=2)))

    def twin(self, minutes: int, **changes: object) -> SalesDocument:
        """A second memo like the first, so many minutes later."""
        made = memo(row(), of=sale(row(), row(item_id=2)), entity_id=4)
        own: Relative = replace(
            made.relatives[-1], created_at=SOLD_AT + timedelta(minutes=minutes), **changes
        )
        return replace(made, relatives=(*self.FIRST.relatives, own))

    def test_the_later_of_two_equal_memos_is_held_and_names_the_first(self) -> None:
        found = decide(self.twin(10), situation())
        assert codes(found) == ["looks-doubled-in-shop"]
        assert "000000003" in str(found)

    def test_after_ten_minutes_it_is_a_second_refund(self) -> None:
        assert isinstance(decide(self.twin(11), situation()), Waiting)

    def test_another_total_is_another_refund(self) -> None:
        assert isinstance(decide(self.twin(1, base_total=D("35.95")), situation()), Waiting)

    def test_two_equal_part_invoices_are_ordinary(self) -> None:
        first, second = sale(row()), sale(row(), entity_id=8)
        both = replace(second, relatives=(*first.relatives, *second.relatives))
        planned(decide(both, situation()))

    def test_two_equal_invoices_that_bill_more_than_was_ordered_are_not(self) -> None:
        first, second = sale(row()), sale(row(), entity_id=8)
        both = replace(second, relatives=(*first.relatives, *second.relatives), invoiced_beyond_order=True)
        assert codes(decide(both, situation())) == ["looks-doubled-in-shop"]


class TestOrdersMadeTwice:
    TWIN = LookAlike(
        order_id=4,
        number="000000004",
        made_at=SOLD_AT,
        apart=timedelta(seconds=40),
        in_books=False,
    )

    def outcome(self, **changes: object) -> Decision:
        return decide(sale(row()), situation(look_alikes=(replace(self.TWIN, **changes),)))

    def test_the_documents_of_the_later_are_held_and_both_are_shown(self) -> None:
        found = self.outcome()
        assert codes(found) == ["looks-doubled-in-shop"]
        for part in ("Order 000000005 (06/04/2026 02:03 UTC)", "order 000000004 (06/04/2026 02:02 UTC)"):
            assert part in str(found)

    def test_those_of_the_first_are_not(self) -> None:
        planned(self.outcome(apart=timedelta(seconds=-40)))

    def test_of_two_made_in_the_same_second_the_higher_number_is_the_later(self) -> None:
        assert codes(self.outcome(apart=timedelta(0))) == ["looks-doubled-in-shop"]
        planned(self.outcome(apart=timedelta(0), order_id=6))

    def test_when_the_later_is_in_the_books_already_the_first_is_held(self) -> None:
        assert codes(self.outcome(apart=timedelta(seconds=-40), in_books=True)) == ["looks-doubled-in-shop"]

    def test_after_five_minutes_it_is_another_order(self) -> None:
        assert codes(self.outcome(apart=timedelta(minutes=5))) == ["looks-doubled-in-shop"]
        planned(self.outcome(apart=timedelta(minutes=5, seconds=1)))
