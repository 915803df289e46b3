"""The few steps of which the checks are made."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from ml_connector.errors import Code, ConnectorError, NeedsPerson
from ml_connector.posting.plan import Effect, Plan
from ml_connector.sage.books import Absent, Before, Books, Found, Look
from ml_connector.sage.conformance.bench import Bench

Check = Callable[[Bench], None]


class Broken(AssertionError):
    """A driver does not do what every driver must."""


def must(truth: bool, sentence: str, seen: object = None) -> None:
    """Raise `Broken` with the sentence, and what was seen, unless it is true."""
    if not truth:
        raise Broken(sentence if seen is None else f"{sentence} Seen: {seen!r}")


def must_be_equal(look: Look, sentence: str) -> Found:
    """The look found it once, and as planned."""
    if not isinstance(look, Found) or look.differences or look.copies != 1:
        raise Broken(f"{sentence} Seen: {look!r}")
    return look


def must_differ(look: Look, what: str) -> str:
    """The look found it, and says how it differs: those sentences in one."""
    if not isinstance(look, Found) or not look.differences:
        raise Broken(f"Another {what} is a difference. Seen: {look!r}")
    return " ".join(look.differences)


def must_refuse(act: Callable[[], object], code: Code, sentence: str) -> None:
    """The act raises `NeedsPerson` with this code."""
    try:
        act()
    except NeedsPerson as error:
        must(error.finding.code is code, sentence, error.finding)
    except ConnectorError as error:
        raise Broken(f"{sentence} Seen: {error!r}") from error
    else:
        raise Broken(f"{sentence} Nothing was refused.")


def fresh_look(books: Books, plan: Plan, effect: Effect) -> Look:
    """A look that begins now."""
    return books.look(plan, effect, books.before(plan, effect))


def make(books: Books, plan: Plan, effect: Effect) -> Before:
    """Look, write, look again, as the agent does; what was true before."""
    before = books.before(plan, effect)
    seen = books.look(plan, effect, before)
    must(isinstance(seen, Absent), f"{effect.id} of {plan.reference} is absent before it is made.", seen)
    books.write(plan, effect)
    seen = books.look(plan, effect, before)
    must_be_equal(seen, f"{effect.id} of {plan.reference} is found once it is made.")
    return before


def make_some(bench: Bench, plan: Plan, *, effects: int | None = None) -> dict[str, Before]:
    """Make all effects of a plan, or the first few, in one session; what was true before each."""
    with bench.door.open(bench.index) as books:
        return {effect.id: make(books, plan, effect) for effect in plan.effects[:effects]}


def number_of(bench: Bench, plan: Plan) -> int:
    """The number of the plan's document in Sage."""
    with bench.door.open(bench.index) as books:
        seen = fresh_look(books, plan, plan.effects[0])
    must(isinstance(seen, Found) and "invoice_number" in seen.numbers, "The number is told.", seen)
    return cast(int, cast(Found, seen).numbers["invoice_number"])
