"""The agent's protocol, version 1, to the byte: what a released agent sends stays understood.

The golden files hold one message each, as it goes over the wire. Once a release is out its files never
change; a later release proves with them that it still speaks to that agent.
"""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_connector.codec import NotUnderstood, canonical, digest, from_json, loads
from ml_connector.documents.identity import Kind
from ml_connector.posting.company import Account, Catalogue, CompanyIdentity, LedgerEntry, TaxCode
from ml_connector.posting.plan import DocumentLine, Plan, UpdateLedger, plan_hash
from ml_connector.sync import protocol
from tests.specs.plan_examples import customer_plan, document, invoice_plan, memo_plan
from tests.specs.protocol_examples import GOLDEN, MESSAGES

NAMES = sorted(MESSAGES)
COMMANDS = [name for name in NAMES if name.startswith("command_")]
# Objects whose names are data, not fields: the numbers of an effect, and commands that travel unread.
OPEN = {"numbers", "commands"}


def objects(value: object) -> Iterator[dict[str, object]]:
    """Every object in a message that is read by its fields."""
    if isinstance(value, dict):
        fields = cast(dict[str, object], value)
        yield fields
        for name, item in fields.items():
            if name not in OPEN:
                yield from objects(item)
    elif isinstance(value, list):
        for item in cast(list[object], value):
            yield from objects(item)


def golden(name: str) -> bytes:
    return (GOLDEN / f"{name}.json").read_bytes().removesuffix(b"\n")


# The files


def test_every_message_of_the_protocol_has_a_golden_file() -> None:
    kinds = {type(message) for message in MESSAGES.values()}
    inside = {protocol.CommandReceipt, protocol.EffectReceipt}
    declared = {
        kind
        for kind in vars(protocol).values()
        if isinstance(kind, type) and dataclasses.is_dataclass(kind) and kind.__module__ == protocol.__name__
    }
    assert kinds | inside == declared
    assert sorted(path.stem for path in GOLDEN.glob("*.json")) == NAMES


def test_the_files_are_of_the_protocol_version_that_this_release_speaks() -> None:
    """When this fails, a version was released: keep these files, and give the new version its own."""
    assert protocol.PROTOCOL_VERSION == 1
    assert json.loads(golden("hello"))["protocol"] == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_message_is_sent_in_exactly_these_bytes(name: str) -> None:
    assert canonical(MESSAGES[name]) == golden(name)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("lenient", [False, True])
def test_a_message_of_these_bytes_is_understood_in_full(name: str, lenient: bool) -> None:
    message = MESSAGES[name]
    assert from_json(type(message), loads(golden(name)), lenient=lenient) == message


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_names_the_hash_of_the_plan_that_it_carries(name: str) -> None:
    raw = json.loads(golden(name))
    assert raw["plan_hash"] == digest(raw["plan"])
    assert raw["plan_hash"] == plan_hash(from_json(Plan, raw["plan"]))


# Strict and lenient


@pytest.mark.parametrize("name", COMMANDS)
def test_an_unknown_field_anywhere_in_a_command_is_refused(name: str) -> None:
    """Whoever adds a field to a plan means something by it; an agent that does not know it must not post."""
    places = len([*objects(loads(golden(name)))])
    assert places > 2
    for place in range(places):
        raw = loads(golden(name))
        [*objects(raw)][place]["added_later"] = 0
        with pytest.raises(NotUnderstood, match="added_later is not a field"):
            from_json(protocol.Command, raw)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in COMMANDS])
def test_an_unknown_field_anywhere_in_another_message_is_ignored(name: str) -> None:
    raw = loads(golden(name))
    for each in [*objects(raw)]:
        each["added_later"] = {"deep": [1]}
    assert from_json(type(MESSAGES[name]), raw, lenient=True) == MESSAGES[name]


@pytest.mark.parametrize("name", NAMES)
def test_no_field_of_a_message_may_turn_into_a_fraction(name: str) -> None:
    """An amount that went through floating point is refused wherever it stands, also when it looks whole."""
    whole = loads(golden(name))
    for place, each in enumerate(objects(whole)):
        for field in each:
            raw = copy.deepcopy(whole)
            [*objects(raw)][place][field] = Decimal("1.0")
            with pytest.raises(NotUnderstood):
                from_json(type(MESSAGES[name]), raw, lenient=True)


# Plans and company values of any content

AMOUNTS = st.integers(0, 10**9)
TEXTS = st.text(max_size=8)
DECIMALS = st.integers(-(10**9), 10**9).map(lambda units: Decimal(units).scaleb(-4))
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@st.composite
def lines(draw: st.DrawFn) -> DocumentLine:
    net, discount = draw(AMOUNTS), draw(AMOUNTS)
    return DocumentLine(
        stock_code=draw(TEXTS),
        description=draw(TEXTS),
        quantity=Decimal(1),
        unit_price=Decimal(net + discount) / 100,
        full_net=net + discount,
        discount=discount,
        net=net,
        tax=draw(AMOUNTS),
        tax_code=draw(st.integers(0, 99)),
        tax_rate=draw(DECIMALS),
        nominal=draw(TEXTS),
        rule=draw(TEXTS),
        negative=False,
    )


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    credit = draw(st.booleans())
    made = document(credit=credit, lines=tuple(draw(st.lists(lines(), max_size=3))), carriage=None)
    return Plan(
        key=draw(TEXTS),
        kind=Kind.CREDIT_MEMO if credit else Kind.INVOICE,
        reference=draw(TEXTS),
        account_ref=draw(TEXTS),
        currency="GBP",
        date=draw(DAYS),
        gross=made.net + made.tax,
        chart_version=draw(st.integers(1, 99)),
        effects=(made, UpdateLedger(id="ledger", credit=credit, splits=made.splits())),
    )


@given(plans() | st.sampled_from([invoice_plan(), memo_plan(), customer_plan()]))
def test_a_plan_comes_out_of_the_wire_as_it_went_in_with_the_same_hash(plan: Plan) -> None:
    arrived = from_json(Plan, loads(canonical(plan)))
    assert arrived == plan
    assert plan_hash(arrived) == plan_hash(plan)


@given(
    st.builds(
        Catalogue,
        company=st.builds(CompanyIdentity, name=TEXTS, company_id=TEXTS, version=TEXTS),
        tax_codes=st.lists(st.builds(TaxCode, rate=DECIMALS), max_size=2).map(tuple),
        accounts=st.lists(st.builds(Account, emails=st.lists(TEXTS).map(tuple)), max_size=2).map(tuple),
        stock=st.just(()),
        nominals=st.just(()),
        lock_date=st.none() | DAYS,
    )
)
def test_a_catalogue_comes_out_of_the_wire_as_it_went_in(catalogue: Catalogue) -> None:
    message = protocol.CatalogueIs(hash=digest(catalogue), catalogue=catalogue)
    arrived = from_json(protocol.CatalogueIs, loads(canonical(message)), lenient=True)
    assert arrived == message
    assert digest(arrived.catalogue) == arrived.hash


@given(st.lists(st.builds(LedgerEntry, date=DAYS), max_size=3).map(tuple))
def test_ledger_entries_come_out_of_the_wire_as_they_went_in(entries: tuple[LedgerEntry, ...]) -> None:
    message = protocol.LedgerIs(instance_id="i", entries=entries)
    assert from_json(protocol.LedgerIs, loads(canonical(message)), lenient=True) == message
