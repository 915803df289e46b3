"""The way into a Sage 50 UK company: opens a session for the agent and closes it again.

`dispatch` makes objects by ProgID: pywin32's late-bound one on Windows, the pretend engine's elsewhere.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from ml_connector.errors import NeedsPerson
from ml_connector.sage import findings
from ml_connector.sage.books import Books, LookIndex
from ml_connector.sage.uk.driver import SageUkBooks
from ml_connector.sage.uk.sdo import Dispatch
from ml_connector.sage.uk.session import Logon, open_session


class SageUkDoor:
    """`BooksDoor` on one company folder. `company_id` is the company that is expected, “” for any."""

    def __init__(self, dispatch: Dispatch, logon: Logon, *, company_id: str = "") -> None:
        self._dispatch = dispatch
        self._logon = logon
        self._company_id = company_id

    @contextmanager
    def open(self, index: LookIndex) -> Generator[Books]:
        """One session. Raises what `open_session` raises, and `NeedsPerson` for another company."""
        with open_session(self._dispatch, self._logon) as session:
            books = SageUkBooks(session, index)
            if self._company_id not in ("", books.identity().company_id):
                raise NeedsPerson(findings.company_changed(books.identity().name))
            try:
                yield books
            finally:
                books.remember()
