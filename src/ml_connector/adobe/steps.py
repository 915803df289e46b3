"""What a ping finds, one step after another: `probing.py` makes the shop's steps, the cloud the books'.

A step is a plain value: a person reads its sentences, a dashboard its state and facts. Nothing secret is in
either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ml_connector.errors import Code, Finding


class StepState(StrEnum):
    """How a step went. A warning stops nothing yet; what depends on a failed step is not tried."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    NOT_TRIED = "not-tried"


class StepName(StrEnum):
    """What a step looks at, in the order of a ping; `PERMISSION` comes once for each ACL resource."""

    ADDRESS = "address"
    TOKEN = "token"
    CONNECTION = "connection"
    API = "api"
    CLOCK = "clock"
    CREDENTIALS = "credentials"
    PERMISSION = "permission"
    BEARER = "bearer"
    VERSION = "version"
    STORES = "stores"
    DOCUMENTS = "documents"
    BACK_FILL = "back-fill"
    # the books
    AGENT = "agent"
    COMPANY = "company"
    CATALOGUE = "catalogue"
    CURRENCY = "currency"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step. `what` says what is so; `why` and `fix` are “” where nothing is to be done.

    `code` is that of the error behind it, or None. `facts` are plain JSON values, for programs.
    """

    name: StepName
    state: StepState
    what: str
    why: str = ""
    fix: str = ""
    code: Code | None = None
    facts: Mapping[str, object] = field(default_factory=dict[str, object])


def good(name: StepName, what: str, **facts: object) -> Step:
    """A step that went well."""
    return Step(name=name, state=StepState.OK, what=what, facts=facts)


def warning(name: StepName, what: str, why: str, fix: str, **facts: object) -> Step:
    """A step that went well so far, and may not do so for ever."""
    return Step(name=name, state=StepState.WARNING, what=what, why=why, fix=fix, facts=facts)


def failed(name: StepName, finding: Finding, **facts: object) -> Step:
    """A step that did not go well, in the words of an error of ours."""
    return Step(
        name=name,
        state=StepState.FAILED,
        what=finding.what,
        why=finding.why,
        fix=finding.fix,
        code=finding.code,
        facts=facts,
    )


def not_tried(name: StepName, what: str, why: str, **facts: object) -> Step:
    """A step that something before it kept from being tried."""
    return Step(name=name, state=StepState.NOT_TRIED, what=what, why=why, facts=facts)
