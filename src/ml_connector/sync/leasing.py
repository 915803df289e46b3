"""Leasing: from a plan to a command at the agent, and from its receipt to what stands in the record.

`sent` is written in the transaction that grants the lease: from then on Sage *may* hold the document, and
only the agent's proof of absence takes that back. A lease whose answer was lost is given again, with the same
command ids; a receipt that comes twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from ml_connector.clock import Clock
from ml_connector.codec import canonical, digest, loads, to_json
from ml_connector.documents.identity import Key, Kind
from ml_connector.errors import Code, Defect, Finding
from ml_connector.sync.passage import Because, State
from ml_connector.sync.ports import OpenCommand, Transaction
from ml_connector.sync.protocol import Command, CommandReceipt, Outcome
from ml_connector.sync.record import Record

FIRST_RUN_DOCUMENTS = 10
"""So many documents are posted before a person has to look and say yes (design: “Damage is limited”)."""

ACTOR = "leasing"
APPROVAL = "approval:first-run"
BATCH = 200


def queue_planned(tx: Transaction, chart_version: int, now: datetime) -> int:
    """Planned records whose chart is current go into the queue, as far as a person has allowed."""
    controls = tx.controls()
    if controls.paused or controls.breaker or not controls.road_approved:
        return 0
    room = None if controls.first_run_approved else FIRST_RUN_DOCUMENTS - tx.spoken_for()
    moved = 0
    for record in tx.records(states=(State.PLANNED,), due=False, limit=BATCH):
        if record.chart_version != chart_version:
            tx.mark_due(states=(State.PLANNED,))
            return moved
        if record.key.kind is not Kind.CUSTOMER and room is not None:
            if room <= 0:
                _wait_for_approval(tx, record, now)
                continue
            room -= 1
        queued = replace(record, state=State.QUEUED, since=now)
        tx.save(record, queued, actor=ACTOR, action="queued", payload={"plan_hash": record.plan_hash})
        moved += 1
    return moved


def _wait_for_approval(tx: Transaction, record: Record, now: datetime) -> None:
    finding = Finding(
        code=Code.WAITS_FOR_APPROVAL,
        what=f"{record.number} is planned and waits for your yes.",
        why=f"The first {FIRST_RUN_DOCUMENTS} documents of a connection are posted alone, to be looked at.",
        fix="Compare those documents in Sage with the shop, then approve the connection.",
    )
    waiting = replace(
        record, state=State.WAITING, since=now, code=finding.code, findings=(finding,), waits_on=(APPROVAL,)
    )
    tx.save(record, waiting, actor=ACTOR, action="waiting", payload=to_json(finding))


def lease(tx: Transaction, agent_id: str, most: int, chart_version: int, clock: Clock) -> Iterator[Command]:
    """What this agent has not ended, then new work: customers first, then by the documents' dates."""
    controls = tx.controls()
    given = 0
    for command in tx.open_commands(agent_id)[:most]:
        record = tx.record(command.key)
        if record is not None and record.plan is not None:
            given += 1
            yield _command(command, record, controls.incarnation)
    if controls.paused or controls.breaker:
        return
    for record in tx.records(states=(State.QUEUED,), due=False, limit=most - given) if most > given else ():
        if record.plan is None:
            raise Defect(f"{record.key} is queued without a plan")
        if record.chart_version != chart_version:
            continue
        command = OpenCommand(
            command_id=clock.new_id(),
            key=record.key,
            generation=record.generation,
            plan_hash=record.plan_hash,
            agent_id=agent_id,
        )
        sent = replace(record, state=State.SENT, since=clock.now())
        tx.save(record, sent, actor=f"agent {agent_id}", action="leased", payload=to_json(command))
        tx.save_command(command)
        yield _command(command, record, controls.incarnation)


def _command(command: OpenCommand, record: Record, incarnation: str) -> Command:
    if record.plan is None:
        raise Defect(f"{record.key} was leased without a plan")
    return Command(
        id=command.command_id,
        incarnation=incarnation,
        generation=command.generation,
        plan_hash=command.plan_hash,
        plan=record.plan,
    )


