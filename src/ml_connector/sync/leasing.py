"""Leasing: from a plan to a command at the agent.

`sent` is written in the transaction that grants the lease: from then on Sage *may* hold the document, and
only the agent's proof of absence takes that back. A lease whose answer was lost is given again, with the same
command ids. What comes back is taken by `receipts`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from ml_connector.clock import Clock
from ml_connector.codec import canonical, loads, to_json
from ml_connector.documents.identity import Kind
from ml_connector.errors import Code, Defect, Finding
from ml_connector.sync.cut_over_gate import CutOver, concerns, cut_over_of
from ml_connector.sync.passage import State
from ml_connector.sync.ports import OpenCommand, Transaction
from ml_connector.sync.protocol import Command
from ml_connector.sync.record import Record

FIRST_RUN_DOCUMENTS = 10
"""So many documents are posted before a person has to look and say yes (design: “Damage is limited”)."""

ACTOR = "leasing"
APPROVAL = "approval:first-run"
BATCH = 200
UNDECIDED = (State.NOTICED, State.WAITING, State.HELD, State.PLANNED)


def queue_planned(tx: Transaction, chart_version: int, now: datetime) -> int:
    """Planned records whose chart is current go into the queue, as far as a person has allowed.

    Returns how many records moved, those included that wait for a person's yes from now on, or have to be
    decided again by a newer chart.
    """
    controls = tx.controls()
    if not chart_version or controls.paused or controls.breaker or not controls.road_approved:
        return 0
    room = None if controls.first_run_approved else FIRST_RUN_DOCUMENTS - tx.spoken_for()
    moved = 0
    planned = tx.records(states=(State.PLANNED,), due=False, limit=BATCH)
    cut_over = cut_over_of(tx, planned) if controls.cut_over else None
    if cut_over is not None and tx.records(states=UNDECIDED, due=True, limit=1):
        # One that is still to be decided may have a question that all of that time have to wait for.
        planned = tuple(record for record in planned if not concerns(cut_over, record))
    for record in planned:
        if record.chart_version != chart_version:
            tx.mark_due(states=(State.PLANNED,))
            return moved + 1
        if cut_over is not None and _stopped_at_cut_over(tx, cut_over, record, now):
            moved += 1
            continue
        if record.key.kind is not Kind.CUSTOMER and room is not None:
            if room <= 0:
                _wait_for_approval(tx, record, now)
                moved += 1
                continue
            room -= 1
        queued = replace(record, state=State.QUEUED, since=now)
        tx.save(record, queued, actor=ACTOR, action="queued", payload={"plan_hash": record.plan_hash})
        moved += 1
    return moved


def _stopped_at_cut_over(tx: Transaction, cut_over: CutOver, record: Record, now: datetime) -> bool:
    """Let a document of that time wait, or leave it out, as a person has said; whether it may not go."""
    stopped = cut_over.stopped(record, now) if concerns(cut_over, record) else None
    if stopped is None:
        return False
    tx.save(record, stopped, actor=ACTOR, action=stopped.state.value, payload=to_json(stopped.findings))
    if stopped.state is State.SKIPPED:
        tx.mark_due(order_id=record.order_id, states=(State.WAITING,))
    return True


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
    """What this agent has not ended, then new work: customers first, then by the documents' dates.

    While somebody or something has stopped the connection nothing is given, not even again: an answer that
    was lost may have been the first one.
    """
    controls = tx.controls()
    if controls.paused or controls.breaker:
        return
    given = 0
    for command in tx.open_commands(agent_id)[:most]:
        record = tx.record(command.key)
        if record is not None and record.plan is not None:
            given += 1
            yield _command(command, record, controls.incarnation)
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


def raw(command: Command) -> dict[str, object]:
    """A command as it travels inside `Leased`."""
    value = loads(canonical(command))
    if not isinstance(value, dict):
        raise Defect("a command is an object")
    return dict(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
