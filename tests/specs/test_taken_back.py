"""What the shop took back after it was posted is shown with the correction, and never reversed by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ml_connector.adobe.answers import Answer, json_text
from ml_connector.adobe.by_its_id import is_missing
from ml_connector.adobe.trouble import NoSuchEntity
from ml_connector.clock import ManualClock
from ml_connector.errors import Code, Defect, Finding, NeedsPerson
from ml_connector.posting.decide import decide
from ml_connector.sync.passage import State
from ml_connector.sync.taken_back import proposed
from tests.specs.posting_examples import book, memo, planned, row, sale, situation
from tests.specs.shop_in_tables import filled
from tests.specs.sync_kit import invoice
from tests.specs.sync_kit import memo as memo_payload
from tests.specs.sync_place import Place, a_place
from tests.specs.test_posting_beside import DONE


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with a_place(tmp_path) as made:
        yield made


def test_an_invoice_cancelled_after_posting_is_disputed_with_the_credit_note_that_would_set_it_right(
    place: Place,
) -> None:
    place.shop.page(invoice(1))
    place.post_everything()
    before = place.record(1)
    place.shop.page(invoice(1, captured=False))
    place.teller.fingerprints["1"] = "f1:cancelled"
    place.sweep()
    place.settle()
    after = place.record(1)
    assert (after.state, after.code) == (State.DISPUTED, Code.CANCELLED_IN_SHOP)
    assert (after.plan, after.sage, after.generation) == (before.plan, before.sage, before.generation)
    assert after.findings[0].fix.startswith(
        "A credit note of £12.00 on A/C ANNA001 would set it right: N/C 4000 T1 £10.00 net, £2.00 VAT."
    )
    assert place.lease() == ()


def test_a_credit_memo_cancelled_after_posting_proposes_an_invoice(place: Place) -> None:
    place.shop.page(invoice(1))
    place.shop.page(memo_payload(9, "6.00", order=1))
    place.post_everything()
    place.shop.page(memo_payload(9, "6.00", order=1, captured=False))
    place.teller.fingerprints["9"] = "f1:cancelled"
    place.sweep()
    place.settle()
    (disputed,) = place.records(State.DISPUTED)
    assert disputed.findings[0].fix.startswith("An invoice of £6.00 on A/C ANNA001 would set it right")


def test_the_correction_names_each_nominal_and_tax_code_once_and_what_money_it_leaves_open() -> None:
    sold = sale(row(), row(item_id=3), book())
    paid = replace(sold, order=replace(sold.order, captures=("txn-1",)), transaction="txn-1")
    assert proposed(planned(decide(paid, situation()))) == (
        "A credit note of £86.91 on A/C PENRO001 would set it right: N/C 4000 T1 £59.94 net, £11.98 VAT; "
        "N/C 4010 T0 £14.99 net, £0.00 VAT. The £86.91 received for it would then be open on the account."
    )


def test_the_correction_of_an_unpaid_credit_note_speaks_of_no_money() -> None:
    refund = memo(row(), of=sale(row()))
    assert proposed(planned(decide(refund, situation(siblings=(DONE,))))) == (
        "An invoice of £35.96 on A/C PENRO001 would set it right: N/C 4000 T1 £29.97 net, £5.99 VAT."
    )


def test_nothing_is_proposed_where_there_is_no_document() -> None:
    assert proposed(None) == ""


def test_a_document_is_missing_only_by_the_shops_own_word() -> None:
    shop = filled(3)
    assert not is_missing(shop, "invoices", 3)
    assert is_missing(shop, "invoices", 4)
    assert [path for path, _ in shop.asked] == ["invoices/3", "invoices/4"]


def test_credit_memos_are_asked_for_by_the_path_of_one() -> None:
    """The list is `creditmemos`, one is `creditmemo`: the plural would answer 404 to every id."""
    shop = filled(1)
    assert is_missing(shop, "creditmemos", 1)
    assert [path for path, _ in shop.asked] == ["creditmemo/1"]


@pytest.mark.parametrize(("kind", "entity_id"), [("products", 1), ("invoices", 0)])
def test_nothing_else_is_asked_for_by_its_id(kind: str, entity_id: int) -> None:
    with pytest.raises(Defect):
        is_missing(filled(1), kind, entity_id)


@pytest.mark.parametrize(
    ("message", "missing"),
    [
        ("The entity that was requested doesn't exist. Verify the entity and try again.", True),
        ("No such entity with %fieldName = %fieldValue", True),
        ("Request does not match any route.", False),
    ],
)
def test_a_404_is_about_a_document_or_about_the_path(message: str, missing: bool) -> None:
    body = json.dumps({"message": message}).encode()
    answer = Answer(asked="V1/invoices/4", status=404, headers={}, body=body, at=ManualClock().now())
    with pytest.raises(NeedsPerson) as caught:
        json_text(answer)
    assert isinstance(caught.value, NoSuchEntity) is missing


class NoRoute:
    """A shop that refuses the path, which says nothing about a document."""

    def get(self, path: str, query: str = "") -> str:
        del query
        raise NeedsPerson(_no_route(path))


def _no_route(path: str) -> Finding:
    return Finding(code=Code.SHOP_REFUSED, what=f"No route {path}.", why="Why.", fix="Fix.")


def test_a_shop_that_refuses_the_path_does_not_say_that_a_document_is_gone() -> None:
    with pytest.raises(NeedsPerson):
        is_missing(NoRoute(), "invoices", 1)
