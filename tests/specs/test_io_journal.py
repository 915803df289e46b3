"""The journal of I/O Events, request by request: its links, its end, its expiry, and nobody else's host."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager

import pytest

from ml_connector.adobe.io_journal import Journal, journal_address
from ml_connector.adobe.sandbox.ims import TOKEN_PATH
from ml_connector.adobe.sandbox.io_events import JOURNAL_PATH, RETRY_AFTER_S, PretendIoEvents
from ml_connector.adobe.sandbox.server import Answer, Request, serving
from ml_connector.errors import Code, NeedsPerson, TryAgain
from ml_connector.sync.hints import Hint
from ml_connector.sync.ports import Flow
from tests.specs.pretend_journal import Adobe, opened, running

pytestmark = pytest.mark.slow


@pytest.fixture
def adobe() -> Iterator[Adobe]:
    with running() as made:
        yield made


@pytest.fixture
def journal(adobe: Adobe) -> Iterator[Journal]:
    with opened(adobe.events, adobe.origin) as made:
        yield made


def hints(page_of: Journal, position: str) -> tuple[list[Hint], str, float]:
    page = page_of.pull(position)
    return [hint for notice in page.notices for hint in notice.hints], page.position, page.wait_s


def test_it_begins_at_the_oldest_event_and_goes_on_by_the_link(adobe: Adobe, journal: Journal) -> None:
    adobe.orders(1, 2)
    found, position, wait_s = hints(journal, "")
    assert (found, wait_s) == ([Hint(Flow.ORDERS, 1), Hint(Flow.ORDERS, 2)], 0)
    adobe.orders(3)
    found, position, _ = hints(journal, position)
    assert found == [Hint(Flow.ORDERS, 3)]
    assert hints(journal, position)[0] == []
    assert adobe.pulls[0] == f"{JOURNAL_PATH}?limit=100"
    assert all("since=" in each for each in adobe.pulls[1:])


def test_at_its_end_it_waits_as_long_as_it_is_told(adobe: Adobe, journal: Journal) -> None:
    adobe.orders(1)
    _, position, _ = hints(journal, "")
    assert hints(journal, position) == ([], position, RETRY_AFTER_S)
    assert hints(journal, "")[0] == [Hint(Flow.ORDERS, 1)]


def test_an_empty_journal_has_no_position_yet(journal: Journal) -> None:
    assert hints(journal, "") == ([], "", RETRY_AFTER_S)


def test_a_position_that_has_expired_begins_anew_and_says_so(adobe: Adobe, journal: Journal) -> None:
    adobe.orders(1, 2)
    _, position, _ = hints(journal, "")
    adobe.orders(3)
    adobe.events.expire(2)
    page = journal.pull(position)
    assert (page.expired, page.position, page.notices) == (True, "", ())
    assert hints(journal, "")[0] == [Hint(Flow.ORDERS, 3)]


def test_while_adobe_is_away_it_is_tried_again(adobe: Adobe, journal: Journal) -> None:
    adobe.events.down = True
    with pytest.raises(TryAgain):
        journal.pull("")


@contextmanager
def answered_by(link: str, body: bytes) -> Generator[Journal]:
    """The journal of somebody whose every page is this one."""

    def answering(request: Request) -> Answer:
        if request.target.startswith(TOKEN_PATH):
            token = b'{"access_token": "t", "token_type": "bearer", "expires_in": 900}'
            return Answer(200, "application/json", token)
        return Answer(200, "application/json", body, {"Link": f'<{link}>; rel="next"'}, session=False)

    with serving(answering, "127.0.0.1", 0) as origin, opened(PretendIoEvents(), origin) as journal:
        yield journal


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/journal?since=1",
        "//evil.example/journal?since=1",
        "http://127.0.0.1:1/events?since=1",
        "http://me@127.0.0.1/events?since=1",
        "/events?since=1#x",
    ],
)
def test_a_link_is_followed_on_the_journal_s_own_host_only(link: str) -> None:
    """Our token goes wherever the link leads."""
    with answered_by(link, b'{"events": []}') as journal, pytest.raises(TryAgain) as caught:
        journal.pull("")
    assert caught.value.finding.code is Code.SHOP_ANSWER_UNREADABLE


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"<html>"])
def test_an_answer_that_is_no_page_is_not_used(body: bytes) -> None:
    with answered_by("/events?since=1", body) as journal, pytest.raises(TryAgain):
        journal.pull("")


@pytest.mark.parametrize(
    "address",
    [
        "https://events.adobe.io/events/organizations/1/integrations/2/3",
        "https://events-va6.adobe.io/events-fast/organizations/1/integrations/2/3",
    ],
)
def test_a_journal_is_adobe_s(address: str) -> None:
    assert journal_address(f" {address} ") == address


@pytest.mark.parametrize(
    "address",
    [
        "http://events.adobe.io/events/1",
        "https://events.adobe.io.evil.example/events/1",
        "https://evil.example/events/1",
        "https://events.adobe.io@evil.example/events/1",
        "https://events.adobe.io:8443/events/1",
        "https://events.adobe.io",
        "nowhere",
        "",
    ],
)
def test_a_journal_anywhere_else_would_get_our_token_and_is_refused(address: str) -> None:
    with pytest.raises(NeedsPerson) as caught:
        journal_address(address)
    assert caught.value.finding.code is Code.SETTINGS_INVALID
