"""A pretend cloud for the agent's tests: it answers each message of the protocol as the real one promises to.

Every message goes through its JSON both ways, so that nothing passes that could not travel.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar, cast

from ml_connector.codec import canonical, from_json, loads
from ml_connector.errors import Code, Finding
from ml_connector.posting.company import Catalogue, CustomerEntry, LedgerEntry
from ml_connector.posting.plan import Plan
from ml_connector.sync.protocol import (
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
from tests.specs.agent_kit import INCARNATION, command

Message = TypeVar("Message")


@dataclass
class PretendCloud:
    """Leases what is in `queue`, once; leases again what has no receipt; stops at the first dispute.

    `before` is called with each message's name before it is taken, and `after` before its answer is heard;
    both may raise. `released` are the held commands that a person has let go again.
    """

    queue: list[Plan] = field(default_factory=list[Plan])
    raw: list[Mapping[str, object]] = field(default_factory=list[Mapping[str, object]])
    finding: Finding | None = None
    ledger_wanted: bool = False
    heard: list[str] = field(default_factory=list[str])
    hellos: list[Hello] = field(default_factory=list[Hello])
    findings: list[Finding | None] = field(default_factory=list[Finding | None])
    sent: dict[str, Command] = field(default_factory=dict[str, Command])
    outcomes: dict[str, CommandReceipt] = field(default_factory=dict[str, CommandReceipt])
    known_catalogue: tuple[str, Catalogue] | None = None
    entries: tuple[LedgerEntry, ...] = ()
    entries_from: date | None = None
    of_anybody: tuple[CustomerEntry, ...] | None = None
    released: set[str] = field(default_factory=set[str])
    before: Callable[[str], None] = lambda _: None
    after: Callable[[str], None] = lambda _: None

    def hello(self, message: Hello) -> Welcome:
        self._hear("hello")
        self.hellos.append(_travelled(Hello, message))
        known = self.known_catalogue
        return self._answer(
            Welcome(
                protocol=1,
                incarnation=INCARNATION,
                catalogue_hash=known[0] if known else "",
                trail_head=self._head(),
                finding=self.finding,
                entries_from=self.entries_from,
            )
        )

    def catalogue(self, message: CatalogueIs) -> Taken:
        self._hear("catalogue")
        read = _travelled(CatalogueIs, message)
        self.known_catalogue = (read.hash, read.catalogue)
        return self._answer(Taken(trail_head=self._head()))

    def lease(self, message: LeaseRequest) -> Leased:
        self._hear("lease")
        given = [each for each in self.sent.values() if not self._ended(each.id)][: message.most]
        while self.queue and len(given) < message.most and self.finding is None:
            made = command(self.queue.pop(0), f"cmd-{len(self.sent) + 1}")
            self.sent[made.id] = made
            given.append(made)
        raw = [cast(Mapping[str, object], loads(canonical(each))) for each in given]
        leased = Leased(
            commands=(*raw, *self.raw),
            send_ledger=self.ledger_wanted,
            send_catalogue=self.known_catalogue is None,
        )
        self.raw = []
        return self._answer(leased)

    def receipts(self, message: Receipts) -> ReceiptsTaken:
        self._hear("receipts")
        for receipt in _travelled(Receipts, message).receipts:
            self._take(receipt)
        ids = tuple(receipt.command_id for receipt in message.receipts)
        return self._answer(ReceiptsTaken(command_ids=ids, trail_head=self._head()))

    def ledger(self, message: LedgerIs) -> Taken:
        self._hear("ledger")
        read = _travelled(LedgerIs, message)
        self.entries = read.entries
        self.of_anybody = read.of_anybody if read.entries_from else self.of_anybody
        self.entries_from = None
        self.ledger_wanted = False
        return self._answer(Taken(trail_head=self._head()))

    def heartbeat(self, message: Heartbeat) -> Taken:
        self._hear("heartbeat")
        self.findings.append(_travelled(Heartbeat, message).finding)
        return self._answer(Taken(trail_head=self._head()))

    def open_ids(self) -> list[str]:
        """Commands that were leased and have no end."""
        return [command_id for command_id in self.sent if not self._ended(command_id)]

    def _take(self, receipt: CommandReceipt) -> None:
        known = self.outcomes.get(receipt.command_id)
        if known == receipt or (known is not None and known.outcome in (Outcome.PROVED, Outcome.ABSENT)):
            return
        self.outcomes[receipt.command_id] = receipt
        if receipt.outcome is Outcome.ABSENT and receipt.finding is None:
            self.queue.append(self.sent[receipt.command_id].plan)
        if receipt.outcome is Outcome.DISPUTED:
            self.finding = Finding(
                code=Code.STOPPED_BY_BREAKER, what="Stopped.", why="Disputed.", fix="Look."
            )

    def _ended(self, command_id: str) -> bool:
        receipt = self.outcomes.get(command_id)
        return receipt is not None and receipt.outcome is not Outcome.POSTED

    def _head(self) -> str:
        return f"head-{len(self.outcomes)}"

    def _hear(self, name: str) -> None:
        self.before(name)
        self.heard.append(name)

    def _answer(self, answer: Message) -> Message:
        self.after(self.heard[-1])
        return _travelled(type(answer), answer)


def _travelled(kind: type[Message], message: Message) -> Message:
    return from_json(kind, loads(canonical(message)), lenient=True)
