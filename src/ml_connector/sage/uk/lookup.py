"""What stands in Sage for a reference: index and reader together.

A number that the index names may have been deleted, changed by a person, or given again to another document;
so everything is read live before it counts. A document is ours when it carries the reference, or when it did
and still has the account, date and type of the plan (somebody took the reference off). A ledger entry belongs
to it by the reference in INV_REF, or by the document's number there: what `Post()` writes is not known, both
are supported (design: the reference).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ml_connector.posting.plan import AllocationSide, Plan
from ml_connector.sage.looks import chosen_split
from ml_connector.sage.standing import StandingDocument, StandingEntry, StandingSplit, carries, ledger_type
from ml_connector.sage.uk.index import ReferenceIndex, references_in
from ml_connector.sage.uk.reader import Reader


@dataclass(frozen=True, slots=True)
class _Head:
    """What an entry of a document has to agree in; `posted` when the document says that it has one."""

    type: str
    account_ref: str
    date: date | None
    posted: bool = False


class Lookup:
    """Looks things up in one session. Only after the index has caught up."""

    def __init__(self, index: ReferenceIndex, reader: Reader) -> None:
        self._index = index
        self._reader = reader
        self._splits: dict[AllocationSide, int] = {}

    def documents(self, plan: Plan, *, lines: bool) -> list[StandingDocument]:
        """Every document that is the plan's. An empty answer is complete: the count was checked."""
        found = self._documents(plan, lines)
        if not found and not self._index.documents_are_complete():
            found = self._documents(plan, lines)
        return found

    def entries(self, plan: Plan, documents: Sequence[StandingDocument]) -> list[StandingEntry]:
        """Every ledger entry that belongs to the plan's document, or to one of them."""
        planned = _Head(ledger_type(_is_credit(plan)), plan.account_ref, plan.date)
        heads = dict.fromkeys(self._index.documents(plan.reference), planned)
        return self._entries(plan.reference, {**heads, **_heads(documents)})

    def entries_of(self, reference: str) -> list[StandingEntry]:
        """Every ledger entry with this reference in its INV_REF."""
        read = (self._reader.entry(number) for number in self._index.headers(reference))
        return [entry for entry in read if entry is not None and carries(entry.reference, reference)]

    def split(self, side: AllocationSide) -> StandingSplit | str:
        """The split that one side of an allocation means, as it stands now; a sentence if it cannot be told.

        Which split it is, is remembered for the session; its amounts are read each time.
        """
        number = self._splits.get(side)
        if number is None:
            entries = self._entries_of_side(side.reference)
            chosen = chosen_split(entries, side.reference, side.position, side.gross)
            if isinstance(chosen, StandingSplit):
                self._splits[side] = chosen.number
            return chosen
        split = self._reader.split(number)
        if split is None or split.gross != side.gross:
            return f"Transaction {number} of {side.reference} was changed or deleted meanwhile."
        return split

    def reference_of(self, entry: StandingEntry) -> str:
        """Our reference of a ledger entry, by its INV_REF or by the document whose number that is."""
        if entry.reference.isdecimal():
            return self._index.reference_of(int(entry.reference)) or entry.reference
        return next(iter(references_in(entry.reference)), entry.reference)

    def _documents(self, plan: Plan, lines: bool) -> list[StandingDocument]:
        read = (
            self._reader.document(number, lines=lines) for number in self._index.documents(plan.reference)
        )
        return [document for document in read if document is not None and _is_ours(document, plan)]

    def _entries_of_side(self, reference: str) -> list[StandingEntry]:
        read = (self._reader.document(number, lines=False) for number in self._index.documents(reference))
        documents = [each for each in read if each is not None and carries(each.reference, reference)]
        return self._entries(reference, _heads(documents))

    def _entries(self, reference: str, heads: dict[int, _Head]) -> list[StandingEntry]:
        found = {entry.header: entry for entry in self.entries_of(reference)}
        for document, head in heads.items():
            read = map(self._reader.entry, self._index.headers(str(document)))
            same = [
                each for each in read if each and each.reference == str(document) and each.type == head.type
            ]
            agreeing = [entry for entry in same if _agrees(entry, head)]
            # A posted document has its entry: one that no longer agrees was corrected in Sage.
            found.update((entry.header, entry) for entry in agreeing or (same if head.posted else ()))
        return [found[header] for header in sorted(found)]


def _heads(documents: Iterable[StandingDocument]) -> dict[int, _Head]:
    return {
        each.number: _Head(ledger_type(each.credit), each.account_ref, each.date, each.posted)
        for each in documents
    }


def _agrees(entry: StandingEntry, head: _Head) -> bool:
    return entry.account_ref.upper() == head.account_ref.upper() and entry.date == head.date


def _is_credit(plan: Plan) -> bool:
    return plan.document is not None and plan.document.credit


def _is_ours(document: StandingDocument, plan: Plan) -> bool:
    if carries(document.reference, plan.reference):
        return True
    return (
        not references_in(document.reference)
        and document.account_ref.upper() == plan.account_ref.upper()
        and document.date == plan.date
        and document.credit == _is_credit(plan)
    )
