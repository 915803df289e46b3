"""A website belongs to at most one connection: two that post it would post each of its documents twice.

Connections on the same shop are told by its address. Who accepts a chart is refused a website that another
connection's chart covers, and one that it covered until now, unless all that it posted is from before the
cut-over date (design: “A connection is one set of websites of one shop ↔ one company”).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, func, select

from ml_connector.codec import from_json, loads
from ml_connector.documents.identity import Kind
from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.posting.chart import Chart
from ml_connector.records import tables
from ml_connector.sync.passage import NOTHING_WRITTEN


@dataclass(frozen=True, slots=True, kw_only=True)
class _Other:
    """A chart of another connection on the same shop; `current` is its newest one."""

    connection_id: str
    websites: tuple[str, ...]
    current: bool


def must_be_nobody_elses(connection: Connection, connection_id: str, chart: Chart) -> None:
    """Raises `NeedsPerson` (website-taken) when another connection on this shop posts one of the chart's, or
    has posted documents of it that this one would take.

    Asked and written under the lock of all connections, or two charts might be accepted at once.
    """
    for other in _others(connection, connection_id):
        both = [website for website in chart.websites if website in other.websites]
        if both and other.current:
            raise NeedsPerson(_taken(both[0], other.connection_id))
        last = _last_written(connection, other.connection_id) if both else ""
        if last and last >= _begins(connection, connection_id):
            raise NeedsPerson(_was_taken(both[0], other.connection_id, date.fromisoformat(last[:10])))


def _others(connection: Connection, connection_id: str) -> Iterator[_Other]:
    known, charts = tables.connections.c, tables.charts.c
    addresses = {
        row.connection_id: _address(row.shop_url)
        for row in connection.execute(select(known.connection_id, known.shop_url))
    }
    rows = connection.execute(
        select(charts.connection_id, charts.body).order_by(charts.connection_id, charts.version.desc())
    )
    met: set[str] = set()
    for row in rows:
        other = row.connection_id
        if other != connection_id and addresses[other] == addresses[connection_id]:
            websites = from_json(Chart, loads(row.body)).websites
            yield _Other(connection_id=other, websites=websites, current=other not in met)
            met.add(other)


def _last_written(connection: Connection, connection_id: str) -> str:
    """When the shop made the newest document of which anything may have been written; “” if none."""
    records = tables.records.c
    found = connection.execute(
        select(func.max(records.document_at)).where(
            records.connection_id == connection_id,
            records.kind != Kind.CUSTOMER.value,
            records.state.not_in([state.value for state in NOTHING_WRITTEN]),
        )
    ).scalar()
    return str(found or "")


def _begins(connection: Connection, connection_id: str) -> str:
    """From when on this connection takes documents; a day early, since the shop's days are not UTC's."""
    known = tables.connections.c
    cut_over = connection.execute(
        select(known.cut_over).where(known.connection_id == connection_id)
    ).scalar_one()
    return (date.fromisoformat(cut_over) - timedelta(days=1)).isoformat() if cut_over else ""


def _address(url: str) -> str:
    """A shop's address as two spellings of it are compared."""
    return url.strip().rstrip("/").casefold()


def _taken(website: str, other: str) -> Finding:
    return Finding(
        code=Code.WEBSITE_TAKEN,
        what=f"The chart was not accepted: website {website} is posted by connection “{other}”.",
        why="A website belongs to one connection; two would post each of its documents twice.",
        fix="Take the website out of this chart, or first out of the chart of the other connection.",
    )


def _was_taken(website: str, other: str, last: date) -> Finding:
    return Finding(
        code=Code.WEBSITE_TAKEN,
        what=f"The chart was not accepted: website {website} was posted by connection “{other}” until now.",
        why=f"It has posted documents up to {last:%d/%m/%Y}, and this one would post them again.",
        fix="Make a connection for this website whose cut-over date is at least two days after that.",
    )
