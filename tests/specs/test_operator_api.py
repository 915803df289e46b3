"""The operator's API: nothing without the key, and each act in the trail with who and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from ml_connector.documents.identity import Key, Kind
from ml_connector.errors import Code
from ml_connector.sync.passage import State
from ml_connector.sync.ports import Flow
from ml_connector.sync.record import Record
from tests.specs.cloud_place import CALLS, CONNECTION, JSON, KEY, SECRETS, SHOP, Cloud, a_cloud
from tests.specs.sync_kit import finding


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    with a_cloud(tmp_path) as made:
        made.connect()
        yield made


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """One for all who only knock at its door."""
    with a_cloud(tmp_path_factory.mktemp("cloud")) as made:
        made.connect()
        yield made


def waiting(cloud: Cloud, entity: str = "1") -> Record:
    """A document that waits for the yes to the first run."""
    now = cloud.clock.now()
    record = Record(
        key=Key(CONNECTION, Kind.INVOICE, entity),
        document_at=now,
        since=now,
        state=State.WAITING,
        due=False,
        captured=True,
        shop_currency="GBP",
        number="000000001",
        code=Code.WAITS_FOR_APPROVAL,
        findings=(finding(Code.WAITS_FOR_APPROVAL),),
        waits_on=("approval:first-run",),
    )
    with cloud.ledger.begin() as tx:
        tx.create(record, actor="test", action="noticed", payload={})
    return record


def stored(cloud: Cloud, key: Key) -> Record:
    with cloud.ledger.begin() as tx:
        found = tx.record(key)
    assert found is not None
    return found


# The key


@pytest.mark.parametrize(("method", "path"), CALLS)
@pytest.mark.parametrize("shown", ["", "Bearer ", "Bearer wrong", f"Basic {KEY}", KEY, f"Bearer {KEY}x"])
def test_nothing_is_answered_without_the_operator_s_key(
    untouched: Cloud, method: str, path: str, shown: str
) -> None:
    before = len(untouched.trail())
    headers = {"Authorization": shown} if shown else {}
    response = untouched.anybody.request(method, path, headers=headers, content=b"{not even JSON")
    assert response.status_code == 401
    assert response.json()["code"] == Code.OPERATOR_KEY
    assert "operator's key" in response.json()["why"]
    assert len(untouched.trail()) == before


def test_the_key_opens_every_call(cloud: Cloud) -> None:
    answered = {path: cloud.operator.request(method, path).status_code for method, path in CALLS}
    assert 401 not in answered.values()
    assert answered["/api/connections"] != 500


def test_whether_the_service_is_up_may_be_asked_by_anybody(cloud: Cloud) -> None:
    assert set(cloud.anybody.get("/healthz").json()) == {"version"}


# Making a connection


def test_a_connection_is_made_stopped_until_people_have_said_their_yes(cloud: Cloud) -> None:
    shown = cloud.get(f"/{CONNECTION}")
    assert cloud.get("")["connections"] == [CONNECTION]
    assert (shown["road_approved"], shown["first_run_approved"], shown["chart_version"]) == (False, False, 0)
    assert (shown["paused"], shown["breaker"], shown["agents"], shown["tag"]) == (False, None, [], "K7")
    actor, action, payload = cloud.last_entry()
    assert (actor, action, payload["tag"]) == ("user ann", "connection made", "K7")


def test_a_name_or_a_tag_is_given_once(cloud: Cloud) -> None:
    """A tag stands in Sage for good, so a second connection with it could claim the first one's documents."""
    for again in (SHOP, SHOP | {"connection_id": "shop-2"}, SHOP | {"tag": "K8"}):
        response = cloud.post("", **again, **SECRETS)
        assert (response.status_code, response.json()["code"]) == (400, Code.SETTINGS_INVALID)
        assert "shop-1" in response.json()["why"]
    assert cloud.get("")["connections"] == [CONNECTION]


def test_a_shop_s_address_that_is_none_is_refused_at_once(cloud: Cloud) -> None:
    for address in ("shop.example.com", "ftp://shop.example.com", "https://user:word@shop.example.com"):
        other = SHOP | {"connection_id": "shop-2", "tag": "K8", "shop_url": address}
        assert cloud.post("", **other, **SECRETS).status_code == 400
    assert cloud.get("")["connections"] == [CONNECTION]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("connection_id", "Shop 1"),
        ("connection_id", "../etc"),
        ("tag", "k7"),
        ("tag", "TOOLONG"),
        ("by", ""),
        ("name", "x" * 201),
    ],
)
def test_a_field_that_does_not_fit_is_named_and_nothing_is_made(cloud: Cloud, field: str, value: str) -> None:
    response = cloud.post("", **(SHOP | {"connection_id": "shop-2", "tag": "K8", field: value}), **SECRETS)
    assert response.status_code == 422
    assert f"body.{field}" in response.json()["why"]
    assert cloud.get("")["connections"] == [CONNECTION]


def test_a_connection_that_does_not_exist_is_said_not_to(cloud: Cloud) -> None:
    for method, path in CALLS[2:12]:
        body = b'{"by": "ann", "why": "to see"}'
        response = cloud.operator.request(
            method, path.replace(CONNECTION, "nowhere"), content=body, headers=JSON
        )
        assert (response.status_code, response.json()["code"]) == (400, Code.SETTINGS_INVALID)
        assert "nowhere" in response.json()["what"]


# Acts


