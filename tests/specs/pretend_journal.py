"""A pretend journal of I/O Events that runs, and what it takes to open it."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from ml_connector.adobe.ims import ImsAuth
from ml_connector.adobe.ims_token import ImsCredentials
from ml_connector.adobe.io_journal import Journal
from ml_connector.adobe.sandbox.ims import TOKEN_PATH
from ml_connector.adobe.sandbox.io_events import JOURNAL_PATH, PretendIoEvents
from ml_connector.clock import ManualClock

SAVED = "observer.sales_order_save_commit_after"


def credentials(events: PretendIoEvents, origin: str) -> ImsCredentials:
    return ImsCredentials(
        client_id=events.client.client_id,
        client_secret=events.client.client_secret,
        organization_id=events.client.organization_id,
        scopes=("openid", "commerce.accs"),
        token_url=f"{origin}{TOKEN_PATH}",
    )


@contextmanager
def opened(events: PretendIoEvents, origin: str) -> Generator[Journal]:
    """A journal, as one that has its registration opens it."""
    clock = ManualClock()
    auth = ImsAuth(credentials(events, origin), clock, threading.Lock())
    journal = Journal(f"{origin}{JOURNAL_PATH}", events.client.organization_id, auth, clock)
    yield journal
    journal.close()


@dataclass
class Adobe:
    """A pretend journal that runs."""

    events: PretendIoEvents
    origin: str

    def orders(self, *entities: int) -> None:
        self.events.publish(*(self.events.event(SAVED, {"entity_id": str(each)}) for each in entities))

    @property
    def credentials(self) -> ImsCredentials:
        return credentials(self.events, self.origin)

    @property
    def pulls(self) -> list[str]:
        return [each for each in self.events.requests if each.startswith(JOURNAL_PATH)]


@contextmanager
def running() -> Generator[Adobe]:
    """A pretend Adobe whose journal is empty."""
    events = PretendIoEvents()
    with events.running() as origin:
        yield Adobe(events, origin)
