"""The charts of a connection in its records: each version with who accepted it, and how a new one gets in.

A chart that comes as text is looked at whole before it is one: its words, then its choices against the live
company. Accepted, it is the next version, with one entry in the trail; what is not at Sage yet is decided
again by it. The records are those of a service that may be running: it takes the new version up by itself.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from ml_connector.clock import Clock
from ml_connector.cloud.agents import CATALOGUE
from ml_connector.cloud.connections import accept_chart, exists, newest_chart, unknown_connection
from ml_connector.cloud.data_folder import existing_records
from ml_connector.codec import from_json, loads
from ml_connector.errors import Code, Finding, NeedsPerson, TryAgain
from ml_connector.posting.chart import Chart, check
from ml_connector.posting.chart_accepted import accepted_by
from ml_connector.posting.chart_diff import differences
from ml_connector.posting.chart_text import ChartRead
from ml_connector.posting.choices.acceptance import Acceptance
from ml_connector.posting.company import Catalogue
from ml_connector.records import tables
from ml_connector.records.ledger import Ledger
from ml_connector.settings import CloudSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartVersion:
    """A chart as it was accepted; `accepted_at` is UTC."""

    version: int
    accepted_by: str
    accepted_at: datetime
    chart: Chart


@contextmanager
def named_ledger(settings: CloudSettings, clock: Clock, connection_id: str) -> Generator[Ledger]:
    """The records of one connection; raises `NeedsPerson` when there are none of that name."""
    with existing_records(settings) as engine:
        if not exists(engine, connection_id):
            raise unknown_connection(connection_id)
        yield Ledger(engine, clock, connection_id)


def version_of(ledger: Ledger, version: int | None = None) -> ChartVersion:
    """The chart of this version, or the newest; raises `NeedsPerson` (chart-invalid) when there is none."""
    columns = tables.charts.c
    query = select(tables.charts).where(columns.connection_id == ledger.connection_id)
    if version is not None:
        query = query.where(columns.version == version)
    with ledger.look() as tx:
        row = tx.connection.execute(query.order_by(columns.version.desc()).limit(1)).first()
    if row is None:
        raise _refused(
            f"There is no chart of version {version}." if version else "No chart has been accepted yet.",
            "List what there is with ml-connector chart show, or propose one with ml-connector chart init.",
        )
    return ChartVersion(
        version=row.version,
        accepted_by=row.accepted_by,
        accepted_at=datetime.fromisoformat(row.accepted_at),
        chart=from_json(Chart, loads(row.body)),
    )


def faults(ledger: Ledger, read: ChartRead) -> tuple[Finding, ...]:
    """Everything that is wrong with a chart that came as text: its words, or, if those are right, its choices
    for the live company. Raises `TryAgain` while the company was not read."""
    if read.chart is None:
        return read.findings
    with ledger.look() as tx:
        catalogue = tx.fact(CATALOGUE)
    if catalogue is None:
        raise TryAgain(
            Finding(
                code=Code.CHART_INVALID,
                what="The chart cannot be checked yet.",
                why="The Sage company was not read yet.",
                fix="Wait until the agent has called.",
            )
        )
    return check(read.chart, from_json(Catalogue, loads(catalogue[1])))


def accept_read(ledger: Ledger, read: ChartRead, by: str, why: str) -> tuple[int, tuple[str, ...]]:
    """Make a chart that came as text the next version; gives it and what is different now.

    Where nothing is, no version is made. Raises `NeedsPerson` (chart-invalid) with everything that is wrong,
    and as `faults` does.
    """
    wrong = faults(ledger, read)
    if read.chart is None or wrong:
        raise refusal("The chart was not accepted.", wrong)
    with ledger.look() as tx:
        version, before = newest_chart(tx)
    changes = differences(before, read.chart) if before else ("It is the first chart.",)
    if not changes:
        return version, ()
    chart = accepted_by(read.chart, before, Acceptance(by=by, note=why))
    return accept_chart(ledger, chart, by, why), changes


def refusal(what: str, wrong: tuple[Finding, ...]) -> NeedsPerson:
    """One finding of all that is wrong with a chart."""
    return NeedsPerson(
        Finding(
            code=Code.CHART_INVALID,
            what=what,
            why=" ".join(dict.fromkeys(said for each in wrong for said in (each.what, each.why))),
            fix=" ".join(dict.fromkeys(each.fix for each in wrong)),
        )
    )


def _refused(why: str, fix: str) -> NeedsPerson:
    return NeedsPerson(Finding(code=Code.CHART_INVALID, what="There is no chart to show.", why=why, fix=fix))
