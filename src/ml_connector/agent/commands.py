"""Reading what was leased: strictly, one command by one, before Sage is opened.

A command that holds a field we do not know, a plan of a newer version, or a plan that is not the one its hash
names, is refused with a receipt; what such a receipt needs is read leniently from the raw JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from ml_connector.agent import findings
from ml_connector.agent.journal import Journal
from ml_connector.codec import NotUnderstood, from_json
from ml_connector.posting.plan import PLAN_VERSION, plan_hash
from ml_connector.sync.protocol import Command, CommandReceipt, Outcome


def read_command(raw: Mapping[str, object]) -> Command:
    """The command, or `NotUnderstood` with the place and the reason, never the value."""
    command = from_json(Command, raw)
    if command.plan.version != PLAN_VERSION:
        raise NotUnderstood(f"the plan has version {command.plan.version}, known is {PLAN_VERSION}")
    if plan_hash(command.plan) != command.plan_hash:
        raise NotUnderstood("the plan is not the one that plan_hash names")
    return command


def refusal(raw: Mapping[str, object], why: str, journal: Journal) -> CommandReceipt | None:
    """The receipt for a command that was not understood; None when it does not even say its id.

    ABSENT, since nothing of it was written; DISPUTED where an earlier command of the same record and
    generation has put something into Sage.
    """
    plan = cast(object, raw.get("plan"))
    key = _text(cast(Mapping[str, object], plan).get("key")) if isinstance(plan, Mapping) else ""
    command_id, generation = _text(raw.get("id")), raw.get("generation")
    if not command_id:
        return None
    number = generation if type(generation) is int else 0
    stood = journal.stood(key, number)
    return CommandReceipt(
        command_id=command_id,
        incarnation=_text(raw.get("incarnation")),
        key=key,
        generation=number,
        plan_hash=_text(raw.get("plan_hash")),
        outcome=Outcome.DISPUTED if stood else Outcome.ABSENT,
        effects=(),
        finding=findings.not_understood(key, f"{why[:1].upper()}{why[1:]}."),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
