"""Where our references stand in this company: the look-up index.

Sage finds no document by its reference in less than a scan of the file, so the numbers are remembered:
reference → document numbers, and reference or document number → ledger header numbers. The index is complete
up to a watermark; everything above it is read now, from the end backwards, in documents *and* headers. The
watermark that an intent recorded may be the lower one (the last document was deleted and its number came
again), so reading reaches down to whichever is lower. Without a remembered index everything is read once.

Two things are checked on the way. Ledger headers are only ever added: a ledger that ends lower than it did
was restored or cleared, which stops the company. Document numbers can come again, also below the watermark;
so before a document is called absent their *count* has to be the expected one, else all are read again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

from ml_connector.errors import Defect, NeedsPerson
from ml_connector.posting.company import Watermark
from ml_connector.sage import findings
from ml_connector.sage.books import IndexState, LookIndex
from ml_connector.sage.uk.enums import SI_AND_SC
from ml_connector.sage.uk.sdo import Fields, LinkedFile, Record, text, whole
from ml_connector.sage.uk.session import Session

REFERENCE = re.compile(r"[A-Z][A-Z0-9]{1,3}-[IC][0-9]+(\.[A-Z][0-9]+)*")
COUNT_KEY = "#documents"
"""Under this key, which no reference can be, the remembered index keeps the count of documents."""

Places = dict[str, set[int]]


class ReferenceIndex:
    """The index of one company in one session. Every method may raise what `Session.reading` raises."""

    def __init__(self, session: Session, store: LookIndex, company_id: str) -> None:
        self._session = session
        self._store = store
        self._company_id = company_id
        self._documents: Places = {}
        self._headers: Places = {}
        self._ours: dict[int, str] = {}
        self._at: Watermark | None = None
        self._count: int | None = None
        self._changed = False

    def catch_up(self, before: Watermark | None = None) -> Watermark:
        """Read everything above the watermark, and above `before` where that is lower; the new watermark.

        Raises `NeedsPerson` (company-went-back) when the ledger ends below either of them.
        """
        known = self._load() if self._at is None else self._at
        with self._session.reading("looking for new documents"):
            at = Watermark(
                document=self._read_documents(known.document, before.document if before else known.document),
                header=self._read_headers(known.header, before.header if before else known.header),
            )
        self._changed = self._changed or at != known
        self._at = at
        return at

    def documents(self, reference: str) -> tuple[int, ...]:
        """The numbers of documents that carry, or carried, the reference. Only after `catch_up`."""
        return _numbers(self._documents, reference)

    def headers(self, reference: str) -> tuple[int, ...]:
        """The header numbers whose INV_REF holds the reference, or is the number of a document of ours."""
        return _numbers(self._headers, reference)

    def reference_of(self, document: int) -> str:
        """The reference that the document with this number carries; “” when it is none of ours."""
        return self._ours.get(document, "")

    def documents_are_complete(self) -> bool:
        """Whether the count of documents is the expected one. If not, all were read again: ask again."""
        with self._session.reading("counting the documents"):
            standing = self._invoices().Count
            if standing == self._count:
                return True
            self._walk_documents(above=0, known=0)
        self._count = standing
        self._changed = True
        return False

    def save(self) -> None:
        """Remember the index, if it has grown."""
        if not self._changed or self._at is None:
            return
        documents: Mapping[str, tuple[int, ...]] = {
            reference: tuple(sorted(numbers)) for reference, numbers in self._documents.items()
        }
        count = {} if self._count is None else {COUNT_KEY: (self._count,)}
        headers = {reference: tuple(sorted(numbers)) for reference, numbers in self._headers.items()}
        state = IndexState(watermark=self._at, documents={**documents, **count}, headers=headers)
        self._store.save(self._company_id, state)
        self._changed = False

    def _load(self) -> Watermark:
        state = self._store.load(self._company_id)
        if state is None:
            return Watermark(document=0, header=0)
        self._headers = {reference: set(numbers) for reference, numbers in state.headers.items()}
        for reference, numbers in state.documents.items():
            if reference == COUNT_KEY:
                self._count = numbers[0]
            else:
                self._documents[reference] = set(numbers)
                self._ours.update(dict.fromkeys(numbers, reference))
        return state.watermark

    def _read_documents(self, known: int, before: int) -> int:
        """Read documents down to the lower of the two; the highest number that stands now."""
        last, added = self._walk_documents(above=min(known, before), known=known)
        if known == 0:
            self._count = self._invoices().Count
        elif last < known:
            self._count = None
        elif self._count is not None:
            self._count += added
        return last

    def _walk_documents(self, *, above: int, known: int) -> tuple[int, int]:
        """Note every document above `above`; the last number, and how many are above `known`."""
        last = added = 0
        invoices = self._invoices()
        standing = invoices.MoveLast()
        while standing:
            fields = invoices.Fields
            number = whole(fields, "INVOICE_NUMBER")
            last = max(last, number)
            if number <= above:
                break
            added += number > known
            for reference in references_in(text(fields, "CUST_ORDER_NUMBER")):
                self._documents.setdefault(reference, set()).add(number)
                self._ours[number] = reference
            standing = invoices.MovePrev()
        return last, added

    def _read_headers(self, known: int, before: int) -> int:
        """Read ledger headers down to the lower of the two; the highest number that stands now."""
        last, above = 0, min(known, before)
        ledger = cast(LinkedFile, self._session.shared("HeaderData"))
        standing = ledger.MoveLast()
        while standing:
            fields = ledger.Fields
            number = whole(fields, "HEADER_NUMBER")
            last = max(last, number)
            if number <= above:
                break
            self._note_header(number, text(fields, "INV_REF"), fields)
            standing = ledger.MovePrev()
        if last < max(known, before):
            raise NeedsPerson(findings.company_went_back(max(known, before), last))
        return last

    def _invoices(self) -> Record:
        return cast(Record, self._session.shared("InvoiceRecord"))

    def _note_header(self, number: int, inv_ref: str, fields: Fields) -> None:
        keys = references_in(inv_ref)
        if not keys and inv_ref.isdecimal() and int(inv_ref) in self._ours:
            keys = [inv_ref] if whole(fields, "TYPE") in SI_AND_SC else []
        for key in keys:
            self._headers.setdefault(key, set()).add(number)


def references_in(words: str) -> list[str]:
    """Every word of a text that has the form of our references."""
    return [word for word in words.upper().split() if REFERENCE.fullmatch(word)]


def _numbers(places: Places, key: str) -> tuple[int, ...]:
    if not key.isdecimal() and not REFERENCE.fullmatch(key):
        raise Defect(f"{key!r} is no reference that the index would hold")
    return tuple(sorted(places.get(key, ())))
