"""`ml-connector preview`, and the same over the API: for people, for a spreadsheet, for a program."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from typing import cast

import pytest

from ml_connector import cli
from ml_connector.cloud.preview_forms import as_csv
from ml_connector.cloud.preview_records import asked_for, rules_of
from ml_connector.codec import loads
from ml_connector.posting.plan import Planned
from tests.specs.cloud_place import CONNECTION, Cloud
from tests.specs.preview_place import a_shop_that_was_read, accept

pytestmark = pytest.mark.slow

Row = dict[str, str]


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """One for all: a preview changes nothing."""
    with a_shop_that_was_read(tmp_path_factory.mktemp("cloud")) as made:
        accept(made)
        yield made


def told(cloud: Cloud, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str, str]:
    """The exit status, the output and the error output."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["preview", str(cloud.folder / "cloud.toml"), CONNECTION, *more])
    printed = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, printed.out, printed.err


def rows(text: str) -> list[Row]:
    return list(csv.DictReader(StringIO(text)))


def documents(text: str | bytes) -> list[Mapping[str, object]]:
    answered = cast(Mapping[str, object], loads(text))
    return cast(list[Mapping[str, object]], answered["documents"])


def test_people_read_what_would_stand_in_sage_and_what_it_does_to_the_books(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said, _ = told(cloud, capsys, "000000002")
    assert code == 0
    for words in (
        "SI K7-I2 on A/C GUEST001, Guest Buyer",
        "MUG-STD           3   9.99            4000  T1   29.97  5.99  35.96  Stoneware Mug",
        "Carriage                              4905  T1    4.95  0.99   5.94",
        "SA K7-I2.R1 £50.22, bank 1200, 29/03/2026, testpay FAKE-CAP",
        "Allocate £35.96 of K7-I2.R1 split 1 (50.22) to K7-I2 split 1 (35.96)",
        "  Debtors £0.00\n  Bank 1200 +£50.22\n  VAT T1 +£8.37\n  By chart version 1.",
        "As if account GUEST001 had been made for the shopper",
        "A/C GUEST001 is created: Guest Buyer",
        "1 document in GBP would stand in Sage.",
    ):
        assert words in said


def test_a_held_document_is_shown_with_the_row_to_add(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    said = told(cloud, capsys, "000000001")[1]
    assert "Held: vat-missing" in said
    assert (
        "  A row that the chart lacks:\n    [[tax.rows]]\n    percent = 0\n    tax_code = 0 # 0 (Zero" in said
    )


def test_a_spreadsheet_gets_a_row_for_each_row_in_sage(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    found = rows(told(cloud, capsys, "000000002", "--as", "csv")[1])
    assert [row["type"] for row in found] == [
        "SI",
        "SI",
        "SI",
        "SA",
        "allocation",
        "allocation",
        "allocation",
    ]
    assert [row["rule"] for row in found[:4]] == ["item", "item", "carriage", "payments"]
    mug = found[0]
    assert {name: mug[name] for name in ("account", "nominal", "tax_code", "net", "vat", "gross")} == {
        "account": "GUEST001",
        "nominal": "4000",
        "tax_code": "T1",
        "net": "29.97",
        "vat": "5.99",
        "gross": "35.96",
    }
    assert (mug["chart_version"], mug["date"], mug["reference"]) == ("1", "2026-03-29", "K7-I2")
    assert found[4]["allocated_to"] == "K7-I2"


def test_what_is_held_has_a_row_with_its_reason(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(told(cloud, capsys, "000000001", "--as", "csv")[1])
    assert {(row["outcome"], row["code"]) for row in found} == {("held", "vat-missing")}
    assert all("Carriage goes to GB LS1 1AA without VAT." in row["reason"] for row in found)


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+44", "-1", "@SUM(A1)", "\t=1"])
def test_a_name_from_the_shop_is_no_formula_of_a_spreadsheet(cloud: Cloud, name: str) -> None:
    (made,) = asked_for(cloud.ledger, rules_of(cloud.ledger), "000000002", "order", None, None)
    assert isinstance(made.decision, Planned)
    plan = made.decision.plan
    document = plan.document
    assert document is not None
    lines = (replace(document.lines[0], description=name), *document.lines[1:])
    effects = (replace(document, lines=lines), *plan.effects[1:])
    bent = replace(made, decision=Planned(plan=replace(plan, effects=effects)))
    assert rows(as_csv([bent]))[0]["details"] == f"'{name}"


def test_a_program_gets_amounts_as_exact_text(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    (made,) = documents(told(cloud, capsys, "000000002", "--as", "json")[1])
    assert (made["outcome"], made["date"], made["total"]) == ("planned", "2026-03-29", "50.22")
    assert made["books"] == {"debtors": "0.00", "banks": {"1200": "50.22"}, "vat": {"T1": "8.37"}}
    lines = cast(list[Row], made["rows"])
    assert sum(Decimal(line["gross"]) for line in lines if line["type"] == "SI") == Decimal("50.22")
    assert len(cast(list[str], made["as_if"])) == 1


def test_days_are_summed_up(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    said = told(cloud, capsys, "--from", "2026-10-25", "--to", "2026-10-31")[1]
    assert said.endswith("2 documents in GBP would stand in Sage.\n  Debtors +£6.94\n  VAT T1 +£0.99\n")
    empty = told(cloud, capsys, "--from", "2020-01-01")[1]
    assert empty == "No document was made on these days.\n"


def test_the_penny_policies_are_compared_over_days(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    days = ("--from", "2020-01-01", "--to", "2029-12-31", "--compare-policies")
    said = told(cloud, capsys, *days)[1]
    assert said.splitlines()[0] == "Documents compared: 9, held by any policy: 2"
    assert "keep-shop-vat:\n  no document changes\n" in said
    assert "sage-computes:\n  documents changed: 1, in 1 lines\n  by £0.01 in all, -£0.01 net\n" in said
    assert said.endswith("hold:\n  no document changes\n  documents held: 1\n    000000047 pennies-differ\n")
    as_json = cast(Mapping[str, object], loads(told(cloud, capsys, *days, "--as", "json")[1]))
    assert (as_json["documents"], as_json["held_anyway"]) == (9, 2)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("000009999",), "No invoice or credit memo 000009999 was read, and none of an order"),
        ((), "A preview is of one number, or of days"),
        (("000000002", "--from", "2026-01-01"), "A preview is of one number, or of days"),
        (("000000002", "--compare-policies"), "policies are compared over days"),
    ],
)
def test_what_cannot_be_previewed_is_said(
    cloud: Cloud, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], why: str
) -> None:
    code, said, error = told(cloud, capsys, *arguments)
    assert (code, said) == (1, "")
    assert why in error


# Over the API


def test_the_api_answers_the_same(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    answered = cloud.operator.get(f"/api/connections/{CONNECTION}/preview?number=000000005")
    assert answered.status_code == 200
    assert documents(answered.content) == documents(told(cloud, capsys, "000000005", "--as", "json")[1])
    days = cloud.operator.get(f"/api/connections/{CONNECTION}/preview?from=2026-10-25&to=2026-10-25")
    assert [each["number"] for each in documents(days.content)] == ["000000004"]


def test_the_api_says_what_is_wrong(cloud: Cloud) -> None:
    answered = cloud.operator.get(f"/api/connections/{CONNECTION}/preview?number=9")
    assert (answered.status_code, answered.json()["code"]) == (400, "document-unknown")
