"""The heart: one command, each of its effects made exactly once, and a receipt that says how far it came.

    intent, on disk → look → Found, equal    adopt
                             Found, else     disputed
                             Unknown         nothing is written
                             Absent          write → look again → confirmed, on disk → the next effect

Sage may save and still fail to tell us, so an error that a write reports decides nothing: the look after it
does. A lost reply, a crash and a new session all begin again at the look. `Outcome.ABSENT` is only ever said
after looks that found nothing of the whole plan (design: “At Sage, per effect”).
"""

from __future__ import annotations

from dataclasses import dataclass

from ml_connector.agent import findings
from ml_connector.agent.journal import EffectState, Journal
from ml_connector.agent.journal_schema import JournalTrouble
from ml_connector.errors import Finding, NeedsPerson, ReplyLost, TryAgain
from ml_connector.posting.plan import Allocation, Effect, UpdateLedger
from ml_connector.sage.books import Absent, Books, Found, Unknown
from ml_connector.sync.protocol import Command, CommandReceipt, EffectReceipt, Outcome

ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class _Stop:
    """Why a command ends before its last effect stands."""

    outcome: Outcome
    finding: Finding | None


def carry(command: Command, books: Books, journal: Journal) -> CommandReceipt:
    """Make every effect of the command stand in Sage once; the receipt is in the journal when this returns.

    Raises `TryAgain` when the command has to stay open and be carried again in a later session, `NeedsPerson`
    when not even a look is possible, and `JournalTrouble`. It may be called again after anything, a crash
    included.
    """
    for effect in command.plan.effects:
        try:
            stop = _settle(command, effect, books, journal)
        except (JournalTrouble, TryAgain):
            raise
        except NeedsPerson as error:
            stop = _refused(command, error.finding, books, journal)
        except Exception as error:
            doing = f"making {findings.name(command.plan, effect)}"
            stop = _broken(command, findings.defect(error, doing), books, journal)
        if stop is not None:
            return _end(command, stop, journal)
    return _end(command, _Stop(Outcome.PROVED, None), journal)


def hand_back(command: Command, books: Books, journal: Journal) -> CommandReceipt | None:
    """Give a command back of which looks find nothing in Sage. None when they find anything of it.

    Raises what the books raise; then the command simply stays open.
    """
    if not _nothing_stands(command, books, journal):
        return None
    return _end(command, _Stop(Outcome.ABSENT, None), journal)


def standing(command: Command, finding: Finding, journal: Journal) -> CommandReceipt | None:
    """The receipt POSTED for a command that stays open while something of it stands; None if nothing does."""
    receipt = _receipt(command, _Stop(Outcome.POSTED, finding), journal)
    return receipt if receipt.effects else None


def _settle(command: Command, effect: Effect, books: Books, journal: Journal) -> _Stop | None:
    """Make one effect stand; None when it does, and equals the plan."""
    plan = command.plan
    entry = journal.entry(command, effect.id)
    before = entry.before if entry else books.before(plan, effect)
    journal.intend(command, effect.id, before)
    if isinstance(effect, Allocation) and entry and entry.state is EffectState.CONFIRMED and entry.receipt:
        # Later allocations move the same outstanding amounts: what was confirmed cannot be looked for again.
        journal.confirm(command, entry.receipt)
        return None
    lost: ReplyLost | None = None
    for _ in range(ATTEMPTS):
        try:
            look = books.look(plan, effect, before)
            if not isinstance(look, Absent):
                return _judge(command, effect, look, journal)
            if journal.stood(plan.key, command.generation, effect.id):
                return _Stop(Outcome.DISPUTED, findings.gone(plan, effect))
            journal.begin(command, effect.id)
            trouble = _write(command, effect, books)
            look = books.look(plan, effect, before)
            if not isinstance(look, Absent):
                return _judge(command, effect, look, journal)
            if trouble is None:
                return _Stop(Outcome.DISPUTED, findings.gone(plan, effect))
            raise trouble
        except ReplyLost as error:
            lost = error
    assert lost is not None
    raise lost


def _write(command: Command, effect: Effect, books: Books) -> TryAgain | NeedsPerson | None:
    """Write, and keep what was raised: the look that follows decides whether it matters."""
    try:
        books.write(command.plan, effect)
    except (TryAgain, NeedsPerson) as error:
        return error
    return None


def _judge(command: Command, effect: Effect, look: Found | Unknown, journal: Journal) -> _Stop | None:
    plan = command.plan
    if isinstance(look, Unknown):
        if isinstance(effect, Allocation):
            return _Stop(Outcome.DISPUTED, findings.allocation_unclear(plan, effect, look.why))
        unknown = findings.look_unknown(plan, effect, look.why)
        if journal.begun(command):
            return _Stop(Outcome.DISPUTED, unknown)
        raise TryAgain(unknown)
    entry = journal.entry(command, effect.id)
    ours = entry is not None and (
        entry.state is EffectState.WRITTEN or (entry.receipt is not None and entry.receipt.state == "written")
    )
    receipt = EffectReceipt(
        id=effect.id,
        state="written" if ours else "adopted",
        numbers=look.numbers,
        differences=look.differences,
    )
    if look.copies > 1 or look.differences:
        journal.found_otherwise(command, receipt)
        wrong = (
            findings.doubled(plan, effect, look.copies)
            if look.copies > 1
            else findings.differs(plan, effect, look.differences)
        )
        return _Stop(Outcome.DISPUTED, wrong)
    if entry is None or entry.state is not EffectState.CONFIRMED:
        journal.confirm(command, receipt)
    return None


def _refused(command: Command, finding: Finding, books: Books, journal: Journal) -> _Stop:
    """A person is needed. What the looks say decides whether the document is held or disputed."""
    absent = _nothing_stands(command, books, journal)
    return _Stop(Outcome.ABSENT if absent else Outcome.DISPUTED, finding)


def _broken(command: Command, finding: Finding, books: Books, journal: Journal) -> _Stop:
    """A fault of ours. Without looks that show that nothing was written, something may have been."""
    try:
        return _refused(command, finding, books, journal)
    except JournalTrouble:
        raise
    except Exception:
        return _Stop(Outcome.DISPUTED, finding)


def _nothing_stands(command: Command, books: Books, journal: Journal) -> bool:
    """Whether complete looks find nothing of the plan, and nothing of it ever stood.

    Ledger updates and allocations are not asked: a document's look reads the ledger too, and no allocation
    can be without the entries that are asked for.
    """
    plan = command.plan
    for effect in plan.effects:
        if isinstance(effect, UpdateLedger | Allocation):
            continue
        entry = journal.entry(command, effect.id)
        before = entry.before if entry else books.before(plan, effect)
        if not isinstance(books.look(plan, effect, before), Absent):
            return False
    return not journal.stood(plan.key, command.generation)


def _end(command: Command, stop: _Stop, journal: Journal) -> CommandReceipt:
    receipt = _receipt(command, stop, journal)
    journal.end(receipt)
    return receipt


def _receipt(command: Command, stop: _Stop, journal: Journal) -> CommandReceipt:
    return CommandReceipt(
        command_id=command.id,
        incarnation=command.incarnation,
        key=command.plan.key,
        generation=command.generation,
        plan_hash=command.plan_hash,
        outcome=stop.outcome,
        effects=journal.effect_receipts(command),
        finding=stop.finding,
    )
