"""Whatever the shop does while it is read, every document is noticed exactly once, as it last was.

Between sweeps and within them documents appear, in bursts of more than a page and late ones too, and are
changed; the shop struggles, fails on single documents, counts wrongly, sends rows twice or does not answer;
the process is killed at a call of the shop, before a transaction or within one. Then the shop is quiet.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Generator, Sequence, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ml_connector.adobe.sandbox.jsontext import Document, write
from ml_connector.errors import NeedsPerson, TryAgain
from ml_connector.records.ledger import Ledger, LedgerTransaction
from ml_connector.sync.ports import Flow
from tests.specs.reading_place import ReadingPlace, a_reading_place
from tests.specs.shop_in_tables import OVERLOAD, TablesShop, shop_document, shop_order

pytestmark = pytest.mark.slow

PAGE = 4
SHOP_TIME = "%Y-%m-%d %H:%M:%S"
DOCUMENTS = ("invoices", "creditmemos")
LONG_AGO = 60 * 24 * 3600

Act = tuple[int, str, int, int]
"""How many answers of the shop after the step began, what happens, and two numbers that it needs."""
Step = tuple[str, int, list[Act]]
"""A sweep or a check, the minutes before it, and what happens meanwhile."""
SHOP_ACTS = ("insert", "late", "very late", "edit", "old edit", "memo")
FAULTS = ("fails", "heals", "weak", "well", "lies", "twice", "silent")
KILLS = ("killed", "killed before", "killed within")
ACT = st.tuples(
    st.integers(0, 25),
    st.sampled_from([*SHOP_ACTS, *SHOP_ACTS, *FAULTS, *KILLS, *KILLS, *KILLS]),
    st.integers(1, 9),
    st.integers(0, 900),
)
STEP = st.tuples(
    st.sampled_from(["sweep", "sweep", "check"]), st.sampled_from([0, 0, 20, 90]), st.lists(ACT, max_size=6)
)


class Killed(BaseException):
    """The end of a process: nothing that handles errors handles it."""


@dataclass
class MortalStore:
    """The records of a process that dies when its `before`th transaction begins, or its `within`th ends."""

    ledger: Ledger
    before: int = 0
    within: int = 0

    @contextmanager
    def begin(self) -> Generator[LedgerTransaction]:
        self.before -= 1
        self.within -= 1
        if self.before == 0:
            raise Killed
        with self.ledger.begin() as tx:
            yield tx
            if self.within == 0:
                raise Killed


@dataclass
class World:
    """A shop and somebody who reads it; `acts` happen ahead of an answer of the shop, or else afterwards."""

    reading: ReadingPlace
    store: MortalStore
    acts: list[Act] = field(default_factory=list[Act])
    ids: count[int] = field(default_factory=lambda: count(1))
    unseen: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    """What was last written with a stamp of long ago: no sweep can see that, and the daily check has to."""

    @property
    def shop(self) -> TablesShop:
        return self.reading.shop

    def happen(self, _path: str) -> None:
        due = [act for act in self.acts if not act[0]]
        self.acts = [(after - 1, what, one, two) for after, what, one, two in self.acts if after]
        for _, what, number, seconds in due:
            self.reading.wait(seconds=7 * seconds % 600 if number % 3 == 0 else seconds % 50)
            self.act(what, number, seconds)

    def act(self, what: str, number: int, seconds: int) -> None:
        match what:
            case "insert":
                self.insert(number, ago=0)
            case "late":
                self.insert(number, ago=seconds)
            case "very late":
                self.insert(number, ago=LONG_AGO, unseen=True)
            case "edit":
                self.edit(number, ago=0)
            case "old edit":
                self.edit(number, ago=LONG_AGO + seconds, unseen=True)
            case "memo":
                self.memo(number)
            case "fails":
                self.fail(number, seconds)
            case "heals":
                self.shop.fails.clear()
            case "weak" | "well":
                self.shop.brings = number if what == "weak" else PAGE
            case "lies":
                self.shop.lies = number - 5
            case "twice":
                self.shop.twice.add(("invoices", number))
            case "silent":
                raise TryAgain(OVERLOAD)
            case "killed":
                raise Killed
            case "killed before":
                self.store.before = number
            case _:
                self.store.within = number

    def stamp(self, ago: int) -> str:
        return f"{self.reading.place.clock.at - timedelta(seconds=ago):{SHOP_TIME}}"

    def insert(self, number: int, *, ago: int, unseen: bool = False) -> None:
        at = self.stamp(ago)
        entities = [next(self.ids) for _ in range(number)]
        self.shop.write("orders", *(shop_order(entity, at) for entity in entities))
        self.write("invoices", [shop_document(entity, at) for entity in entities], unseen)

    def write(self, kind: str, documents: Sequence[Document], unseen: bool) -> None:
        keys = {(kind, int(str(document["entity_id"]))) for document in documents}
        self.unseen = self.unseen | keys if unseen else self.unseen - keys
        self.shop.write(kind, *documents)

    def memo(self, number: int) -> None:
        entity = next(self.ids)
        self.write("creditmemos", [shop_document(entity, self.stamp(0), order=number)], unseen=False)
        self.shop.write("orders", shop_order(number, self.stamp(0)))

    def edit(self, number: int, *, ago: int, unseen: bool = False) -> None:
        """Every so many documents have a new total; their orders stay as they were."""
        for kind in DOCUMENTS:
            some = [*self.shop.documents(kind).values()][:: 10 - number]
            self.write(kind, [self.edited(document, ago) for document in some], unseen)

    def edited(self, document: Document, ago: int) -> Document:
        return shop_document(
            int(str(document["entity_id"])),
            self.stamp(ago),
            order=int(str(document["order_id"])),
            total=f"{10 + next(self.ids)}.00",
            created=str(document["created_at"]),
        )

    def fail(self, number: int, seconds: int) -> None:
        kind = ("orders", "invoices", "creditmemos")[seconds % 3]
        ids = sorted(self.shop.documents(kind))[1:-1]
        if ids:
            self.shop.fails.add((kind, ids[number % len(ids)]))

    # ---------------------------------------------------------------- who reads

    def take(self, step: Step) -> None:
        """A sweep or a completeness check, as far as it gets, and what is left to happen after it."""
        what, minutes, self.acts = step
        self.reading.wait(minutes=minutes)
        self.go_on(what)
        for _, act, number, seconds in self.acts:
            with suppress(TryAgain, Killed):
                self.act(act, number, seconds)
        self.acts = []

    def go_on(self, what: str) -> None:
        try:
            if what == "sweep":
                self.reading.sweep()
            else:
                self.reading.ask_for_check()
                while self.reading.conductor.check():
                    pass
        except (TryAgain, NeedsPerson):
            self.reading.wait(seconds=30)
        except Killed:
            self.reading.restart()

    def calm_down(self) -> None:
        self.shop.fails.clear()
        self.shop.twice.clear()
        self.shop.lies, self.shop.brings, self.shop.limit = 0, 300, 3 * PAGE
        self.reading.restart()
        self.store.before = self.store.within = 0
        self.reading.wait(days=2)
        self.reading.sweep_until_read()
        self.reading.sweep_until_read()


def every_document_was_noticed_once_as_it_last_was(
    reading: ReadingPlace, but: Set[tuple[str, int]] = frozenset()
) -> None:
    noticed = Counter(
        sealed.entry.key for sealed in reading.place.trail() if sealed.entry.action == "noticed"
    )
    assert not [key for key, times in noticed.items() if times != 1]
    for flow, kind in ((Flow.INVOICES, "invoice"), (Flow.CREDIT_MEMOS, "creditmemo")):
        every = reading.shop.documents(flow.value)
        there = {entity: each for entity, each in every.items() if (flow, entity) not in but}
        assert set(there) <= set(reading.noticed(kind)) <= set(every)
        with reading.place.ledger.begin() as tx:
            assert {entity: tx.payload(flow, entity) for entity in there} == {
                entity: write(document) for entity, document in there.items()
            }
            assert not tx.any_unread()
        for record in reading.place.records():
            document = there.get(int(record.key.entity))
            if document and record.key.kind.value == kind:
                assert str(abs(record.shop_total)) == document["total"]


def run(folder: str, bursts: list[int], steps: list[Step]) -> None:
    with a_reading_place(Path(folder), TablesShop()) as reading:
        store = MortalStore(reading.place.ledger)
        reading.store = store
        world = World(reading, store)
        for hours, number in enumerate(bursts, start=1):
            world.insert(number, ago=3600 * hours)
        world.shop.limit = PAGE
        world.shop.before = world.happen
        for step in steps:
            world.take(step)
        world.calm_down()
        every_document_was_noticed_once_as_it_last_was(reading, but=world.unseen)
        reading.check()
        every_document_was_noticed_once_as_it_last_was(reading)


BURSTS = st.lists(st.integers(1, 7), max_size=5)
UNHURRIED = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@settings(max_examples=6, deadline=None, suppress_health_check=UNHURRIED)
@given(bursts=BURSTS, steps=st.lists(STEP, max_size=4))
def test_every_document_is_noticed_exactly_once(bursts: list[int], steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        run(folder, bursts, steps)


@settings(max_examples=80, deadline=None, suppress_health_check=UNHURRIED)
@given(bursts=BURSTS, steps=st.lists(STEP, max_size=10))
def test_every_document_is_noticed_exactly_once_whatever_happens(
    bursts: list[int], steps: list[Step]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        run(folder, bursts, steps)


@pytest.mark.parametrize("moment", ["before", "within"])
def test_a_process_killed_at_any_transaction_of_the_first_reading_loses_nothing(
    tmp_path: Path, moment: str
) -> None:
    """One after another: the light example of this is in `test_sync_sweep.py`."""
    for nth in range(1, 26):
        folder = tmp_path / str(nth)
        folder.mkdir()
        with a_reading_place(folder, TablesShop()) as reading:
            reading.store = store = MortalStore(reading.place.ledger)
            world = World(reading, store)
            for hours in range(1, 4):
                world.insert(3, ago=3600 * hours)
            world.shop.limit = PAGE
            setattr(store, moment, nth)
            world.go_on("sweep")
            world.calm_down()
            every_document_was_noticed_once_as_it_last_was(reading)
