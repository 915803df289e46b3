"""A proposed chart as a file: what is proposed, what nobody has answered, and rows that documents would lack.

The rows come of a dry run of the newest documents by the proposed chart, so that what would be held for want
of a row is seen before it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from sqlalchemy import select

from ml_connector.cloud.chart_toml import chart_toml, row_toml
from ml_connector.cloud.deciding import Rules, RulesKeeper
from ml_connector.cloud.preview import Previewer
from ml_connector.cloud.proposing import propose_chart
from ml_connector.posting.chart import Chart, Gate
from ml_connector.posting.customers.matching import index_of
from ml_connector.posting.proposal import Question, accept
from ml_connector.posting.tax_rows import ProposedRow
from ml_connector.records import tables
from ml_connector.records.ledger import Ledger
from ml_connector.records.rows import read_record

_TRIED = 200
"""So many of the newest captured documents are tried: enough for a shop's habits, within a minute."""


def proposed_toml(ledger: Ledger, today: date) -> str:
    """The file's text; raises as `propose_chart` does. Nothing of it is accepted by anybody yet."""
    proposal = propose_chart(ledger)
    chart = accept(proposal, by="", note="", gate=Gate.COMPLETE)
    text = chart_toml(chart, _head(ledger.connection_id, today, proposal.questions))
    rows = rows_missing(ledger, chart)
    return text + "".join(_commented(row) for row in rows)


def rows_missing(ledger: Ledger, chart: Chart) -> tuple[ProposedRow, ...]:
    """The rows that the newest documents would lack by this chart, each once; none while nothing was read."""
    rules = _rules_by(RulesKeeper(ledger)(), chart)
    previewer = Previewer(rules)
    found: dict[str, ProposedRow] = {}
    table = tables.records.c
    newest = (
        select(tables.records)
        .where(table.connection_id == ledger.connection_id, table.captured.is_(True))
        .order_by(table.document_at.desc())
        .limit(_TRIED)
    )
    with ledger.look() as tx:
        records = [read_record(row) for row in tx.connection.execute(newest)]
    for record in records:
        with ledger.look() as tx:
            for row in previewer.preview(tx, record).missing:
                found.setdefault(str(row), row)
    return tuple(found.values())


def _rules_by(rules: Rules, chart: Chart) -> Rules:
    index = index_of(rules.catalogue, chart.customers) if rules.catalogue else None
    return replace(rules, chart=chart, chart_version=rules.chart_version + 1, index=index)


def _head(connection_id: str, today: date, questions: tuple[Question, ...]) -> Iterator[str]:
    yield f"A chart for {connection_id}, proposed on {today:%d/%m/%Y} from the shop's and Sage's own lists."
    yield "Nothing of it holds before somebody has accepted it: ml-connector chart accept."
    yield ""
    yield "What is proposed, to be read before it is accepted:"
    yield from (f"- {each.asks}" for each in questions if each.proposes is not None)
    yield ""
    yield "What nobody has answered yet:"
    yield from (f"- {each.about}: {each.asks}" for each in questions if each.proposes is None)
    yield ""


def _commented(row: ProposedRow) -> str:
    lines = "\n".join(f"# {line}" for line in row_toml(row).splitlines())
    return f"\n# A row that documents of the shop would lack; choose its tax code:\n{lines}\n"
