"""Receipts: from what an agent found and did to what stands in the record.

Each receipt is held against the command that we gave and the plan that the record has; one that fits neither
moves nothing and is noted. A receipt that comes twice changes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ml_connector.codec import digest, to_json
from ml_connector.errors import Code, Finding
from ml_connector.sync.passage import Because, State
from ml_connector.sync.ports import OpenCommand, Transaction
from ml_connector.sync.protocol import CommandReceipt, Outcome
from ml_connector.sync.record import Record


def take_receipt(tx: Transaction, agent_id: str, receipt: CommandReceipt, now: datetime) -> None:
    """Record what the agent found and did. A receipt that fits no command of ours moves nothing.

    Said twice it changes nothing; neither does an older word that comes after the last one.
    """
    command = tx.command(receipt.command_id)
    record = tx.record(command.key) if command else None
    if command is None or record is None or not _fits(tx, command, record, agent_id, receipt):
        _note(tx, agent_id, "receipt not ours", receipt)
        return
    hashed = digest(receipt)
    if command.receipt_hash == hashed or _is_older(command, receipt):
        return
    if command.outcome == Outcome.ABSENT:
        tx.note(
            actor=f"agent {agent_id}", action="receipt too late", key=record.key, payload=to_json(receipt)
        )
        return
    match receipt.outcome:
        case Outcome.PROVED:
            posted = _posted(tx, agent_id, record, receipt, now)
            _proved(tx, agent_id, posted, receipt, now)
        case Outcome.POSTED:
            _posted(tx, agent_id, record, receipt, now)
        case Outcome.ABSENT if record.state is State.SENT:
            _absent(tx, agent_id, record, receipt, now)
        case Outcome.ABSENT:
            _disputed(tx, agent_id, record, receipt, _gone(record), now)
        case Outcome.DISPUTED:
            _disputed(tx, agent_id, record, receipt, receipt.finding or _differs(record, receipt), now)
    tx.save_command(replace(command, outcome=receipt.outcome.value, receipt_hash=hashed))


def _note(tx: Transaction, agent_id: str, action: str, receipt: CommandReceipt) -> None:
    tx.note(actor=f"agent {agent_id}", action=action, key=None, payload=to_json(receipt))


def _fits(
    tx: Transaction, command: OpenCommand, record: Record, agent_id: str, receipt: CommandReceipt
) -> bool:
    """Whether it is about our command, from the agent that has it, and about the plan that the record has."""
    named = (receipt.key, receipt.generation, receipt.plan_hash)
    return (
        receipt.incarnation == tx.controls().incarnation
        and command.agent_id == agent_id
        and named == (str(command.key), command.generation, command.plan_hash)
        and named == (str(record.key), record.generation, record.plan_hash)
    )


def _is_older(command: OpenCommand, receipt: CommandReceipt) -> bool:
    return command.outcome == Outcome.PROVED and receipt.outcome in (Outcome.POSTED, Outcome.PROVED)


def _numbered(record: Record, receipt: CommandReceipt) -> Record:
    """With Sage's own numbers, as far as this receipt names any."""
    return replace(record, sage={effect.id: effect.numbers for effect in receipt.effects} or record.sage)


def _posted(tx: Transaction, agent_id: str, record: Record, receipt: CommandReceipt, now: datetime) -> Record:
    """Sage holds it, and the finding tells what is open; what was disputed meanwhile stays so."""
    told = _numbered(record, receipt)
    if record.state is not State.DISPUTED:
        finding = receipt.finding
        told = replace(told, code=finding.code if finding else None, findings=(finding,) if finding else ())
    if record.state is State.SENT:
        told = replace(told, state=State.POSTED, since=now)
    if told != record:
        action = "posted" if told.state is not record.state else "read back"
        tx.save(record, told, actor=f"agent {agent_id}", action=action, payload=to_json(receipt.effects))
    return told


def _proved(tx: Transaction, agent_id: str, record: Record, receipt: CommandReceipt, now: datetime) -> None:
    if record.state is not State.POSTED:
        return
    proved = replace(record, state=State.PROVED, since=now, code=None, findings=())
    tx.save(record, proved, actor=f"agent {agent_id}", action="proved", payload=to_json(receipt.effects))
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
    if finding is not None and finding.code is Code.DEFECT:
        _stop_company(tx, record, finding)


def _disputed(
    tx: Transaction,
    agent_id: str,
    record: Record,
    receipt: CommandReceipt,
    finding: Finding,
    now: datetime,
) -> None:
    disputed = replace(
        _numbered(record, receipt),
        state=State.DISPUTED,
        since=now,
        code=finding.code,
        findings=(finding,),
        due=False,
    )
    tx.save(record, disputed, actor=f"agent {agent_id}", action="disputed", payload=to_json(receipt))
    _stop_company(tx, record, finding)


def _stop_company(tx: Transaction, record: Record, finding: Finding) -> None:
    """The first defect or difference at Sage stops the company (design: “Damage is limited”)."""
    tx.trip_breaker(
        Finding(
            code=Code.STOPPED_BY_BREAKER,
            what="Nothing more is posted to this company.",
            why=f"{record.reference or record.key.entity}: {finding.what} {finding.why}",
            fix="Settle that record, then release the stop.",
        )
    )


def _differs(record: Record, receipt: CommandReceipt) -> Finding:
    return Finding(
        code=Code.DIFFERS_IN_SAGE,
        what=f"{record.number or record.key.entity} stands in Sage otherwise than planned.",
        why="; ".join(difference for effect in receipt.effects for difference in effect.differences),
        fix="Compare both and settle the record by hand.",
    )


def _gone(record: Record) -> Finding:
    return Finding(
        code=Code.GONE_FROM_SAGE,
        what=f"{record.number or record.key.entity} is no longer in Sage.",
        why="The agent found it there before, and now finds nothing of it.",
        fix="Find out who removed it, then settle the record by hand.",
    )
