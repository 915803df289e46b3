"""What the agent does while Sage is open, from the check of the company to the last receipt.

    the company is the one we know → hello → unfinished commands → lease → carry → receipts → lease …
    → catalogue and ledger, where asked for

One document at a time. After a disputed one the cloud is greeted again; if it then says why nothing more is
to be written, what was not begun is handed back, with looks that prove that Sage holds nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol

from ml_connector import __version__
from ml_connector.agent.commands import read_command, refusal
from ml_connector.agent.company import check_company, remember
from ml_connector.agent.findings import not_understood
from ml_connector.agent.journal import Fact, Journal
from ml_connector.agent.journal_schema import JournalTrouble
from ml_connector.agent.poster import carry, hand_back, standing
from ml_connector.clock import Clock
from ml_connector.codec import NotUnderstood, digest
from ml_connector.errors import Code, Finding, NeedsPerson, ReplyLost, TryAgain
from ml_connector.sage.books import Books
from ml_connector.sync.protocol import (
    PROTOCOL_VERSION,
    CatalogueIs,
    Command,
    CommandReceipt,
    Heartbeat,
    Hello,
    Leased,
    LeaseRequest,
    LedgerIs,
    Outcome,
    Receipts,
    ReceiptsTaken,
    Taken,
    Welcome,
)

CAPABILITIES = ("effects-1",)
LEASE_MOST = 10
_STOPS_ALL = frozenset({Code.COMPANY_CHANGED, Code.COMPANY_WENT_BACK})
_ENDS_SESSION = _STOPS_ALL | {Code.SAGE_SESSION_LOST, Code.SAGE_EXCLUSIVE}

Trouble = TryAgain | NeedsPerson


class Cloud(Protocol):
    """The cloud as the agent meets it. Every call may raise `TryAgain` or `NeedsPerson`."""

    def hello(self, message: Hello) -> Welcome: ...
    def catalogue(self, message: CatalogueIs) -> Taken: ...
    def lease(self, message: LeaseRequest) -> Leased: ...
    def receipts(self, message: Receipts) -> ReceiptsTaken: ...
    def ledger(self, message: LedgerIs) -> Taken: ...
    def heartbeat(self, message: Heartbeat) -> Taken: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What surrounds a session. `say` shows a person a line; `stopping` is asked between documents."""

    cloud: Cloud
    journal: Journal
    clock: Clock
    say: Callable[[str], None]
    stopping: Callable[[], bool]


class Asked(StrEnum):
    """What the cloud may ask for beside commands."""

    CATALOGUE = "catalogue"
    LEDGER = "ledger"


def lease(around: Around, asked: set[Asked]) -> int:
    """Ask for work and take it into the journal; what is not understood is refused at once.

    Gives the number of commands that were not known before.
    """
    journal = around.journal
    leased = around.cloud.lease(LeaseRequest(instance_id=journal.instance_id, most=LEASE_MOST))
    asked |= {Asked.CATALOGUE} if leased.send_catalogue else set()
    asked |= {Asked.LEDGER} if leased.send_ledger else set()
    new, unreadable = 0, list[str]()
    for raw in leased.commands:
        try:
            new += journal.accept(read_command(raw))
        except NotUnderstood as error:
            receipt = refusal(raw, str(error), journal)
            if receipt is None:
                unreadable.append(str(error))
            elif not journal.knows(receipt.command_id):
                journal.end(receipt)
                around.say(str(receipt.finding))
    if unreadable:
        raise NeedsPerson(not_understood("", f"It does not even name itself: {unreadable[0]}."))
    return new


def send_receipts(around: Around, *, keep_head: bool = False) -> None:
    """Send what was not taken yet, oldest first; what the cloud does not name as recorded stays unsent."""
    journal = around.journal
    while unsent := journal.unsent():
        taken = around.cloud.receipts(Receipts(instance_id=journal.instance_id, receipts=unsent))
        journal.sent(taken.command_ids)
        if keep_head:
            journal.put({Fact.TRAIL_HEAD: taken.trail_head})
        if not {receipt.command_id for receipt in unsent} & set(taken.command_ids):
            return


