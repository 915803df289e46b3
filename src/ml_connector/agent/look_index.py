"""Where our references stand in Sage, remembered per company between sessions (the port `LookIndex`).

Kept in the journal's file. It is a help, not a truth: losing it costs one full scan of the company.
Only what has changed since the last save is written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from ml_connector.posting.company import Watermark
from ml_connector.sage.books import IndexState

Rows = Callable[..., list[tuple[str | int | None, ...]]]
Changing = Callable[[], AbstractContextManager[sqlite3.Connection]]

_DOCUMENTS, _HEADERS = "documents", "headers"


class StoredIndex:
    """The index inside the journal; made by `Journal`, which lends its transaction and its reader."""

    def __init__(self, changing: Changing, rows: Rows) -> None:
        self._changing, self._rows = changing, rows

    def load(self, company_id: str) -> IndexState | None:
        """The index as it was saved, or None when this company was never looked through."""
        marks = self._rows("SELECT document, header FROM look_index WHERE company_id = ?", company_id)
        if not marks:
            return None
        found: dict[str, dict[str, tuple[int, ...]]] = {_DOCUMENTS: {}, _HEADERS: {}}
        for file, reference, number in self._rows(
            "SELECT file, reference, number FROM look_references WHERE company_id = ? ORDER BY number",
            company_id,
        ):
            places = found[str(file)]
            places[str(reference)] = (*places.get(str(reference), ()), int(number or 0))
        document, header = marks[0]
        return IndexState(
            watermark=Watermark(document=int(document or 0), header=int(header or 0)),
            documents=found[_DOCUMENTS],
            headers=found[_HEADERS],
        )

    def save(self, company_id: str, state: IndexState) -> None:
        """Replace the company's index by this one, in one transaction."""
        old = self.load(company_id)
        before = _flat(old.documents, old.headers) if old else set[tuple[str, str, int]]()
        after = _flat(state.documents, state.headers)
        with self._changing() as db:
            db.execute(
                "INSERT INTO look_index (company_id, document, header) VALUES (?, ?, ?) "
                "ON CONFLICT (company_id) DO UPDATE SET document = excluded.document, "
                "header = excluded.header",
                (company_id, state.watermark.document, state.watermark.header),
            )
            db.executemany(
                "DELETE FROM look_references "
                "WHERE company_id = ? AND file = ? AND reference = ? AND number = ?",
                [(company_id, *row) for row in before - after],
            )
            db.executemany(
                "INSERT INTO look_references (company_id, file, reference, number) VALUES (?, ?, ?, ?)",
                [(company_id, *row) for row in after - before],
            )


def _flat(
    documents: Mapping[str, tuple[int, ...]], headers: Mapping[str, tuple[int, ...]]
) -> set[tuple[str, str, int]]:
    return {
        (file, reference, number)
        for file, places in ((_DOCUMENTS, documents), (_HEADERS, headers))
        for reference, numbers in places.items()
        for number in numbers
    }
