"""A connection that reads a shop in tables through the shop client's own code, with its records on SQLite."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from ml_connector.adobe.reads import AdobeReads
from ml_connector.errors import Finding, NeedsPerson, TryAgain
from ml_connector.sync.completeness import ask_for_check
from ml_connector.sync.engine import Conductor
from ml_connector.sync.hints import HintStore
from ml_connector.sync.passage import State
from ml_connector.sync.reading import Check, Reason, Unread
from tests.specs.shop_in_tables import TablesShop
from tests.specs.sync_kit import SHOP
from tests.specs.sync_place import Place, must_hold

ATTEMPTS_MAX = 60
STEPS_MAX = 2000


@dataclass
class ReadingPlace:
    """`place` holds the records, `shop` what is read, `reads` is how; `store` stands between the conductor
    and the records, if anything does."""

    place: Place
    shop: TablesShop
    reads: AdobeReads
    store: HintStore | None = None

    @property
    def conductor(self) -> Conductor:
        return Conductor(
            connection_id=SHOP,
            store=self.store or self.place.ledger,
            shop=self.reads,
            decider=lambda: self.place.teller,
            clock=self.place.clock,
        )

    def restart(self) -> None:
        """A new process: of the shop only what is stored is known."""
        self.reads = AdobeReads(self.shop, self.place.clock)

    def wait(self, **span: int) -> None:
        self.place.clock.at += timedelta(**span)

    def sweep(self) -> int:
        self.wait(seconds=1)
        return self.conductor.sweep()

    def sweep_until_read(self) -> list[Finding]:
        """Sweep until one comes to its end; returns what stood in the way before."""
        troubles: list[Finding] = []
        for _ in range(ATTEMPTS_MAX):
            try:
                self.sweep()
            except (TryAgain, NeedsPerson) as error:
                troubles.append(error.finding)
            else:
                return troubles
        raise AssertionError(f"no sweep comes to its end: {troubles[-1]}")

    def ask_for_check(self) -> None:
        with self.place.ledger.begin() as tx:
            ask_for_check(tx)

    def check(self) -> Check:
        """A whole completeness check, now."""
        self.ask_for_check()
        for _ in range(STEPS_MAX):
            self.wait(seconds=1)
            if not self.conductor.check():
                return self.checked()
        raise AssertionError("this check never ends")

    def checked(self) -> Check:
        with self.place.ledger.begin() as tx:
            return tx.check()

    def post_everything(self) -> None:
        """Decide, lease and prove until nothing moves."""
        for _ in range(STEPS_MAX):
            self.place.settle()
            commands = self.place.lease()
            if not commands:
                return
            self.place.prove(commands)
        raise AssertionError("there is always more to post")

    def states(self) -> dict[str, int]:
        return dict(self.place.states())

    def unread(self, kind: str, entity_id: int) -> Unread | None:
        with self.place.ledger.begin() as tx:
            return tx.unread(kind, entity_id)

    def failing(self, kind: str) -> tuple[int, ...]:
        with self.place.ledger.begin() as tx:
            return tx.failing(kind)

    def gone(self, kind: str) -> list[int]:
        with self.place.ledger.begin() as tx:
            every = tx.unread_between(kind, 0, 2**62)
        return sorted(entity for entity, reason in every.items() if reason is Reason.GONE)

    def noticed(self, kind: str = "invoice") -> list[int]:
        """The entities of all records of a kind."""
        return sorted(
            int(record.key.entity) for record in self.place.records() if record.key.kind.value == kind
        )

    def held(self) -> dict[str, str]:
        """What is held, with its code."""
        return {record.key.entity: str(record.code) for record in self.place.records(State.HELD)}

    def notes(self) -> list[str]:
        """What the trail says that is about no record."""
        return [sealed.entry.action for sealed in self.place.trail() if not sealed.entry.key]


@contextmanager
def a_reading_place(folder: Path, shop: TablesShop) -> Generator[ReadingPlace]:
    """A place for one test, at the end of which everything must hold."""
    place = Place.made(folder)
    try:
        yield ReadingPlace(place, shop, AdobeReads(shop, place.clock))
        must_hold(place)
    finally:
        place.ledger.engine.dispose()
