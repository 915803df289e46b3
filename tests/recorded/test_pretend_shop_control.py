"""Switching the pretend shop from another process: a file of commands, obeyed before the next answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ml_connector.adobe.sandbox import PretendShop
from ml_connector.adobe.sandbox.configuration import Configuration
from ml_connector.adobe.sandbox.control import KINDS
from ml_connector.adobe.sandbox.fault_access import ClockAhead
from ml_connector.adobe.sandbox.fault_answers import Maintenance, TooManyRequests
from ml_connector.adobe.sandbox.fault_wire import Slow
from ml_connector.adobe.sandbox.server import Request
from tests.recorded.faulty_shops import fresh_shop
from tests.recorded.replay import HERE, ask

OPEN = "/rest/V1/directory/currency"


@pytest.fixture
def control(tmp_path: Path) -> Path:
    return tmp_path / "control.jsonl"


@pytest.fixture
def shop(control: Path) -> PretendShop:
    return PretendShop(fresh_shop().data, control_file=control)


def write(control: Path, *commands: object) -> None:
    with control.open("a", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(command)}\n" for command in commands)


def status(shop: PretendShop) -> int:
    return shop.answer(Request("GET", OPEN, {}, b"")).status


def test_commands_are_obeyed_once_and_before_the_next_answer(shop: PretendShop, control: Path) -> None:
    assert status(shop) == 200, "the file need not be there yet"
    write(control, {"on": "TooManyRequests", "times": 1, "retry_after": "2"})
    assert [status(shop), status(shop)] == [429, 200]
    write(control, {"on": "Maintenance"}, {"on": "FrontEndFails", "status": 504}, {"off": "Maintenance"})
    assert [status(shop), status(shop)] == [504, 504]
    write(control, {"off": "Fault"})
    assert status(shop) == 200


def test_every_fault_can_be_named_and_takes_what_its_fields_take(shop: PretendShop, control: Path) -> None:
    assert {"Arrival", "ClockAhead", "Poison", "ResetWithin", "RowTotalsOf248", "Truncated"} <= set(KINDS)
    write(
        control,
        {"on": "ClockAhead", "seconds": -12.5, "matching": "nowhere", "after": 3, "times": None},
        {"on": "Slow", "after_s": 1, "pieces": 4, "matching": "nowhere"},
    )
    assert status(shop) == 200
    clock = ClockAhead(seconds=-12.5, matching="nowhere", after=3)
    assert shop.faults.standing == (clock, Slow(after_s=1.0, pieces=4, matching="nowhere"))


def test_documents_can_arrive_by_a_command(shop: PretendShop, control: Path) -> None:
    order = {"entity_id": 9001, "increment_id": "000009001", "updated_at": "2026-12-01 00:00:00"}
    write(control, {"on": "Arrival", "kind": "orders", "documents": [order], "after": 1})
    assert status(shop) == 200
    with pytest.raises(KeyError):
        shop.document("orders", 9001)
    assert status(shop) == 200
    assert shop.document("orders", 9001) == order


def test_a_setting_changes_and_the_others_stay(shop: PretendShop, control: Path) -> None:
    write(
        control,
        {"configure": {"input_limit": 50, "developer_mode": True}},
        {"configure": {"input_limit": 20}},
    )
    assert status(shop) == 200
    assert shop.configuration == Configuration(input_limit=20, developer_mode=True)


def test_a_line_that_is_not_ended_yet_waits(shop: PretendShop, control: Path) -> None:
    line = json.dumps({"on": "Maintenance"})
    control.write_text(line[:9])
    assert status(shop) == 200
    control.write_text(line + "\n")
    assert status(shop) == 503


@pytest.mark.parametrize(
    "line",
    [
        *("maintenance", "[]", "{}", '{"on": "Rain"}', '{"off": "Rain"}', '{"off": "Fault", "times": 1}'),
        *('{"on": "Maintenance", "times": "3"}', '{"on": "Maintenance", "times": true}'),
        *('{"on": "Maintenance", "minutes": 3}', '{"on": "Poison", "kind": "orders"}'),
        *('{"on": "Arrival", "kind": "orders", "documents": {}}', '{"configure": {"input_limits": 50}}'),
        *('{"configure": {"developer_mode": 1}}', '{"configure": 1}'),
    ],
)
def test_a_command_that_cannot_be_obeyed_is_answered_with_what_is_wrong(
    shop: PretendShop, control: Path, line: str
) -> None:
    control.write_text(f"{line}\n")
    refused = shop.answer(Request("GET", OPEN, {}, b""))
    assert (refused.status, refused.content_type) == (500, "text/plain; charset=utf-8")
    assert refused.body.startswith(b"control.jsonl, line 1: ")
    assert status(shop) == 200, "and only once"
    write(control, {"on": "Maintenance"})
    assert (status(shop), shop.faults.standing) == (503, (Maintenance(),))


def test_a_fault_switched_on_in_process_and_by_a_command_are_the_same(
    shop: PretendShop, control: Path
) -> None:
    write(control, {"on": "TooManyRequests", "retry_after": "17", "times": 2})
    assert status(shop) == 429
    shop.faults.switch_off(TooManyRequests(retry_after="17", times=2))
    assert status(shop) == 200


@pytest.mark.slow
def test_the_process_is_controlled_by_its_file(control: Path, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    command = [sys.executable, "-m", "ml_connector.adobe.sandbox", "--ready-file", str(ready)]
    environment = {**os.environ, "PYTHONPATH": str(HERE.parents[1] / "src")}
    with subprocess.Popen([*command, "--control", str(control)], env=environment, text=True) as process:
        until = time.monotonic() + 10
        while not ready.exists() and time.monotonic() < until:
            time.sleep(0.01)
        address = ready.read_text().strip()
        write(control, {"on": "Maintenance", "times": 1})
        answered = [ask(address, OPEN).status for _ in range(2)]
        process.terminate()
    assert answered == [503, 200]
