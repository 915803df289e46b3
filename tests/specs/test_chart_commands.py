"""`ml-connector chart`: a chart is proposed, checked, compared, accepted and shown."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import delete

from ml_connector import cli
from ml_connector.cloud.chart_book import version_of
from ml_connector.errors import Code
from ml_connector.records import tables
from ml_connector.sync.passage import State
from tests.specs.cloud_place import CONNECTION, Cloud
from tests.specs.preview_place import a_shop_that_was_read, decide_all

pytestmark = pytest.mark.slow


@dataclass
class Place:
    """The cloud's data folder and a command line beside it, as a bookkeeper has them."""

    cloud: Cloud
    capsys: pytest.CaptureFixture[str]

    @property
    def file(self) -> Path:
        return self.cloud.folder / "chart.toml"

    def run(self, command: str, *more: str) -> tuple[int, str]:
        """The exit status and what was printed."""
        settings = str(self.cloud.folder / "cloud.toml")
        with pytest.raises(SystemExit) as ended:
            cli.main(["chart", command, settings, CONNECTION, *more])
        printed = self.capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, printed.out + printed.err

    def accept(self, by: str = "Ann") -> tuple[int, str]:
        return self.run("accept", str(self.file), "--by", by, "--why", "looks right")

    def edit(self, old: str, new: str) -> None:
        text = self.file.read_text("utf-8")
        assert old in text
        self.file.write_text(text.replace(old, new), encoding="utf-8")

    def states(self) -> set[State]:
        with self.cloud.ledger.begin() as tx:
            return {record.state for record in tx.records()}


@pytest.fixture
def place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Place]:
    with a_shop_that_was_read(tmp_path, orders=(1, 2)) as cloud:
        yield Place(cloud, capsys)


@pytest.fixture
def proposed(place: Place) -> Place:
    """With a proposal in the file."""
    assert place.run("init", "--file", str(place.file))[0] == 0
    return place


# init


def test_a_proposal_is_a_file_that_may_be_used_and_that_nobody_has_accepted(proposed: Place) -> None:
    text = proposed.file.read_text("utf-8")
    assert "# Nothing of it holds before somebody has accepted it" in text
    assert "# - Lines with United Kingdom VAT at 20 % get T1 (Standard rated)." in text
    assert "# - VAT of IE: The shop charges VAT of IE" in text
    assert "accepted =" not in text
    assert proposed.run("check", str(proposed.file)) == (0, "The chart may be used.\n")
    assert proposed.cloud.get(f"/{CONNECTION}")["chart_version"] == 0


def test_a_proposal_shows_the_rows_that_documents_of_the_shop_would_lack(proposed: Place) -> None:
    """Order 000000001 has carriage without VAT, which no rule of the shop explains."""
    text = proposed.file.read_text("utf-8")
    assert "# A row that documents of the shop would lack; choose its tax code:\n# [[tax.rows]]" in text
    assert '# product_class = "carriage"' in text


def test_a_file_that_is_there_is_not_written_over(proposed: Place) -> None:
    before = proposed.file.read_bytes()
    code, said = proposed.run("init", "--file", str(proposed.file))
    assert (code, proposed.file.read_bytes()) == (1, before)
    assert "may hold somebody's work" in said


def test_without_a_file_the_proposal_is_printed(proposed: Place) -> None:
    assert proposed.run("init") == (0, proposed.file.read_text("utf-8"))


# check


def test_everything_that_the_company_does_not_have_is_said_at_once(proposed: Place) -> None:
    proposed.edit('carriage_nominal = "4905"', 'carriage_nominal = "4999"')
    proposed.edit('bank = "1200"', 'bank = "4000"')
    code, said = proposed.run("check", str(proposed.file))
    assert code == 1
    assert "N/C 4999" in said
    assert "[bank-not-a-bank]" in said
    assert said.endswith("2 findings.\n")


def test_every_word_that_cannot_be_read_is_said_with_its_place(proposed: Place) -> None:
    proposed.edit('gate = "complete"', 'gate = "completed"')
    proposed.edit("bank = ", "bnk = ")
    code, said = proposed.run("check", str(proposed.file))
    assert code == 1
    assert "(did you mean complete?)" in said
    assert "`bnk` in [[payments.banks]] no. 1" in said


def test_without_a_file_the_accepted_chart_is_checked(proposed: Place) -> None:
    assert "No chart has been accepted yet." in proposed.run("check")[1]
    proposed.accept()
    assert proposed.run("check") == (0, "The chart may be used.\n")


def test_a_file_of_windows_with_its_mark_is_read(proposed: Place) -> None:
    proposed.file.write_bytes(b"\xef\xbb\xbf" + proposed.file.read_bytes())
    assert proposed.run("check", str(proposed.file))[0] == 0


@pytest.mark.parametrize(("content", "why"), [(None, "No such file"), (b'gate = "\xff"', "not UTF-8")])
def test_a_file_that_cannot_be_read_is_said(place: Place, content: bytes | None, why: str) -> None:
    if content:
        place.file.write_bytes(content)
    code, said = place.run("check", str(place.file))
    assert code == 1
    assert why in said


# accept


