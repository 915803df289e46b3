"""Transactions on SQLite take turns: whoever writes without a break does not keep others waiting."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from ml_connector.cloud.turns import Turns
from ml_connector.records.database import open_database


def test_the_turn_goes_to_those_who_wait_in_the_order_in_which_they_came() -> None:
    turns, order = Turns(), list[int]()

    def wait(number: int) -> None:
        assert turns.take(10)
        order.append(number)
        turns.give()

    assert turns.take(0)
    threads = [threading.Thread(target=wait, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
        time.sleep(0.02)
    turns.give()
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]


def test_who_gives_up_waiting_is_not_called() -> None:
    turns = Turns()
    assert turns.take(0)
    assert not turns.take(0.01)
    turns.give()
    assert turns.take(0)


def test_a_writer_is_next_however_often_another_one_writes(tmp_path: Path) -> None:
    """Without turns it would wait until it happens to ask between two of the other's transactions."""
    engine, ended = open_database(tmp_path / "records.sqlite3", Turns()), threading.Event()
    written: list[float] = []

    def write_without_a_break() -> None:
        while not ended.is_set():
            with engine.begin():
                time.sleep(0.005)
            written.append(0)

    busy = threading.Thread(target=write_without_a_break)
    busy.start()
    between: list[int] = []
    for _ in range(10):
        time.sleep(0.01)
        before = len(written)
        with engine.begin():
            between.append(len(written) - before)
    ended.set()
    busy.join()
    engine.dispose()
    assert max(between) <= 2


def test_a_transaction_that_fails_gives_its_turn_back(tmp_path: Path) -> None:
    engine = open_database(tmp_path / "records.sqlite3", Turns())
    for _ in range(3):
        with pytest.raises(OperationalError), engine.begin() as connection:
            connection.execute(text("SELECT nothing FROM nowhere"))
    with engine.begin() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    engine.dispose()
