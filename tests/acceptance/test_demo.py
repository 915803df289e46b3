"""The main job, as a customer would see it: real processes, real HTTP, the whole recorded shop."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.auditor import Books, Shop, audit
from tests.acceptance.small_shop import cut, read_lists, recorded

pytestmark = pytest.mark.slow

DEMO_S_MAX = 180
ORDERS_OF_ANOTHER_SHOP = (5, 11, 14, 22, 46, 49, 53, 57, 60, 61, 120)


@dataclass(frozen=True)
class Ran:
    """What one run of the demo left behind."""

    status: int
    result: Mapping[str, Any]
    export: Path
    output: str


def run_demo(folder: Path, *arguments: str) -> Ran:
    """Run the demo in a process of its own, as `make demo` does."""
    export = folder / "books"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "ml_connector", "demo", "--json"),
            *("--folder", str(folder / "runs"), "--export", str(export), *arguments),
        ],
        capture_output=True,
        text=True,
        timeout=DEMO_S_MAX,
        check=False,
    )
    assert done.stdout.strip(), done.stderr
    return Ran(done.returncode, json.loads(done.stdout.splitlines()[-1]), export, done.stderr)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """The whole recorded shop, every invoice posted at once."""
    return run_demo(tmp_path_factory.mktemp("whole"), "--gate", "invoiced")


def recorded_shop() -> Shop:
    """The recorded shop as the auditor reads it."""
    from ml_connector.adobe.sandbox import ShopData

    lists = {kind: recorded(kind) for kind in ("invoices", "creditmemos")}
    configs = ShopData.recorded().setting("store_configs")
    return Shop.read({**lists, "store_configs": configs})  # pyright: ignore[reportArgumentType]


class TestTheWholeRecordedShop:
    def test_it_ends_well(self, whole: Ran) -> None:
        assert whole.status == 0, whole.output

    def test_every_document_is_accounted_for(self, whole: Ran) -> None:
        """174 paid invoices and 38 credit memos; each is proved, or stands somewhere with a reason."""
        result = whole.result
        reasons = sum(sum(result[state].values()) for state in ("held", "waiting", "skipped", "disputed"))

        assert result["documents"] == 174 + 38
        assert result["proved"] + reasons == result["documents"]
        assert result["unfinished"] == {}
        assert result["disputed"] == {}

    def test_the_difference_is_nothing_in_each_currency(self, whole: Ran) -> None:
        result = whole.result
        parts = ("sage", "held", "waiting", "skipped", "disputed")

        assert set(result["difference"]) == {"GBP", "EUR"}
        for currency, difference in result["difference"].items():
            rest = sum(Decimal(result[f"{part}_total"][currency]) for part in parts)
            assert Decimal(difference) == 0
            assert Decimal(result["shop_total"][currency]) == rest

    def test_nine_of_ten_that_could_be_posted_are_proved(self, whole: Ran) -> None:
        """Foreign VAT, the levy and the website with another base currency are left out of the share."""
        left_out = sum(
            whole.result["held"].get(code, 0) for code in ("foreign-vat", "not-vat", "other-base-currency")
        )

        assert whole.result["proved"] / (whole.result["documents"] - left_out) >= 0.9

    def test_the_second_run_writes_nothing(self, whole: Ran) -> None:
        assert whole.result["second_run_writes"] == 0

    def test_customers_are_created_and_matched(self, whole: Ran) -> None:
        assert whole.result["customers_created"] > 0
        assert whole.result["customers_matched"] > 0

    def test_an_auditor_finds_nothing_wrong(self, whole: Ran) -> None:
        """From the exported files and the shop's JSON alone, without any of our code."""
        assert audit(Books.read(whole.export), recorded_shop()) == []


class TestAnotherShop:
    def test_a_shop_from_a_folder_is_moved_to_the_penny(self, tmp_path: Path) -> None:
        folder = cut(tmp_path / "shop", ORDERS_OF_ANOTHER_SHOP)

        ran = run_demo(tmp_path, "--shop-data", str(folder))

        assert ran.status == 0, ran.output
        assert ran.result["proved"] > 0
        assert audit(Books.read(ran.export), Shop.read(read_lists(folder))) == []

    def test_an_unreadable_shop_is_refused_in_one_sentence(self, tmp_path: Path) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "ml_connector", "demo", "--shop-data", str(tmp_path)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=False,
        )

        assert done.returncode == 1
        assert "orders.json is missing" in done.stderr
        assert "Traceback" not in done.stderr
