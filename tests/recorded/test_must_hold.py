"""Of both recorded shops every paid document is planned to the shop's total but for those in must-hold.md.

The sample charts are files as a merchant keeps them; they make every choice that there is for these shops.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from ml_connector.documents.identity import Kind
from ml_connector.documents.money import to_minor
from ml_connector.documents.sales import DocumentState, SalesDocument
from ml_connector.errors import Code
from ml_connector.posting.chart import Chart, Gate, check
from ml_connector.posting.chart_text import chart_from_toml
from ml_connector.posting.choices.acceptance import Acceptance
from ml_connector.posting.choices.tax import TaxedBeforeDiscount
from ml_connector.posting.company import Catalogue, Nominal, TaxCode
from ml_connector.posting.plan import Decision, Held, Planned, Skipped
from tests.recorded.posted_shop import Posted, PostedShop
from tests.recorded.sampled_shop import COMPANY, SAMPLES, Sampled, decide_sample

HERE = Path(__file__).parent
PAGES = {"The recorded shop": 11, "The samples": 5}
OSS_RATE = Decimal(23)
ERRORS = HERE.parents[1] / "docs" / "reference" / "errors.md"


def chart_of(name: str) -> Chart:
    """A sample chart, as its file says."""
    read = chart_from_toml((HERE / f"must-hold-{name}.toml").read_text("utf-8"))
    assert read.chart is not None, read.findings
    return read.chart


@cache
def must_hold(page: str) -> dict[str, str]:
    """Document → code, of one table of must-hold.md; each row says why."""
    _, _, rest = (HERE / "must-hold.md").read_text("utf-8").partition(f"## {page}\n")
    table = [line for line in rest.partition("\n## ")[0].splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]
    assert all(why for _, _, why in rows)
    return {document: code for document, code, _ in rows}


def with_sample_chart(_chart: Chart, catalogue: Catalogue) -> tuple[Chart, Catalogue]:
    company = replace(
        catalogue,
        tax_codes=(*catalogue.tax_codes, TaxCode(number=30, description="OSS Ireland", rate=OSS_RATE)),
        nominals=(*catalogue.nominals, Nominal(code="2230", name="Taxes owed elsewhere")),
    )
    chart = chart_of("shop")
    assert check(chart, company) == ()
    return chart, company


@cache
def recorded() -> tuple[Posted, ...]:
    return PostedShop(gate=Gate.INVOICED, chosen=with_sample_chart).decide_all()


@cache
def sampled() -> tuple[Sampled, ...]:
    chart = chart_of("samples")
    return tuple(each for sample in SAMPLES.values() for each in decide_sample(sample, chart))


def name_of(document: SalesDocument) -> str:
    kind = "credit memo" if document.kind is Kind.CREDIT_MEMO else "invoice"
    return f"{kind} {document.number}"


def decisions() -> Iterator[tuple[str, str, SalesDocument, Decision]]:
    """Page, name, document and decision of everything that was captured."""
    for posted in recorded():
        yield "The recorded shop", name_of(posted.document), posted.document, posted.decision
    for each in sampled():
        yield "The samples", each.name, each.document, each.decision


def codes(decision: Held) -> str:
    return ", ".join(sorted({finding.code.value for finding in decision.findings}))


def test_the_sample_charts_are_right_for_their_companies() -> None:
    assert recorded(), "its chart is checked before it decides"
    assert check(chart_of("samples"), COMPANY) == ()


@pytest.mark.parametrize("page", PAGES)
def test_the_named_documents_are_held_for_the_named_reason_and_no_others_are(page: str) -> None:
    found = {
        name: codes(decision)
        for where, name, _, decision in decisions()
        if where == page and isinstance(decision, Held)
    }
    assert found == must_hold(page)
    assert len(found) == PAGES[page]


def test_every_other_paid_document_is_planned_to_the_shops_total() -> None:
    for page, name, document, decision in decisions():
        if name in must_hold(page) or document.state is not DocumentState.CAPTURED:
            continue
        if isinstance(decision, Skipped):
            assert (decision.code, to_minor(document.base.worth)) == (Code.ZERO_DOCUMENT, 0), name
            continue
        assert isinstance(decision, Planned), (name, decision)
        assert decision.plan.gross == to_minor(document.base.grand_total), name


def test_each_code_is_documented_with_its_remedy() -> None:
    documented = ERRORS.read_text("utf-8")
    for page in PAGES:
        for code in must_hold(page).values():
            assert f"`{code}`" in documented


def test_a_shop_that_taxes_before_discount_can_say_so() -> None:
    """What holds `tax_before_discount_*` is a choice: made in the chart, both are planned."""
    chart = chart_of("samples")
    yes = TaxedBeforeDiscount(accepted=Acceptance(by="ann", note="our shop does"))
    chart = replace(chart, tax=replace(chart.tax, before_discount=yes))
    for case in ("tax_before_discount_excl", "tax_before_discount_incl"):
        (each,) = decide_sample(SAMPLES[f"lab247__{case}"], chart)
        assert isinstance(each.decision, Planned), each.decision
        assert each.decision.plan.gross == to_minor(each.total)