@dataclass(slots=True)
class SageSession:
    """One open Sage session; `serve` does all there is to do and returns when there is nothing left."""

    books: Books
    around: Around
    asked: set[Asked]
    _paused: Finding | None = None
    _entries_from: date | None = None
    _tried: set[str] = field(default_factory=set[str])
    _answered: set[Asked] = field(default_factory=set[Asked])

    def serve(self) -> Trouble | None:
        """Do the work. Gives what a command that stays open waits for, if one does.

        Raises NeedsPerson and TryAgain for what concerns the whole session.
        """
        around = self.around
        check_company(self.books, around.journal)
        self._greet()
        waits = self._carry_open()
        while not around.stopping():
            self._answer()
            new = lease(around, self.asked)
            waits = self._carry_open() or waits
            if not new and self.asked <= self._answered:
                break
        return waits

    def _greet(self) -> None:
        """Hello, and what follows from the answer.

        The trail head is kept only from a cloud without a finding: one that was restored from a backup must
        not overwrite what shows it.
        """
        journal, books = self.around.journal, self.books
        welcome = self.around.cloud.hello(
            Hello(
                protocol=PROTOCOL_VERSION,
                agent_version=__version__,
                instance_id=journal.instance_id,
                capabilities=CAPABILITIES,
                company=books.identity(),
                watermark=books.watermark(),
                trail_head=journal.get(Fact.TRAIL_HEAD) or "",
            )
        )
        if welcome.finding is not None and welcome.finding.code in _STOPS_ALL:
            raise NeedsPerson(welcome.finding)
        if welcome.finding is not None and self._paused != welcome.finding:
            self.around.say(str(welcome.finding))
        self._paused = welcome.finding
        if welcome.finding is None:
            journal.put({Fact.TRAIL_HEAD: welcome.trail_head, Fact.INCARNATION: welcome.incarnation})
        self._entries_from = welcome.entries_from
        if welcome.entries_from is not None:
            self.asked.add(Asked.LEDGER)
        if welcome.catalogue_hash != journal.get(Fact.CATALOGUE_HASH):
            self.asked.add(Asked.CATALOGUE)

    def _carry_open(self) -> Trouble | None:
        """Each open command once per session; one that has to wait does not hold up the others."""
        waits: Trouble | None = None
        for command in self.around.journal.open_commands():
            if command.id in self._tried or self.around.stopping():
                continue
            self._tried.add(command.id)
            try:
                receipt = self._carry(command)
            except JournalTrouble:
                raise
            except (TryAgain, NeedsPerson) as error:
                self._stays_open(command, error.finding)
                if isinstance(error, ReplyLost) or error.finding.code in _ENDS_SESSION:
                    raise
                waits = error
                continue
            if receipt is not None:
                self._ended(command, receipt)
        if self._tried:
            self._remember()
        send_receipts(self.around, keep_head=self._paused is None)
        return waits

    def _carry(self, command: Command) -> CommandReceipt | None:
        """Carry it out, or, while the cloud wants nothing written, hand it back if that can be."""
        journal = self.around.journal
        if self._paused is not None:
            given_back = hand_back(command, self.books, journal)
            if given_back is not None or not journal.begun(command):
                return given_back
        return carry(command, self.books, journal)

    def _stays_open(self, command: Command, finding: Finding) -> None:
        so_far = standing(command, finding, self.around.journal)
        if so_far is not None:
            self.around.journal.report(so_far)
        self.around.say(f"{command.plan.reference} waits: {finding}")

    def _ended(self, command: Command, receipt: CommandReceipt) -> None:
        because = f" {receipt.finding}" if receipt.finding else ""
        self.around.say(f"{command.plan.reference}: {receipt.outcome}.{because}")
        if receipt.outcome is Outcome.DISPUTED or (receipt.finding and receipt.finding.code is Code.DEFECT):
            self._remember()
            send_receipts(self.around, keep_head=self._paused is None)
            self._greet()

    def _answer(self) -> None:
        """Send what was asked for, after what was to be written; each at most once per session."""
        journal, cloud = self.around.journal, self.around.cloud
        for asked in sorted(self.asked - self._answered):
            if asked is Asked.CATALOGUE:
                catalogue = self.books.catalogue()
                message = CatalogueIs(hash=digest(catalogue), catalogue=catalogue)
                cloud.catalogue(message)
                journal.put({Fact.CATALOGUE_HASH: message.hash})
            else:
                entries = tuple(self.books.ledger())
                since = self._entries_from
                cloud.ledger(
                    LedgerIs(
                        instance_id=journal.instance_id,
                        entries=entries,
                        entries_from=since,
                        of_anybody=tuple(self.books.customer_entries(since)) if since else (),
                    )
                )
                self._entries_from = None
            self._answered.add(asked)

    def _remember(self) -> None:
        remember(self.around.journal, self.books.identity(), self.books.watermark())
