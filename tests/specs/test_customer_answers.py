"""An operator answers whose account a shopper has: seen side by side, answered, one entry in the trail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from ml_connector.cloud.agents import CATALOGUE as CATALOGUE_FACT
from ml_connector.cloud.connections import accept_chart
from ml_connector.codec import canonical
from ml_connector.documents.identity import Key, Kind
from ml_connector.errors import Code
from ml_connector.records.rows import json_text
from ml_connector.sync.passage import State
from ml_connector.sync.record import Record
from tests.specs.cloud_place import CONNECTION, Cloud, a_cloud
from tests.specs.customer_examples import ANN, AT_HOME, KNOWN
from tests.specs.posting_company import CATALOGUE, CHART
from tests.specs.sync_kit import finding

pytestmark = pytest.mark.slow

ACCOUNTS = (
    AT_HOME,
    replace(KNOWN, ref="HELD0001", emails=(), on_hold=True),
    replace(KNOWN, ref="EURO0001", emails=(), currency="EUR"),
)
KEY = Key(CONNECTION, Kind.CUSTOMER, ANN.entity)


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    with a_cloud(tmp_path) as made:
        made.connect()
        accept_chart(made.ledger, CHART, "ann", "for a test")
        with made.ledger.begin() as tx:
            body = json_text(replace(CATALOGUE, accounts=ACCOUNTS))
            tx.save_fact(CATALOGUE_FACT, "1", body)
        yield made


def customer(cloud: Cloud, state: State = State.HELD, entity: str = ANN.entity) -> Record:
    now, found = cloud.clock.now(), finding(Code.CUSTOMER_NEAR_MATCH)
    record = Record(
        key=Key(CONNECTION, Kind.CUSTOMER, entity),
        document_at=now,
        since=now,
        state=state,
        due=False,
        code=found.code if state is State.HELD else None,
        findings=(found,) if state is State.HELD else (),
        profile=canonical(replace(ANN, entity=entity)).decode(),
        account_ref="" if state is State.HELD else "ANNPE001",
    )
    with cloud.ledger.begin() as tx:
        tx.create(record, actor="test", action="noticed", payload={})
    return record


def stored(cloud: Cloud, key: Key = KEY) -> Record:
    with cloud.ledger.begin() as tx:
        found = tx.record(key)
    assert found is not None
    return found


def kept(cloud: Cloud) -> str | None:
    with cloud.ledger.begin() as tx:
        return tx.customer_answer(ANN.entity)


def answer(
    cloud: Cloud, choice: str = "link", account_ref: str = "penro001", entity: str = ANN.entity
) -> int:
    body = {"entity": entity, "answer": choice, "account_ref": account_ref}
    return cloud.post(f"/{CONNECTION}/customers/answer", **body, by="ann", why="I know her").status_code


def test_a_held_shopper_is_shown_beside_the_accounts_that_may_be_theirs(cloud: Cloud) -> None:
    customer(cloud)
    customer(cloud, State.PROVED, "ben@example.co.uk|GBP")
    (shown,) = cast(list[Mapping[str, object]], cloud.get(f"/{CONNECTION}/customers")["customers"])
    assert (shown["entity"], shown["code"], shown["answer"]) == (ANN.entity, "customer-near-match", None)
    assert cast(Mapping[str, object], shown["shop"])["emails"] == ["ann@example.co.uk"]
    (candidate,) = cast(list[Mapping[str, object]], shown["sage"])
    assert cast(Mapping[str, object], candidate["account"])["ref"] == "PENRO001"
    assert candidate["same"] == ["postcode and name", "postcode and telephone"]


def test_shoppers_in_another_state_can_be_asked_for(cloud: Cloud) -> None:
    customer(cloud, State.PROVED)
    found = cloud.get(f"/{CONNECTION}/customers?state=proved")["customers"]
    assert len(cast(list[object], found)) == 1
    assert cloud.get(f"/{CONNECTION}/customers")["customers"] == []


def test_a_link_is_kept_as_sage_spells_it_with_one_entry_in_the_trail(cloud: Cloud) -> None:
    customer(cloud)
    before = len(cloud.trail())
    assert answer(cloud) == 200
    assert kept(cloud) == "PENRO001"
    assert stored(cloud).due
    assert len(cloud.trail()) == before + 1
    actor, action, payload = cloud.last_entry()
    assert (actor, action) == ("user ann", "shopper linked")
    assert payload == {"answer": "link", "account_ref": "PENRO001", "why": "I know her"}
    assert cloud.trail()[-1].entry.key.startswith(f"{CONNECTION}/customer/")


def test_a_new_account_may_be_the_answer(cloud: Cloud) -> None:
    customer(cloud)
    assert answer(cloud, "create", "") == 200
    assert kept(cloud) == ""
    assert cloud.last_entry()[1] == "new account allowed"


def test_the_last_answer_counts(cloud: Cloud) -> None:
    customer(cloud)
    answer(cloud, "create", "")
    answer(cloud)
    assert kept(cloud) == "PENRO001"


def test_a_shopper_with_an_account_may_be_linked_to_another(cloud: Cloud) -> None:
    customer(cloud, State.PROVED)
    assert answer(cloud) == 200
    with cloud.ledger.begin() as tx:
        assert tx.accounts()[ANN.entity] == "PENRO001"
    assert stored(cloud).state is State.PROVED


@pytest.mark.parametrize(
    ("choice", "account_ref", "entity"),
    [
        ("link", "NOBODY", ANN.entity),
        ("link", "", ANN.entity),
        ("link", "HELD0001", ANN.entity),
        ("link", "EURO0001", ANN.entity),
        ("create", "PENRO001", ANN.entity),
        ("link", "PENRO001", "nobody@example.co.uk|GBP"),
    ],
)
def test_an_answer_that_cannot_be_followed_changes_nothing(
    cloud: Cloud, choice: str, account_ref: str, entity: str
) -> None:
    customer(cloud)
    before = len(cloud.trail())
    body = {"entity": entity, "answer": choice, "account_ref": account_ref, "by": "ann", "why": "so"}
    response = cloud.post(f"/{CONNECTION}/customers/answer", **body)
    assert response.status_code == 400
    assert response.json()["code"] == "customer-answer-refused"
    assert kept(cloud) is None
    assert len(cloud.trail()) == before


@pytest.mark.parametrize("state", [State.SENT, State.POSTED, State.DISPUTED])
def test_nothing_is_answered_while_the_account_is_being_written(cloud: Cloud, state: State) -> None:
    customer(cloud, state)
    assert answer(cloud) == 400
    assert kept(cloud) is None


def test_a_second_account_is_not_made_for_who_has_one(cloud: Cloud) -> None:
    customer(cloud, State.PROVED)
    assert answer(cloud, "create", "") == 400


def test_a_change_of_a_shopper_is_no_shopper(cloud: Cloud) -> None:
    entity = f"{ANN.entity}|update 7"
    customer(cloud, entity=entity)
    assert answer(cloud, entity=entity) == 400
    assert cloud.get(f"/{CONNECTION}/customers")["customers"] == []


def test_an_answer_says_who_and_why(cloud: Cloud) -> None:
    customer(cloud)
    body = {"entity": ANN.entity, "answer": "link", "account_ref": "PENRO001", "by": "ann"}
    assert cloud.post(f"/{CONNECTION}/customers/answer", **body).status_code == 422
