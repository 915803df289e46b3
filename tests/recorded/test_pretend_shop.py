"""The pretend shop as a server and as a thing to test with: HTTP, its log, its data, its own process."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ml_connector.adobe.sandbox import FULL, PretendShop, ShopData, ShopDataError
from ml_connector.adobe.sandbox.data import NEEDED
from tests.recorded.replay import HERE, Signing, ask

pytestmark = pytest.mark.slow

ORDERS = "/rest/V1/orders?searchCriteria%5BpageSize%5D=1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small shop in the format of recordings/shop/: one order, and none of the optional lists."""
    for kind in NEEDED:
        (tmp_path / f"{kind}.json").write_text("[]")
    order = '{"entity_id": 7, "increment_id": "000000007", "grand_total": 12.50, "state": "new"}'
    (tmp_path / "orders.json").write_text(f"[\n{order}\n]\n")
    (tmp_path / "store_views.json").write_text('[{"id": 1, "code": "main", "name": "Main"}]')
    return tmp_path


def test_every_answer_sets_a_new_session_cookie_and_may_not_be_stored() -> None:
    with PretendShop().running() as base_url:
        replies = [
            ask(base_url, ORDERS, signing=Signing()),
            ask(base_url, ORDERS),
            ask(base_url, "/rest/V1/x"),
        ]
    assert [reply.status for reply in replies] == [200, 401, 404]
    assert len({reply.headers["set-cookie"].partition(";")[0] for reply in replies}) == 3
    assert all(reply.headers["set-cookie"].startswith("PHPSESSID=") for reply in replies)
    assert all(reply.headers["cache-control"] == "no-store" for reply in replies)


def test_a_connection_is_kept_alive_and_answers_are_compressed_only_when_asked() -> None:
    with PretendShop().running() as base_url:
        connection = http.client.HTTPConnection(base_url.removeprefix("http://"))
        bodies: list[tuple[str | None, bytes]] = []
        for encoding in ("identity", "gzip"):
            headers = {
                "Authorization": Signing().header(base_url + ORDERS, "GET"),
                "Accept-Encoding": encoding,
            }
            connection.request("GET", ORDERS, headers=headers)
            used = connection.sock.getsockname()[1] if connection.sock else 0
            response = connection.getresponse()
            bodies.append((response.headers["Content-Encoding"], response.read()))
            assert connection.sock is not None, "the shop closed the connection"
            assert connection.sock.getsockname()[1] == used
        connection.close()
    (plain, body), (zipped, packed) = bodies
    assert (plain, zipped) == (None, "gzip")
    assert gzip.decompress(packed) == body


def test_a_hundred_orders_are_answered_quickly() -> None:
    """1.15 MB of JSON; the real shop took half a second."""
    target = "/rest/V1/orders?searchCriteria%5BpageSize%5D=100"
    with PretendShop().running() as base_url:
        begun = time.monotonic()
        reply = ask(base_url, target, signing=Signing())
        assert time.monotonic() - begun < 0.5
    assert len(reply.body) > 1_100_000


def test_requests_are_logged_in_memory_and_in_a_file_without_any_credentials(tmp_path: Path) -> None:
    shop = PretendShop(log_file=tmp_path / "requests.jsonl")
    in_query = f"{ORDERS}&oauth_token={FULL.access_token}&oauth_nonce=n"
    with shop.running() as base_url:
        ask(base_url, ORDERS, signing=Signing())
        ask(base_url, in_query)
        ask(base_url, "/rest/V1/orders", method="POST", signing=Signing())
    logged = [(each.method, each.target, each.status) for each in shop.requests]
    masked = f"{ORDERS}&oauth_token=…&oauth_nonce=n"
    assert logged == [("GET", ORDERS, 200), ("GET", masked, 401), ("POST", "/rest/V1/orders", 404)]
    written = (tmp_path / "requests.jsonl").read_text(encoding="utf-8")
    assert [tuple(json.loads(line).values()) for line in written.splitlines()] == logged
    assert FULL.access_token not in written
    assert FULL.consumer_key not in written


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_written_into_the_shop(method: str) -> None:
    with PretendShop().running() as base_url:
        reply = ask(base_url, "/rest/V1/orders/1", method=method, signing=Signing())
    assert (reply.status, reply.json()) == (404, {"message": "Request does not match any route."})


