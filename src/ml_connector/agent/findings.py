"""What the agent says about one record: every sentence of the poster and of the reading of commands.

No sentence holds a secret: an exception nobody foresaw is described by its type and the places it came
through, never by its own message, which may quote whatever was being handled.
"""

from __future__ import annotations

import traceback
from datetime import datetime
from pathlib import PurePath

from ml_connector.errors import Code, Defect, Finding
from ml_connector.posting.plan import Effect, Plan

_WORDS = {
    "customer": "customer account",
    "customer-update": "changed details",
    "document": "document",
    "ledger": "ledger entry",
    "receipt": "receipt of the money",
    "refund": "refund payment",
    "allocation": "allocation",
}
_PLACES = 6


def name(plan: Plan, effect: Effect) -> str:
    """An effect in words: “the ledger entry of K7-I123”."""
    return f"the {_WORDS[effect.type]} of {plan.reference}"


def differs(plan: Plan, effect: Effect, differences: tuple[str, ...]) -> Finding:
    """It stands in Sage and is not what was planned."""
    return Finding(
        code=Code.DIFFERS_IN_SAGE,
        what=f"Sage holds {name(plan, effect)}, but not as it was planned.",
        why=" ".join(differences),
        fix="Compare both in Sage. Correct the entry there, or accept the difference in the dashboard.",
    )


def doubled(plan: Plan, effect: Effect, copies: int) -> Finding:
    """It stands in Sage more than once."""
    return Finding(
        code=Code.DOUBLED_IN_SAGE,
        what=f"Sage holds {name(plan, effect)} {copies} times.",
        why="The reference stands on more than one entry; ml-connector never chooses between them.",
        fix="Remove or reverse the surplus entry in Sage, then choose “Look again” in the dashboard.",
    )


def gone(plan: Plan, effect: Effect) -> Finding:
    """It stood in Sage, by an earlier receipt or by Sage's own word, and a complete look does not find it."""
    return Finding(
        code=Code.GONE_FROM_SAGE,
        what=f"Sage held {name(plan, effect)} before, and does not hold it now.",
        why="It was deleted, its reference was changed, or an older backup of the company was restored.",
        fix=(
            "Find out in Sage what happened. If it was removed on purpose, say so in the dashboard: "
            "only then is it posted again."
        ),
    )


def allocation_unclear(plan: Plan, effect: Effect, why: str) -> Finding:
    """The outstanding amounts are neither those before nor those after the allocation."""
    return Finding(
        code=Code.ALLOCATION_UNCLEAR,
        what=f"Whether {name(plan, effect)} was made cannot be told.",
        why=why,
        fix="Look at the account's allocations in Sage, make by hand what is missing, and accept it here.",
    )


def look_unknown(plan: Plan, effect: Effect, why: str) -> Finding:
    """A look could not be completed; nothing was written on the strength of it."""
    return Finding(
        code=Code.LOOK_UNKNOWN,
        what=f"Whether Sage holds {name(plan, effect)} could not be told, so nothing was written.",
        why=why,
        fix=f"Search Sage for {plan.reference}. While nothing was written, ml-connector looks again itself.",
    )


def not_understood(key: str, why: str) -> Finding:
    """A command from the cloud that this program must not carry out."""
    return Finding(
        code=Code.COMMAND_NOT_UNDERSTOOD,
        what=f"A command for {key or 'a record'} is not understood, and was refused before Sage was opened.",
        why=why,
        fix="Install the ml-connector-agent that the dashboard offers, then let the record be sent again.",
    )


def our_own_session(finding: Finding, since: str) -> Finding:
    """Sage's user name is in use, and it is our own session that was cut off; `since` is UTC, ISO 8601."""
    begun = datetime.fromisoformat(since).astimezone()
    return Finding(
        code=Code.SAGE_IN_USE,
        what=f"Sage still counts this connector's own session of {begun:%d/%m/%Y %H:%M} as logged on.",
        why="The agent or the PC was ended while Sage was open, and Sage keeps the name until it is cleared.",
        fix=finding.fix,
    )


def defect(error: BaseException, doing: str) -> Finding:
    """An exception that nobody foresaw, by type and place (file, line and function), without its message."""
    frames = traceback.extract_tb(error.__traceback__)[-_PLACES:]
    places = " < ".join(
        f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames)
    )
    said = f" ({error})" if isinstance(error, Defect) else ""
    return Finding(
        code=Code.DEFECT,
        what=f"ml-connector failed while {doing}.",
        why=f"This is a fault of the program: {type(error).__name__}{said} at {places}.",
        fix="It is not tried again by itself. Look at the record in Sage, and send this message to support.",
    )
