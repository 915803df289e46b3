"""Whatever goes wrong with a shop and passes: what a person sees, and that nothing is missed or doubled.

Each fault comes in the midst of the first reading, spoils three requests and is over. The conductor reads
over HTTP into records, and goes on from what it has kept. What stays wrong is in `test_faults_staying.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ml_connector.adobe.sandbox.arrivals import Arrival
from ml_connector.adobe.sandbox.fault_access import ClockAhead, PermissionWithdrawn, TokenRevoked
from ml_connector.adobe.sandbox.fault_answers import (
    DatabaseDown,
    Deadlock,
    FirewallPage,
    FrontEndFails,
    LoginPage,
    Maintenance,
    Redirected,
    TooManyRequests,
)
from ml_connector.adobe.sandbox.fault_lists import BoundaryRepeated, DatesIgnored
from ml_connector.adobe.sandbox.fault_wire import ResetBefore, ResetWithin, Slow, Truncated
from ml_connector.adobe.sandbox.faults import Fault
from ml_connector.errors import Code, NeedsPerson, TryAgain
from ml_connector.sync.ports import Flow
from tests.recorded.kept_shop import KeptShop, a_kept_shop

pytestmark = pytest.mark.slow

TIMES = 3
AGAIN, PERSON = TryAgain, NeedsPerson
BUSY, ODD = Code.SHOP_UNREACHABLE, Code.SHOP_ANSWER_UNREADABLE
INVOICES = "Magento_Sales::sales_invoice"

# What goes wrong, what happens next, the code it is told by, and words of the sentence.
PASSING: dict[str, tuple[Fault, type[TryAgain | NeedsPerson], Code, str]] = {
    "429 with a pause": (TooManyRequests(retry_after="17"), AGAIN, BUSY, "limits its callers"),
    "429 without a pause": (TooManyRequests(), AGAIN, BUSY, "429 to V1/"),
    "502": (FrontEndFails(status=502), AGAIN, BUSY, "502 to V1/"),
    "503": (FrontEndFails(status=503, retry_after="60"), AGAIN, BUSY, "503 to V1/"),
    "504": (FrontEndFails(status=504), AGAIN, BUSY, "504 to V1/"),
    "maintenance": (Maintenance(), AGAIN, BUSY, "It is in maintenance"),
    "database down": (DatabaseDown(), AGAIN, BUSY, "500 to V1/"),
    "deadlock": (Deadlock(), AGAIN, BUSY, "Two of the shop's own tasks wanted the same rows."),
    "reset before the answer": (ResetBefore(), AGAIN, BUSY, "The connection failed"),
    "reset within the answer": (ResetWithin(), AGAIN, BUSY, "The connection failed"),
    "JSON cut off": (Truncated(), AGAIN, ODD, "cut off"),
    "a row read before": (BoundaryRepeated(), AGAIN, ODD, "not asked for"),
    "a date taken for garbage": (DatesIgnored(), AGAIN, ODD, "not asked for"),
    "firewall": (FirewallPage(), PERSON, ODD, "403 to V1/invoices (text/html). A firewall, a sign-in page"),
    "sign-in page": (LoginPage(), PERSON, ODD, "200 to V1/invoices (text/html). A firewall, a sign-in page"),
    "redirect": (
        Redirected(to="https://www.example.com"),
        PERSON,
        Code.SHOP_REFUSED,
        "www.example.com (301)",
    ),
    "permission withdrawn": (PermissionWithdrawn(resource=INVOICES), PERSON, Code.SHOP_PERMISSION, INVOICES),
    "token revoked": (TokenRevoked(), PERSON, Code.SHOP_CREDENTIALS, "Access token has been revoked"),
    "clock behind": (ClockAhead(seconds=-700), PERSON, Code.SHOP_CLOCK, "s ahead of the shop's"),
}


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[KeptShop]:
    with a_kept_shop(tmp_path) as made:
        yield made


@pytest.mark.parametrize("name", PASSING)
def test_it_is_told_as_what_it_is_and_then_every_document_was_noticed_once(kept: KeptShop, name: str) -> None:
    fault, what_next, code, words = PASSING[name]
    kept.shop.faults.switch_on(replace(fault, matching="/V1/invoices", after=2, times=TIMES))
    met = kept.sweep_until_read()
    assert 1 <= len(met) <= TIMES
    for error in met:
        assert (isinstance(error, what_next), error.finding.code) == (True, code)
        assert words in str(error)
    assert kept.shop.faults.standing == ()
    kept.must_be_whole()
    assert kept.sweep() == 0


def test_the_pause_that_a_shop_asks_for_reaches_whoever_waits(kept: KeptShop) -> None:
    kept.shop.faults.switch_on(TooManyRequests(retry_after="17", times=1))
    (error,) = kept.sweep_until_read()
    assert isinstance(error, TryAgain)
    assert error.after_s == 17


def test_a_slow_shop_is_waited_for(kept: KeptShop) -> None:
    """Silence before each answer, and its body in drops."""
    kept.shop.faults.switch_on(Slow(after_s=0.01, pieces=3, pause_s=0.005))
    assert kept.sweep_until_read() == []
    kept.must_be_whole()


# Documents that appear or change while somebody reads


def test_a_burst_of_pages_within_one_second_in_the_midst_of_a_reading(kept: KeptShop) -> None:
    burst = kept.burst(5, at="2026-11-23 13:59:59")
    kept.shop.faults.switch_on(Arrival(kind="invoices", documents=burst, matching="/V1/invoices", after=2))
    assert kept.sweep_until_read() == []
    assert len(kept.noticed()) == 5 + 5
    kept.must_be_whole()


def test_rows_that_commit_late_with_an_older_stamp(kept: KeptShop) -> None:
    """Within the overlap the next sweep sees them; what comes later than that, the daily check does."""
    kept.shop.data.write("invoices", *kept.burst(1, at="2026-11-23 13:50:00", first_id=9000))
    kept.sweep_until_read()
    kept.shop.data.write("invoices", *kept.burst(2, at="2026-11-23 13:36:00"))
    kept.sweep_until_read()
    kept.must_be_whole()
    kept.shop.data.write("invoices", *kept.burst(2, at="2026-03-01 09:00:00", first_id=9101))
    kept.sweep_until_read()
    assert 9101 not in kept.noticed()
    kept.check()
    assert {9101, 9102} <= {*kept.noticed()}
    kept.must_be_whole()


def test_documents_that_change_while_they_are_read_are_kept_as_they_last_were(kept: KeptShop) -> None:
    moved = {**kept.shop.document("invoices", 58), "updated_at": "2026-11-23 13:59:00", "email_sent": 1}
    again = {**kept.shop.document("invoices", 1), "updated_at": "2026-11-23 13:59:30", "email_sent": 1}
    kept.shop.faults.switch_on(
        Arrival(kind="invoices", documents=(moved, again), matching="/V1/invoices", after=3)
    )
    assert kept.sweep_until_read() == []
    kept.must_be_whole()


@pytest.mark.parametrize("flow", ["orders", "creditmemos", "transactions", "products"])
def test_what_goes_wrong_with_the_other_lists_costs_no_document_either(kept: KeptShop, flow: str) -> None:
    kept.shop.faults.switch_on(
        Truncated(matching=f"/V1/{flow}?", times=1),
        FrontEndFails(status=504, matching=f"/V1/{flow}?", after=1, times=1),
    )
    assert 1 <= len(kept.sweep_until_read()) <= 2
    kept.must_be_whole()
    assert kept.noticed(Flow.CREDIT_MEMOS)