def test_a_document_can_appear_and_change_while_the_shop_runs() -> None:
    shop = PretendShop()
    changed = shop.document("orders", 5)
    changed["updated_at"] = "2026-12-01 08:00:00"
    since = (
        "/rest/V1/orders?searchCriteria%5BfilterGroups%5D%5B0%5D%5Bfilters%5D%5B0%5D%5Bfield%5D=updated_at"
        "&searchCriteria%5BfilterGroups%5D%5B0%5D%5Bfilters%5D%5B0%5D%5Bvalue%5D=2026-12-01"
        "&searchCriteria%5BfilterGroups%5D%5B0%5D%5Bfilters%5D%5B0%5D%5BconditionType%5D=gteq"
        "&fields=items%5Bentity_id%5D,total_count"
    )
    with shop.running() as base_url:
        assert ask(base_url, since, signing=Signing()).json() == {"items": None, "total_count": 0}
        shop.replace("orders", changed)
        shop.add("orders", changed | {"entity_id": 1000, "increment_id": "000001000"})
        found = ask(base_url, since, signing=Signing()).json()
        assert found == {"items": [{"entity_id": 5}, {"entity_id": 1000}], "total_count": 2}
        assert ask(base_url, "/rest/V1/orders/1000", signing=Signing()).json()["increment_id"] == "000001000"


def test_an_id_cannot_be_added_twice_nor_an_unknown_one_replaced() -> None:
    shop = PretendShop()
    with pytest.raises(ValueError, match="orders 5 is already in the shop"):
        shop.add("orders", shop.document("orders", 5))
    with pytest.raises(ValueError, match="orders 1000 is not in the shop"):
        shop.replace("orders", {"entity_id": 1000})
    with pytest.raises(KeyError):
        shop.document("orders", 1000)


def test_a_folder_with_few_lists_is_a_shop_and_keeps_its_own_digits(folder: Path) -> None:
    with PretendShop(ShopData.in_folder(folder)).running() as base_url:
        order = ask(base_url, "/rest/main/V1/orders/7?fields=grand_total", signing=Signing())
        assert order.body == b'{"grand_total":12.50}'
        shipments = ask(base_url, "/rest/V1/shipments?searchCriteria=&fields=total_count", signing=Signing())
        assert shipments.json() == {"total_count": 0}
        coupons = ORDERS.replace("BpageSize%5D=1", "BfilterGroups%5D%5B0%5D%5Bfilters%5D%5B0%5D%5Bfield%5D=")
        assert ask(base_url, f"{coupons}coupon_code", signing=Signing()).status == 200
        assert ask(base_url, "/rest/default/V1/modules").status == 400
        assert ask(base_url, "/rest/V1/modules").body == b"[]"


def test_a_folder_that_is_no_shop_is_refused_with_every_fault_in_one_message(folder: Path) -> None:
    (folder / "orders.json").write_text("[{]")
    (folder / "invoices.json").unlink()
    (folder / "products.json").write_text("{}")
    with pytest.raises(ShopDataError) as refused:
        ShopData.in_folder(folder)
    for fault in ("invoices.json is missing", "orders.json: ", "products.json: not a JSON array"):
        assert fault in str(refused.value)
    with pytest.raises(ShopDataError, match="is not a folder"):
        ShopData.in_folder(folder / "elsewhere")


def started(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "ml_connector.adobe.sandbox", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(HERE.parents[1] / "src")}
    return subprocess.Popen(
        command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def test_the_process_says_when_it_is_ready_logs_and_ends_on_a_signal(tmp_path: Path) -> None:
    ready, log = tmp_path / "ready", tmp_path / "log.jsonl"
    with started("--port", "0", "--ready-file", str(ready), "--log", str(log)) as process:
        until = time.monotonic() + 10
        while not ready.exists() and time.monotonic() < until:
            time.sleep(0.01)
        base_url = ready.read_text().strip()
        assert ask(base_url, ORDERS, signing=Signing()).json()["total_count"] == 198
        process.send_signal(signal.SIGTERM)
        printed, complaints = process.communicate(timeout=10)
    assert (process.returncode, printed.strip(), complaints) == (0, base_url, "")
    assert json.loads(log.read_text()) == {"method": "GET", "target": ORDERS, "status": 200}


def test_the_process_refuses_unusable_shop_data_in_one_line(tmp_path: Path) -> None:
    with started("--shop-data", str(tmp_path)) as process:
        printed, complaints = process.communicate(timeout=10)
    assert (process.returncode, printed, complaints.count("\n")) == (2, "", 1)
    assert "orders.json is missing" in complaints