def test_an_accepted_file_is_the_next_version_with_who_and_why_in_the_trail(proposed: Place) -> None:
    code, said = proposed.accept()
    assert (code, "Version 1 holds from now on." in said) == (0, True)
    actor, action, payload = proposed.cloud.last_entry()
    assert (actor, action) == ("user Ann", "chart accepted")
    assert (payload["version"], payload["why"]) == (1, "looks right")
    found = version_of(proposed.cloud.ledger)
    assert (found.version, found.accepted_by) == (1, "Ann")
    assert {row.accepted.by for row in found.chart.tax.rows} == {"Ann"}


def test_what_a_later_person_does_not_change_stays_accepted_by_the_first(proposed: Place) -> None:
    proposed.accept()
    proposed.file.write_text(proposed.run("show")[1], encoding="utf-8")
    proposed.edit('bank = "1200"', 'bank = "1200"\ninvoices = "always"')
    assert "invoices of payment method testpay: transaction → always" in proposed.accept("Ben")[1]
    chart = version_of(proposed.cloud.ledger).chart
    assert chart.payments.banks[0].accepted.by == "Ben"
    assert {row.accepted.by for row in chart.tax.rows} == {"Ann"}


def test_a_file_with_a_fault_is_not_accepted_and_nothing_is_changed(proposed: Place) -> None:
    proposed.edit('carriage_nominal = "4905"', 'carriage_nominal = "4999"')
    entries = len(proposed.cloud.trail())
    code, said = proposed.accept()
    assert code == 1
    assert "N/C 4999" in said
    assert "It was not accepted." in said
    assert len(proposed.cloud.trail()) == entries


def test_the_same_choices_make_no_new_version(proposed: Place) -> None:
    proposed.accept()
    code, said = proposed.accept("Ben")
    assert (code, version_of(proposed.cloud.ledger).version) == (0, 1)
    assert "no new version was made" in said


def test_what_waits_or_is_held_is_decided_again_by_the_new_chart(proposed: Place) -> None:
    """As the running service does it, which finds the version in the records that they share."""
    proposed.accept()
    decide_all(proposed.cloud)
    with proposed.cloud.ledger.begin() as tx:
        held = [record.code for record in tx.records(states=(State.HELD,))]
        assert not tx.records(due=True)
    assert set(held) == {Code.VAT_MISSING}
    proposed.file.write_text(proposed.run("show")[1], encoding="utf-8")
    with proposed.file.open("a", encoding="utf-8") as file:
        file.write('\n[[tax.rows]]\npercent = 0\ntax_code = 0\nproduct_class = "carriage"\n')
    assert proposed.accept("Ben")[0] == 0
    decide_all(proposed.cloud)
    assert State.HELD not in proposed.states()


def test_a_service_that_is_running_takes_a_new_version_up_by_itself(proposed: Place) -> None:
    """The command works on the same data folder, in a process of its own, and calls nobody."""
    proposed.cloud.worker.start()
    try:
        assert proposed.states() == {State.NOTICED}
        assert proposed.accept()[0] == 0
        for _ in range(200):
            if State.NOTICED not in proposed.states():
                break
            time.sleep(0.05)
    finally:
        proposed.cloud.worker.stop()
    assert State.NOTICED not in proposed.states()


# show and diff


def test_the_accepted_chart_is_shown_with_its_version_and_reads_back(proposed: Place) -> None:
    proposed.accept()
    code, said = proposed.run("show")
    assert code == 0
    assert said.startswith("# Chart version 1 of shop-1, accepted by Ann on ")
    proposed.file.write_text(said, encoding="utf-8")
    assert proposed.run("diff", str(proposed.file)) == (0, "No choice differs.\n")


def test_versions_and_files_are_compared_in_words(proposed: Place) -> None:
    proposed.accept()
    proposed.edit('gate = "complete"', 'gate = "invoiced"')
    said = proposed.run("diff", str(proposed.file))[1]
    assert said == f"From version 1 to {proposed.file}:\n  gate: complete → invoiced\n"
    proposed.accept()
    assert proposed.run("diff")[1] == "From version 1 to version 2:\n  gate: complete → invoiced\n"
    assert proposed.run("diff", "--from", "2", "--to", "1")[1].endswith("  gate: invoiced → complete\n")
    assert "# When is" in proposed.run("show", "--version", "1")[1]


def test_a_version_that_there_never_was_is_said(proposed: Place) -> None:
    proposed.accept()
    code, said = proposed.run("show", "--version", "7")
    assert code == 1
    assert "There is no chart of version 7." in said


def test_a_file_with_a_fault_is_not_compared(proposed: Place) -> None:
    proposed.accept()
    proposed.edit("bank = ", "bnk = ")
    code, said = proposed.run("diff", str(proposed.file))
    assert code == 1
    assert "`bnk` in [[payments.banks]] no. 1" in said


def test_a_connection_that_there_is_not_is_said(place: Place) -> None:
    with pytest.raises(SystemExit):
        cli.main(["chart", "show", str(place.cloud.folder / "cloud.toml"), "shop-9"])
    assert "There is no connection “shop-9”." in place.capsys.readouterr().err


def test_before_the_company_was_read_a_file_waits(proposed: Place) -> None:
    with proposed.cloud.ledger.engine.begin() as connection:
        connection.execute(delete(tables.facts).where(tables.facts.c.name == "catalogue"))
    code, said = proposed.run("check", str(proposed.file))
    assert code == 1
    assert "The Sage company was not read yet." in said
