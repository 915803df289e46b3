"""Agents at work: one company and no other, readings kept once, commands given and receipts taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from ml_connector.codec import canonical, digest, loads
from ml_connector.documents.identity import Key, Kind
from ml_connector.errors import Code
from ml_connector.posting.company import Catalogue, LedgerEntry, LedgerSplit, TaxCode
from ml_connector.posting.plan import plan_hash
from ml_connector.sync.passage import State
from ml_connector.sync.protocol import (
    CatalogueIs,
    Heartbeat,
    Leased,
    LeaseRequest,
    LedgerIs,
    Receipts,
    ReceiptsTaken,
    Taken,
)
from ml_connector.sync.record import Record
from tests.specs.cloud_place import COMPANY, CONNECTION, AgentLine, Cloud, a_cloud
from tests.specs.sync_kit import finding
from tests.specs.sync_plans import document_plan

pytestmark = pytest.mark.slow

CATALOGUE = Catalogue(
    company=COMPANY,
    base_currency="GBP",
    country="GB",
    accounts=(),
    stock=(),
    nominals=(),
    tax_codes=(TaxCode(number=1, description="Standard", rate=Decimal(20)),),
    default_nominal="4000",
    default_tax_code=1,
)
LEASE = LeaseRequest(instance_id="instance-1", most=10)


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    with a_cloud(tmp_path) as made:
        made.connect()
        yield made


@pytest.fixture
def agent(cloud: Cloud) -> AgentLine:
    return cloud.pair()


def queued(cloud: Cloud, entity: int = 1) -> Record:
    """A document in the queue, by no chart at all (version 0), which is the current one here."""
    key, now = Key(CONNECTION, Kind.INVOICE, str(entity)), cloud.clock.now()
    plan = document_plan(key, Decimal("12.00"), "ANNA001", 0)
    noticed = Record(key=key, document_at=now, since=now, due=False, reference=plan.reference)
    planned = replace(
        noticed, state=State.PLANNED, plan=plan, plan_hash=plan_hash(plan), generation=1, number="1"
    )
    with cloud.ledger.begin() as tx:
        tx.create(noticed, actor="test", action="noticed", payload={})
        tx.save(noticed, planned, actor="test", action="planned", payload={})
        tx.save(planned, replace(planned, state=State.QUEUED), actor="test", action="queued", payload={})
    return replace(planned, state=State.QUEUED)


def state(cloud: Cloud, record: Record) -> State:
    with cloud.ledger.begin() as tx:
        found = tx.record(record.key)
    assert found is not None
    return found.state


def breaker(cloud: Cloud) -> Code | None:
    with cloud.ledger.begin() as tx:
        tripped = tx.controls().breaker
    return tripped.code if tripped else None


# The company


def test_the_first_company_is_the_connection_s_from_then_on(cloud: Cloud, agent: AgentLine) -> None:
    assert agent.hello().finding is None
    assert agent.hello(header=101).finding is None
    assert breaker(cloud) is None


def test_another_company_stops_everything(cloud: Cloud, agent: AgentLine) -> None:
    agent.hello()
    record = queued(cloud)
    welcome = agent.hello(replace(COMPANY, company_id="company-2", name="Practice data"))
    assert welcome.finding is not None
    assert welcome.finding.code is Code.COMPANY_CHANGED
    assert breaker(cloud) is Code.COMPANY_CHANGED
    assert agent.ask("lease", LEASE, Leased).commands == ()
    assert state(cloud, record) is State.QUEUED


def test_a_company_that_only_has_another_name_is_the_same(agent: AgentLine) -> None:
    agent.hello()
    assert agent.hello(replace(COMPANY, name="Hearth & Loom (2026) Ltd", version="30.0")).finding is None


def test_a_released_stop_does_not_make_another_company_the_right_one(cloud: Cloud, agent: AgentLine) -> None:
    agent.hello()
    other = replace(COMPANY, company_id="company-2")
    agent.hello(other)
    cloud.post(f"/{CONNECTION}/acts/release-breaker", by="ben", why="the right one is open again")
    assert agent.hello().finding is None
    agent.hello(other)
    assert breaker(cloud) is Code.COMPANY_CHANGED


def test_a_ledger_that_went_backwards_stops_everything(cloud: Cloud, agent: AgentLine) -> None:
    agent.hello(header=100)
    welcome = agent.hello(header=90)
    assert welcome.finding is not None
    assert "ended at 100 and now ends at 90" in welcome.finding.why
    assert breaker(cloud) is Code.COMPANY_WENT_BACK


def test_a_stop_for_a_restored_backup_can_be_released(cloud: Cloud, agent: AgentLine) -> None:
    """Whoever releases it says that the ledger is right as it is; from then on it is measured anew."""
    agent.hello(header=100)
    agent.hello(header=90)
    cloud.post(f"/{CONNECTION}/acts/release-breaker", by="ben", why="restored on purpose")
    assert agent.hello(header=90).finding is None
    agent.hello(header=89)
    assert breaker(cloud) is Code.COMPANY_WENT_BACK


# Readings


def test_a_catalogue_is_kept_by_its_hash_and_noted_once(cloud: Cloud, agent: AgentLine) -> None:
    assert agent.hello().catalogue_hash == ""
    hashed = digest(CATALOGUE)
    agent.ask("catalogue", CatalogueIs(hash=hashed, catalogue=CATALOGUE), Taken)
    before = len(cloud.trail())
    agent.ask("catalogue", CatalogueIs(hash=hashed, catalogue=CATALOGUE), Taken)
    assert len(cloud.trail()) == before
    assert agent.hello().catalogue_hash == hashed


def test_a_new_catalogue_is_a_reason_to_look_again_at_what_is_held(cloud: Cloud, agent: AgentLine) -> None:
    record = queued(cloud)
    held = replace(record, state=State.HELD, code=Code.STOCK_CODE_MISSING)
    with cloud.ledger.begin() as tx:
        tx.save(record, held, actor="test", action="held", payload={})
    agent.ask("catalogue", CatalogueIs(hash=digest(CATALOGUE), catalogue=CATALOGUE), Taken)
    with cloud.ledger.begin() as tx:
        found = tx.record(record.key)
    assert found is not None
    assert found.due


def test_the_ledger_is_asked_for_until_it_has_come(cloud: Cloud, agent: AgentLine) -> None:
    assert not agent.ask("lease", LEASE, Leased).send_ledger
    cloud.post(f"/{CONNECTION}/ledger-reading", by="ben", why="for the proof")
    assert agent.ask("lease", LEASE, Leased).send_ledger
    entry = LedgerEntry(
        header=1,
        type="SI",
        account_ref="ANNA001",
        date=cloud.clock.now().date(),
        reference="K7-I1",
        currency="GBP",
        splits=(LedgerSplit(nominal="4000", tax_code=1, net=1000, tax=200),),
    )
    agent.ask("ledger", LedgerIs(instance_id="instance-1", entries=(entry,)), Taken)
    assert not agent.ask("lease", LEASE, Leased).send_ledger
    shown = cloud.get(f"/{CONNECTION}/proof")
    assert '"sage":"12.00"' in canonical(shown).decode()


def test_what_keeps_an_agent_from_working_is_shown_until_it_works(cloud: Cloud, agent: AgentLine) -> None:
    busy = Heartbeat(instance_id="instance-1", finding=finding(Code.SAGE_BUSY))
    agent.ask("heartbeat", busy, Taken)
    assert "sage-busy" in str(cloud.get(f"/{CONNECTION}")["agents"])
    agent.ask("heartbeat", Heartbeat(instance_id="instance-1"), Taken)
    assert "sage-busy" not in str(cloud.get(f"/{CONNECTION}")["agents"])


# Work


def test_a_lease_and_its_receipt_prove_a_document(cloud: Cloud, agent: AgentLine) -> None:
    record = queued(cloud)
    welcome = agent.hello()
    (raw,) = agent.ask("lease", LEASE, Leased).commands
    assert (raw["plan_hash"], raw["incarnation"]) == (record.plan_hash, welcome.incarnation)
    assert state(cloud, record) is State.SENT
    told: dict[str, object] = {
        "command_id": raw["id"],
        "incarnation": raw["incarnation"],
        "key": str(record.key),
        "generation": raw["generation"],
        "plan_hash": raw["plan_hash"],
        "outcome": "proved",
        "effects": [{"id": "document", "state": "written", "numbers": {"number": 7}, "differences": []}],
        "finding": None,
    }
    for _ in range(2):
        taken = agent.ask("receipts", {"instance_id": "instance-1", "receipts": [told]}, ReceiptsTaken)
        assert taken.command_ids == (raw["id"],)
    assert state(cloud, record) is State.PROVED
    assert [sealed.entry.action for sealed in cloud.trail()][-2:] == ["posted", "proved"]


def test_a_receipt_for_nothing_of_ours_is_taken_so_that_it_is_not_sent_for_ever(
    cloud: Cloud, agent: AgentLine
) -> None:
    told: dict[str, object] = {
        "command_id": "nobody's",
        "incarnation": "",
        "key": "nonsense",
        "generation": 1,
        "plan_hash": "",
        "outcome": "proved",
        "effects": [],
    }
    taken = agent.ask("receipts", {"instance_id": "instance-1", "receipts": [told]}, ReceiptsTaken)
    assert taken.command_ids == ("nobody's",)
    assert cloud.last_entry()[1] == "receipt not ours"
    assert agent.ask("receipts", Receipts(instance_id="i", receipts=()), ReceiptsTaken).command_ids == ()


@pytest.mark.parametrize(("most", "given"), [(-1, 0), (0, 0), (2, 2), (10_000, 50)])
def test_no_more_is_leased_than_was_asked_for_and_never_more_than_fifty(
    cloud: Cloud, agent: AgentLine, most: int, given: int
) -> None:
    for entity in range(1, 61 if given == 50 else 4):
        queued(cloud, entity)
    leased = agent.ask("lease", LeaseRequest(instance_id="instance-1", most=most), Leased)
    assert len(leased.commands) == given


def test_every_answer_carries_the_trail_s_head(cloud: Cloud, agent: AgentLine) -> None:
    taken = agent.ask("heartbeat", Heartbeat(instance_id="instance-1"), Taken)
    assert taken.trail_head == cloud.get(f"/{CONNECTION}")["trail_head"]
    assert loads(canonical(taken)) == {"trail_head": taken.trail_head}