@pytest.mark.parametrize(
    ("act", "control", "value"),
    [
        ("approve-road", "road_approved", True),
        ("approve-first-run", "first_run_approved", True),
        ("pause", "paused", True),
        ("release-breaker", "breaker", None),
    ],
)
def test_an_act_does_what_it_says_and_stands_in_the_trail_with_who_and_why(
    cloud: Cloud, act: str, control: str, value: object
) -> None:
    with cloud.ledger.begin() as tx:
        tx.trip_breaker(finding(Code.STOPPED_BY_BREAKER))
    assert cloud.post(f"/{CONNECTION}/acts/{act}", by="ben", why="compared in Sage").status_code == 200
    assert cloud.get(f"/{CONNECTION}")[control] == value
    assert cloud.last_entry() == ("user ben", act, {"why": "compared in Sage"})


def test_a_pause_is_lifted_by_another_act(cloud: Cloud) -> None:
    for act in ("pause", "resume"):
        cloud.post(f"/{CONNECTION}/acts/{act}", by="ben", why="stock-taking")
    assert cloud.get(f"/{CONNECTION}")["paused"] is False


def test_the_yes_to_the_first_run_wakes_those_who_wait_for_it(cloud: Cloud) -> None:
    record = waiting(cloud)
    cloud.post(f"/{CONNECTION}/acts/approve-first-run", by="ben", why="compared in Sage")
    assert stored(cloud, record.key).due


@pytest.mark.parametrize("act", ["pause", "approve-road"])
def test_another_act_wakes_nobody(cloud: Cloud, act: str) -> None:
    record = waiting(cloud)
    cloud.post(f"/{CONNECTION}/acts/{act}", by="ben", why="to see")
    assert not stored(cloud, record.key).due


@pytest.mark.parametrize("missing", ["by", "why"])
@pytest.mark.parametrize("path", ["acts/pause", "pairing-code", "sweep", "ledger-reading", "chart"])
def test_an_act_without_who_or_why_is_not_done(cloud: Cloud, path: str, missing: str) -> None:
    before = len(cloud.trail())
    said = {"by": "ben", "why": "to see"}
    del said[missing]
    response = cloud.post(f"/{CONNECTION}/{path}", **said)
    assert (response.status_code, len(cloud.trail())) == (422, before)


def test_an_act_that_does_not_exist_is_not_done(cloud: Cloud) -> None:
    assert cloud.post(f"/{CONNECTION}/acts/explode", by="ben", why="to see").status_code == 422


def test_a_full_sweep_begins_at_the_beginning_and_a_plain_one_where_it_was(cloud: Cloud) -> None:
    with cloud.ledger.begin() as tx:
        tx.save_cursor(Flow.INVOICES, "7")
    cloud.post(f"/{CONNECTION}/sweep", by="ben", why="nothing came")
    with cloud.ledger.begin() as tx:
        assert tx.cursor(Flow.INVOICES) == "7"
    cloud.post(f"/{CONNECTION}/sweep?full=true", by="ben", why="once a year")
    with cloud.ledger.begin() as tx:
        assert tx.cursor(Flow.INVOICES) == ""
    assert cloud.last_entry() == ("user ben", "sweep asked for", {"full": True, "why": "once a year"})


def test_asking_for_the_ledger_marks_the_last_reading_as_old(cloud: Cloud) -> None:
    with cloud.ledger.begin() as tx:
        tx.save_fact("ledger", "h", "[]")
    assert cloud.get(f"/{CONNECTION}")["ledger_read"] is True
    cloud.post(f"/{CONNECTION}/ledger-reading", by="ben", why="for the proof")
    assert cloud.get(f"/{CONNECTION}")["ledger_read"] is False
    assert cloud.last_entry() == ("user ben", "ledger asked for", {"why": "for the proof"})


def test_a_chart_cannot_be_accepted_before_shop_and_company_were_read(cloud: Cloud) -> None:
    response = cloud.post(f"/{CONNECTION}/chart", by="ben", why="looks right")
    assert (response.status_code, response.json()["code"]) == (503, Code.CHART_INVALID)
    assert cloud.get(f"/{CONNECTION}")["chart_version"] == 0


# What is shown


def test_records_are_listed_with_where_they_stand_and_why(cloud: Cloud) -> None:
    waiting(cloud)
    (line,) = cast(list[dict[str, object]], cloud.get(f"/{CONNECTION}/records")["records"])
    assert (line["number"], line["state"], line["code"]) == ("000000001", "waiting", "waits-for-approval")
    assert cloud.get(f"/{CONNECTION}/records?state=held")["records"] == []
    assert cloud.operator.get(f"/api/connections/{CONNECTION}/records?state=lost").status_code == 422


def test_the_proof_is_shown_as_decimal_text(cloud: Cloud) -> None:
    waiting(cloud)
    shown = cloud.get(f"/{CONNECTION}/proof")
    assert (shown["documents"], shown["balanced"]) == (1, True)
    assert shown["currencies"] == {
        "GBP": dict.fromkeys(("shop", "sage", "held", "waiting", "skipped", "disputed", "difference"), "0.00")
    }


def test_the_trail_is_shown_page_by_page(cloud: Cloud) -> None:
    for act in ("pause", "resume", "pause"):
        cloud.post(f"/{CONNECTION}/acts/{act}", by="ben", why="to see")
    pages = [cloud.get(f"/{CONNECTION}/trail?{asked}")["entries"] for asked in ("limit=2", "after=2")]
    numbers = [
        [each["entry"]["seq"] for each in cast(list[dict[str, dict[str, object]]], page)] for page in pages
    ]
    assert numbers == [[1, 2], [3, 4]]
