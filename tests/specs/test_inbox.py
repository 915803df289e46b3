"""The inbox: each event once, by the sender's own id for thirty days, by its words for ten minutes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from ml_connector.records import inbox, tables
from ml_connector.records.inbox import KEPT, SAME_BODY
from ml_connector.sync.hints import Hint
from ml_connector.sync.ports import Flow
from tests.specs.databases import EmptyDatabase

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HINTS = (Hint(Flow.ORDERS, 46),)
SECOND = timedelta(seconds=1)
TOKENS = count()


@pytest.fixture
def engine(tmp_path: Path, empty: EmptyDatabase) -> Iterator[Engine]:
    made = empty(tmp_path / "records.sqlite3")
    yield made
    made.dispose()


def store(engine: Engine, *arrivals: inbox.Arrival) -> list[bool]:
    """Store arrivals in one transaction; which of them were new."""
    for each in arrivals:
        each["token"] = str(next(TOKENS))
    with engine.begin() as connection:
        known = inbox.store(connection, arrivals)
    return [each["token"] not in known for each in arrivals]


def event(
    name: str, at: datetime = AT, *, connection: str = "shop-1", endpoint: str = "hook"
) -> inbox.Arrival:
    return inbox.arrival(connection, endpoint, name, "", HINTS, at)


def words(
    body_hash: str, at: datetime = AT, *, connection: str = "shop-1", endpoint: str = "hook"
) -> inbox.Arrival:
    return inbox.arrival(connection, endpoint, "", body_hash, HINTS, at)


def rows(engine: Engine) -> int:
    with engine.begin() as connection:
        return connection.execute(select(func.count()).select_from(tables.deliveries)).scalar_one()


def take(
    engine: Engine, connection_id: str = "shop-1", most: int = 100, at: datetime = AT
) -> dict[Hint, int]:
    with engine.begin() as connection:
        return dict(inbox.take(connection, connection_id, most, at)[1])


# An event with a name


def test_an_event_is_stored_once_however_often_it_comes(engine: Engine) -> None:
    assert store(engine, event("e1")) == [True]
    assert store(engine, event("e1", AT + timedelta(days=29))) == [False]
    assert store(engine, event("e2"), event("e1"), event("e2"), event("e3")) == [True, False, False, True]
    assert rows(engine) == 3


def test_it_is_the_same_event_at_whichever_endpoint_it_comes(engine: Engine) -> None:
    """A registration may push and be pulled at once."""
    assert store(engine, event("e1"), event("e1", endpoint="journal")) == [True, False]


def test_another_connection_has_events_of_its_own(engine: Engine) -> None:
    assert store(engine, event("e1"), event("e1", connection="shop-2")) == [True, True]
    assert take(engine) == {HINTS[0]: 1}
    assert take(engine, "shop-2") == {HINTS[0]: 1}


def test_its_name_is_kept_for_thirty_days_after_it_was_taken(engine: Engine) -> None:
    assert timedelta(days=30) == KEPT
    store(engine, event("e1"))
    take(engine)
    for at, gone in ((AT + KEPT, 0), (AT + KEPT + SECOND, 1)):
        with engine.begin() as connection:
            assert inbox.forget(connection, "shop-1", at) == gone
    assert store(engine, event("e1", AT + KEPT + SECOND)) == [True]


def test_what_was_not_taken_is_never_forgotten(engine: Engine) -> None:
    store(engine, event("e1"))
    with engine.begin() as connection:
        assert inbox.forget(connection, "shop-1", AT + 10 * KEPT) == 0
    assert take(engine, at=AT + 10 * KEPT) == {HINTS[0]: 1}


# Words without a name


def test_the_same_words_within_ten_minutes_are_the_same_event(engine: Engine) -> None:
    assert store(engine, words("h")) == [True]
    for after in (timedelta(0), SECOND, SAME_BODY - SECOND):
        assert store(engine, words("h", AT + after)) == [False]
    assert rows(engine) == 1


def test_the_same_words_ten_minutes_later_are_news(engine: Engine) -> None:
    assert timedelta(minutes=10) == SAME_BODY
    store(engine, words("h"))
    assert store(engine, words("h", AT + SAME_BODY)) == [True]


@pytest.fixture(scope="module")
def one_engine(tmp_path_factory: pytest.TempPathFactory, empty: EmptyDatabase) -> Iterator[Engine]:
    made = empty(tmp_path_factory.mktemp("inbox") / "records.sqlite3")
    yield made
    made.dispose()


@given(first=st.integers(0, 3600), after=st.integers(0, 1500))
def test_ten_minutes_are_ten_minutes_whenever_they_begin(one_engine: Engine, first: int, after: int) -> None:
    began, said = AT + timedelta(seconds=first), f"hash-{next(TOKENS)}"
    store(one_engine, words(said, began))
    later = began + timedelta(seconds=after)
    assert store(one_engine, words(said, later)) == [later - began >= SAME_BODY]


def test_the_same_words_at_another_endpoint_are_another_event(engine: Engine) -> None:
    assert store(engine, words("h"), words("h", endpoint="other")) == [True, True]


# Taking out


def test_hints_are_counted_and_a_delivery_is_taken_once(engine: Engine) -> None:
    store(engine, event("e1"), event("e2"), event("e3"))
    assert take(engine, most=2) == {HINTS[0]: 2}
    assert take(engine) == {HINTS[0]: 1}
    assert take(engine) == {}


def test_a_hint_is_written_and_read_back_as_it_was() -> None:
    for hint in (Hint(Flow.ORDERS, 46), Hint(Flow.CREDIT_MEMOS)):
        assert Hint.parse(str(hint)) == hint


def test_no_word_of_a_body_is_kept(engine: Engine) -> None:
    store(engine, event("e1"))
    with engine.begin() as connection:
        (row,) = connection.execute(select(tables.deliveries)).mappings().all()
    assert row["hints"] == "orders:46"
    assert set(row) == {
        "connection_id", "event_key", "endpoint", "token", "received_at", "hints", "taken_at"
    }  # fmt: skip
