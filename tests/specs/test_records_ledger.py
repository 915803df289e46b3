"""The records: what goes in comes out, and state, mapping and trail change together or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ml_connector.documents.identity import Key, Kind
from ml_connector.errors import Code, Defect
from ml_connector.posting.plan import plan_hash
from ml_connector.sync.passage import Because, State
from ml_connector.sync.ports import Flow, OpenCommand
from ml_connector.sync.record import Record
from tests.specs.databases import EmptyDatabase
from tests.specs.sync_kit import SHOP, finding, invoice, of_kind
from tests.specs.sync_place import Place, a_place
from tests.specs.sync_plans import document_plan

KEY = Key(SHOP, Kind.INVOICE, "1")
PLAN = document_plan(KEY, Decimal("12.00"), "ANNA001")
FULL = Record(
    key=KEY,
    order_id=5,
    number="000000001",
    reference="K7-I1",
    document_at=datetime(2026, 3, 29, 0, 59, 59, 123456, tzinfo=UTC),
    captured=True,
    shop_currency="EUR",
    shop_total=Decimal("-12.3450"),
    shop_base_currency="GBP",
    shop_base_total=Decimal("-10.5200"),
    state=State.NOTICED,
    since=datetime(2026, 11, 23, 12, 0, tzinfo=UTC),
    due=False,
    code=Code.FOREIGN_VAT,
    findings=(finding(Code.FOREIGN_VAT), finding(Code.NOT_VAT)),
    waits_on=("shop-1/customer/zoë@example.com|GBP", "100 % “sure”_\\"),
    fingerprint="f1:abc",
    generation=3,
    chart_version=2,
    plan=PLAN,
    plan_hash=plan_hash(PLAN),
    profile='{"name": "Zoë"}',
    account_ref="ZOE00001",
    sage={"document": {"number": 7, "kind": "SI", "splits": (1, 2)}, "ledger": {}},
)


@pytest.fixture
def place(tmp_path: Path, empty: EmptyDatabase) -> Iterator[Place]:
    with a_place(tmp_path, empty) as made:
        yield made


def put(place: Place, record: Record) -> None:
    with place.ledger.begin() as tx:
        tx.create(record, actor="test", action="noticed", payload={})


def change(place: Place, old: Record, new: Record, because: Because | None = None) -> None:
    with place.ledger.begin() as tx:
        tx.save(old, new, actor="test", action=new.state.value, payload={}, because=because)


# In and out


def test_of_what_is_done_while_looking_nothing_stays(place: Place) -> None:
    put(place, FULL)
    with place.ledger.look() as tx:
        assert tx.record(KEY) == FULL
        tx.save(FULL, replace(FULL, state=State.HELD), actor="test", action="held", payload={})
        assert tx.record(KEY) != FULL
    with place.ledger.begin() as tx:
        assert tx.record(KEY) == FULL


def test_every_field_of_a_record_comes_out_as_it_went_in(place: Place) -> None:
    as_if_unset = [each.name for each in fields(Record) if getattr(FULL, each.name) == each.default]
    assert as_if_unset == ["state"], "a field has its default, so nothing shows that it is kept"
    put(place, FULL)
    assert place.record(1) == FULL


def test_a_record_of_which_nothing_is_known_comes_out_as_it_went_in(place: Place) -> None:
    bare = Record(key=KEY, document_at=FULL.document_at, since=FULL.since)
    put(place, bare)
    assert place.record(1) == bare


def test_an_amount_keeps_its_places(place: Place) -> None:
    put(place, replace(FULL, shop_total=Decimal("0.10")))
    assert str(place.record(1).shop_total) == "0.10"


def test_a_command_comes_out_as_it_went_in_and_changes(place: Place) -> None:
    command = OpenCommand(command_id="c1", key=KEY, generation=3, plan_hash="h", agent_id="agent-1")
    answered = replace(command, outcome="posted", receipt_hash="r")
    with place.ledger.begin() as tx:
        tx.save_command(command)
        assert tx.command("c1") == command
        tx.save_command(answered)
        assert tx.command("c1") == answered
        assert tx.open_commands("agent-1") == (answered,)
        assert tx.open_commands("agent-2") == ()
        assert tx.command("c2") is None


def test_readings_are_kept_by_connection_kind_and_id(place: Place) -> None:
    with place.ledger.begin() as tx:
        assert tx.save_payloads([invoice(1, order=5)])
        assert not tx.save_payloads([invoice(1, order=5)])
        assert tx.save_payloads([invoice(1, "13.00", order=5)])
        tx.save_payloads([of_kind("transactions", 1, order=5, body='{"id": 1}')])
        assert tx.payload(Flow.INVOICES, 1) == invoice(1, "13.00", order=5).body
        assert tx.payloads_of_order("transactions", 5) == ('{"id": 1}',)
        assert tx.missing(Flow.INVOICES, (1, 2)) == (2,)
        assert tx.payload(Flow.CREDIT_MEMOS, 1) is None


def test_a_fact_is_its_latest_reading(place: Place) -> None:
    with place.ledger.begin() as tx:
        assert tx.fact("catalogue") is None
        tx.save_fact("catalogue", "h1", "one")
        tx.save_fact("catalogue", "h2", "two")
        assert tx.fact("catalogue") == ("h2", "two")


# Moving


def test_a_move_that_the_passage_does_not_hold_changes_nothing(place: Place) -> None:
    put(place, FULL)
    before = place.everything()
    with pytest.raises(Defect, match="cannot go from noticed to proved"):
        change(place, FULL, replace(FULL, state=State.PROVED))
    assert place.everything() == before


def test_a_move_that_needs_a_reason_is_refused_without_it(place: Place) -> None:
    put(place, FULL)
    record = FULL
    for state in (State.PLANNED, State.QUEUED):
        change(place, record, replace(record, state=state))
        record = replace(record, state=state)
    with place.ledger.begin() as tx:
        tx.save_command(OpenCommand(command_id="c1", key=KEY, generation=3, plan_hash="h", agent_id="a"))
    change(place, record, replace(record, state=State.SENT))
    record = replace(record, state=State.SENT)
    with pytest.raises(Defect):
        change(place, record, replace(record, state=State.QUEUED))
    with pytest.raises(Defect):
        change(place, record, replace(record, state=State.QUEUED), Because.PERSON)
    change(place, record, replace(record, state=State.QUEUED), Because.ABSENCE_PROVED)
    assert place.record(1).state is State.QUEUED


def test_a_record_that_somebody_moved_in_between_is_not_moved_again(place: Place) -> None:
    put(place, FULL)
    change(place, FULL, replace(FULL, state=State.SKIPPED))
    before = place.everything()
    with pytest.raises(Defect, match="moved by somebody else in between"):
        change(place, FULL, replace(FULL, state=State.PLANNED))
    assert place.everything() == before


def test_a_record_cannot_become_another(place: Place) -> None:
    put(place, FULL)
    with pytest.raises(Defect, match="cannot become another"):
        change(place, FULL, replace(FULL, key=Key(SHOP, Kind.INVOICE, "2")))


def test_every_change_writes_one_entry_that_says_from_where_to_where(place: Place) -> None:
    put(place, FULL)
    change(place, FULL, replace(FULL, state=State.HELD))
    change(place, replace(FULL, state=State.HELD), replace(FULL, state=State.HELD, number="2"))
    entries = [sealed.entry for sealed in place.trail()]
    assert [(entry.from_state, entry.to_state) for entry in entries] == [
        ("", "noticed"),
        ("noticed", "held"),
        ("held", "held"),
    ]
    assert {entry.key for entry in entries} == {str(KEY)}


def test_the_trail_keeps_a_customer_s_address_out_of_its_heads(place: Place) -> None:
    key = Key(SHOP, Kind.CUSTOMER, "zoe@example.com|GBP")
    put(place, replace(FULL, key=key, plan=None, plan_hash=""))
    (entry,) = [sealed.entry for sealed in place.trail()]
    assert "zoe" not in entry.key
    assert place.actions(place.customer("zoe@example.com|GBP")) == ["noticed"]


# Who is due


def test_those_who_wait_for_somebody_are_found_by_exactly_that_name(place: Place) -> None:
    """A name that is part of another, or holds a wildcard, wakes nobody else."""
    for entity, waits_on in enumerate(("shop-1/invoice/1", "shop-1/invoice/11", "shop-1/invoice/_"), start=1):
        put(place, replace(FULL, key=Key(SHOP, Kind.INVOICE, str(entity)), waits_on=(waits_on,)))
    with place.ledger.begin() as tx:
        tx.mark_due(waits_on="shop-1/invoice/1")
    assert [place.record(entity).due for entity in (1, 2, 3)] == [True, False, False]
    with place.ledger.begin() as tx:
        tx.mark_due(waits_on="shop-1/invoice/_")
    assert [place.record(entity).due for entity in (1, 2, 3)] == [True, False, True]


def test_a_name_outside_ascii_is_found_too(place: Place) -> None:
    put(place, FULL)
    with place.ledger.begin() as tx:
        tx.mark_due(waits_on="shop-1/customer/zoë@example.com|GBP")
    assert place.record(1).due


def test_what_is_at_sage_is_not_asked_for_again_without_being_named(place: Place) -> None:
    put(place, FULL)
    change(place, FULL, replace(FULL, state=State.SKIPPED))
    with place.ledger.begin() as tx:
        tx.mark_due()
    assert not place.record(1).due


def test_records_of_another_connection_are_not_seen(place: Place) -> None:
    put(place, FULL)
    other = replace(place.ledger, connection_id="shop-2")
    with other.begin() as tx:
        assert tx.records() == ()
        assert tx.records_of_order(5) == ()
        assert tx.accounts() == {}
        tx.mark_due()
    assert not place.record(1).due


def test_a_connection_that_does_not_exist_is_a_defect(place: Place) -> None:
    nobody = replace(place.ledger, connection_id="shop-2")
    with pytest.raises(Defect, match="shop-2 does not exist"), nobody.begin() as tx:
        tx.controls()
