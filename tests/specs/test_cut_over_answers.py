"""The cut-over from the agent's reading to a person's answer: by the agent's line, the API, the command."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from ml_connector.cloud.cut_over_answers import answer_document, open_questions
from ml_connector.cloud.cut_over_command import Said, print_cut_over
from ml_connector.codec import digest
from ml_connector.documents.identity import Kind
from ml_connector.errors import Code, NeedsPerson
from ml_connector.posting.company import CustomerEntry
from ml_connector.settings import CloudSettings
from ml_connector.sync.cut_over import Answer, Reading
from ml_connector.sync.cut_over_gate import READING, answers_of, save_reading
from ml_connector.sync.passage import State
from ml_connector.sync.protocol import CatalogueIs, Leased, LeaseRequest, LedgerIs, Taken
from tests.specs.cloud_place import CONNECTION, AgentLine, Cloud, a_cloud
from tests.specs.posting_company import CATALOGUE
from tests.specs.sync_kit import SHOP, invoice
from tests.specs.sync_place import Place, a_place

pytestmark = pytest.mark.slow

BY_HAND = CustomerEntry(
    header=41,
    type="SI",
    account_ref="PENRO001",
    date=date(2026, 11, 1),
    reference="000000011",
    details=("Web order",),
    currency="GBP",
    gross=1200,
)
LEASE = LeaseRequest(instance_id="instance-1", most=10)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Invoice 11 may be transaction 41; invoice 12 waits with it."""
    with a_place(tmp_path) as made:
        made.allow(cut_over="2026-11-01")
        made.shop.page(invoice(11), invoice(12))
        with made.ledger.begin() as tx:
            save_reading(tx, Reading(read_on=date(2026, 11, 2), entries=(BY_HAND,), names={}))
        made.post_everything()
        yield made


def answer(place: Place, said: Answer, header: int = 0, entity: str = "11") -> None:
    answer_document(place.ledger, Kind.INVOICE, entity, said, header, "ann", "I looked")


def test_a_question_shows_the_document_and_the_entry_side_by_side(place: Place) -> None:
    (question,) = open_questions(place.ledger)
    assert (question["number"], question["gross"], question["currency"]) == ("000000011", 1200, "GBP")
    assert question["sage"] == [
        {"entry": BY_HAND, "same": ("document number", "total"), "proposed": Answer.LINK}
    ]


def test_an_answer_is_kept_with_who_and_why_and_that_time_s_documents_go_on(place: Place) -> None:
    answer(place, Answer.LINK, 41)
    assert [sealed.entry.action for sealed in place.trail()].count("answered at the cut-over") == 1
    place.post_everything()
    assert (place.record(11).code, place.record(12).state) == (Code.LINKED_TO_ENTRY, State.PROVED)
    assert list(open_questions(place.ledger)) == []


@pytest.mark.parametrize(
    ("said", "header", "entity"),
    [(Answer.LINK, 42, "11"), (Answer.LINK, 0, "11"), (Answer.POST, 41, "11"), (Answer.SKIP, 0, "12")],
)
def test_an_answer_that_fits_no_question_changes_nothing(
    place: Place, said: Answer, header: int, entity: str
) -> None:
    before = place.everything()
    with pytest.raises(NeedsPerson) as caught:
        answer(place, said, header, entity)
    assert caught.value.finding.code is Code.CUT_OVER_ANSWER_REFUSED
    assert place.everything() == before


# Over the wire


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    with a_cloud(tmp_path) as made:
        made.connect()
        with made.ledger.begin() as tx:
            tx.set_controls(cut_over="2026-11-01")
        yield made


@pytest.fixture
def agent(cloud: Cloud) -> AgentLine:
    return cloud.pair()


def test_the_agent_is_asked_for_the_entries_until_they_have_come(cloud: Cloud, agent: AgentLine) -> None:
    agent.ask("catalogue", CatalogueIs(hash=digest(CATALOGUE), catalogue=CATALOGUE), Taken)
    since = agent.hello().entries_from
    assert since == date(2026, 10, 2)
    assert agent.ask("lease", LEASE, Leased).send_ledger
    message = LedgerIs(instance_id="instance-1", entries=(), entries_from=since, of_anybody=(BY_HAND,))
    agent.ask("ledger", message, Taken)
    assert agent.hello().entries_from is None
    assert not agent.ask("lease", LEASE, Leased).send_ledger
    with cloud.ledger.begin() as tx:
        known = tx.fact(READING)
    assert known is not None
    assert '"000000011"' in known[1]
    assert '"PENRO001":' in known[1], "with the account's name"


def test_a_ledger_reading_without_them_does_not_count_as_one(cloud: Cloud, agent: AgentLine) -> None:
    agent.ask("ledger", LedgerIs(instance_id="instance-1", entries=()), Taken)
    with cloud.ledger.begin() as tx:
        assert tx.fact(READING) is None


def test_the_questions_are_listed_and_answered_over_the_api(cloud: Cloud) -> None:
    assert cloud.get(f"/{CONNECTION}/cut-over") == {"documents": []}
    refused = cloud.post(
        f"/{CONNECTION}/cut-over/answer",
        kind="invoice",
        entity="11",
        answer="post",
        by="ann",
        why="I looked",
    )
    assert refused.status_code >= 400
    assert Code.CUT_OVER_ANSWER_REFUSED.value in refused.text
    with cloud.ledger.begin() as tx:
        assert answers_of(tx) == {}


# At the command line


def told(place: Place, folder: Path, said: Said | None = None) -> str:
    console = Console(file=StringIO(), width=300)
    print_cut_over(
        CloudSettings(data_dir=folder, database=folder / "records.sqlite3"), place.clock, console, SHOP, said
    )
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_the_command_lists_the_questions_and_takes_an_answer(place: Place, tmp_path: Path) -> None:
    listed = told(place, tmp_path)
    assert "invoice 000000011  £12.00" in listed
    assert "transaction 41  SI 01/11/2026  A/C PENRO001  £12.00  “000000011 Web order”" in listed
    assert "same: document number, total; proposed: link" in listed
    said = Said(number="000000011", answer="link", header=41, by="ann", why="I looked")
    assert "0 open" in told(place, tmp_path, said)
    place.post_everything()
    assert place.record(11).code is Code.LINKED_TO_ENTRY


@pytest.mark.parametrize("change", [{"by": ""}, {"why": " "}, {"number": "000000012"}])
def test_the_command_takes_no_answer_without_a_name_a_reason_or_a_question(
    place: Place, tmp_path: Path, change: dict[str, str]
) -> None:
    said = Said(number="000000011", answer="post", header=0, by="ann", why="I looked")
    with pytest.raises(NeedsPerson) as caught:
        told(place, tmp_path, replace(said, **change))
    assert caught.value.finding.code is Code.CUT_OVER_ANSWER_REFUSED
