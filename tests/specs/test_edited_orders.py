"""Edited orders: the worked table of docs/rules/edited-orders.md, and who is asked again when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from ml_connector.adobe.reader import edited, read_bundle
from ml_connector.documents.edited import Edited
from ml_connector.documents.sales import SalesDocument
from ml_connector.errors import Code
from ml_connector.posting.decide import decide
from ml_connector.posting.plan import Held, Planned
from ml_connector.posting.show import show
from ml_connector.sync.passage import State
from tests.specs.posting_examples import memo, row, sale, situation
from tests.specs.shop_payloads import FACTS, bundle, order
from tests.specs.sync_kit import held as held_by_rule
from tests.specs.sync_kit import invoice, of_kind
from tests.specs.sync_kit import memo as memo_payload
from tests.specs.sync_place import Place, a_place
from tests.specs.test_posting_beside import DONE
from tests.specs.worked_tables import Row, cases, held

D = Decimal
NEWER = {
    "relation_parent_id": "78",
    "relation_parent_real_id": "000000078",
    "original_increment_id": "000000078",
    "edit_increment": 1,
}
OLDER = {"relation_child_id": "191", "relation_child_real_id": "000000078-1"}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with a_place(tmp_path) as made:
        yield made


def of_order(document: SalesDocument, said: str) -> SalesDocument:
    """The document, with its order edited as the table says."""
    number = said.rpartition(" ")[2]
    related = {"replaces": {"replaces": number}, "replaced": {"replaced_by": number}}
    return replace(document, order=replace(document.order, **related.get(said.partition(" ")[0], {})))


@cases(
    "edited-orders.md",
    "Document",
    "Its order",
    "Invoiced under the other number",
    "Refunded there",
    "Note in Sage",
    "Outcome",
)
def test_edited_orders(case: Row) -> None:
    sold = sale(row())
    document = sold if case["Document"] == "invoice" else memo(row(), of=sold)
    before = D(case["Invoiced under the other number"]) - D(case["Refunded there"])
    decision = decide(
        of_order(document, case["Its order"]), situation(siblings=(DONE,), billed_before=before)
    )
    if isinstance(decision, Held):
        assert held(decision) == case["Outcome"]
        return
    assert isinstance(decision, Planned)
    assert decision.plan.document is not None
    notes = [note for note in decision.plan.document.notes[:3] if note.startswith("Replace")]
    assert (notes or ["none"], "goes") == ([case["Note in Sage"]], case["Outcome"])


def test_the_other_number_stands_on_the_preview() -> None:
    document = of_order(sale(row()), "replaces 000000078")
    shown = show(document, decide(document, situation()))
    assert "(replaces order 000000078)" in shown.splitlines()[0]


def test_the_relations_are_read_off_the_order() -> None:
    assert edited(json.dumps(order(**NEWER))) == Edited(replaces=78)
    assert edited(json.dumps(order(**OLDER))) == Edited(replaced_by=191)
    assert edited(json.dumps(order())) == Edited()
    newer = read_bundle(bundle(of=order(**NEWER)), FACTS).order
    older = read_bundle(bundle(of=order(**OLDER)), FACTS).order
    assert (newer.replaces, newer.replaced_by) == ("000000078", "")
    assert (older.replaces, older.replaced_by) == ("", "000000078-1")


def test_a_decision_is_given_what_the_replaced_order_has_billed(place: Place) -> None:
    place.shop.add(of_kind("orders", 2, body=json.dumps({"replaces": 1})))
    place.shop.page(invoice(1))
    place.shop.page(invoice(2))
    place.post_everything()
    assert [record.number for record in place.teller.replaced["2"]] == [place.record(1).number]
    assert place.teller.replaced["1"] == ()


def test_what_is_held_of_the_new_order_is_asked_again_once_the_first_one_is_refunded(place: Place) -> None:
    place.shop.add(of_kind("orders", 1, body=json.dumps({"replaced_by": 2})))
    place.shop.add(of_kind("orders", 2, body=json.dumps({"replaces": 1})))
    place.shop.page(invoice(1))
    place.shop.page(invoice(2))
    place.teller.says["2"] = held_by_rule()
    place.post_everything()
    assert place.record(2).code is Code.UNMAPPED_TAX
    del place.teller.says["2"]
    place.shop.page(memo_payload(9, "12.00", order=1))
    place.post_everything()
    assert place.record(2).state is State.PROVED
    assert sum(record.shop_total for record in place.teller.replaced["2"]) == 0
