"""Records and commands as rows, and back: the only place that knows both."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Row

from ml_connector.codec import canonical, from_json, loads
from ml_connector.documents.identity import Key, Kind
from ml_connector.errors import Code, Finding
from ml_connector.posting.plan import Plan
from ml_connector.sync.passage import State
from ml_connector.sync.ports import OpenCommand
from ml_connector.sync.record import Record

Numbers = Mapping[str, Mapping[str, int | str | tuple[int, ...]]]


def json_text(value: object) -> str:
    """The canonical JSON text of a value."""
    return canonical(value).decode()


def record_row(record: Record) -> dict[str, object]:
    """The columns of a record."""
    return {
        "connection_id": record.key.connection_id,
        "kind": record.key.kind.value,
        "entity": record.key.entity,
        "order_id": record.order_id,
        "number": record.number,
        "reference": record.reference,
        "document_at": record.document_at.isoformat(),
        "captured": record.captured,
        "shop_currency": record.shop_currency,
        "shop_total": format(record.shop_total, "f"),
        "shop_base_currency": record.shop_base_currency,
        "shop_base_total": format(record.shop_base_total, "f"),
        "state": record.state.value,
        "since": record.since.isoformat(),
        "due": record.due,
        "code": record.code or "",
        "findings": json_text(record.findings),
        "waits_on": json_text(record.waits_on),
        "fingerprint": record.fingerprint,
        "generation": record.generation,
        "chart_version": record.chart_version,
        "plan": json_text(record.plan) if record.plan else "",
        "plan_hash": record.plan_hash,
        "profile": record.profile,
        "account_ref": record.account_ref,
        "sage": json_text(record.sage),
    }


def read_record(row: Row[tuple[object, ...]]) -> Record:
    """A record of its row; a stored plan is read strictly, by this program's own rules."""
    of = row._mapping  # pyright: ignore[reportPrivateUsage]  (SQLAlchemy's documented accessor)
    return Record(
        key=Key(of["connection_id"], Kind(of["kind"]), of["entity"]),
        order_id=of["order_id"],
        number=of["number"],
        reference=of["reference"],
        document_at=datetime.fromisoformat(of["document_at"]),
        captured=bool(of["captured"]),
        shop_currency=of["shop_currency"],
        shop_total=Decimal(of["shop_total"]),
        shop_base_currency=of["shop_base_currency"],
        shop_base_total=Decimal(of["shop_base_total"]),
        state=State(of["state"]),
        since=datetime.fromisoformat(of["since"]),
        due=bool(of["due"]),
        code=Code(of["code"]) if of["code"] else None,
        findings=from_json(tuple[Finding, ...], loads(of["findings"])),  # pyright: ignore[reportArgumentType]
        waits_on=from_json(tuple[str, ...], loads(of["waits_on"])),  # pyright: ignore[reportArgumentType]
        fingerprint=of["fingerprint"],
        generation=of["generation"],
        chart_version=of["chart_version"],
        plan=from_json(Plan, loads(of["plan"])) if of["plan"] else None,
        plan_hash=of["plan_hash"],
        profile=of["profile"],
        account_ref=of["account_ref"],
        sage=from_json(Numbers, loads(of["sage"])),  # pyright: ignore[reportArgumentType]
    )


def command_row(command: OpenCommand) -> dict[str, object]:
    """The columns of a command, but for when it was leased."""
    return {
        "connection_id": command.key.connection_id,
        "command_id": command.command_id,
        "kind": command.key.kind.value,
        "entity": command.key.entity,
        "generation": command.generation,
        "plan_hash": command.plan_hash,
        "agent_id": command.agent_id,
        "outcome": command.outcome,
        "receipt_hash": command.receipt_hash,
    }


def read_command(row: Row[tuple[object, ...]]) -> OpenCommand:
    """A command of its row."""
    of = row._mapping  # pyright: ignore[reportPrivateUsage]  (SQLAlchemy's documented accessor)
    return OpenCommand(
        command_id=of["command_id"],
        key=Key(of["connection_id"], Kind(of["kind"]), of["entity"]),
        generation=of["generation"],
        plan_hash=of["plan_hash"],
        agent_id=of["agent_id"],
        outcome=of["outcome"],
        receipt_hash=of["receipt_hash"],
    )