def take_receipt(tx: Transaction, agent_id: str, receipt: CommandReceipt, now: datetime) -> None:
    """Record what the agent found and did. A receipt that fits no command of ours moves nothing."""
    command = tx.command(receipt.command_id)
    record = tx.record(Key.parse(receipt.key)) if command else None
    hashed = digest(receipt)
    if command is None or record is None or not _fits(tx, command, agent_id, receipt):
        tx.note(actor=f"agent {agent_id}", action="receipt not ours", key=None, payload=to_json(receipt))
        return
    if command.receipt_hash == hashed or command.outcome in (Outcome.PROVED, Outcome.ABSENT):
        return
    record = replace(record, sage={effect.id: effect.numbers for effect in receipt.effects} or record.sage)
    match receipt.outcome:
        case Outcome.PROVED:
            _posted(tx, agent_id, record, receipt, now)
            _proved(tx, agent_id, record, receipt, now)
        case Outcome.POSTED:
            _posted(tx, agent_id, record, receipt, now)
        case Outcome.ABSENT:
            _absent(tx, agent_id, record, receipt, now)
        case Outcome.DISPUTED:
            _disputed(tx, agent_id, record, receipt, now)
    tx.save_command(replace(command, outcome=receipt.outcome.value, receipt_hash=hashed))


def _fits(tx: Transaction, command: OpenCommand, agent_id: str, receipt: CommandReceipt) -> bool:
    return (
        receipt.incarnation == tx.controls().incarnation
        and command.agent_id == agent_id
        and (str(command.key), command.generation, command.plan_hash)
        == (receipt.key, receipt.generation, receipt.plan_hash)
    )


def _posted(tx: Transaction, agent_id: str, record: Record, receipt: CommandReceipt, now: datetime) -> None:
    current = tx.record(record.key)
    if current is not None and current.state is State.SENT:
        posted = replace(record, state=State.POSTED, since=now)
        tx.save(current, posted, actor=f"agent {agent_id}", action="posted", payload=to_json(receipt.effects))


def _proved(tx: Transaction, agent_id: str, record: Record, receipt: CommandReceipt, now: datetime) -> None:
    current = tx.record(record.key)
    if current is None or current.state is not State.POSTED:
        return
    proved = replace(current, state=State.PROVED, since=now, sage=record.sage, code=None, findings=())
    tx.save(current, proved, actor=f"agent {agent_id}", action="proved", payload=to_json(receipt.effects))
    tx.mark_due(waits_on=str(record.key))
    if record.order_id:
        tx.mark_due(order_id=record.order_id, states=(State.WAITING,))


def _absent(tx: Transaction, agent_id: str, record: Record, receipt: CommandReceipt, now: datetime) -> None:
    finding = receipt.finding
    retry_reference = finding is not None and finding.code is Code.ACCOUNT_REF_TAKEN
    back = replace(
        record,
        state=State.HELD if finding else State.QUEUED,
        since=now,
        due=record.due or retry_reference,
        code=finding.code if finding else None,
        findings=(finding,) if finding else (),
    )
    tx.save(
        record,
        back,
        actor=f"agent {agent_id}",
        action="proved absent",
        payload=to_json(finding),
        because=Because.ABSENCE_PROVED,
    )
    if record.order_id:
        tx.mark_due(order_id=record.order_id, states=(State.WAITING,))


def _disputed(tx: Transaction, agent_id: str, record: Record, receipt: CommandReceipt, now: datetime) -> None:
    finding = receipt.finding or Finding(
        code=Code.DIFFERS_IN_SAGE,
        what=f"{record.number or record.key.entity} stands in Sage otherwise than planned.",
        why="; ".join(difference for effect in receipt.effects for difference in effect.differences),
        fix="Compare both and settle the record by hand.",
    )
    disputed = replace(
        record, state=State.DISPUTED, since=now, code=finding.code, findings=(finding,), due=False
    )
    tx.save(record, disputed, actor=f"agent {agent_id}", action="disputed", payload=to_json(receipt))
    tx.trip_breaker(
        Finding(
            code=Code.STOPPED_BY_BREAKER,
            what="Nothing more is posted to this company.",
            why=f"{record.reference or record.key.entity}: {finding.what} {finding.why}",
            fix="Settle that record, then release the stop.",
        )
    )


def raw(command: Command) -> dict[str, object]:
    """A command as it travels inside `Leased`."""
    value = loads(canonical(command))
    if not isinstance(value, dict):
        raise Defect("a command is an object")
    return dict(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
