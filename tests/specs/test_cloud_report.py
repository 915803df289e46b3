"""What the command line tells of a data folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import update

from ml_connector.adobe.auth import OAuth1Credentials
from ml_connector.clock import ManualClock
from ml_connector.cloud import connections
from ml_connector.cloud.report import print_records, print_status, print_verification
from ml_connector.documents.identity import Key, Kind
from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.records import tables
from ml_connector.records.database import open_database
from ml_connector.records.ledger import Ledger
from ml_connector.records.vault import Vault
from ml_connector.settings import CloudSettings
from ml_connector.sync.passage import State
from ml_connector.sync.record import Record
from tests.specs.cloud_place import SECRETS

CLOCK = ManualClock()
STYLED = Finding(code=Code.STOCK_CODE_MISSING, what="“[red]MUG[/] [/b]” is missing.", why="", fix="")


@dataclass
class Folder:
    """A data folder with one connection and one document that is held."""

    settings: CloudSettings
    ledger: Ledger

    def told(self, state: str | None = None) -> str:
        console = Console(file=StringIO(), width=200)
        print_records(self.settings, CLOCK, console, state)
        return _text(console)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    settings = CloudSettings(data_dir=tmp_path)
    engine = open_database(settings.database)
    new = connections.NewConnection(
        connection_id="shop-1",
        name="Shop",
        tag="K7",
        shop_url="https://shop.example.com",
        credentials=OAuth1Credentials(**SECRETS),
    )
    connections.create(engine, CLOCK, Vault.open(settings.vault_key, CLOCK), new, "ann")
    ledger = Ledger(engine, CLOCK, "shop-1")
    noticed = Record(
        key=Key("shop-1", Kind.INVOICE, "1"),
        number="[bold]1[/bold]",
        document_at=CLOCK.now(),
        since=CLOCK.now(),
        captured=True,
        shop_currency="GBP",
        shop_total=Decimal("1234.5"),
        reference="K7-I1",
    )
    held = replace(noticed, state=State.HELD, code=STYLED.code, findings=(STYLED,))
    with ledger.begin() as tx:
        tx.create(noticed, actor="test", action="noticed", payload={})
        tx.save(noticed, held, actor="test", action="held", payload={})
    yield Folder(settings, ledger)
    engine.dispose()


def _text(console: Console) -> str:
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_records_are_told_with_date_amount_and_reason_as_people_read_them(folder: Folder) -> None:
    told = folder.told()
    for word in ("23/11/2026", "£1,234.50", "held", "K7-I1", "stock-code-missing"):
        assert word in told


def test_a_narrow_terminal_still_shows_every_word(folder: Folder) -> None:
    console = Console(file=StringIO(), width=40)
    print_records(folder.settings, CLOCK, console, None)
    lines = _text(console).splitlines()
    assert max(len(line) for line in lines) <= 40
    told = " ".join(" ".join(lines).split())
    for words in ("23/11/2026", "£1,234.50", "held", "as K7-I1", "stock-code-missing: “[red]MUG[/] [/b]” is"):
        assert words in told


def test_what_the_shop_wrote_is_told_as_it_stands_and_never_as_a_style(folder: Folder) -> None:
    told = folder.told()
    assert "[bold]1[/bold]" in told
    assert "“[red]MUG[/] [/b]” is missing." in told


def test_records_in_one_state_may_be_asked_for(folder: Folder) -> None:
    assert "K7-I1" in folder.told("held")
    assert "K7-I1" not in folder.told("proved")


def test_a_word_that_is_no_state_is_refused_with_those_that_are(folder: Folder) -> None:
    with pytest.raises(NeedsPerson) as refused:
        folder.told("lost")
    assert "noticed, waiting" in refused.value.finding.why


def test_the_status_names_counts_stops_and_the_trail_s_head(folder: Folder) -> None:
    with folder.ledger.begin() as tx:
        tx.trip_breaker(STYLED)
        tx.set_controls(paused=True)
        head = tx.trail_head()
    console = Console(file=StringIO(), width=200)
    print_status(folder.settings, CLOCK, console)
    for word in ("shop-1", "K7-", "documents: 1 held", "stopped:", "[red]MUG[/]", "paused", head):
        assert word in _text(console)


def test_a_trail_that_holds_together_ends_well_and_one_that_was_changed_does_not(folder: Folder) -> None:
    console = Console(file=StringIO(), width=200)
    assert print_verification(folder.settings, CLOCK, console) == 0
    assert "3 entries, 0 breaks" in _text(console)
    with folder.ledger.engine.begin() as connection:
        connection.execute(update(tables.trail).where(tables.trail.c.seq == 2).values(actor="nobody"))
    assert print_verification(folder.settings, CLOCK, console) == 1
    assert "Entry 2 is not as it was recorded." in _text(console)


def test_a_folder_without_records_is_said_to_be_empty(tmp_path: Path) -> None:
    with pytest.raises(NeedsPerson) as refused:
        print_status(CloudSettings(data_dir=tmp_path), CLOCK, Console(file=StringIO()))
    assert "does not exist" in refused.value.finding.why
