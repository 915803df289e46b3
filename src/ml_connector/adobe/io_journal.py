"""Adobe I/O Events, pulled: the journal of a registration, for a service that nobody can call from outside.

A page is asked for by the `next` link of the page before, which is the position and is saved by the caller.
A link is followed only to the journal's own host, since our token goes with it. Events are kept for seven
days: a position that has expired is answered 410, and then reading begins at the oldest event, and the whole
shop has to be swept (reference: adobe_commerce.md §3.3).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast
from urllib.parse import urljoin, urlsplit

import httpx2

from ml_connector.adobe.answers import Answer, json_text, not_answered, retry_after, unreadable
from ml_connector.adobe.in_time import bound, within
from ml_connector.adobe.notices import Notice, notices
from ml_connector.adobe.shop import (
    CONNECT_S,
    READ_S,
    USER_AGENT,
    WHOLE_S,
    on_this_machine,
    origin_and_path,
)
from ml_connector.adobe.webhooks import parsed
from ml_connector.clock import Clock
from ml_connector.errors import Code, Finding, NeedsPerson

EVENTS_PER_PAGE = 100
WAIT_S = 10.0
"""The pause at the journal's end where the answer names none."""
WAITS_S = (2.0, 900.0)

_HOST = re.compile(r"events[a-z0-9-]*\.adobe\.io")
_LINK = re.compile(r'<([^<>]+)>\s*;\s*rel="?next"?')
_ASKED = "the journal of Adobe I/O Events"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalPage:
    """What one request gave. `position` continues behind it, and is “” for the journal's beginning.

    `wait_s` is 0 while there is more, else the seconds to wait. `expired` says that events may have been
    missed: sweep the whole shop.
    """

    notices: tuple[Notice, ...] = ()
    position: str
    wait_s: float = 0.0
    expired: bool = False


def journal_address(address: str) -> str:
    """The address of a journal as a person copied it from the Adobe Developer Console.

    Raises `NeedsPerson` (settings-invalid) for one that is not Adobe's: our token is sent there. This machine
    itself is let through, for a pretend journal.
    """
    origin, path = origin_and_path(address)
    parts = urlsplit(origin)
    adobe = parts.scheme == "https" and parts.port is None and _HOST.fullmatch(parts.hostname or "")
    if not (adobe or on_this_machine(origin)) or not path:
        raise NeedsPerson(
            Finding(
                code=Code.SETTINGS_INVALID,
                what="The journal's address is none.",
                why="It does not begin with https://events….adobe.io/ and name a registration's journal.",
                fix="In the Adobe Developer Console, open the event registration, and copy its unique API"
                " endpoint from “Event delivery method”.",
            )
        )
    return f"{origin}{path}"


class Journal:
    """The journal of one registration. `auth` puts the token on each request, as `ims.ImsAuth` does."""

    def __init__(self, address: str, organization_id: str, auth: httpx2.Auth, clock: Clock) -> None:
        self._address = journal_address(address)
        self._clock = clock
        self._http = httpx2.Client(
            auth=auth,
            headers={
                "Accept": "application/json",
                "User-Agent": USER_AGENT,
                "x-ims-org-id": organization_id,
            },
            follow_redirects=False,
            timeout=httpx2.Timeout(READ_S, connect=CONNECT_S),
            trust_env=not on_this_machine(self._address),
        )
        bound(self._http, clock)

    def pull(self, position: str) -> JournalPage:
        """The events behind a position; “” begins at the oldest that there is.

        Raises `TryAgain` when the same may succeed later, `NeedsPerson` when a person has to act first.
        """
        url = self._url(position) if position else f"{self._address}?limit={EVENTS_PER_PAGE}"
        try:
            with within(self._clock, WHOLE_S):
                response = self._http.get(url)
        except httpx2.RequestError as error:
            raise not_answered(_ASKED, error) from error
        if response.status_code == 410:
            return JournalPage(position="", expired=True)
        answer = Answer(
            asked=_ASKED,
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=response.content,
            at=self._clock.now(),
        )
        following = self._following(response) or position
        if response.status_code == 204:
            least, most = WAITS_S
            asked = retry_after(answer)
            return JournalPage(
                position=following, wait_s=min(max(WAIT_S if asked is None else asked, least), most)
            )
        said = parsed(json_text(answer).encode())
        if not isinstance(said, dict) or following == position:
            raise unreadable(_ASKED, "It is no page of events with a link to the next.")
        return JournalPage(notices=notices(cast(object, said), None), position=following)

    def close(self) -> None:
        """Give back the connection."""
        self._http.close()

    def _following(self, response: httpx2.Response) -> str:
        """Path and query of the `next` link, or “”; raises `TryAgain` when it leads to another host."""
        for value in response.headers.get_list("link", split_commas=False):
            found = _LINK.search(value)
            if found:
                return self._position(found[1])
        return ""

    def _position(self, link: str) -> str:
        parts = urlsplit(urljoin(self._address, link))
        ours = urlsplit(self._address)
        if (parts.scheme, parts.netloc) != (ours.scheme, ours.netloc) or parts.fragment:
            raise unreadable(_ASKED, "Its link to the next page leads to another host.")
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    def _url(self, position: str) -> str:
        ours = urlsplit(self._address)
        return f"{ours.scheme}://{ours.netloc}{position}"
